# --- file source to memory
put("in/a.json", '{"id": 1, "k": "a"}\n{"id": 2, "k": "b"}\n')
q = spark.readStream.schema("id int, k string").json(DIR + "/in").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m")
# --- streaming DataFrame
df = spark.readStream.schema("id int, k string").json(DIR)
[df.isStreaming, df.schema.simpleString(), df.select("id").isStreaming]
# --- no schema
put("in/a.json", '{"id": 1}\n')
spark.readStream.json(DIR + "/in")
# --- no schema but inference
put("in/a.json", '{"id": 1}\n')
spark.conf.set("spark.sql.streaming.schemaInference", "true")
spark.readStream.json(DIR + "/in")
# --- csv source to parquet
put("in/a.csv", "1,a\n2,b\n")
q = spark.readStream.schema("id int, k string").csv(DIR + "/in").writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").option("path", DIR + "/out").trigger(availableNow=True).start()
q.awaitTermination()
spark.read.parquet(DIR + "/out")
# --- a second run takes what is new
put("in/a.csv", "1,a\n")
def run():
    q = spark.readStream.schema("id int, k string").csv(DIR + "/in").writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
    q.awaitTermination()
    return spark.read.parquet(DIR + "/out").count()
a = run()
put("in/b.csv", "2,b\n3,c\n")
[a, run(), run()]
# --- complete aggregation
put("in/a.json", '{"k": "a"}\n{"k": "b"}\n{"k": "a"}\n')
q = spark.readStream.schema("k string").json(DIR + "/in").groupBy("k").count().writeStream.format("memory").queryName("m").outputMode("complete").start()
q.processAllAvailable()
a = sorted(spark.table("m").collect())
put("in/b.json", '{"k": "a"}\n')
q.processAllAvailable()
r = [a, sorted(spark.table("m").collect())]
q.stop()
r
# --- append of an aggregation
spark.readStream.schema("k string").json(DIR).groupBy("k").count().writeStream.format("memory").queryName("m").start()
# --- update mode
put("in/a.json", '{"k": "a"}\n')
q = spark.readStream.schema("k string").json(DIR + "/in").groupBy("k").count().writeStream.format("memory").queryName("m").outputMode("update").start()
q.processAllAvailable()
put("in/b.json", '{"k": "a"}\n')
q.processAllAvailable()
q.stop()
spark.table("m")
# --- foreachBatch
put("in/a.json", '{"id": 1}\n{"id": 2}\n')
seen = []
def batch(df, n):
    seen.append([n, df.count(), df.isStreaming])
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.foreachBatch(batch).trigger(availableNow=True).start()
q.awaitTermination()
seen
# --- foreachBatch that raises
put("in/a.json", '{"id": 1}\n')
def batch(df, n):
    raise ValueError("no")
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.foreachBatch(batch).trigger(availableNow=True).start()
try:
    q.awaitTermination()
    r = None
except Exception as e:
    r = [type(e).__name__, "ValueError: no" in str(e)]
