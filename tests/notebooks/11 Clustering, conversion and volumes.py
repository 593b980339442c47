# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE visits (bed STRING, day DATE, visitors INT DEFAULT 1) CLUSTER BY (bed, day) TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported');
# MAGIC INSERT INTO visits VALUES ('B', '2024-05-02', 7), ('A', '2024-05-03', DEFAULT);
# MAGIC INSERT INTO visits (day, bed) VALUES ('2024-05-01', 'A');
# MAGIC INSERT INTO visits (visitors, bed) VALUES (default, 'C');
# MAGIC DESCRIBE DETAIL visits

# COMMAND ----------

# MAGIC %sql
# MAGIC OPTIMIZE visits;
# MAGIC SELECT * FROM visits

# COMMAND ----------

# MAGIC %sql
# MAGIC OPTIMIZE visits;
# MAGIC SELECT version, operation, operationParameters['clusterBy'] AS by, operationMetrics['numRemovedFiles'] AS removed FROM (DESCRIBE HISTORY visits)

# COMMAND ----------

# MAGIC %sql
# MAGIC OPTIMIZE visits ZORDER BY (day)

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE visits

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE copy DEEP CLONE visits;
# MAGIC SHOW CREATE TABLE copy

# COMMAND ----------

# MAGIC %sql
# MAGIC ALTER TABLE visits CLUSTER BY (day);
# MAGIC ALTER TABLE visits CLUSTER BY NONE;
# MAGIC SELECT clusteringColumns, tableFeatures FROM (DESCRIBE DETAIL visits)

# COMMAND ----------

# MAGIC %sql
# MAGIC ALTER TABLE visits CLUSTER BY (nowhere)

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE both (a INT, b INT) PARTITIONED BY (a) CLUSTER BY (b)

# COMMAND ----------

spark.range(5).write.clusterBy("id").saveAsTable("numbers")
spark.sql("ALTER TABLE numbers CHANGE COLUMN id id BIGINT COMMENT 'which'")
spark.sql("DESCRIBE numbers").show()

# COMMAND ----------

from delta.tables import DeltaTable

seeds = spark.createDataFrame([(1, "dill", "herb"), (2, "oak", "tree"), (3, None, "tree")], "id INT, name STRING, kind STRING")
seeds.write.parquet(f"{garden.root}/seeds")
seeds.write.partitionBy("kind").parquet(f"{garden.root}/kinds")
table = DeltaTable.convertToDelta(spark, f"parquet.`{garden.root}/seeds`")
table.update("name IS NULL", {"name": "'elm'"})
display(table.toDF().orderBy("id"))
display(table.history().select("version", "operation", "operationParameters", "operationMetrics.numConvertedFiles").orderBy("version").limit(1))

# COMMAND ----------

# MAGIC %sql
# MAGIC CONVERT TO DELTA parquet.`${garden.root}/kinds`

# COMMAND ----------

# MAGIC %sql
# MAGIC CONVERT TO DELTA parquet.`${garden.root}/kinds` PARTITIONED BY (kind STRING);
# MAGIC GENERATE symlink_format_manifest FOR TABLE delta.`${garden.root}/kinds`;
# MAGIC SELECT * FROM delta.`${garden.root}/kinds` WHERE kind = 'tree' ORDER BY id

# COMMAND ----------

manifests = f"{garden.root}/kinds/_symlink_format_manifest"
print([f.path for f in dbutils.fs.ls(manifests)])
print(dbutils.fs.head(f"{manifests}/kind=herb/manifest").startswith(f"{garden.root}/kinds/kind=herb/part-"))

# COMMAND ----------

# MAGIC %sql
# MAGIC CONVERT TO DELTA csv.`${garden.root}/kinds`

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE CATALOG IF NOT EXISTS orchard;
# MAGIC USE CATALOG orchard;
# MAGIC CREATE SCHEMA IF NOT EXISTS landing;
# MAGIC CREATE VOLUME IF NOT EXISTS landing.files COMMENT 'what arrives';
# MAGIC SHOW VOLUMES IN landing

# COMMAND ----------

with open("/Volumes/orchard/landing/files/a.json", "w") as file:
    file.write('{"id": 1}')
display(spark.read.json("/Volumes/orchard/landing/files"))

# COMMAND ----------

# MAGIC %sql
# MAGIC LIST '/Volumes/orchard/landing/files'

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE VOLUME orchard.landing.files

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP VOLUME orchard.landing.files;
# MAGIC DROP SCHEMA landing;
# MAGIC DROP VOLUME IF EXISTS orchard.default.files;
# MAGIC DROP VOLUME orchard.default.files

# COMMAND ----------

garden.end()
