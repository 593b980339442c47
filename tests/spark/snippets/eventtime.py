# --- windows in append mode come out once the watermark has passed them
df = events().withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s"))
df = df.select("window.start", "window.end", "s")
follow(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:12 a 4, 10:25 b 8", "in 10:03 a 16, 10:19 a 32, 10:31 a 64", "in 11:00 a 128")
# --- windows in update mode come out when they change, and are forgotten
df = events().withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes"), "k").agg(F.sum("v").alias("s"))
df = df.select("window.start", "k", "s")
follow(df, "update", "in 10:01 a 1, 10:14 a 2", "in 10:12 a 4, 10:25 b 8", "in 10:03 a 16, 10:19 a 32, 10:31 a 64", "in 11:00 a 128")
# --- complete mode keeps what a watermark would drop
df = events().withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s"))
df = df.select("window.start", "s")
follow(df, "complete", "in 10:01 a 1, 10:14 a 2", "in 10:12 a 4, 10:45 b 8", "in 10:03 a 16")
# --- groups of the time itself
df = events().withWatermark("t", "5 minutes").groupBy("t", "k").count()
follow(df, "append", "in 10:01 a 1, 10:01 a 2, 10:02 b 1", "in 10:07 a 4", "in 10:02 a 1, 10:20 a 8")
# --- a watermark without its column in the keys
df = events().withWatermark("t", "5 minutes").groupBy("k").count()
follow(df, "update", "in 10:01 a 1", "in 10:30 a 4", "in 10:02 a 1")
# --- a watermark without its column in the keys in append mode
events().withWatermark("t", "5 minutes").groupBy("k").count().writeStream.format("memory").queryName("m").start()
# --- a watermark and no state
follow(events().withWatermark("t", "5 minutes").select("k", "v"), "append", "in 10:01 a 1, - b 2", "in 10:30 a 4", "in 10:02 a 1")
# --- windows that overlap
df = events().withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes", "5 minutes")).agg(F.sum("v").alias("s"))
df = df.select("window.start", "window.end", "s")
follow(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:12 a 4, 10:25 b 8", "in 10:03 a 16, 10:31 a 64")
# --- windows that overlap in a batch
df = spark.createDataFrame([("2024-01-01 10:01:00", 1), ("2024-01-01 10:14:00", 2), (None, 3)], "t string, v int").withColumn("t", F.to_timestamp("t"))
df.groupBy(F.window("t", "10 minutes", "4 minutes", "1 minute")).agg(F.sum("v").alias("s")).select("window.start", "window.end", "s")
# --- windows that overlap in SQL
spark.sql("select window.start, window.end, count(*) c from values (timestamp'2024-01-01 10:01:00'), (timestamp'2024-01-01 10:07:00') as v(t) group by window(t, '10 minutes', '5 minutes')")
# --- windows with gaps between
spark.sql("select window(t, '5 minutes', '10 minutes') from values (timestamp'2024-01-01 10:01:00') as v(t)")
# --- windows of windows in a row's columns
spark.sql("select window(t, '10 minutes', '5 minutes').start as s, t from values (timestamp'2024-01-01 10:01:00') as v(t)")
# --- the time of a window
spark.sql("select window_time(window) t, c from (select window, count(*) c from values (timestamp'2024-01-01 10:01:00') as v(t) group by window(t, '10 minutes'))")
# --- windows with a start
df = events().withWatermark("t", "0 seconds").groupBy(F.window("t", "1 hour", "1 hour", "15 minutes")).count().select("window.start", "count")
follow(df, "append", "in 10:01 a 1, 10:16 a 2", "in 11:15 a 4")
# --- sessions in a batch
df = spark.createDataFrame([("2024-01-01 10:01:00", 1), ("2024-01-01 10:04:00", 2), ("2024-01-01 10:14:00", 2), (None, 3)], "t string, v int").withColumn("t", F.to_timestamp("t"))
df.groupBy(F.session_window("t", "5 minutes")).agg(F.sum("v").alias("s")).select("session_window.start", "session_window.end", "s")
# --- sessions in append mode
df = events().withWatermark("t", "10 minutes").groupBy(F.session_window("t", "5 minutes"), "k").agg(F.sum("v").alias("s"))
df = df.select("session_window.start", "session_window.end", "k", "s")
follow(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:04 a 4, 10:25 b 8", "in 10:03 a 16, 10:19 a 32, 10:41 a 64", "in 11:00 a 128")
# --- sessions in update mode
events().withWatermark("t", "10 minutes").groupBy(F.session_window("t", "5 minutes"), "k").count().writeStream.outputMode("update").format("memory").queryName("m").start()
# --- late is what the batch before knew
df = events(maxFilesPerTrigger=1).withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s"))
df = df.select("window.start", "s")
settle(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:12 a 4, 10:45 b 8", "in 10:03 a 16, 10:19 a 32, 10:51 a 64", "in 10:22 a 128")
# --- a restarted query knows its watermark
df = events(maxFilesPerTrigger=1).withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s"))
df = df.select("window.start", "s")
a = settle(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:25 b 8")
put("in/100.json", '{"t": "2024-01-01T10:02:00Z", "k": "a", "v": 7}\n{"t": "2024-01-01T10:41:00Z", "k": "a", "v": 7}\n')
[a, settle(df, "append")]
# --- the checkpoint has the watermark
df = events().withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s"))
settle(df, "append", "in 10:01 a 1, 10:14 a 2")
import json
def text(path):
    return [r[0] for r in spark.read.text(DIR + "/cp/" + path).collect()]
[ls("cp/offsets"), ls("cp/commits"), [json.loads(text("offsets/%d" % n)[1])["batchWatermarkMs"] for n in (0, 1)], text("commits/0"), text("commits/1")]
# --- two watermarks, and the smaller one counts
a = events("a").withWatermark("t", "10 minutes")
b = events("b").withWatermark("t", "5 minutes")
df = a.union(b).groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s")).select("window.start", "s")
follow(df, "append", "a 10:01 a 1, 10:45 a 2", "b 10:03 b 4, 10:31 b 8", "a 10:59 a 1", "b 10:46 a 1")
# --- two watermarks, and the greater one counts
spark.conf.set("spark.sql.streaming.multipleWatermarkPolicy", "max")
a = events("a").withWatermark("t", "10 minutes")
b = events("b").withWatermark("t", "5 minutes")
df = a.union(b).groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s")).select("window.start", "s")
follow(df, "append", "a 10:01 a 1, 10:45 a 2", "b 10:03 b 4, 10:31 b 8")
# --- a filter of other columns is before the watermark
df = events().withWatermark("t", "0 minutes").filter("upper(k) = 'A'").groupBy(F.window("t", "10 minutes")).count().select("window.start", "count")
follow(df, "append", "in 10:01 a 1, 10:45 b 2", "in 10:03 a 1")
# --- a filter of the time is after the watermark
df = events().withWatermark("t", "0 minutes").filter("t < timestamp'2024-01-01 10:30:00'").groupBy(F.window("t", "10 minutes")).count().select("window.start", "count")
follow(df, "append", "in 10:01 a 1, 10:45 b 2", "in 10:03 a 1")
# --- a watermark twice
df = events().withWatermark("t", "5 minutes").withWatermark("t", "10 minutes").groupBy("t").count()
r = None
try:
    settle(df, "append", "in 10:01 a 1")
except Exception as error:
    r = str(error).split("\n")[0].split("terminated with exception: ")[1]
r
# --- a watermark after an aggregation
df = events().withWatermark("t", "5 minutes").groupBy("t").count().withWatermark("t", "10 minutes")
r = None
try:
    settle(df, "append", "in 10:01 a 1")
except Exception as error:
    r = str(error).split("\n")[0].split("terminated with exception: ")[1]
r
# --- a watermark of rows at hand
spark.createDataFrame([(datetime.datetime(2024, 1, 1), 1)], ["t", "v"]).withWatermark("t", "1 second").groupBy("t").count()
# --- an aggregation of an aggregation
df = events().withWatermark("t", "5 minutes").groupBy(F.window("t", "5 minutes"), "k").count()
df = df.groupBy(F.window(F.window_time("window"), "10 minutes")).agg(F.sum("count").alias("s")).select("window.start", "s")
follow(df, "append", "in 10:01 a 1, 10:06 a 2, 10:06 b 1", "in 10:17 a 4", "in 10:40 a 4")
# --- an aggregation of an aggregation in update mode
df = events().withWatermark("t", "5 minutes").groupBy(F.window("t", "5 minutes"), "k").count()
df.groupBy(F.window("window", "10 minutes")).count().writeStream.outputMode("update").format("memory").queryName("m").start()
# --- an aggregation of an aggregation in complete mode
events().groupBy("k", "v").count().groupBy("k").count().writeStream.outputMode("complete").format("memory").queryName("m").start()
# --- windows in SQL
events().withWatermark("t", "10 minutes").createOrReplaceTempView("e")
df = spark.sql("select window.end, k, count(*) as n from e group by window(t, '10 minutes'), k")
follow(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:25 b 8")
# --- having after the watermark
df = events().withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s")).filter("s > 1").select("window.start", "s")
follow(df, "append", "in 10:01 a 1, 10:14 a 2", "in 10:45 b 8")
# --- duplicates without a watermark
follow(events().dropDuplicates(["k"]), "append", "in 10:01 a 1, 10:14 a 2, 10:02 b 1", "in 10:12 a 4, 10:25 c 8")
# --- duplicates of a key with the time
df = events().withWatermark("t", "10 minutes").dropDuplicates(["t", "k"])
follow(df, "append", "in 10:01 a 1, 10:01 a 2, 10:14 a 2", "in 10:01 a 3, 10:25 c 8", "in 10:01 a 4, 10:14 a 1, 10:20 a 1", "in 10:45 a 1")
# --- duplicates of a key without the time, and a watermark
df = events().withWatermark("t", "10 minutes").dropDuplicates(["k"])
follow(df, "append", "in 10:01 a 1, 10:01 a 2, 10:14 b 2", "in 10:01 a 3, 10:25 c 8", "in 10:01 d 4, 10:20 e 1")
# --- duplicates within the watermark
df = events().withWatermark("t", "10 minutes").dropDuplicatesWithinWatermark(["k"])
follow(df, "append", "in 10:01 a 1, 10:02 a 2, 10:14 b 2", "in 10:09 a 3, 10:25 c 8", "in 10:16 a 4, 10:20 b 1", "in 10:02 d 1")
# --- duplicates within no watermark
events().dropDuplicatesWithinWatermark(["k"]).writeStream.format("memory").queryName("m").start()
# --- duplicates within the watermark of rows at hand
spark.createDataFrame([(1, 2)], ["a", "b"]).dropDuplicatesWithinWatermark(["a"])
# --- duplicates within the watermark in update mode
df = events().withWatermark("t", "10 minutes").dropDuplicatesWithinWatermark(["k"])
follow(df, "update", "in 10:01 a 1, 10:02 a 2", "in 10:09 a 3")
# --- distinct of a stream
follow(events().select("k").distinct(), "append", "in 10:01 a 1, 10:14 a 2, 10:02 b 1", "in 10:12 a 4, 10:25 c 8")
# --- distinct of a stream in SQL
events().createOrReplaceTempView("e")
spark.sql("select distinct k from e").writeStream.format("memory").queryName("m").start()
# --- distinct of a stream in SQL in update mode
events().createOrReplaceTempView("e")
follow(spark.sql("select distinct k from e"), "update", "in 10:01 a 1, 10:14 a 2, 10:02 b 1", "in 10:12 a 4, 10:25 c 8")
# --- duplicates in complete mode
events().dropDuplicates(["k"]).writeStream.outputMode("complete").format("memory").queryName("m").start()
# --- duplicates before an aggregation
df = events().dropDuplicates(["k"]).groupBy("v").count()
follow(df, "complete", "in 10:01 a 1, 10:14 a 2, 10:02 b 1", "in 10:12 a 4, 10:25 c 1")
# --- duplicates after an aggregation
follow(events().groupBy("k").count().dropDuplicates(["count"]), "update", "in 10:01 a 1", "in 10:01 a 1, 10:02 b 1")
# --- count of distinct values
events().groupBy("k").agg(F.count_distinct("v")).writeStream.outputMode("complete").format("memory").queryName("m").start()
# --- progress of a stateful query
df = events().withWatermark("t", "10 minutes").dropDuplicates(["t", "k"])
put("in/a.json", '{"t": "2024-01-01T10:01:00Z", "k": "a", "v": 1}\n{"t": "2024-01-01T10:02:00Z", "k": "a", "v": 1}\n{"t": "2024-01-01T10:02:00Z", "k": "a", "v": 1}\n')
q = df.writeStream.format("memory").queryName("m").start()
q.processAllAvailable()
q.stop()
p = [p for p in q.recentProgress if p["numInputRows"]][0]
[dict(p["eventTime"]), sorted(p["stateOperators"][0].keys()), p["stateOperators"][0]["customMetrics"].get("numDroppedDuplicateRows")]
