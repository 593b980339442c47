# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE plants (id INT, name STRING, height DOUBLE);
# MAGIC INSERT INTO plants VALUES (1, "fern", 30.5), (2, "rose", 70);
# MAGIC INSERT INTO plants VALUES (3, "oak", 1200), (4, "ivy", 250.25)

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM plants ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC UPDATE plants SET height = height + 10 WHERE name LIKE "r%"

# COMMAND ----------

# MAGIC %sql
# MAGIC DELETE FROM plants WHERE height > 1000

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE DETAIL plants

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE HISTORY plants

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT max(version) AS newest FROM (DESCRIBE HISTORY plants)

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM plants VERSION AS OF 1

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT count(*) FROM plants@v2

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM plants VERSION AS OF 99

# COMMAND ----------

# MAGIC %sql
# MAGIC DELETE FROM plants;
# MAGIC RESTORE TABLE plants TO VERSION AS OF 4

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM plants ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC OPTIMIZE plants ZORDER BY (id)

# COMMAND ----------

# MAGIC %sql
# MAGIC VACUUM plants RETAIN 0 HOURS

# COMMAND ----------

# MAGIC %sql
# MAGIC SET spark.databricks.delta.retentionDurationCheck.enabled = false;
# MAGIC VACUUM plants RETAIN 0 HOURS

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM plants@v1

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP TABLE plants

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM plants

# COMMAND ----------

garden.end()