r
# --- foreachBatch writes with SQL
put("in/a.json", '{"id": 1}\n')
def batch(df, n):
    df.createOrReplaceTempView("b")
    df.sparkSession.sql("select id + 1 as x from b").write.mode("append").parquet(DIR + "/out")
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.foreachBatch(batch).trigger(availableNow=True).start()
q.awaitTermination()
spark.read.parquet(DIR + "/out")
# --- dropDuplicates
put("in/a.json", '{"id": 1}\n{"id": 1}\n{"id": 2}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").dropDuplicates(["id"]).writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m")
# --- join with a table
put("in/a.json", '{"id": 1}\n{"id": 9}\n')
s = spark.createDataFrame([(1, "one")], ["id", "name"])
q = spark.readStream.schema("id bigint").json(DIR + "/in").join(s, "id", "left").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m")
# --- toTable
put("in/a.json", '{"id": 1}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).toTable("t")
q.awaitTermination()
spark.table("t")
# --- show of a stream
spark.readStream.schema("id int").json(DIR).show()
# --- collect of a stream
spark.readStream.schema("id int").json(DIR).count()
# --- write of a stream
spark.readStream.schema("id int").json(DIR).write.parquet(DIR + "/out")
# --- writeStream of a batch
spark.range(1).writeStream
# --- sort of a stream
put("in/a.json", '{"id": 1}\n')
spark.readStream.schema("id int").json(DIR + "/in").orderBy("id").writeStream.format("memory").queryName("m").start()
# --- limit of a stream in complete mode
put("in/a.json", '{"id": 1}\n')
spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("memory").queryName("m").outputMode("complete").start()
# --- no checkpoint
put("in/a.json", '{"id": 1}\n')
spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("parquet").start(DIR + "/out")
# --- unknown output mode
spark.readStream.schema("id int").json(DIR).writeStream.outputMode("bogus").format("memory").queryName("m").start()
# --- unknown sink
put("in/a.json", '{"id": 1}\n')
spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("bogus").option("checkpointLocation", DIR + "/cp").start()
# --- memory without a name
put("in/a.json", '{"id": 1}\n')
spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("memory").start()
# --- two queries of a name
put("in/a.json", '{"id": 1}\n')
df = spark.readStream.schema("id int").json(DIR + "/in")
df.writeStream.format("memory").queryName("m").start()
df.writeStream.format("memory").queryName("m").start()
# --- a query's state
put("in/a.json", '{"id": 1}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("memory").queryName("m").start()
q.processAllAvailable()
r = [q.name, q.isActive, q.id != q.runId, q.lastProgress["numInputRows"] >= 0, q.exception() is None, [x.name for x in spark.streams.active], sorted(q.status.keys())]
q.stop()
r + [q.isActive, len(spark.streams.active)]
# --- progress fields
put("in/a.json", '{"id": 1}\n{"id": 2}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
p = q.recentProgress[0]
[p["batchId"], p["numInputRows"], p["name"], len(p["sources"]), p["sources"][0]["numInputRows"], sorted(p.keys()) if isinstance(p, dict) else None]
# --- awaitTermination with a timeout
put("in/a.json", '{"id": 1}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("memory").queryName("m").start()
r = q.awaitTermination(1)
q.stop()
[r, q.awaitTermination(1)]
# --- trigger without arguments
spark.readStream.schema("id int").json(DIR).writeStream.trigger()
# --- trigger with two
spark.readStream.schema("id int").json(DIR).writeStream.trigger(once=True, availableNow=True)
# --- trigger with a bad interval
put("in/a.json", '{"id": 1}\n')
spark.readStream.schema("id int").json(DIR + "/in").writeStream.trigger(processingTime="soon").format("memory").queryName("m").start()
# --- trigger once
put("in/a.json", '{"id": 1}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("memory").queryName("m").trigger(once=True).start()
q.awaitTermination()
spark.table("m").count()
# --- maxFilesPerTrigger
put("in/a.json", '{"id": 1}\n')
put("in/b.json", '{"id": 2}\n')
seen = []
q = spark.readStream.schema("id int").option("maxFilesPerTrigger", 1).json(DIR + "/in").writeStream.foreachBatch(lambda df, n: seen.append([n, df.count()])).trigger(availableNow=True).start()
q.awaitTermination()
seen
# --- watermark and window
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "v": 1}\n{"t": "2024-01-01T10:04:00Z", "v": 2}\n{"t": "2024-01-01T10:30:00Z", "v": 5}\n')
q = spark.readStream.schema("t timestamp, v int").json(DIR + "/in").withWatermark("t", "5 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s")).writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m").select("window.start", "s")
# --- window in complete mode
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "v": 1}\n{"t": "2024-01-01T10:04:00Z", "v": 2}\n{"t": "2024-01-01T10:30:00Z", "v": 5}\n')
q = spark.readStream.schema("t timestamp, v int").json(DIR + "/in").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s")).writeStream.outputMode("complete").format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m").select("window.start", "s")
# --- stream-stream join
put("in/a.json", '{"id": 1}\n')
a = spark.readStream.schema("id int").json(DIR + "/in")
b = spark.readStream.schema("id int").json(DIR + "/in")
q = a.join(b, "id").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m").count()
# --- union of streams
put("in/a.json", '{"id": 1}\n')
a = spark.readStream.schema("id int").json(DIR + "/in")
q = a.union(a).writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m").count()
# --- stream of a view in SQL
put("in/a.json", '{"id": 1, "k": "a"}\n')
spark.readStream.schema("id int, k string").json(DIR + "/in").createOrReplaceTempView("s")
q = spark.sql("select k, id * 2 as d from s").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m")
# --- watermark of no timestamp
spark.readStream.schema("id int").json(DIR).withWatermark("id", "5 minutes")
# --- watermark that isn't an interval
spark.readStream.schema("t timestamp").json(DIR).withWatermark("t", "soon")
# --- isStreaming schema with metadata
spark.readStream.schema("id int").json(DIR).select("id", F.input_file_name().alias("f"), F.current_timestamp().alias("t")).schema.simpleString()
# --- text stream
put("in/a.txt", "one\ntwo\n")
q = spark.readStream.text(DIR + "/in").writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
q.awaitTermination()
spark.table("m")
# --- checkpoint files
put("in/a.json", '{"id": 1}\n')
q = spark.readStream.schema("id int").json(DIR + "/in").writeStream.format("parquet").option("checkpointLocation", DIR + "/cp").trigger(availableNow=True).start(DIR + "/out")
q.awaitTermination()
[ls("cp"), ls("cp/offsets"), ls("cp/commits"), ls("out")]
# --- window function over a stream
from pyspark.sql.window import Window
df = spark.readStream.schema("id int, k string").json(DIR)
ranked = df.withColumn("place", F.rank().over(Window.partitionBy("k").orderBy(F.col("id").desc()))).filter("place = 1").drop("place")
ranked.writeStream.format("memory").queryName("m").start()
