# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE trees AS SELECT * FROM VALUES (1, 'oak', 300), (2, 'ash', 80), (3, 'elm', 20) AS t(id, name, age);
# MAGIC CREATE VIEW old_trees AS SELECT * FROM trees WHERE age > 50;
# MAGIC CREATE TEMP VIEW names AS SELECT name FROM trees;
# MAGIC CREATE OR REPLACE GLOBAL TEMP VIEW young AS SELECT * FROM trees WHERE age < 50;
# MAGIC SELECT * FROM old_trees ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC SHOW TABLES

# COMMAND ----------

# MAGIC %sql
# MAGIC SHOW TABLES IN global_temp

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM global_temp.young

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE VIEW guarded AS
# MAGIC SELECT id, CASE WHEN is_member('gardeners') THEN name ELSE 'REDACTED' END AS name FROM trees
# MAGIC WHERE CASE WHEN is_account_group_member('gardeners') THEN TRUE ELSE age > 50 END;
# MAGIC SELECT * FROM guarded ORDER BY id

# COMMAND ----------

# MAGIC %sql
# MAGIC DESCRIBE EXTENDED old_trees

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP TABLE trees;
# MAGIC SELECT * FROM old_trees

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP VIEW old_trees;
# MAGIC DROP VIEW IF EXISTS nothing;
# MAGIC SHOW VIEWS

# COMMAND ----------

for name in ["names", "old_trees"]:
    print(name, spark.catalog.tableExists(name))

# COMMAND ----------

garden.end()
