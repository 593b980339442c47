# --- inner join without a watermark
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
follow(l.join(r, "k"), "append", "l 10:01 a 1, 10:02 b 2", "r 10:01 a 10, 10:02 c 20", "l 10:03 a 3, 10:03 c 4", "r 10:09 a 30")
# --- inner join with a range of times
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes")).select("k", "lv", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:05 a 10, 10:17 a 20", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1", "l 10:05 a 7, 10:39 a 8", "r 11:20 x 1", "l 11:30 x 1")
# --- left outer join with a range of times
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "left").select("k", "lv", "rk", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:05 a 10, 10:17 a 20", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1", "l 10:05 a 7, 10:39 a 8", "r 11:20 x 1", "l 11:30 x 1")
# --- right outer join with a range of times
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "right").select("k", "lv", "rk", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:05 a 10, 10:17 a 20", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1", "l 10:05 a 7, 10:39 a 8", "r 11:20 x 1", "l 11:30 x 1")
# --- full outer join with a range of times
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "full").select("k", "lv", "rk", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:05 a 10, 10:17 a 20", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1", "l 10:05 a 7, 10:39 a 8", "r 11:20 x 1", "l 11:30 x 1")
# --- left semi join with a range of times
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "left_semi").select("k", "lv")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:05 a 10, 10:17 a 20, 10:06 a 11", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1", "l 10:05 a 7, 10:39 a 8", "r 11:20 x 1", "l 11:30 x 1")
# --- left outer join on the time itself
l = events("l").select("t", "k", F.col("v").alias("lv")).withWatermark("t", "10 minutes")
r = events("r").select("t", "k", F.col("v").alias("rv")).withWatermark("t", "5 minutes")
df = l.join(r, ["t", "k"], "left").select("t", "k", "lv", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:01 a 10, 10:17 a 20", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1", "r 10:40 a 7", "l 11:10 a 1")
# --- outer join on windows
l = events("l").withWatermark("t", "10 minutes").select(F.window("t", "10 minutes").alias("w"), "k", F.col("v").alias("lv"))
r = events("r").withWatermark("t", "5 minutes").select(F.window("t", "10 minutes").alias("w"), "k", F.col("v").alias("rv"))
df = l.join(r, ["w", "k"], "full").select("w.start", "k", "lv", "rv")
follow(df, "append", "l 10:01 a 1, 10:12 b 2", "r 10:04 a 10, 10:17 a 20", "l 10:40 a 3", "r 10:41 a 30, 10:02 b 1")
# --- outer join with a condition on one side
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes and lv > 1"), "left").select("k", "lv", "rk", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 a 2", "r 10:05 a 10", "l 10:40 a 3")
# --- NULL keys match nothing
l = events("l").select(F.col("t").alias("lt"), F.when(F.col("k") != "n", F.col("k")).alias("k"), F.col("v").alias("lv")).withWatermark("lt", "0 minutes")
r = events("r").select(F.col("t").alias("rt"), F.when(F.col("k") != "n", F.col("k")).alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "0 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 1 minutes"), "left").select("k", "lv", "rk", "rv")
follow(df, "append", "l 10:01 n 1", "r 10:01 n 10", "l 10:40 a 3", "r 10:40 b 3")
# --- restarts of a join
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "left").select("k", "lv", "rk", "rv")
a = settle(df, "append", "l 10:01 a 1, 10:02 b 2")
b = settle(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:05 a 10, 10:07 a 20")
put("l/100.json", '{"t": "2024-01-01T10:40:00Z", "k": "a", "v": 7}\n')
put("r/100.json", '{"t": "2024-01-01T10:41:00Z", "k": "a", "v": 9}\n')
[a, b, settle(df, "append")]
# --- outer join without a watermark
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k", "left").writeStream.format("memory").queryName("m").start()
# --- full outer join without a watermark
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k", "full").writeStream.format("memory").queryName("m").start()
# --- left semi join without a watermark
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k", "left_semi").writeStream.format("memory").queryName("m").start()
# --- left anti join of two streams
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k", "left_anti").writeStream.format("memory").queryName("m").start()
# --- outer join with watermarks and no range
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
l.join(r, F.expr("k = rk"), "left").writeStream.format("memory").queryName("m").start()
# --- outer join with a range on the wrong side
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
l.join(r, F.expr("k = rk and rt <= lt + interval 15 minutes"), "right").writeStream.format("memory").queryName("m").start()
# --- outer join with a watermark on one side
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv"))
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "left").writeStream.format("memory").queryName("m").start()
# --- outer join with a watermark on the other side
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "5 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv"))
l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes"), "left").writeStream.format("memory").queryName("m").start()
# --- join of two streams in update mode
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k").writeStream.outputMode("update").format("memory").queryName("m").start()
# --- join of two streams in complete mode
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k").writeStream.outputMode("complete").format("memory").queryName("m").start()
# --- join of two streams without an equality
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
put("l/a.json", '{"k": "a", "v": 1}\n')
put("r/a.json", '{"k": "a", "v": 1}\n')
q = l.join(r, F.expr("lv < rv")).writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
try:
    q.awaitTermination()
