# --- udf
f = F.udf(lambda s: s.upper() if s else None, T.StringType())
spark.createDataFrame([("a",), (None,)], ["s"]).select(f("s"), f(col("s")).alias("u"))
# --- udf decorator
@F.udf(returnType="int")
def plus(a, b):
    return a + b
spark.range(2).select(plus(col("id"), lit(5)))
# --- udf decorator without arguments
@F.udf
def text(x):
    return str(x) + "!"
spark.range(2).withColumn("t", text("id"))
# --- registered udf
spark.udf.register("twice", lambda x: x * 2, "bigint")
spark.sql("select twice(id) from range(3)")
# --- registered udf as a function
f = spark.udf.register("shout", lambda s: s + "!", T.StringType())
spark.createDataFrame([("a",)], ["s"]).select(f("s"), F.expr("shout(s)"))
# --- register an existing udf
f = F.udf(lambda x: x + 1, "long")
spark.udf.register("inc", f)
spark.sql("select inc(5L) x")
# --- udf returning an array, a map and a struct
f = F.udf(lambda x: [x, x], "array<long>")
g = F.udf(lambda x: {"k": x}, "map<string,long>")
h = F.udf(lambda x: (x, "n"), "struct<a:long,b:string>")
spark.range(1).select(f("id").alias("f"), g("id").alias("g"), h("id").alias("h"))
# --- udf given an array and a struct
f = F.udf(lambda l: sum(l), "long")
g = F.udf(lambda r: r.name + str(r["id"]), "string")
spark.createDataFrame([([1, 2], (1, "a"))], "l array<long>, s struct<id:int,name:string>").select(f("l").alias("f"), g("s").alias("g"))
# --- udf of a wrong type gives null
f = F.udf(lambda x: "text", "int")
spark.range(1).select(f("id").alias("x"))
# --- udf with int for a double
f = F.udf(lambda x: x, "double")
spark.range(1).select(f("id").alias("x"))
# --- udf that raises
def bad(x):
    raise ValueError("no")
spark.range(1).select(F.udf(bad, "int")("id")).collect()
# --- udf in filter and groupBy
even = F.udf(lambda x: x % 2 == 0, "boolean")
spark.range(5).filter(even("id")).groupBy(even("id").alias("e")).count()
# --- udf of dates
f = F.udf(lambda d: d.year, "int")
g = F.udf(lambda d: d + datetime.timedelta(days=1), "date")
spark.createDataFrame([(datetime.date(2024, 1, 31),)], ["d"]).select(f("d").alias("y"), g("d").alias("n"))
# --- udf of decimals
f = F.udf(lambda d: d * 2, "decimal(10,2)")
spark.createDataFrame([(Decimal("1.50"),)], "d decimal(10,2)").select(f("d").alias("x"))
# --- udf names
f = F.udf(lambda x: x, "long")
def named(x):
    return x
spark.range(1).select(f("id"), F.udf(named, "long")("id")).columns
# --- udf without arguments
spark.range(2).select(F.udf(lambda: 7, "int")().alias("x"))
# --- udf called wrongly
spark.sql("select nope_udf(1)")
# --- udf with default return type
f = F.udf(lambda x: x)
spark.range(1).select(f("id").alias("x"))
# --- foreach batch functions keep values
total = []
spark.range(3).foreach(lambda r: total.append(r.id))
len(total)
