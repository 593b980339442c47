# --- groupBy count
df = spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], ["k", "v"])
df.groupBy("k").count()
# --- groupBy shortcuts
df = spark.createDataFrame([("a", 1, 1.5), ("b", 2, 2.5), ("a", 3, None)], ["k", "v", "d"])
[df.groupBy("k").sum("v").orderBy("k").collect(), df.groupBy("k").avg().orderBy("k").collect(), df.groupBy("k").max("v", "d").orderBy("k").collect(), df.groupBy("k").min().orderBy("k").columns, df.groupBy("k").mean("d").orderBy("k").collect()]
# --- agg with a dict
df = spark.createDataFrame([("a", 1, 1.5), ("b", 2, 2.5), ("a", 3, None)], ["k", "v", "d"])
df.groupBy("k").agg({"v": "sum", "d": "avg"})
# --- agg star count dict
spark.range(3).agg({"*": "count", "id": "max"})
# --- agg with aliases
df = spark.createDataFrame([("a", 1, 1.5), ("b", 2, 2.5), ("a", 3, None)], ["k", "v", "d"])
df.groupBy("k").agg(F.sum("v").alias("s"), F.count("d").alias("c"), F.countDistinct("v").alias("cd"), F.avg("d").alias("a"), F.min("d"), F.max("v"))
# --- aggregate without groups
spark.createDataFrame([(1, 2.0), (3, 4.0)], ["a", "b"]).agg(F.sum("a"), F.avg("b"), F.count("*"), F.max("b"))
# --- aggregate of nothing
spark.createDataFrame([], "a int, b double").agg(F.sum("a"), F.avg("b"), F.count("*"), F.collect_list("a"), F.max("a"))
# --- group of nothing
spark.createDataFrame([], "a int, b double").groupBy("a").agg(F.sum("b"))
# --- collect_list and collect_set
df = spark.createDataFrame([("a", 1), ("a", 1), ("a", 2), ("b", None)], "k string, v int")
df.groupBy("k").agg(F.sort_array(F.collect_list("v")).alias("l"), F.sort_array(F.collect_set("v")).alias("s"))
# --- statistics
df = spark.createDataFrame([(1.0, 2.0), (2.0, 4.5), (4.0, 7.0)], ["a", "b"])
df.agg(*[F.round(f, 8) for f in [F.stddev("a"), F.stddev_pop("a"), F.variance("a"), F.var_pop("a"), F.corr("a", "b"), F.covar_samp("a", "b"), F.covar_pop("a", "b"), F.skewness("a"), F.kurtosis("a")]])
# --- first and last
df = spark.createDataFrame([(None,), (2,), (3,)], "v int")
df.agg(F.first("v"), F.first("v", ignorenulls=True), F.last("v"), F.any_value("v"))
# --- median and percentile
df = spark.createDataFrame([(1,), (2,), (3,), (10,)], "v int")
df.agg(F.median("v"), F.percentile("v", 0.5), F.percentile_approx("v", 0.5), F.percentile_approx("v", [0.25, 0.75]))
# --- max_by and min_by
df = spark.createDataFrame([("a", 1), ("b", 5), ("c", 3)], ["k", "v"])
df.agg(F.max_by("k", "v"), F.min_by("k", "v"), F.max(F.struct("v", "k")))
# --- count_if and bool aggregates
df = spark.createDataFrame([(1, True), (2, False), (None, None)], "v int, b boolean")
df.agg(F.count_if(col("v") > 1), F.bool_and("b"), F.bool_or("b"), F.every("b"), F.some("b"), F.count("v"), F.count(lit(1)), F.bit_and("v"), F.bit_or("v"))
# --- sum of kinds
spark.createDataFrame([(1, 2, 1.5, Decimal("2.50"), 1.5)], "a int, b bigint, c double, d decimal(10,2), e float").agg(F.sum("a"), F.sum("b"), F.sum("c"), F.sum("d"), F.sum("e"), F.avg("d"), F.avg("a"))
# --- rollup, in order
df = spark.createDataFrame([("a", "x", 1), ("a", "y", 2), ("b", "x", 3)], ["k", "l", "v"])
df.rollup("k", "l").agg(F.sum("v").alias("s"), F.grouping_id().alias("g")).orderBy("g", "k", "l")
# --- cube
df = spark.createDataFrame([("a", "x", 1), ("b", "x", 3)], ["k", "l", "v"])
df.cube("k", "l").agg(F.sum("v").alias("s"), F.grouping("k").alias("gk"))
# --- pivot with values
df = spark.createDataFrame([("a", "x", 1), ("a", "y", 2), ("b", "x", 3)], ["k", "l", "v"])
df.groupBy("k").pivot("l", ["x", "y"]).sum("v")
# --- pivot without values
df = spark.createDataFrame([("a", "x", 1), ("a", "y", 2), ("b", "x", 3)], ["k", "l", "v"])
df.groupBy("k").pivot("l").agg(F.sum("v"), F.count("*").alias("c"))
# --- pivot on numbers
spark.createDataFrame([(2023, 1), (2024, 2)], ["y", "v"]).groupBy().pivot("y").sum("v")
# --- having
df = spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], ["k", "v"])
df.groupBy("k").count().filter("count > 1")
# --- group by an expression
spark.range(5).groupBy((col("id") % 2).alias("odd")).agg(F.count("*").alias("n"))
# --- group by an unnamed expression
spark.range(5).groupBy(col("id") % 2).count()
# --- column that isn't grouped
spark.createDataFrame([("a", 1)], ["k", "v"]).createOrReplaceTempView("t")
spark.sql("select k, v from t group by k")
# --- nested aggregates
spark.range(3).agg(F.sum(F.max("id")))
# --- sum of text
spark.createDataFrame([("1",), ("2",)], ["s"]).agg(F.sum("s"))
# --- sum of words
spark.createDataFrame([("x",)], ["s"]).agg(F.sum("s"))
# --- sum of a map
spark.range(1).select(F.create_map(lit(1), lit(2)).alias("m")).agg(F.sum("m"))
# --- aggregate of an unknown column
spark.range(3).groupBy("id").agg(F.sum("nope"))
# --- sum shortcut of a text column
spark.createDataFrame([("a",)], ["s"]).groupBy().sum("s")
# --- filter clause
spark.sql("select count(*) filter (where id > 1) a, sum(id) filter (where id = 0) b from range(4)")
# --- grouping sets
spark.sql("select k, l, sum(v) s from values ('a','x',1),('a','y',2),('b','x',3) as t(k,l,v) group by grouping sets ((k), (l), ())")
# --- group by all
spark.sql("select k, sum(v) s from values ('a',1),('a',2),('b',3) as t(k,v) group by all")
# --- group by ordinal
spark.sql("select k, sum(v) s from values ('a',1),('a',2),('b',3) as t(k,v) group by 1")
# --- count distinct of several
spark.createDataFrame([(1, "a"), (1, "a"), (1, None)], "x int, y string").agg(F.countDistinct("x", "y"), F.count_distinct("x"))
# --- count distinct star
spark.sql("select count(distinct *) c, count(distinct k, v) d from values ('a',1),('a',1),('b',2) as t(k,v)")
# --- listagg
spark.sql("select listagg(k, ',') within group (order by k) l from values ('b'),('a') as t(k)")
# --- groupBy with a list and a comprehension
df = spark.createDataFrame([("a", "x", 1)], ["k", "l", "v"])
df.groupBy(["k", "l"]).agg(*[F.sum(c).alias("sum_" + c) for c in ["v"]])
# --- agg without arguments
spark.range(2).groupBy("id").agg()
# --- count of a DataFrame
[spark.range(7).count(), spark.createDataFrame([], "a int").count(), spark.createDataFrame([(1,), (1,), (2,)], ["a"]).distinct().count()]
# --- group by null keys
spark.createDataFrame([(None, 1), (None, 2), ("a", 3)], "k string, v int").groupBy("k").sum("v")
# --- order by count, in order
df = spark.createDataFrame([("a",), ("b",), ("a",)], ["k"])
df.groupBy("k").count().orderBy(F.desc("count"), "k")
# --- order by an aggregate, in order
spark.sql("select k from values ('a',1),('b',5),('a',2) as t(k,v) group by k order by sum(v) desc")
