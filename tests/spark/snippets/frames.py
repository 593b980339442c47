# --- group by several and several aggregates
df = spark.createDataFrame([("a", 1, 2.0), ("a", 2, 3.0), ("b", 3, 4.0)], ["k", "i", "d"])
df.groupBy("k", (col("i") % 2).alias("odd")).agg(F.count("*").alias("n"), F.sum("d"), F.avg("i"), F.countDistinct("i"), F.collect_set("i"), F.first("d"), F.max_by("i", "d"))

# --- agg by a dict
spark.range(4).agg({"id": "max", "*": "count"})

# --- group by without aggregates of a list
spark.createDataFrame([("a", 1), ("b", 2)], ["k", "v"]).groupBy("k").max("v", "w")

# --- pivot with values
spark.createDataFrame([("a", "x", 1), ("a", "y", 2)], ["k", "p", "v"]).groupBy("k").pivot("p", ["x", "z"]).sum("v")

# --- withColumns and drop
spark.range(2).withColumns({"a": col("id") + 1, "b": lit("x")}).drop("id", "nope")

# --- withColumnRenamed of what isn't there
spark.range(1).withColumnRenamed("nope", "x")

# --- withColumnsRenamed
spark.createDataFrame([(1, 2)], ["a", "b"]).withColumnsRenamed({"a": "x", "b": "y"})

# --- toDF with too few names
spark.createDataFrame([(1, 2)], ["a", "b"]).toDF("x")

# --- select of a column that isn't there
spark.range(1).select("nope")

# --- select of expressions
spark.range(2).select("*", (col("id") * 2).alias("twice"), F.expr("id + 1 AS next"), col("id").cast("string"))

# --- selectExpr
spark.range(2).selectExpr("id", "id * 2 AS twice", "CAST(id AS STRING) s")

# --- filter by a text
spark.range(5).filter("id > 2 AND id < 4")

# --- where with is in and between
spark.range(6).where(col("id").isin([1, 3, 5]) & col("id").between(2, 5))

# --- and instead of an ampersand
spark.range(1).filter(col("id") > 1 and col("id") < 3)

# --- when without otherwise
spark.range(3).select(F.when(col("id") == 0, "none").when(col("id") == 1, "one").alias("w"))

# --- null functions
spark.createDataFrame([(None, 1), (2, None)], "a int, b int").select(F.coalesce("a", "b"), F.isnull("a"), F.nvl("a", lit(9)), F.nanvl(lit(float("nan")), lit(1.0)), col("a").eqNullSafe(None))

# --- union by name with missing columns
spark.createDataFrame([(1, 2)], ["a", "b"]).unionByName(spark.createDataFrame([(3,)], ["a"]), allowMissingColumns=True)

# --- union by name without
spark.createDataFrame([(1, 2)], ["a", "b"]).unionByName(spark.createDataFrame([(3,)], ["a"]))

# --- union of different widths
spark.createDataFrame([(1, 2)], ["a", "b"]).union(spark.createDataFrame([(3,)], ["a"]))

# --- join on a list
l = spark.createDataFrame([(1, "x", 1), (2, "y", 2)], ["id", "k", "l"])
r = spark.createDataFrame([(1, "x", 3)], ["id", "k", "r"])
l.join(r, ["id", "k"], "left")

# --- join on an expression keeps both
l = spark.createDataFrame([(1, "x")], ["id", "l"])
r = spark.createDataFrame([(1, "y")], ["id", "r"])
l.join(r, l.id == r.id).select(l.id, r.id, "l", "r")

# --- an ambiguous column after a join
l = spark.createDataFrame([(1, "x")], ["id", "l"])
r = spark.createDataFrame([(1, "y")], ["id", "r"])
l.join(r, l.id == r.id).select("id")

# --- join of an unknown kind
spark.range(1).join(spark.range(1), "id", "sideways")

# --- cross join
spark.range(2).crossJoin(spark.range(2).withColumnRenamed("id", "x"))

# --- drop duplicates by columns
spark.createDataFrame([("a", 1), ("a", 1), ("b", 2)], ["k", "v"]).dropDuplicates(["k"]).select("k")

