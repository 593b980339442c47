# --- select names
df = spark.createDataFrame([(1, "a", 2.5), (2, "b", None)], ["id", "name", "price"])
df.select("id", "name")
# --- select star and an expression
df = spark.createDataFrame([(1, "a"), (2, "b")], ["id", "name"])
df.select("*", (col("id") * 2).alias("double"))
# --- select a list
df = spark.createDataFrame([(1, "a")], ["id", "name"])
df.select(["name", "id"])
# --- select by attribute and index
df = spark.createDataFrame([(1, "a")], ["id", "name"])
df.select(df.id, df["name"], df[0])
# --- names of computed columns
df = spark.createDataFrame([(1, 2.0, "x")], ["a", "b", "c"])
df.select(col("a") + 1, col("a") + col("b"), -col("a"), col("a") == 1, ~(col("a") > 1), col("a") / 2, col("a") % 2, (col("a") > 0) & (col("b") < 3), (col("a") > 0) | (col("b") < 3), col("a") - 1.5).columns
# --- names of functions
df = spark.createDataFrame([(1, 2.0, "x")], ["a", "b", "c"])
df.select(F.upper("c"), F.length(col("c")), F.concat(col("c"), lit("y")), F.coalesce("a", lit(0)), F.round("b", 1), F.when(col("a") > 0, "p").otherwise("n"), F.expr("a + 1"), F.lit(3), F.lit("t"), col("a").cast("string"), col("a").isNull(), col("c").like("x%"), col("c").isin("x", "y"), col("a").between(1, 3), F.substring("c", 1, 1)).columns
# --- names of aggregates
df = spark.createDataFrame([(1, 2.0, "x")], ["a", "b", "c"])
df.groupBy("c").agg(F.sum("a"), F.avg("b"), F.count("*"), F.count("a"), F.countDistinct("a"), F.max("b"), F.collect_list("a"), F.first("a"), F.sum(col("a") * 2), F.approx_count_distinct("a"), F.stddev("b"), F.mean("a"), F.sumDistinct("a")).columns
# --- selectExpr
df = spark.createDataFrame([(1, "a"), (2, "b")], ["id", "name"])
df.selectExpr("id * 2 as twice", "upper(name)", "id > 1 big", "*")
# --- withColumn adds and replaces
df = spark.range(3)
df.withColumn("x", col("id") + 1).withColumn("id", col("id").cast("string"))
# --- withColumns
spark.range(2).withColumns({"a": col("id") + 1, "b": lit("x")})
# --- withColumnRenamed
df = spark.createDataFrame([(1, "a")], ["id", "name"])
df.withColumnRenamed("name", "n").withColumnRenamed("nothing", "m")
# --- withColumnsRenamed
df = spark.createDataFrame([(1, "a")], ["id", "name"])
df.withColumnsRenamed({"name": "n", "id": "i"})
# --- toDF
spark.createDataFrame([(1, "a")], ["id", "name"]).toDF("x", "y")
# --- toDF with the wrong number
spark.createDataFrame([(1, "a")], ["id", "name"]).toDF("x")
# --- drop names and columns
df = spark.createDataFrame([(1, "a", 3)], ["id", "name", "z"])
df.drop("name", "nothing").drop(col("z"))
# --- filter with a column and with text
df = spark.range(10)
df.filter(col("id") > 3).where("id % 2 = 0").filter((col("id") != 4) & ~(col("id") == 8))
# --- filter on null
df = spark.createDataFrame([(1, None), (2, "b")], ["id", "name"])
df.filter(col("name").isNotNull()).union(df.filter("name is null"))
# --- isin with a list
spark.range(5).filter(col("id").isin([1, 3, 9]))
# --- orderBy several, in order
df = spark.createDataFrame([(1, "b"), (2, "a"), (3, "b")], ["id", "name"])
df.orderBy(col("name").desc(), "id")
# --- orderBy with ascending, in order
df = spark.createDataFrame([(1, "b"), (2, "a"), (3, "b")], ["id", "name"])
df.orderBy(["name", "id"], ascending=[True, False])
# --- sort nulls, in order
df = spark.createDataFrame([(1,), (None,), (3,)], "id int")
df.sort(col("id").asc_nulls_last())
# --- sort descending nulls, in order
df = spark.createDataFrame([(1,), (None,), (3,)], "id int")
df.sort(F.desc("id"))
# --- desc nulls first, in order
df = spark.createDataFrame([(1,), (None,), (3,)], "id int")
df.sort(F.desc_nulls_first("id"))
# --- limit and offset, in order
spark.range(10).orderBy("id").offset(3).limit(2)
# --- distinct
spark.createDataFrame([(1, "a"), (1, "a"), (2, "a")], ["x", "y"]).distinct()
# --- dropDuplicates by name, in order
spark.createDataFrame([(1, "a"), (1, "a"), (2, "a")], ["x", "y"]).dropDuplicates(["x"]).orderBy("x")
# --- drop_duplicates of an unknown column
spark.range(2).dropDuplicates(["nope"])
# --- alias and qualified names
df = spark.createDataFrame([(1, "a")], ["id", "name"]).alias("p")
df.select("p.id", col("p.name"))
# --- alias with star
df = spark.createDataFrame([(1, "a")], ["id", "name"]).alias("p")
df.select("p.*")
# --- when chain
df = spark.range(4)
df.select("id", F.when(col("id") == 0, "zero").when(col("id") == 1, "one").otherwise("many").alias("w"), F.when(col("id") > 2, 1).alias("n"))
# --- column operators
df = spark.createDataFrame([(7, 2)], "a int, b int")
df.select(col("a") + col("b"), col("a") - col("b"), col("a") * col("b"), col("a") / col("b"), col("a") % col("b"), -col("a"), 10 - col("a"), 2 * col("b"), 1 / col("b"), col("a") ** 2, col("a").bitwiseAND(col("b")), col("a").bitwiseOR(8), col("a").bitwiseXOR(1))
# --- eqNullSafe
df = spark.createDataFrame([(1, None), (None, None), (1, 1)], "a int, b int")
df.select(col("a").eqNullSafe(col("b")).alias("s"), (col("a") == col("b")).alias("e"))
# --- string predicates
df = spark.createDataFrame([("apple",), ("Banana",), (None,)], ["s"])
df.select(col("s").startswith("a"), col("s").endswith("a"), col("s").contains("an"), col("s").like("%an%"), col("s").rlike("^[A-Z]"), col("s").ilike("B%"), col("s").substr(1, 3))
# --- getItem and getField
df = spark.createDataFrame([([1, 2], {"k": "v"}, (1, "x"))], "a array<int>, m map<string,string>, s struct<i:int,t:string>")
df.select(col("a")[0], col("a").getItem(1), col("m")["k"], col("m").getItem("z"), col("s").getField("t"), col("s.i"), col("s")["t"], "s.*")
# --- withField and dropFields
df = spark.createDataFrame([((1, "x"),)], "s struct<i:int,t:string>")
df.select(col("s").withField("n", lit(5)).alias("a"), col("s").dropFields("i").alias("b"))
# --- cast kinds
df = spark.createDataFrame([("1", "2.5", "true", "2024-01-31", "2024-01-31 10:20:30")], ["i", "d", "b", "dt", "ts"])
df.select(col("i").cast("int"), col("d").cast("double"), col("b").cast("boolean"), col("dt").cast("date"), col("ts").cast("timestamp"), col("d").cast("decimal(5,2)"), col("i").cast(T.LongType()), col("i").astype("float"))
# --- cast that fails
spark.createDataFrame([("abc",)], ["s"]).select(col("s").cast("int"))
# --- try_cast
spark.createDataFrame([("abc",), ("5",)], ["s"]).select(col("s").try_cast("int"))
# --- literals
spark.range(1).select(lit(1), lit(1.5), lit("s"), lit(True), lit(None), lit(Decimal("1.50")), lit(datetime.date(2024, 1, 31)), lit(datetime.datetime(2024, 1, 31, 10, 20, 30)), lit(5000000000), lit([1, 2]))
# --- unknown column
spark.range(2).select("nope")
# --- unknown column in filter
spark.range(2).filter("nope > 1")
# --- unknown attribute
spark.range(2).nope
# --- unknown item
spark.range(2)["nope"]
# --- ambiguous column
a = spark.range(2)
b = spark.range(2)
a.join(b, a.id == b.id).select("id")
# --- duplicate names after select
df = spark.range(1).select("id", "id")
df
# --- case insensitive names
spark.createDataFrame([(1,)], ["Name"]).select("name", "NAME")
# --- case sensitive names
spark.conf.set("spark.sql.caseSensitive", "true")
spark.createDataFrame([(1,)], ["Name"]).select("name")
# --- dots in names
df = spark.createDataFrame([(1,)], ["a.b"])
df.select("`a.b`")
# --- dots in names without backticks
df = spark.createDataFrame([(1,)], ["a.b"])
df.select("a.b")
# --- filter with something that isn't a condition
spark.range(2).filter(col("id"))
# --- condition with python and
spark.range(2).filter(col("id") > 0 and col("id") < 2)
# --- column repr
[col("a"), col("a") + 1, F.upper(col("a")).alias("u"), col("a").desc(), F.when(col("a") > 1, "x").otherwise(col("b")), col("a").cast("int"), col("a").isin(1, 2), ~col("a"), F.sum("x").over(Window.partitionBy("g")), col("a") & col("b"), col("a")["k"], lit("s"), F.expr("a+1"), col("a").between(1, 2), col("a").like("x")]
# --- colRegex
df = spark.createDataFrame([(1, 2, 3)], ["a1", "a2", "b1"])
df.select(df.colRegex("`a.*`"))
# --- columns and dtypes
df = spark.createDataFrame([(1, "a", 2.5, [1], {"k": 1})], ["id", "name", "price", "l", "m"])
[df.columns, df.dtypes]
# --- transform
def plus(df, n):
    return df.withColumn("x", col("id") + n)
