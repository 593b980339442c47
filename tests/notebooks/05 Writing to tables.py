# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

for number in (1, 2):
    garden.arrive(number)

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE measured AS SELECT id, bed, at FROM json.`${garden.raw}/01.json`;
# MAGIC CREATE OR REPLACE TABLE measured AS SELECT id, bed, at FROM json.`${garden.raw}/01.json`;
# MAGIC INSERT OVERWRITE measured SELECT id, bed, at FROM json.`${garden.raw}/01.json`

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT version, operation, operationParameters['mode'] AS mode FROM (DESCRIBE HISTORY measured) ORDER BY version

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT OVERWRITE measured SELECT id, bed, at, current_timestamp() FROM json.`${garden.raw}/01.json`

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT INTO measured SELECT id FROM json.`${garden.raw}/02.json`

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TEMP VIEW updates AS SELECT * FROM VALUES (10, 'Z', NULL), (11, NULL, 5), (99, 'N', 1) AS t(id, bed, at);
# MAGIC MERGE INTO measured m USING updates u ON m.id = u.id
# MAGIC WHEN MATCHED AND u.bed IS NULL THEN DELETE
# MAGIC WHEN MATCHED AND m.bed = 'A' THEN UPDATE SET bed = u.bed
# MAGIC WHEN NOT MATCHED AND u.bed = 'N' THEN INSERT *

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM measured ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE copied;
# MAGIC COPY INTO copied FROM '${garden.raw}' FILEFORMAT = JSON FORMAT_OPTIONS ('inferSchema' = 'true') COPY_OPTIONS ('mergeSchema' = 'true')

# COMMAND ----------

# MAGIC %sql
# MAGIC COPY INTO copied FROM '${garden.raw}' FILEFORMAT = JSON

# COMMAND ----------

df = spark.table("measured")
df.write.mode("overwrite").partitionBy("bed").saveAsTable("parted")
df.withColumn("extra", df.id + 1).write.mode("append").option("mergeSchema", True).saveAsTable("parted")
display(spark.sql("SELECT bed, count(*) AS n, count(extra) AS extras FROM parted GROUP BY bed ORDER BY bed"))

# COMMAND ----------

df.withColumn("more", df.id).write.mode("append").saveAsTable("parted")

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT INTO parted REPLACE WHERE bed = 'N' SELECT 7 AS id, 'N' AS bed, 7 AS at, 7 AS extra;
# MAGIC SELECT * FROM parted WHERE bed = 'N'

# COMMAND ----------

from delta.tables import DeltaTable
table = DeltaTable.forName(spark, "measured")
table.update("id = 99", {"at": "at + 1"})
table.delete("id = 12")
(table.alias("t").merge(spark.range(98, 101).alias("s"), "t.id = s.id")
    .whenMatchedUpdate(set={"bed": "'merged'"}).whenNotMatchedInsert(values={"id": "s.id", "bed": "'new'"}).execute())
display(table.toDF().orderBy("id"))
display(table.history(1).select("version", "operation"))

# COMMAND ----------

spark.conf.set("spark.databricks.delta.properties.defaults.enableChangeDataFeed", True)
spark.sql("CREATE TABLE tracked (id INT, v STRING)")
spark.sql("INSERT INTO tracked VALUES (1, 'a'), (2, 'b')")
spark.sql("UPDATE tracked SET v = 'B' WHERE id = 2")
spark.sql("DELETE FROM tracked WHERE id = 1")

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT id, v, _change_type, _commit_version FROM table_changes('tracked', 1) ORDER BY _commit_version, _change_type DESC

# COMMAND ----------

garden.end()
