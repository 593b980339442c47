# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

import json


def land(number, **more):
    rows = [
        {"id": number * 10 + i, "price": 1.5 * i, "tags": ["a", "b"], "place": {"bed": "A", "row": i}, "at": f"2024-01-0{i + 1}", **more}
        for i in range(2)
    ]
    dbutils.fs.put(f"{garden.raw}/year=2024/{number:02}.json", "\n".join(json.dumps(row) for row in rows), True)


def load(name, **options):
    reader = (spark.readStream.format("cloudFiles").option("cloudFiles.format", "json")
        .option("cloudFiles.schemaLocation", f"{garden.checkpoints}/{name}"))
    for key, value in options.items():
        reader = reader.option(key.replace("__", "."), value)
    return reader.load(garden.raw)


def write(stream, name):
    query = (stream.writeStream.option("checkpointLocation", f"{garden.checkpoints}/{name}").option("mergeSchema", True)
        .trigger(availableNow=True).toTable(name))
    query.awaitTermination()
    return spark.table(name).orderBy("id")


land(1)
load("texts").printSchema()
hints = "price DECIMAL(10, 2), place.row SMALLINT, tags.element STRING, more MAP<STRING, INT>, extra.at DATE"
hinted = load("hinted", cloudFiles__inferColumnTypes=True, cloudFiles__schemaHints=hints)
hinted.printSchema()
display(write(hinted, "hinted"))

# COMMAND ----------

load("wrong", cloudFiles__schemaHints="place. INT")

# COMMAND ----------

evolving = {"cloudFiles__inferColumnTypes": True, "cloudFiles__schemaEvolutionMode": "addNewColumns"}
display(write(load("evolving", **evolving), "evolving"))

# COMMAND ----------

land(2, color="green")
try:
    write(load("evolving", **evolving), "evolving")
except Exception as error:
    print(type(error).__name__, "UNKNOWN_FIELD_EXCEPTION" in str(error))
display(write(load("evolving", **evolving), "evolving").select("id", "color", "year", "_rescued_data"))

# COMMAND ----------

rescuing = {"cloudFiles__inferColumnTypes": True, "cloudFiles__schemaEvolutionMode": "rescue"}
write(load("rescuing", **rescuing), "rescuing")
land(3, color="red", size=4)
display(write(load("rescuing", **rescuing), "rescuing").select("id", "color", "_rescued_data"))

# COMMAND ----------

# MAGIC %md Texts and binary files have their schema: no location for one is needed.

# COMMAND ----------

binary = spark.readStream.format("cloudFiles").option("cloudFiles.format", "binaryFile").option("pathGlobFilter", "*.json").load(garden.raw)
display(binary.select("path", "length", "year"))

# COMMAND ----------

display(spark.readStream.format("cloudFiles").option("cloudFiles.format", "text").load(garden.raw).selectExpr("left(value, 9)"))

# COMMAND ----------

spark.readStream.format("cloudFiles").option("cloudFiles.format", "json").load(garden.raw)

# COMMAND ----------

garden.end()