spark.range(2).transform(plus, 5).transform(lambda d: d.filter("x > 5"))
# --- explode in select
df = spark.createDataFrame([(1, ["a", "b"]), (2, []), (3, None)], "id int, l array<string>")
df.select("id", F.explode("l"))
# --- explode_outer with alias
df = spark.createDataFrame([(1, ["a", "b"]), (2, []), (3, None)], "id int, l array<string>")
df.select("id", F.explode_outer("l").alias("item"))
# --- posexplode
df = spark.createDataFrame([(1, ["a", "b"])], "id int, l array<string>")
df.select("id", F.posexplode("l"))
# --- explode a map
df = spark.createDataFrame([(1, {"a": 1, "b": 2})], "id int, m map<string,int>")
df.select("id", F.explode("m").alias("k", "v"))
# --- inline structs
df = spark.createDataFrame([([(1, "a"), (2, "b")],)], "l array<struct<x:int,y:string>>")
df.select(F.inline("l"))
# --- two explodes
df = spark.createDataFrame([([1], [2])], "a array<int>, b array<int>")
df.select(F.explode("a"), F.explode("b"))
# --- explode of no array
spark.range(1).select(F.explode("id"))
# --- monotonically increasing id
spark.range(3).select("id", F.monotonically_increasing_id().alias("m"))
# --- sample nothing and all
[spark.range(5).sample(0.0).count(), spark.range(5).sample(fraction=1.0, seed=3).count()]
# --- unpivot
df = spark.createDataFrame([(1, 10, 20), (2, 30, 40)], ["id", "x", "y"])
df.unpivot("id", ["x", "y"], "name", "value")
# --- melt everything
df = spark.createDataFrame([(1, 10, 20)], ["id", "x", "y"])
df.melt(["id"], None, "name", "value")
# --- withColumn of a constant
spark.range(1).withColumn("source", lit("web")).withColumn("n", lit(None).cast("string"))
# --- withColumn that isn't a column
spark.range(1).withColumn("x", 5)
# --- struct star
df = spark.createDataFrame([(1, (2, "b"))], "id int, s struct<x:int,y:string>")
df.select("id", "s.*")
# --- struct of columns
spark.createDataFrame([(1, "a")], ["id", "name"]).select(F.struct("id", "name").alias("s"), F.struct(col("id").alias("x"), lit(2).alias("y")).alias("t"))
# --- to a schema
spark.createDataFrame([(1, "2")], ["a", "b"]).to(T.StructType([T.StructField("b", T.StringType()), T.StructField("a", T.LongType())]))
# --- metadata of a column
spark.range(1).withMetadata("id", {"comment": "key"}).schema.fields[0].metadata
# --- alias with metadata
spark.range(1).select(col("id").alias("x", metadata={"a": 1})).schema.json()
# --- df equality of columns
df = spark.range(3)
df.select((df.id == 1).alias("one"), (df.id != 1).alias("not"), (df["id"] >= 1).alias("ge"))
# --- lateral column alias
spark.range(2).select((col("id") + 1).alias("a"), (col("a") * 2).alias("b"))
# --- a column of another DataFrame
a = spark.range(2)
b = spark.range(2).withColumnRenamed("id", "other")
a.select(b.other)
# --- len of select error type
spark.range(2).select(5)
