# --- tuples and names
spark.createDataFrame([(1, "a", 2.5, True)], ["i", "s", "d", "b"])
# --- no names
spark.createDataFrame([(1, "a")])
# --- rows
spark.createDataFrame([Row(id=1, name="a"), Row(id=2, name=None)])
# --- dicts
spark.createDataFrame([{"b": 1, "a": "x"}, {"b": 2, "a": None}])
# --- dicts with missing keys
spark.createDataFrame([{"a": 1}, {"b": "x"}])
# --- a schema text
spark.createDataFrame([(1, "a")], "id int, name string")
# --- a schema text with colons and types
spark.createDataFrame([(1, "a", None, Decimal("1.2"))], "id: bigint, name: string, f: float, d: decimal(5,2)")
# --- a StructType
schema = T.StructType([T.StructField("id", T.IntegerType(), False), T.StructField("tags", T.ArrayType(T.StringType())), T.StructField("m", T.MapType(T.StringType(), T.DoubleType()))])
spark.createDataFrame([(1, ["x"], {"k": 1.5}), (2, None, None)], schema)
# --- StructType add
schema = T.StructType().add("id", "int", False).add("name", T.StringType(), True, {"comment": "c"})
[schema.json(), schema.simpleString(), schema.fieldNames(), schema["id"], len(schema), repr(schema)]
# --- inferred nested
spark.createDataFrame([([1, 2], {"k": 1.5}, (1, "x"), Row(a=1, b="y"))], ["l", "m", "t", "r"])
# --- inferred dates and decimals
spark.createDataFrame([(datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 1, 2, 3), Decimal("1.5"), b"ab", datetime.timedelta(days=1, hours=2))], ["d", "t", "dec", "b", "i"])
# --- a single type
spark.createDataFrame([1, 2, 3], T.IntegerType())
# --- a single type text
spark.createDataFrame(["a", "b"], "string")
# --- plain numbers
spark.createDataFrame([1, 2])
# --- nothing
spark.createDataFrame([])
# --- nothing with names
spark.createDataFrame([], ["a", "b"])
# --- nothing with a schema
spark.createDataFrame([], "a int, b string")
# --- all null column
spark.createDataFrame([(1, None)], ["a", "b"])
# --- mixed types
spark.createDataFrame([(1,), ("a",)], ["x"])
# --- int and float
spark.createDataFrame([(1,), (2.5,)], ["x"])
# --- wrong type for the schema
spark.createDataFrame([("a",)], "x int")
# --- null where none may be
spark.createDataFrame([(None,)], T.StructType([T.StructField("x", T.IntegerType(), False)]))
# --- too few values
spark.createDataFrame([(1,)], "a int, b int")
# --- too many values
spark.createDataFrame([(1, 2)], "a int")
# --- too large a number
spark.createDataFrame([(3000000000,)], "a int")
# --- a bad schema text
spark.createDataFrame([(1,)], "a nonsense")
# --- Row classes
Person = Row("name", "age")
[Person("Ann", 5), Person("Ann", 5).name, Person("Ann", 5).asDict(), Row(a=1) == Row(a=1), str(Row(a=1, b="x")), repr(Person), Row(1, "x")[0]]
# --- list of lists
spark.createDataFrame([[1, "a"], [2, "b"]], ["id", "name"])
# --- range kinds
[spark.range(3).collect(), spark.range(2, 4).collect(), spark.range(10, 0, -4).collect(), spark.range(0).collect()]
# --- types
[T.IntegerType(), T.ArrayType(T.StringType(), False), T.MapType(T.StringType(), T.LongType()), T.DecimalType(10, 2), T.DecimalType(), T.StructField("a", T.DateType()), T.TimestampType().simpleString(), T.StructType.fromJson({"type": "struct", "fields": [{"name": "a", "type": "integer", "nullable": True, "metadata": {}}]}), T.LongType().typeName(), T.ByteType().simpleString(), T.ShortType().jsonValue(), T.StringType() == T.StringType(), T.BooleanType().json()]
# --- DDL of the schema
spark.sql("select 1 a, 'x' b, array(1.5) c").schema.simpleString()
# --- byte, short, char types
spark.sql("select cast(1 as tinyint) a, cast(2 as smallint) b, cast(3 as bigint) c, cast(1.5 as float) d, cast('x' as char(3)) e, cast('y' as varchar(5)) f")
# --- fillna of kinds
df = spark.createDataFrame([(None, None, None, None), (1, "a", 2.5, True)], "i int, s string, d double, b boolean")
[df.fillna(0).collect(), df.fillna("x").collect(), df.fillna(1.9).collect(), df.na.fill(True).collect(), df.na.fill({"i": 5, "s": "z"}).collect(), df.fillna(0, subset=["i"]).collect(), df.fillna(0, ["s", "d"]).collect()]
# --- fillna schema
spark.createDataFrame([(None, None)], "i int, s string").fillna(0)
# --- fillna with a list
spark.range(1).fillna([1])
# --- fillna of an unknown column
spark.createDataFrame([(None,)], "i int").fillna(0, ["nope"])
# --- dropna kinds
df = spark.createDataFrame([(1, None), (None, None), (2, "x")], "i int, s string")
[df.dropna().collect(), df.dropna("all").collect(), df.na.drop(thresh=1).collect(), df.dropna(subset=["i"]).collect(), df.na.drop("any", subset=["s"]).collect(), df.dropna(how="any", thresh=2).collect()]
# --- dropna with a wrong how
spark.range(1).dropna("some")
# --- replace
df = spark.createDataFrame([(1, "a"), (2, "b"), (None, None)], "i int, s string")
[df.replace(1, 10).collect(), df.replace("a", "z").collect(), df.replace(["a", "b"], ["x", "y"]).collect(), df.na.replace({"a": "q"}).collect(), df.replace("a", None).collect(), df.replace({1: 5, 2: 6}, subset=["i"]).collect(), df.na.replace(["a", "b"], "k", "s").collect()]
# --- replace of mixed types
spark.range(1).replace({1: "a"})
# --- crosstab
spark.createDataFrame([("a", 1), ("a", 2), ("b", 1)], ["k", "v"]).crosstab("k", "v")
# --- corr, cov and quantiles
df = spark.createDataFrame([(1, 2.0), (2, 4.0), (3, 7.0)], ["a", "b"])
[round(df.corr("a", "b"), 6), df.cov("a", "b"), df.approxQuantile("b", [0.0, 0.5, 1.0], 0.0), df.stat.corr("a", "a")]
# --- freqItems
spark.createDataFrame([(1,), (1,), (2,)], ["a"]).freqItems(["a"], 0.6)
# --- sampleBy and randomSplit count
[sum(d.count() for d in spark.range(20).randomSplit([0.5, 0.5], 3)), spark.range(4).sampleBy("id", {0: 1.0, 1: 0.0}, 0).count()]
# --- cache, persist, repartition, coalesce
df = spark.range(4).cache()
[df.count(), df.persist().is_cached, df.unpersist().count(), df.repartition(2).count(), df.repartition("id").count(), df.coalesce(1).rdd.getNumPartitions()]
# --- storage level and hints
[str(spark.range(1).storageLevel), spark.range(1).hint("broadcast").count(), spark.range(2).repartition(3, "id").columns, spark.range(2).sortWithinPartitions("id").count()]
# --- sameSemantics
spark.range(3).sameSemantics(spark.range(3))
# --- scalar and exists subqueries of DataFrames
spark.range(3).filter(col("id") == spark.range(3).agg(F.max("id")).scalar())
# --- isLocal and isStreaming
[spark.range(1).isStreaming, spark.range(1).sparkSession is spark, spark.version]
# --- createDataFrame from a pandas-like dict
spark.createDataFrame({"a": 1})
# --- a generator
spark.createDataFrame(((i, str(i)) for i in range(2)), ["a", "b"])
# --- zip
spark.createDataFrame(list(zip([1, 2], ["x", "y"])), ["a", "b"])
# --- parallelize
spark.sparkContext.parallelize([(1, "a"), (2, "b")]).toDF(["id", "name"])
