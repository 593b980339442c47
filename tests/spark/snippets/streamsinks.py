# --- parquet
df = events(maxFilesPerTrigger=1)
def run():
    q = df.writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").option("path", DIR + "/out").trigger(availableNow=True).start()
    q.awaitTermination()
    return [q.lastProgress["sink"]["description"].split("[")[0], q.lastProgress["sink"]["numOutputRows"]]
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
put("in/b.json", '{"t": "2024-01-01T10:01:00Z", "k": "b", "v": 2}\n')
a = run()
[a, sorted(spark.read.parquet(DIR + "/out").collect()), ls("out/_spark_metadata"), len([f for f in ls("out") if f.startswith("part")])]
# --- a file that no batch wrote is not read
df = events()
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = df.select("k", "v").writeStream.format("json").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
put("out/part-stray.json", '{"k": "stray", "v": 0}\n')
[sorted(spark.read.json(DIR + "/out").collect()), spark.read.schema("k string, v int").json(DIR + "/out").count(), spark.read.json(DIR + "/out/*.json").count()]
# --- partitions of a file sink
df = events()
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n{"t": "2024-01-01T10:01:00Z", "k": "b", "v": 2}\n')
q = df.select("k", "v").writeStream.partitionBy("k").format("parquet").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
[ls("out"), sorted(spark.read.parquet(DIR + "/out").collect()), spark.read.parquet(DIR + "/out").schema.simpleString()]
# --- a table of files
df = events()
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = df.select("k", "v").writeStream.format("json").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).toTable("tf")
q.awaitTermination()
[spark.table("tf").collect(), spark.sql("select k from tf").collect()]
# --- windows to files
df = events(maxFilesPerTrigger=1).withWatermark("t", "0 minutes").groupBy(F.window("t", "10 minutes")).count().select("window.start", "count")
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n{"t": "2024-01-01T10:21:00Z", "k": "a", "v": 1}\n')
put("in/b.json", '{"t": "2024-01-01T10:41:00Z", "k": "a", "v": 1}\n')
q = df.writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
[sorted(spark.read.parquet(DIR + "/out").collect()), ls("out/_spark_metadata")]
# --- update mode to files
events().writeStream.outputMode("update").format("parquet").option("checkpointLocation", DIR + "/cp").start(DIR + "/out")
# --- complete mode to files
events().groupBy("k").count().writeStream.outputMode("complete").format("parquet").option("checkpointLocation", DIR + "/cp").start(DIR + "/out")
# --- no path
events().writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").start()
# --- text to files
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = events().select("k").writeStream.format("text").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
spark.read.text(DIR + "/out")
# --- a stream of what a stream wrote
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = events().select("k", "v").writeStream.format("json").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
put("out/part-stray.json", '{"k": "stray", "v": 0}\n')
q = spark.readStream.schema("k string, v int").json(DIR + "/out").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m")
# --- a batch write into a stream's folder
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = events().select("k", "v").writeStream.format("json").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
spark.createDataFrame([("b", 2)], ["k", "v"]).write.mode("append").json(DIR + "/out")
spark.read.json(DIR + "/out")
# --- noop
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = events().writeStream.format("noop").trigger(availableNow=True).start()
q.awaitTermination()
q.lastProgress["numInputRows"]
# --- update mode to memory
df = events(maxFilesPerTrigger=1).groupBy("k").count()
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
put("in/b.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n{"t": "2024-01-01T10:01:00Z", "k": "b", "v": 1}\n')
q = df.writeStream.outputMode("update").format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
[sorted(spark.table("m").collect()), q.lastProgress["sink"]]
# --- rate
df = spark.readStream.format("rate").option("rowsPerSecond", 5).load()
[df.isStreaming, df.schema.simpleString()]
# --- rate of nothing
spark.readStream.format("rate").option("rowsPerSecond", 0).load()
# --- rate with a bad option
spark.readStream.format("rate").option("rowsPerSecond", "many").load()
# --- rate has values one after the other
import time
q = spark.readStream.format("rate").option("rowsPerSecond", 100).load().writeStream.format("memory").queryName("m").start()
time.sleep(4)
q.stop()
r = [x.value for x in spark.table("m").orderBy("value").collect()]
[r == list(range(len(r))), len(r) > 99, len(set(x.timestamp for x in spark.table("m").collect())) == len(r)]
# --- a path with a star
put("a/1.json", '{"k": "a"}\n')
spark.readStream.schema("k string").format("json").load(DIR + "/*")
# --- console twice
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n')
q = events().writeStream.format("console").option("numRows", 1).trigger(availableNow=True).start()
q.awaitTermination()
q.lastProgress["sink"]["description"].split("@")[0]