# --- drop duplicates by a column that isn't there
spark.range(1).dropDuplicates(["nope"])

# --- sort by several
spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], ["k", "v"]).orderBy(col("k").desc(), F.desc("v")).collect()

# --- sort by nulls last
[r.a for r in spark.createDataFrame([(1,), (None,), (2,)], "a int").orderBy(F.asc_nulls_last("a")).collect()]

# --- sort ascending by a list
spark.createDataFrame([("a", 1), ("b", 2)], ["k", "v"]).sort(["k", "v"], ascending=[False, True]).collect()

# --- fillna by columns
spark.createDataFrame([(None, None), (1, "x")], "i int, s string").fillna({"i": 0, "s": "none"}).collect()

# --- replace
spark.createDataFrame([("a",), ("b",)], ["s"]).replace({"a": "x"}).collect()

# --- dropna with a threshold
spark.createDataFrame([(None, None, 1), (1, None, 1)], "a int, b int, c int").dropna(thresh=2).collect()

# --- describe
spark.createDataFrame([(1, "a"), (3, "b")], ["i", "s"]).describe().collect()

# --- explode and its kin
spark.createDataFrame([(1, [1, 2]), (2, [])], "id int, xs array<int>").select("id", F.explode_outer("xs").alias("x"))

# --- two explodes
spark.createDataFrame([([1], [2])], "a array<int>, b array<int>").select(F.explode("a"), F.explode("b"))

# --- split and size
spark.createDataFrame([("a,b,c",)], ["s"]).select(F.split("s", ",").alias("p"), F.size(F.split("s", ",")), F.split("s", ",")[1], F.element_at(F.split("s", ","), -1), F.split_part("s", lit(","), lit(2)))

# --- struct and its fields
spark.range(1).select(F.struct("id", lit("x").alias("n")).alias("s")).select("s.*", "s.n", col("s").getField("id"), col("s")["n"])

# --- from_json with a schema of types
s = T.StructType([T.StructField("a", T.IntegerType()), T.StructField("b", T.ArrayType(T.StringType()))])
spark.createDataFrame([('{"a": 1, "b": ["x", "y"]}',)], ["j"]).select(F.from_json("j", s).alias("p")).select("p.a", F.explode("p.b").alias("e"))

# --- to_json and get_json_object
spark.range(1).select(F.to_json(F.struct(lit(1).alias("a"), lit(None).cast("int").alias("b"))), F.get_json_object(lit('{"a": {"b": 2}}'), "$.a.b"))

# --- window with rows between
w = Window.partitionBy("k").orderBy("v").rowsBetween(Window.unboundedPreceding, Window.currentRow)
spark.createDataFrame([("a", 1), ("a", 2), ("b", 3)], ["k", "v"]).select("k", "v", F.sum("v").over(w).alias("s"), F.row_number().over(Window.partitionBy("k").orderBy(F.desc("v"))).alias("n"), F.lag("v", 1, 0).over(Window.orderBy("v")).alias("l"))

# --- a window function in filter
spark.range(3).filter(F.row_number().over(Window.orderBy("id")) == 1)

# --- an aggregate in withColumn
spark.range(3).withColumn("m", F.max("id"))

# --- udf with a type
f = F.udf(lambda x: x * 2, T.IntegerType())
spark.createDataFrame([(1,), (2,)], "a int").select(f("a").alias("b"))

# --- a registered udf in SQL
spark.udf.register("plus_two", lambda x: x + 2, "int")
spark.sql("SELECT plus_two(5) AS a")

