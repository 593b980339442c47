# --- show
spark.createDataFrame([(1, "a", 2.5, None), (2, "a long text that is longer than twenty", -1.0, True)], "id int, s string, d double, b boolean").show()
# --- show without truncation
spark.createDataFrame([(1, "a long text that is longer than twenty")], ["id", "s"]).show(truncate=False)
# --- show truncated to a width
spark.createDataFrame([(12345, "abcdefgh")], ["id", "s"]).show(truncate=5)
# --- show n
spark.range(30).show(3)
# --- show more than twenty
spark.range(25).show()
# --- show vertical
spark.createDataFrame([(1, "a"), (2, "b")], ["id", "name"]).show(vertical=True)
# --- show vertical n and truncated
spark.createDataFrame([(1, "a long text that is longer than twenty"), (2, "b")], ["id", "name"]).show(1, 10, True)
# --- show nothing
spark.createDataFrame([], "a int, b string").show()
# --- show no columns
spark.createDataFrame([(1,)], "a int").drop("a").show()
# --- show nested
spark.createDataFrame([([1, None], {"k": 1.5}, (1, "x"), b"ab", Decimal("1.50"))], "a array<int>, m map<string,double>, s struct<i:int,t:string>, b binary, d decimal(10,2)").show(truncate=False)
# --- show dates and times
spark.sql("select date'2024-01-31' d, timestamp'2024-01-31 10:00:00' t, timestamp'2024-01-31 10:00:00.120' u, interval 1 day i, interval '1-2' year to month y").show(truncate=False)
# --- show floats
spark.sql("select 1.0D a, 1e10D b, 1.5e-7D c, double('NaN') d, double('inf') e, float(0.1) f, 12345678.9D g, 100000000.0D h, -0.0D i").show()
# --- show wide characters
spark.createDataFrame([("日本",), ("é",)], ["s"]).show()
# --- show control characters
spark.createDataFrame([("a\nb\tc",)], ["s"]).show()
# --- show a wrong argument
spark.range(1).show("x")
# --- printSchema
spark.createDataFrame([(1, "a", [(1, "x")], {"k": [1.5]}, (1, (2, "y")))], "id int, s string, a array<struct<i:int,t:string>>, m map<string,array<double>>, st struct<x:int,y:struct<p:int,q:string>>").printSchema()
# --- printSchema to a level
spark.createDataFrame([((1, (2, "y")),)], "st struct<x:int,y:struct<p:int,q:string>>").printSchema(1)
# --- printSchema nullable
spark.range(1).withColumn("d", lit(Decimal("1.50"))).withColumn("t", F.current_timestamp()).printSchema()
# --- print a DataFrame
print(spark.createDataFrame([(1, "a", [1])], ["id", "name", "l"]))
# --- print rows
print(spark.createDataFrame([(1, "a", None, 2.5, [1, 2], {"k": datetime.date(2024, 1, 1)})], "i int, s string, n int, d double, l array<int>, m map<string,date>").collect())
# --- print a row with a timestamp, a decimal, a struct and bytes
print(spark.sql("select timestamp'2024-01-31 10:00:00' t, cast(1.5 as decimal(10,2)) d, struct(1 as x, 'y' as z) s, cast('ab' as binary) b").first())
# --- print a schema
print(spark.createDataFrame([(1, "a", [1], {"k": (1,)})], "id int not null, name string, l array<int>, m map<string,struct<x:int>>").schema)
# --- print columns
print(col("a") + 1, F.sum("b").alias("s"))
# --- explain doesn't fail
import io, contextlib
with contextlib.redirect_stdout(io.StringIO()) as out:
    spark.range(3).filter("id > 1").explain()
    spark.range(3).groupBy("id").count().explain(True)
    spark.range(3).explain("formatted")
"== Physical Plan ==" in out.getvalue()
# --- show tables text
spark.range(1).createOrReplaceTempView("t")
spark.sql("show tables").show()
# --- show of an aggregate
spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], ["k", "v"]).groupBy("k").agg(F.sum("v"), F.avg("v")).orderBy("k").show()
# --- show describe
spark.createDataFrame([(1, "a"), (2, "b"), (4, None)], ["id", "name"]).describe().show()
# --- show summary
spark.createDataFrame([(1, "a"), (2, "b"), (4, None)], ["id", "name"]).summary().show()
# --- describe some columns
spark.createDataFrame([(1, 2.5, "a"), (2, 3.5, "b")], ["id", "x", "name"]).describe("x", "name")
# --- summary of some statistics, in order
spark.createDataFrame([(1, 2.5), (2, 3.5), (3, 10.0)], ["id", "x"]).summary("count", "min", "25%", "75%", "max")
# --- describe no numbers
spark.createDataFrame([(True, [1])], "b boolean, a array<int>").describe()
# --- take, head, first, tail
df = spark.range(5)
[df.take(2), df.head(), df.head(2), df.first(), df.tail(2), df.limit(0).head(), df.isEmpty(), df.limit(0).isEmpty()]
# --- collect and rows
r = spark.createDataFrame([(1, "a")], ["id", "name"]).collect()[0]
[r.id, r["name"], r[0], r.asDict(), len(r), list(r), "id" in r, r == Row(id=1, name="a")]
# --- nested row as dict
r = spark.sql("select struct(1 as x, struct(2 as y) as z) s, array(struct(3 as w)) l").first()
[r.asDict(), r.asDict(recursive=True), r.s.z.y, r.l[0].w]
# --- toLocalIterator and foreach
seen = []
for row in spark.range(3).toLocalIterator():
    seen.append(row.id)
seen
# --- toJSON
sorted(spark.createDataFrame([(1, "a")], ["id", "name"]).toJSON().collect())
# --- rdd map
spark.range(3).rdd.map(lambda r: r.id * 2).collect()