except Exception as error:
    r = str(error).split("terminated with exception: ")[1].split(";")[0]
r
# --- cross join of two streams
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select(F.col("v").alias("rv"))
put("l/a.json", '{"k": "a", "v": 1}\n')
put("r/a.json", '{"k": "a", "v": 1}\n')
q = l.crossJoin(r).writeStream.format("memory").queryName("m").trigger(availableNow=True).start()
try:
    q.awaitTermination()
except Exception as error:
    r = str(error).split("terminated with exception: ")[1].split(";")[0]
r
# --- aggregation after a join of two streams
l = events("l").select("t", "k", F.col("v").alias("lv")).withWatermark("t", "10 minutes")
r = events("r").select("t", "k", F.col("v").alias("rv")).withWatermark("t", "5 minutes")
df = l.join(r, ["t", "k"]).groupBy(F.window("t", "10 minutes")).agg(F.sum("rv").alias("s")).select("window.start", "s")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:01 a 10, 10:02 b 20", "l 10:40 a 3", "r 10:41 a 30")
# --- aggregation after a join with a range of times
l = events("l").select(F.col("t").alias("lt"), "k", F.col("v").alias("lv")).withWatermark("lt", "10 minutes")
r = events("r").select(F.col("t").alias("rt"), F.col("k").alias("rk"), F.col("v").alias("rv")).withWatermark("rt", "5 minutes")
df = l.join(r, F.expr("k = rk and rt >= lt and rt <= lt + interval 15 minutes")).groupBy(F.window("lt", "10 minutes")).agg(F.sum("rv").alias("s")).select("window.start", "s")
follow(df, "append", "l 10:01 a 1, 10:02 b 2", "r 10:01 a 10, 10:02 b 20", "l 10:40 a 3", "r 10:41 a 30", "l 11:10 z 1", "r 11:15 y 1")
# --- aggregation in complete mode after a join
l = events("l").select("k", F.col("v").alias("lv"))
r = events("r").select("k", F.col("v").alias("rv"))
l.join(r, "k").groupBy("k").count().writeStream.outputMode("complete").format("memory").queryName("m").start()
# --- join after an aggregation
l = events("l").withWatermark("t", "10 minutes").groupBy(F.window("t", "10 minutes").alias("w"), "k").agg(F.sum("v").alias("lv"))
r = events("r").withWatermark("t", "5 minutes").groupBy(F.window("t", "10 minutes").alias("w"), "k").agg(F.sum("v").alias("rv"))
df = l.join(r, ["w", "k"]).select("w.start", "k", "lv", "rv")
follow(df, "append", "l 10:01 a 1, 10:02 a 2", "r 10:01 a 10, 10:02 a 20", "l 10:40 a 3", "r 10:41 a 30", "l 11:10 z 1", "r 11:15 y 1")
# --- three streams
a = events("a").select("k", F.col("v").alias("av"))
b = events("b").select("k", F.col("v").alias("bv"))
c = events("c").select("k", F.col("v").alias("cv"))
follow(a.join(b, "k").join(c, "k"), "append", "a 10:01 a 1", "b 10:01 a 2", "c 10:01 a 3", "a 10:02 a 4")
# --- static sides that may be outer
s = spark.createDataFrame([("a", 1), ("z", 2)], ["k", "x"])
e = events("l").select("k", "v")
r = []
for kind in ["inner", "left", "left_semi", "left_anti"]:
    r.append([kind, follow(e.join(s, "k", kind), "append", "l 10:01 a 1, 10:01 b 2")])
for kind in ["inner", "right"]:
    r.append([kind, follow(s.join(e, "k", kind), "append", "l 10:01 a 1, 10:01 b 2")])
r
# --- static sides that may not be outer
s = spark.createDataFrame([("a", 1), ("z", 2)], ["k", "x"])
e = events("l").select("k", "v")
r = []
for df in [e.join(s, "k", "right"), e.join(s, "k", "full"), s.join(e, "k", "left"), s.join(e, "k", "full"), s.join(e, "k", "left_semi"), s.join(e, "k", "left_anti")]:
    try:
        df.writeStream.format("memory").queryName("m").start()
        r.append("started")
    except Exception as error:
        r.append(str(error).split(";")[0])
r
