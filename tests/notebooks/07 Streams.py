# Databricks notebook source
# MAGIC %run ./Includes/Garden

# COMMAND ----------

garden.arrive(1)
(spark.readStream.format("cloudFiles")
    .option("cloudFiles.format", "json")
    .option("cloudFiles.schemaLocation", f"{garden.checkpoints}/bronze")
    .load(garden.raw)
    .createOrReplaceTempView("raw_tmp"))

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TEMP VIEW bronze_tmp AS
# MAGIC SELECT *, current_timestamp() AS arrived, input_file_name() AS source_file FROM raw_tmp

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT id, bed, source_file FROM bronze_tmp

# COMMAND ----------

(spark.table("bronze_tmp").writeStream.format("delta")
    .option("checkpointLocation", f"{garden.checkpoints}/bronze")
    .outputMode("append").queryName("bronze").table("bronze"))
print([s.name for s in spark.streams.active])

# COMMAND ----------

(spark.readStream.table("bronze").createOrReplaceTempView("bronze_stream"))
spark.sql("CREATE OR REPLACE TEMP VIEW counts AS SELECT bed, count(*) AS n FROM bronze_stream GROUP BY bed")
query = (spark.table("counts").writeStream.trigger(processingTime="4 seconds").outputMode("complete")
    .option("checkpointLocation", f"{garden.checkpoints}/counts").table("counts_gold"))

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM counts_gold ORDER BY bed

# COMMAND ----------

garden.arrive(2)

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM counts_gold ORDER BY bed

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM bronze_stream ORDER BY id

# COMMAND ----------

import time
while len(query.recentProgress) < 1:
    time.sleep(1)
query.stop()
print(query.isActive, query.lastProgress["sink"]["description"])
(spark.table("counts").writeStream.trigger(availableNow=True).outputMode("complete")
    .option("checkpointLocation", f"{garden.checkpoints}/counts").table("counts_gold").awaitTermination())

# COMMAND ----------

from pyspark.sql import functions as F
from pyspark.sql.window import Window


def upsert(batch, batch_id):
    newest = Window.partitionBy("bed").orderBy(F.col("at").desc())
    (batch.withColumn("rank", F.rank().over(newest)).filter("rank = 1").drop("rank").createOrReplaceTempView("ranked"))
    batch.sparkSession.sql("""
        MERGE INTO newest n USING ranked r ON n.bed = r.bed
        WHEN MATCHED AND n.at < r.at THEN UPDATE SET *
        WHEN NOT MATCHED THEN INSERT *""")


spark.sql("CREATE TABLE newest (id BIGINT, bed STRING, at BIGINT)")
(spark.readStream.table("bronze").selectExpr("CAST(id AS BIGINT)", "bed", "CAST(at AS BIGINT)").writeStream
    .foreachBatch(upsert).option("checkpointLocation", f"{garden.checkpoints}/newest")
    .trigger(availableNow=True).start().awaitTermination())
display(spark.table("newest").orderBy("bed"))

# COMMAND ----------

# MAGIC %sql
# MAGIC ALTER TABLE newest SET TBLPROPERTIES (delta.enableChangeDataFeed = true);
# MAGIC UPDATE newest SET at = 0 WHERE bed = 'A'

# COMMAND ----------

display(spark.readStream.option("readChangeData", True).option("startingVersion", 3).table("newest")
    .select("bed", "at", "_change_type"))

# COMMAND ----------

spark.readStream.table("counts_gold").writeStream.option("checkpointLocation", f"{garden.checkpoints}/below").table("below").awaitTermination(5)

# COMMAND ----------

for s in spark.streams.active:
    print("Stopping", s.name)
    s.stop()
    s.awaitTermination()

# COMMAND ----------

garden.end()
