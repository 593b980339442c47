# Databricks notebook source
# MAGIC %run ./Includes/Set-up

# COMMAND ----------

from pyspark.sql.streaming import StreamingQueryListener


class Diary(StreamingQueryListener):
    def onQueryStarted(self, event):
        print("started", event.name, len(event.id))

    def onQueryProgress(self, event):
        progress = event.progress
        print("batch", progress.batchId, progress.numInputRows, progress.sources[0].description, progress.sink.description)

    def onQueryTerminated(self, event):
        print("terminated", event.exception is None, event.errorClassOnException)


diary = Diary()
spark.streams.addListener(diary)
spark.range(3).write.saveAsTable("numbers")
query = (spark.readStream.table("numbers").writeStream.queryName("copy").option("checkpointLocation", "/checkpoints/copy")
    .trigger(availableNow=True).toTable("copied"))
query.awaitTermination()

# COMMAND ----------

def fail(batch, number):
    raise ValueError("too dry")


query = (spark.readStream.table("numbers").writeStream.queryName("failing").foreachBatch(fail)
    .option("checkpointLocation", "/checkpoints/failing").start())

# COMMAND ----------

spark.streams.removeListener(diary)
(spark.readStream.table("numbers").writeStream.option("checkpointLocation", "/checkpoints/copy")
    .trigger(availableNow=True).toTable("copied").awaitTermination())

# COMMAND ----------

assert spark.conf.get("spark.databricks.delta.lastCommitVersionInSession") == "1"
sqlContext.setConf("spark.sql.shuffle.partitions", "4")
print(sqlContext.getConf("spark.sql.shuffle.partitions"), sqlContext.tableNames(), sqlContext.sql("SELECT 1").columns)
