# --- row_number, rank, dense_rank
df = spark.createDataFrame([("a", 1), ("a", 1), ("a", 3), ("b", 2)], ["k", "v"])
w = Window.partitionBy("k").orderBy("v")
df.select("k", "v", F.row_number().over(w).alias("r"), F.rank().over(w).alias("k1"), F.dense_rank().over(w).alias("d"), F.percent_rank().over(w).alias("p"), F.cume_dist().over(w).alias("c"), F.ntile(2).over(w).alias("n"))
# --- names of window columns
df = spark.createDataFrame([("a", 1)], ["k", "v"])
w = Window.partitionBy("k").orderBy(F.desc("v"))
df.select(F.rank().over(w), F.sum("v").over(Window.partitionBy("k")), F.lag("v").over(w)).columns
# --- lag and lead
df = spark.createDataFrame([("a", 1), ("a", 2), ("a", 3)], ["k", "v"])
w = Window.partitionBy("k").orderBy("v")
df.select("v", F.lag("v").over(w).alias("g"), F.lead("v", 1, 0).over(w).alias("d"), F.lag("v", 2, -1).over(w).alias("g2"))
# --- running sum
df = spark.createDataFrame([("a", 1), ("a", 2), ("a", 2), ("b", 5)], ["k", "v"])
df.select("k", "v", F.sum("v").over(Window.partitionBy("k").orderBy("v")).alias("range"), F.sum("v").over(Window.partitionBy("k").orderBy("v").rowsBetween(Window.unboundedPreceding, Window.currentRow)).alias("rows"))
# --- whole partition
df = spark.createDataFrame([("a", 1), ("a", 2), ("b", 5)], ["k", "v"])
df.withColumn("share", col("v") / F.sum("v").over(Window.partitionBy("k"))).withColumn("m", F.max("v").over(Window.partitionBy()))
# --- moving average
df = spark.createDataFrame([(1, 10.0), (2, 20.0), (3, 60.0)], ["d", "v"])
df.select("d", F.avg("v").over(Window.orderBy("d").rowsBetween(-1, 0)).alias("m"), F.avg("v").over(Window.orderBy("d").rowsBetween(-1, 1)).alias("c"))
# --- range frame
df = spark.createDataFrame([(1, 10), (2, 20), (5, 60)], ["d", "v"])
df.select("d", F.sum("v").over(Window.orderBy("d").rangeBetween(-1, 0)).alias("s"))
# --- first_value and last_value
df = spark.createDataFrame([("a", 1), ("a", 2), ("a", 3)], ["k", "v"])
w = Window.partitionBy("k").orderBy("v")
df.select("v", F.first("v").over(w).alias("f"), F.last("v").over(w).alias("l"), F.last("v").over(w.rowsBetween(0, Window.unboundedFollowing)).alias("ll"), F.nth_value("v", 2).over(w).alias("n"))
# --- top of each group
df = spark.createDataFrame([("a", 1), ("a", 9), ("b", 4), ("b", 2)], ["k", "v"])
w = Window.partitionBy("k").orderBy(col("v").desc())
df.withColumn("rn", F.row_number().over(w)).filter(col("rn") == 1).drop("rn")
# --- window in SQL
spark.sql("select k, v, rank() over (partition by k order by v desc) r, sum(v) over w s from values ('a',1),('a',2),('b',5) as t(k,v) window w as (partition by k)")
# --- window function without over
spark.range(1).select(F.row_number())
# --- ranking without order
spark.range(2).select(F.rank().over(Window.partitionBy("id")))
# --- window in where
spark.sql("select * from range(3) where row_number() over (order by id) = 1")
# --- count and collect over
df = spark.createDataFrame([("a", 1), ("a", 2)], ["k", "v"])
df.select("v", F.count("*").over(Window.partitionBy("k")).alias("n"), F.collect_list("v").over(Window.partitionBy("k").orderBy("v")).alias("l"))
# --- aggregate and window together
df = spark.createDataFrame([("a", 1), ("a", 2), ("b", 5)], ["k", "v"])
df.groupBy("k").agg(F.sum("v").alias("s")).withColumn("r", F.rank().over(Window.orderBy(F.desc("s"))))
# --- last value ignoring nulls
spark.sql("select id, v, last_value(v) ignore nulls over (order by id) l from values (1, 10), (2, null), (3, 30) as t(id, v)")
