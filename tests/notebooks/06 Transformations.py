# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

for number in (1, 2, 3):
    garden.arrive(number)

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE raw AS SELECT * FROM json.`${garden.raw}`;
# MAGIC SELECT id, plant:name, plant:soil.ph AS ph FROM raw ORDER BY id LIMIT 3

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TEMP VIEW parsed AS
# MAGIC SELECT id, from_json(plant, schema_of_json('{"name": "fern", "soil": {"ph": 5}}')) AS plant FROM raw;
# MAGIC SELECT id, plant.*, plant.soil.ph FROM parsed ORDER BY id LIMIT 2

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE parsed

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT id, explode(leaves) AS leaf FROM raw ORDER BY id LIMIT 3

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT bed, sort_array(collect_set(id)) AS ids, array_distinct(flatten(collect_list(leaves.kind))) AS kinds
# MAGIC FROM raw GROUP BY bed ORDER BY bed

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM (SELECT bed, leaf.kind AS kind, leaf.count AS count FROM (SELECT bed, explode(leaves) AS leaf FROM raw))
# MAGIC PIVOT (sum(count) FOR kind IN ('young', 'old')) ORDER BY bed

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT id, filter(leaves, l -> l.count > 2) AS many, transform(leaves, l -> l.count * 2) AS doubled,
# MAGIC   exists(leaves, l -> l.count = 0) AS any_none, reduce(leaves.count, 0L, (a, b) -> a + b) AS total FROM raw ORDER BY id LIMIT 2

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE FUNCTION acidity(ph INT) RETURNS STRING
# MAGIC RETURN CASE WHEN ph < 7 THEN concat("sour ", ph) ELSE "mild" END;
# MAGIC SELECT DISTINCT acidity(CAST(plant:soil.ph AS INT)) AS soil FROM raw ORDER BY soil

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE FUNCTION EXTENDED acidity

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT count(*) FROM (SELECT id FROM raw INTERSECT SELECT id FROM parsed) UNION ALL
# MAGIC SELECT count(*) FROM (SELECT id FROM raw MINUS SELECT 10L)

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT bed, id, row_number() OVER (PARTITION BY bed ORDER BY id DESC) AS n FROM raw QUALIFY n = 1 ORDER BY bed

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT dateadd(MONTH, 1, DATE'2024-01-31') AS later, datediff(HOUR, TIMESTAMP'2024-01-01', TIMESTAMP'2024-01-02') AS hours,
# MAGIC   date_trunc('DD', from_unixtime(1700000000)) AS day

# COMMAND ----------

garden.end()
