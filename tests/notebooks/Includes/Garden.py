# Databricks notebook source
# MAGIC %md
# MAGIC The garden that all notebooks here are about: who runs them, where their files lie, and how to clean up.

# COMMAND ----------

dbutils.widgets.text("course", "garden")
course = dbutils.widgets.get("course")
user = spark.sql("SELECT current_user()").first()[0]
schema = f"{user.split('@')[0]}_{course}"
try:
    spark.sql("USE CATALOG hive_metastore")
except Exception as error:
    print("One catalog will do:", error)
spark.sql(f"DROP DATABASE IF EXISTS {schema} CASCADE")
spark.sql(f"CREATE DATABASE {schema}")
spark.sql(f"USE {schema}")

# COMMAND ----------

import json


def path_exists(path):
    try:
        dbutils.fs.ls(path)
        return True
    except Exception as error:
        if "java.io.FileNotFoundException" in str(error):
            return False
        raise


class Garden:
    """Paths, and the beds' measurements that arrive file by file."""

    def __init__(self, root):
        self.root = root
        self.raw = f"{root}/raw"
        self.checkpoints = f"{root}/checkpoints"

    def begin(self):
        if path_exists(self.root):
            dbutils.fs.rm(self.root, True)
        dbutils.fs.mkdirs(self.raw)
        spark.conf.set("garden.raw", self.raw)
        spark.conf.set("garden.root", self.root)

    def arrive(self, number):
        rows = [
            {"id": number * 10 + i, "bed": "ABC"[i % 3], "at": 1700000000 + number * 3600 + i,
             "plant": json.dumps({"name": ["fern", "rose", "oak"][i % 3], "soil": {"ph": 5 + i}}),
             "leaves": [{"kind": "young", "count": i}, {"kind": "old", "count": i + number}]}
            for i in range(4)
        ]
        lines = "\n".join(json.dumps(row) for row in rows)
        dbutils.fs.put(f"{self.raw}/{number:02}.json", lines, True)

    def end(self):
        for stream in spark.streams.active:
            stream.stop()
            stream.awaitTermination()
        found = spark.sql("SHOW DATABASES").filter(f"databaseName = '{schema}'").count()
        if found == 1:
            spark.sql(f"DROP DATABASE {schema} CASCADE")
        dbutils.fs.rm(self.root, recurse=True)


garden = Garden(f"dbfs:/mnt/{course}")
garden.begin()
