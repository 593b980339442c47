# --- math functions
df = spark.createDataFrame([(2.5, -7, 3)], "d double, i int, n int")
df.select(F.abs("i"), F.sqrt("d"), F.pow("d", 2), F.exp(lit(0)), F.log("d"), F.log10(lit(1000)), F.log2(lit(8)), F.ceil("d"), F.floor("d"), F.round("d"), F.bround("d"), F.signum("i"), F.pmod("i", lit(3)), F.cbrt(lit(27)), F.factorial(lit(5)), F.greatest("i", "n"), F.least("i", "n"))
# --- round kinds
spark.sql("select round(2.345, 2) a, round(125, -1) b, round(2.5) c, bround(2.5) d, ceil(2.1) e, floor(-2.1) f, round(cast(2.345 as double), 2) g, ceil(3.14159, 2) h")
# --- trigonometry
spark.range(1).select(F.round(F.sin(lit(1)), 6), F.round(F.cos(lit(1)), 6), F.round(F.atan2(lit(1), lit(2)), 6), F.degrees(lit(3.141592653589793)), F.round(F.radians(lit(180)), 6), F.pi(), F.e())
# --- division
spark.sql("select 7 / 2 a, 7 div 2 b, 7 % 2 c, -7 % 3 d, mod(7, 4) e, 1 / 3 f, 1.0 / 3 g, try_divide(1, 0) h")
# --- division by zero
spark.range(1).select(col("id") / 0)
# --- division by zero without ansi
spark.conf.set("spark.sql.ansi.enabled", "false")
spark.range(1).select(col("id") / 0, lit("x").cast("int"))
# --- overflow
spark.sql("select 2147483647 + 1")
# --- conv and bits
spark.range(1).select(F.conv(lit("ff"), 16, 10), F.bin(lit(5)), F.hex(lit(255)), F.shiftleft(lit(1), 3), F.shiftright(lit(8), 1), F.bit_count(lit(7)))
# --- decimals
spark.sql("select cast(1.5 as decimal(10,2)) + cast(2.25 as decimal(5,2)) a, cast(10 as decimal(10,2)) / 3 b, cast(1.5 as decimal(10,2)) * 2 c, 1.10 + 2 d, sum(x) e, avg(x) f from values (1.25), (2.50) as t(x) group by true")
# --- nan and infinity
spark.createDataFrame([(float("nan"),), (float("inf"),), (1.0,), (None,)], "x double").select("x", F.isnan("x"), F.nanvl("x", lit(0.0)), F.isnull("x"), col("x") > 5)
# --- coalesce and nullif
spark.sql("select coalesce(null, 2) a, nullif(1, 1) b, nvl(null, 'x') c, nvl2(null, 1, 2) d, ifnull(null, 3) e, if(1 > 2, 'y', 'n') f, isnull(null) g, isnotnull(1) h")
# --- typeof
spark.sql("select typeof(1) a, typeof('s') b, typeof(1.5) c, typeof(array(1)) d, typeof(map('a', 1)) e, typeof(named_struct('x', 1)) f, typeof(null) g, typeof(current_date()) h")
# --- arrays
df = spark.createDataFrame([([3, 1, 2, None], [1, 5])], "a array<int>, b array<int>")
df.select(F.size("a"), F.array_contains("a", 1), F.sort_array("a"), F.sort_array("a", asc=False), F.array_sort("a"), F.array_max("a"), F.array_min("a"), F.array_distinct(F.concat("a", "b")), F.array_union("a", "b"), F.array_intersect("a", "b"), F.array_except("a", "b"), F.arrays_overlap("a", "b"), F.array_position("a", 2), F.element_at("a", 1), F.element_at("a", -2), F.slice("a", 2, 2), F.reverse("a"), F.array_remove("a", 3), F.array_repeat(lit("x"), 2), F.flatten(F.array("a", "b")), F.arrays_zip("a", "b"))
# --- array changes
df = spark.createDataFrame([([1, 2],)], "a array<int>")
df.select(F.array_append("a", lit(3)), F.array_prepend("a", lit(0)), F.array_insert("a", 2, lit(9)), F.array_compact(F.array(lit(1), lit(None))), F.array_join("a", "-"), F.array_join(F.array(lit("a"), lit(None)), ",", "?"), F.get("a", 5), F.cardinality("a"), F.array_size("a"), F.try_element_at("a", lit(9)))
# --- element_at past the end
spark.createDataFrame([([1, 2],)], "a array<int>").select(F.element_at("a", 5))
# --- index past the end
spark.createDataFrame([([1, 2],)], "a array<int>").select(col("a")[5])
# --- higher order functions
df = spark.createDataFrame([([1, 2, 3],)], "a array<int>")
df.select(F.transform("a", lambda x: x * 2), F.transform("a", lambda x, i: x + i), F.filter("a", lambda x: x > 1), F.exists("a", lambda x: x == 2), F.forall("a", lambda x: x > 0), F.aggregate("a", lit(0), lambda acc, x: acc + x), F.aggregate("a", lit(0), lambda acc, x: acc + x, lambda r: r * 10), F.zip_with("a", "a", lambda x, y: x * y), F.reduce("a", lit(1), lambda acc, x: acc * x))
# --- higher order functions in SQL
spark.sql("select transform(array(1,2), x -> x + 1) a, filter(array(1,2,3), x -> x % 2 = 1) b, exists(array(1,2), x -> x > 1) c, aggregate(array(1,2,3), 0, (a, x) -> a + x) d, map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1) e, transform_values(map('a', 1), (k, v) -> v * 2) f, array_sort(array('bb', 'a'), (l, r) -> length(l) - length(r)) g")
# --- maps
df = spark.createDataFrame([({"a": 1, "b": 2},)], "m map<string,int>")
df.select(F.map_keys("m"), F.map_values("m"), F.map_entries("m"), F.map_contains_key("m", "a"), F.element_at("m", "b"), F.map_concat("m", F.create_map(lit("c"), lit(3))), F.map_filter("m", lambda k, v: v > 1), F.transform_keys("m", lambda k, v: F.upper(k)), F.transform_values("m", lambda k, v: v + 1), F.size("m"), F.map_from_arrays(F.array(lit("x")), F.array(lit(1))), F.map_from_entries(F.array(F.struct(lit("k"), lit(1)))), F.str_to_map(lit("a:1,b:2"), lit(","), lit(":")))
# --- create_map duplicate keys
spark.range(1).select(F.create_map(lit("a"), lit(1), lit("a"), lit(2)))
# --- array of mixed types
spark.range(1).select(F.array(lit(1), lit("a")), F.array(lit(1), lit(2.5)), F.array())
# --- sequence and shuffle size
spark.range(1).select(F.sequence(lit(1), lit(5)), F.sequence(lit(5), lit(1), lit(-2)), F.size(F.shuffle(F.sequence(lit(1), lit(3)))))
# --- structs
df = spark.createDataFrame([((1, ("x", 2.5)),)], "s struct<i:int,t:struct<n:string,p:double>>")
df.select("s.i", "s.t.n", col("s").t.p, F.struct("s.i", "s.t.p"), F.named_struct(lit("a"), lit(1), lit("b"), col("s.i")))
# --- to_json
df = spark.createDataFrame([(1, "a", [1, 2], {"k": 1.5}, None)], "i int, s string, l array<int>, m map<string,double>, n string")
df.select(F.to_json(F.struct("*")), F.to_json("l"), F.to_json("m"), F.to_json(F.struct("n"), {"ignoreNullFields": "false"}))
# --- from_json with a schema text
df = spark.createDataFrame([('{"a": 1, "b": ["x", "y"], "c": {"d": 2.5}}',), ("bad",), (None,)], ["j"])
df.select(F.from_json("j", "a int, b array<string>, c struct<d:double>").alias("p")).select("p.*")
# --- from_json with a StructType
schema = T.StructType([T.StructField("a", T.IntegerType()), T.StructField("b", T.StringType())])
spark.createDataFrame([('{"a": 1, "b": "x", "z": 0}',)], ["j"]).select(F.from_json(col("j"), schema).alias("p"))
# --- from_json with arrays and maps
df = spark.createDataFrame([('[{"a": 1}, {"a": 2}]', '{"x": 1}')], ["l", "m"])
df.select(F.from_json("l", "array<struct<a:int>>").alias("l"), F.from_json("m", "map<string,int>").alias("m"))
# --- from_json fail fast
spark.createDataFrame([("bad",)], ["j"]).select(F.from_json("j", "a int", {"mode": "FAILFAST"}))
# --- schema_of_json
spark.range(1).select(F.schema_of_json(lit('{"a": 1, "b": ["x"], "c": {"d": 2.5, "e": null}}')))
# --- from_json with schema_of_json
spark.sql("""select from_json('{"a": 1, "b": [1, 2]}', schema_of_json('{"a": 1, "b": [1, 2]}')) p""")
# --- get_json_object and json_tuple
df = spark.createDataFrame([('{"a": {"b": [1, 2, {"c": "x"}]}, "n": null, "s": "t"}',)], ["j"])
df.select(F.get_json_object("j", "$.a.b[2].c"), F.get_json_object("j", "$.a"), F.get_json_object("j", "$.n"), F.get_json_object("j", "$.zzz"), F.json_tuple("j", "s", "n"))
# --- json_array_length and object keys
spark.sql("""select json_array_length('[1,2,3]') a, json_object_keys('{"x": 1, "y": 2}') b""")
# --- from_csv and to_csv
spark.range(1).select(F.from_csv(lit("1,abc"), "a int, b string"), F.to_csv(F.struct(lit(1), lit("x"), lit(None).cast("string"))))
# --- variant
spark.sql("""select parse_json('{"a": 1, "b": [true, null]}') v, variant_get(parse_json('{"a": 1}'), '$.a', 'int') a, to_json(parse_json('{"z": [1, 2.5]}')) t""")
# --- uuid and rand have types
[f.dataType.simpleString() for f in spark.range(1).select(F.rand(), F.randn(), F.expr("uuid()"), F.spark_partition_id(), F.monotonically_increasing_id()).schema.fields]
# --- nvl functions of F
spark.createDataFrame([(None, 2)], "a int, b int").select(F.nvl("a", "b"), F.ifnull("a", lit(1)), F.nullif("b", lit(2)), F.nvl2("a", "a", "b"), F.coalesce("a", "b"), F.zeroifnull("a"), F.isnotnull("b"), F.equal_null("a", "b"))
# --- expr of many kinds
spark.range(3).select(F.expr("case when id = 0 then 'z' else 'nz' end as w"), F.expr("id in (1, 2)"), F.expr("cast(id as string)"), F.expr("id between 1 and 2"), F.expr("struct(id, 'x') s"))
# --- unknown function
spark.sql("select nope(1)")
# --- unknown function in expr
spark.range(1).select(F.expr("nope(id)"))
# --- wrong number of arguments
spark.sql("select upper('a', 'b')")
# --- wrong type of argument
spark.sql("select year(array(1))")
# --- raise_error
spark.range(1).select(F.raise_error("boom"))
# --- assert_true
spark.range(2).select(F.assert_true(col("id") < 1, "too big"))
# --- call_function
spark.range(1).select(F.call_function("upper", lit("a")), F.call_udf("lower", lit("B")))
# --- stack
spark.sql("select stack(2, 1, 'a', 2, 'b') as (n, s)")
# --- broadcast is the same
spark.range(2).join(F.broadcast(spark.range(2)), "id")
# --- input_file_name without a file
spark.range(1).select(F.input_file_name())
# --- width_bucket and others
spark.sql("select width_bucket(5.3, 0.2, 10.6, 5) a, hypot(3, 4) b, sign(-3) c, positive(4) d, negative(4) e, rint(2.5) f, log1p(0) g, expm1(0) h, cot(1) > 0 i")
# --- min_by with greatest
spark.sql("select greatest(1, null, 3) a, least('b', 'a') b, greatest(date'2024-01-01', date'2025-01-01') c")
# --- equality of types
spark.sql("select 1 = '1' a, 1 = 1.0 b, 'a' < 'b' c, true = 'true' d, null <=> null e, null = null f, array(1) = array(1) g")
# --- between and in in SQL
spark.sql("select 2 between 1 and 3 a, 2 not between 1 and 3 b, 2 in (1, 2) c, 2 not in (1, null) d, 'abc' like 'a%' e, 'abc' rlike 'b' f, 'A' ilike 'a' g, 'abc' like any ('x%', 'a%') h")
# --- aggregate in where
spark.sql("select * from range(3) where sum(id) > 1")
# --- lambda with an outer column
spark.createDataFrame([([1, 2], 10)], "a array<int>, n int").select(F.transform("a", lambda x: x + col("n")), F.expr("filter(a, x -> x < n)"))
# --- nested transform
spark.sql("select transform(array(array(1, 2), array(3)), x -> transform(x, y -> y * 2)) r")
# --- exists in filter
df = spark.createDataFrame([([{"q": 1}, {"q": 5}],), ([{"q": 2}],)], "b array<struct<q:int>>")
df.filter(F.expr("exists(b, i -> i.q > 3)")).select(F.expr("filter(b, i -> i.q >= 5)").alias("m"), F.expr("transform(b, i -> cast(i.q * 0.8 as int))").alias("t"))
# --- array field of structs
df = spark.createDataFrame([([(1, "a"), (2, "b")],)], "b array<struct<q:int,n:string>>")
df.select("b.q", col("b").n, col("b")[0].q, F.expr("b[1].n"))
# --- string functions on null
spark.sql("select upper(null) a, concat('a', null) b, length(null) c, null + 1 d, size(null) e, array_contains(null, 1) f")
