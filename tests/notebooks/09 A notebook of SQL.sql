-- Databricks notebook source
-- MAGIC %md-sandbox
-- MAGIC # SQL alone, nearly

-- COMMAND ----------

-- MAGIC %run ./Includes/Garden

-- COMMAND ----------

-- DBTITLE 1,Parameters
CREATE WIDGET TEXT bed DEFAULT "A";

-- COMMAND ----------

CREATE WIDGET DROPDOWN kind DEFAULT "young" CHOICES SELECT * FROM VALUES ("young"), ("old");

-- COMMAND ----------

SELECT "${bed}" AS one, getArgument("kind") AS two, :bed AS three

-- COMMAND ----------

CREATE WIDGET DROPDOWN size DEFAULT "huge" CHOICES SELECT * FROM VALUES ("small"), ("large")

-- COMMAND ----------

REMOVE WIDGET bed

-- COMMAND ----------

-- a comment; with a semicolon
SELECT 'a;b' AS text, "x" AS quoted; -- and one behind
SELECT 2 AS shown

-- COMMAND ----------

-- TODO
-- FILL_IN

-- COMMAND ----------

SELECT * FROM nowhere
WHERE answer = 1

-- COMMAND ----------

CREATE TEMP VIEW answers AS SELECT 42 AS answer;
SELECT IDENTIFIER('answer') FROM IDENTIFIER('ans' || 'wers')

-- COMMAND ----------

-- MAGIC %python
-- MAGIC display(spark.table("answers"))

-- COMMAND ----------

CREATE OR REFRESH STREAMING LIVE TABLE bronze COMMENT "raw" AS SELECT * FROM cloud_files("${garden.raw}", "json")

-- COMMAND ----------

-- MAGIC %python
-- MAGIC garden.end()
