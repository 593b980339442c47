# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

for number in (1, 2):
    garden.arrive(number)
dbutils.fs.put(f"{garden.root}/seeds/a.csv", "id;name\n1;dill\n2;sage\n", True)
display(dbutils.fs.ls(garden.raw))

# COMMAND ----------

# MAGIC %fs head dbfs:/mnt/garden/seeds/a.csv

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT id, bed FROM json.`${garden.raw}/01.json`

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT count(*) AS n, count(DISTINCT input_file_name()) AS files FROM json.`${garden.raw}/*.json`

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT left(value, 20) AS begins FROM text.`${garden.raw}/01.json` LIMIT 1

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT path, length FROM binaryFile.`${garden.raw}`

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM csv.`${garden.root}/seeds`

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE seeds (id INT, name STRING) USING CSV OPTIONS (header = "true", delimiter = ";") LOCATION "${garden.root}/seeds";
# MAGIC SELECT * FROM seeds

# COMMAND ----------

(spark.table("seeds").write.mode("append").format("csv")
    .option("header", "true").option("delimiter", ";").save(f"{garden.root}/seeds"))

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT count(*) FROM seeds

# COMMAND ----------

# MAGIC %sql
# MAGIC REFRESH TABLE seeds;
# MAGIC SELECT count(*) FROM seeds

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TEMP VIEW seeds_typed (id INT, name STRING) USING CSV OPTIONS (path = "${garden.root}/seeds/a.csv", header = "true", delimiter = ";");
# MAGIC CREATE TABLE seeds_delta AS SELECT * FROM seeds_typed;
# MAGIC SELECT * FROM seeds_delta ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM read_files('${garden.root}/seeds/a.csv', format => 'csv', header => true, delimiter => ';')

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE elsewhere USING JDBC OPTIONS (url = 'jdbc:postgresql://db/garden', dbtable = 'seeds')

# COMMAND ----------

spark.read.format("jdbc").option("url", "jdbc:postgresql://db/garden").option("dbtable", "seeds").load()

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM read_files('${garden.root}/seeds/a.csv', header => true, sep => ';', schemaHints => 'id STRING')

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * EXCEPT (_rescued_data, plant, leaves) FROM read_files('${garden.raw}', schemaHints => 'at TIMESTAMP, id SMALLINT')

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM read_files('${garden.raw}', format => 'json', schema => 'id INT, bed STRING')

# COMMAND ----------

garden.end()
