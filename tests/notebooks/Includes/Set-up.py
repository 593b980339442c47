# Databricks notebook source
# MAGIC %md
# MAGIC What can't run here is told, and the cells below it run all the same.

# COMMAND ----------

# MAGIC %scala
# MAGIC val course = "garden"

# COMMAND ----------

# MAGIC %sh pip list

# COMMAND ----------

print("the set-up ran to its end")
