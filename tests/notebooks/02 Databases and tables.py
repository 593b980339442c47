# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE beds (width INT, length INT);
# MAGIC INSERT INTO beds VALUES (3 INT, 2 INT);
# MAGIC DESCRIBE EXTENDED beds

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE outside (width INT, length INT) LOCATION '${garden.root}/outside';
# MAGIC INSERT INTO outside VALUES (3, 2)

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP TABLE outside

# COMMAND ----------

display([f for f in dbutils.fs.ls(f"{garden.root}/outside") if f.name.startswith("_")])

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE SCHEMA shed COMMENT 'Tools' LOCATION '${garden.root}/shed.db'

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE DATABASE EXTENDED shed

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE shed.tools AS SELECT 'rake' AS name, 2 AS count;
# MAGIC SHOW TABLES IN shed

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP SCHEMA shed

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP SCHEMA shed CASCADE;
# MAGIC SHOW SCHEMAS LIKE 'sh*'

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE harvest (id BIGINT GENERATED ALWAYS AS IDENTITY, kind STRING NOT NULL COMMENT 'what', at TIMESTAMP, day DATE GENERATED ALWAYS AS (CAST(at AS DATE)))
# MAGIC COMMENT 'What was picked' PARTITIONED BY (day) TBLPROPERTIES ('owner' = 'us');
# MAGIC ALTER TABLE harvest ADD CONSTRAINT recent CHECK (at > '2000-01-01')

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT INTO harvest (kind, at) VALUES ('apple', '2024-05-06 07:08:09'), ('pear', '2024-05-07');
# MAGIC SELECT * FROM harvest ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT INTO harvest (kind, at) VALUES ('old', '1999-01-01')

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT INTO harvest (id, kind, at) VALUES (1, 'mine', '2024-01-01')

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT INTO harvest (kind, at) VALUES (NULL, '2024-01-01')

# COMMAND ----------

# MAGIC %sql
# MAGIC SHOW CREATE TABLE harvest

# COMMAND ----------

# MAGIC %sql
# MAGIC SHOW PARTITIONS harvest

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE harvest

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE shallow SHALLOW CLONE harvest

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TABLE deep DEEP CLONE harvest;
# MAGIC SELECT count(*) FROM deep

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE CATALOG IF NOT EXISTS orchard;
# MAGIC USE CATALOG orchard;
# MAGIC SHOW CATALOGS

# COMMAND ----------

# MAGIC %sql
# MAGIC USE CATALOG nowhere

# COMMAND ----------

# MAGIC %sql
# MAGIC GRANT SELECT ON TABLE beds TO `a@example.com`

# COMMAND ----------

# MAGIC %sql
# MAGIC ANALYZE TABLE beds COMPUTE STATISTICS;
# MAGIC CACHE TABLE beds;
# MAGIC REFRESH TABLE beds;
# MAGIC SHOW TBLPROPERTIES harvest

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE SCHEMA attic WITH DBPROPERTIES ('dust' = 'some', 'owner' = 'us');
# MAGIC ALTER SCHEMA attic SET DBPROPERTIES ('dust' = 'much');
# MAGIC COMMENT ON SCHEMA attic IS 'What nobody needs';
# MAGIC DESCRIBE SCHEMA EXTENDED attic

# COMMAND ----------

# MAGIC %sql
# MAGIC ALTER DATABASE cellar SET DBPROPERTIES ('dust' = 'none')

# COMMAND ----------

# MAGIC %sql
# MAGIC APPLY CHANGES INTO LIVE.plants FROM STREAM(LIVE.changes) KEYS (id) SEQUENCE BY at

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP SCHEMA attic

# COMMAND ----------

garden.end()