# --- a udf that fails
f = F.udf(lambda x: 1 // x, "int")
try:
    spark.createDataFrame([(0,)], "a int").select(f("a")).collect()
except Exception as e:
    r = "ZeroDivisionError" in str(e)
r

# --- collect as dicts and rows
rows = spark.createDataFrame([(1, "a")], ["i", "s"]).collect()
[rows[0].asDict(), rows[0].i, rows[0]["s"], rows[0][0], "i" in rows[0], len(rows[0])]

# --- first, head, take, tail
df = spark.range(5).orderBy("id")
[df.first(), df.head(), df.head(2), df.take(1), df.tail(2), df.isEmpty(), df.count()]

# --- first of nothing
spark.range(0).first()

# --- columns, dtypes and schema
df = spark.createDataFrame([(1, "a", [1.5])], ["i", "s", "a"])
[df.columns, df.dtypes, df.schema.simpleString(), df.schema["a"].dataType.simpleString()]

# --- printSchema
spark.createDataFrame([(1, {"k": [1]}, (1, "x"))], "i int not null, m map<string,array<int>>, s struct<a:int,b:string>").printSchema()

# --- show truncated and vertical
df = spark.createDataFrame([(1, "a long text that is cut somewhere"), (None, None)], "i int, s string")
df.show()
df.show(1, truncate=10)
df.show(1, vertical=True)

# --- createDataFrame from dicts and Rows
[spark.createDataFrame([{"a": 1, "b": "x"}]).collect(), spark.createDataFrame([Row(a=1, b=None)], "a int, b string").collect()]

# --- createDataFrame of a wrong type
spark.createDataFrame([("x",)], "a int")

# --- createDataFrame of nothing
spark.createDataFrame([], "a int, b string")

# --- createDataFrame of nothing without a schema
spark.createDataFrame([])

# --- a column of two types
spark.createDataFrame([(1,), ("x",)], ["a"])

# --- dates from Python
spark.createDataFrame([(datetime.date(2024, 1, 31), datetime.datetime(2024, 1, 31, 10, 5))], ["d", "t"]).select("d", F.date_add("d", 1), F.month("d"), F.hour("t"), F.date_format("t", "dd.MM.yyyy"), F.to_date("t"), F.last_day("d"), F.datediff(lit("2024-03-01"), "d"))

# --- columns by attribute and index
df = spark.createDataFrame([(1, 2)], ["a", "b"])
df.select(df.a, df["b"], df[0], df.a + df.b)

# --- an attribute that isn't there
spark.range(1).nope

# --- a column that isn't there by index
spark.range(1)["nope"]

# --- transform
spark.range(2).transform(lambda d: d.withColumn("x", col("id") * 2))

# --- random split and sample are frames
[len(spark.range(10).randomSplit([0.5, 0.5], 1)), spark.range(10).sample(1.0).count()]

# --- repartition and coalesce
[spark.range(10).repartition(3).rdd.getNumPartitions() if hasattr(spark.range(1), "nope") else spark.range(10).coalesce(1).count(), spark.range(4).repartition("id").count()]

# --- exceptAll, intersect, subtract
a = spark.createDataFrame([(1,), (1,), (2,)], ["x"])
b = spark.createDataFrame([(1,)], ["x"])
[a.exceptAll(b).collect(), a.intersect(b).collect(), a.subtract(b).collect()]

# --- temp views and tables
spark.range(2).createOrReplaceTempView("v")
spark.range(3).write.format("parquet").mode("overwrite").saveAsTable("t")
[spark.table("v").count(), spark.sql("SELECT count(*) FROM t").collect(), spark.catalog.tableExists("t"), spark.catalog.tableExists("nope"), sorted(t.name for t in spark.catalog.listTables())]

# --- a sql text with arguments
spark.range(5).createOrReplaceTempView("v")
spark.sql("SELECT * FROM v WHERE id > :low AND id < ?".replace("?", ":high"), args={"low": 1, "high": 4})

# --- a sql text with a DataFrame
spark.sql("SELECT count(*) AS n FROM {df} WHERE id > {low}", df=spark.range(5), low=2)

# --- array functions of DataFrames
spark.createDataFrame([([3, 1, 2],)], ["a"]).select(F.sort_array("a"), F.array_contains("a", 3), F.array_max("a"), F.transform("a", lambda x: x + 1), F.filter("a", lambda x: x > 1), F.aggregate("a", lit(0).cast("long"), lambda s, x: s + x), F.exists("a", lambda x: x == 2), F.array_join(F.transform("a", lambda x: x.cast("string")), "-"))
