# Databricks notebook source
# MAGIC %pip install something

# COMMAND ----------

# MAGIC %sh ls

# COMMAND ----------

# MAGIC %scala
# MAGIC val x = 1

# COMMAND ----------

# MAGIC %run ./Includes/Nothing

# COMMAND ----------

# MAGIC %run ./Includes/Garden $course="school"

# COMMAND ----------

context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
print(context.userName().get() == spark.sql("SELECT current_user()").first()[0], context.notebookPath().get())
print(course, garden.root)

# COMMAND ----------

print(spark.version, spark.conf.get("spark.databricks.clusterUsageTags.sparkVersion"))
spark.conf.get("spark.no.such.setting")

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT 1 AS one

# COMMAND ----------

print(_sqldf.columns, _sqldf.count())

# COMMAND ----------

dbutils.widgets.dropdown("bed", "A", ["A", "B"], "Bed")
dbutils.widgets.text("least", "2")
print(dbutils.widgets.get("bed"))

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT '${bed}' AS bed, :least AS least, '$bed' AS again

# COMMAND ----------

try:
    spark.table("nowhere")
except Exception as error:
    print(type(error).__name__, error.getErrorClass(), error.getSqlState())
from pyspark.sql.utils import AnalysisException
from pyspark.errors import ParseException
for text in ["SELEC 1", "SELECT x FROM (SELECT 1 AS y)"]:
    try:
        spark.sql(text)
    except ParseException as error:
        print("parse:", error.getCondition())
    except AnalysisException as error:
        print("analysis:", error.getCondition())

# COMMAND ----------

def halve(n):
    return n / 0


halve(1)

# COMMAND ----------

import pandas

# COMMAND ----------

from pathlib import Path
Path("/dbfs/mnt/school/notes").mkdir(parents=True)
Path("/dbfs/mnt/school/notes/a.txt").write_text("hello")
print([f.name for f in dbutils.fs.ls("dbfs:/mnt/school/notes")], dbutils.fs.head("/mnt/school/notes/a.txt"))

# COMMAND ----------

twice = spark.udf.register("twice", lambda n: 2 * n, "int")
display(spark.range(3).selectExpr("id", "twice(CAST(id AS INT)) AS twice"))

# COMMAND ----------

displayHTML("<b>bold</b>")
spark.range(2).show()
spark.range(2)

# COMMAND ----------

garden.end()
dbutils.notebook.exit("enough")

# COMMAND ----------

print("never")
