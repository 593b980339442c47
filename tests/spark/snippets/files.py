# --- csv with a header
put("a.csv", "id,name,price\n1,apple,2.5\n2,,3\n")
spark.read.csv(DIR + "/a.csv", header=True)
# --- csv inferred
put("a.csv", "id,name,price,day,at,ok\n1,apple,2.5,2024-01-31,2024-01-31 10:00:00,true\n2,,3,,,false\n")
spark.read.option("header", True).option("inferSchema", "true").csv(DIR + "/a.csv")
# --- csv without a header
put("a.csv", "1,apple\n2,pear\n")
spark.read.csv(DIR)
# --- csv with a schema
put("a.csv", "1;apple;2.5\nx;pear;\n")
spark.read.format("csv").option("sep", ";").schema("id int, name string, price double").load(DIR + "/a.csv")
# --- csv quotes
put("a.csv", 'a,b\n"x,1","say ""hi"""\n\'q\',"two\nlines"\n')
spark.read.option("header", "true").option("multiLine", True).csv(DIR + "/a.csv")
# --- csv drop malformed
put("a.csv", "1,a\nx,b\n3,c\n")
spark.read.schema("id int, s string").option("mode", "DROPMALFORMED").csv(DIR)
# --- csv fail fast
put("a.csv", "1,a\nx,b\n")
spark.read.schema("id int, s string").option("mode", "FAILFAST").csv(DIR)
# --- csv corrupt record
put("a.csv", "1,a\nx,b\n")
spark.read.schema("id int, s string, _corrupt_record string").csv(DIR)
# --- csv null value and date format
put("a.csv", "id,d\n1,31/01/2024\nNA,NA\n")
spark.read.csv(DIR, header=True, nullValue="NA", dateFormat="dd/MM/yyyy", schema="id int, d date")
# --- csv spaces
put("a.csv", "a,b\n x , y\n")
[spark.read.csv(DIR, header=True).collect(), spark.read.csv(DIR, header=True, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True).collect()]
# --- csv with more and fewer columns
put("a.csv", "a,b\n1\n1,2,3\n")
spark.read.csv(DIR, header=True)
# --- csv comments and empty lines
put("a.csv", "# note\na,b\n\n1,2\n")
spark.read.csv(DIR, header=True, comment="#")
# --- csv several files
put("x/a.csv", "id\n1\n")
put("x/b.csv", "id\n2\n")
[sorted(spark.read.csv(DIR + "/x", header=True).collect()), sorted(spark.read.csv([DIR + "/x/a.csv", DIR + "/x/b.csv"], header=True).collect()), spark.read.csv(DIR + "/x/*.csv", header=True).count()]
# --- csv written
spark.createDataFrame([(1, "a,b", None), (2, 'q"q', 2.5)], "id int, s string, d double").coalesce(1).write.option("header", True).csv(DIR + "/out")
spark.read.text(DIR + "/out")
# --- csv written and read back
spark.createDataFrame([(1, "", None), (2, " x ", "n")], "id int, s string, t string").write.csv(DIR + "/out", sep="|", nullValue="-")
[sorted(r.value for r in spark.read.text(DIR + "/out").collect())]
# --- json lines
put("a.json", '{"id": 1, "name": "a", "tags": ["x"], "o": {"p": 2.5}}\n{"id": 2, "extra": true}\n')
spark.read.json(DIR + "/a.json")
# --- json multi line
put("a.json", '[\n {"a": 1},\n {"a": 2}\n]')
spark.read.option("multiLine", True).json(DIR + "/a.json")
# --- json with a schema
put("a.json", '{"id": 1, "name": "a"}\n{"id": "x"}\n')
spark.read.schema("id int, name string, other date").json(DIR + "/a.json")
# --- json corrupt
put("a.json", '{"id": 1}\nnot json\n')
spark.read.json(DIR + "/a.json")
# --- json only corrupt records asked for
put("a.json", 'not json\n')
spark.read.json(DIR + "/a.json").select("_corrupt_record").count()
# --- json types
put("a.json", '{"i": 1, "l": 5000000000, "d": 1.5, "b": true, "n": null, "s": "2024-01-01", "e": [], "m": [1, 2.5]}\n')
spark.read.json(DIR + "/a.json")
# --- json mixed types
put("a.json", '{"x": 1}\n{"x": "a"}\n{"x": {"y": 1}}\n')
spark.read.json(DIR + "/a.json")
# --- json written
spark.createDataFrame([(1, None, [1, 2], (5, "z"))], "id int, n string, l array<int>, s struct<x:int,y:string>").write.json(DIR + "/out")
spark.read.text(DIR + "/out")
# --- parquet round trip
df = spark.createDataFrame([(1, "a", 2.5, datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 1, 2, 3), Decimal("1.50"), [1], {"k": 1}, (1, "x"), True, b"ab")], "i int, s string, d double, dt date, t timestamp, dec decimal(10,2), a array<int>, m map<string,int>, st struct<x:int,y:string>, b boolean, bin binary")
df.write.parquet(DIR + "/out")
spark.read.parquet(DIR + "/out")
# --- parquet partitioned
df = spark.createDataFrame([(1, "a", 2024), (2, "b", 2023), (3, "a", 2024)], ["id", "k", "year"])
df.write.partitionBy("k", "year").parquet(DIR + "/out")
[ls("out"), ls("out/k=a"), spark.read.parquet(DIR + "/out").schema.simpleString(), spark.read.parquet(DIR + "/out").filter("k = 'a' and year > 2023").count()]
# --- partition values
spark.createDataFrame([(1, "a b"), (2, None), (3, "x/y")], ["id", "k"]).write.partitionBy("k").parquet(DIR + "/out")
[ls("out"), sorted(map(str, spark.read.parquet(DIR + "/out").collect()))]
# --- overwrite and append
spark.range(2).write.parquet(DIR + "/out")
spark.range(3).write.mode("append").parquet(DIR + "/out")
n = spark.read.parquet(DIR + "/out").count()
spark.range(1).write.mode("overwrite").parquet(DIR + "/out")
[n, spark.read.parquet(DIR + "/out").count()]
# --- error if it exists
spark.range(1).write.parquet(DIR + "/out")
spark.range(1).write.parquet(DIR + "/out")
# --- ignore if it exists
spark.range(1).write.parquet(DIR + "/out")
spark.range(5).write.mode("ignore").parquet(DIR + "/out")
spark.read.parquet(DIR + "/out").count()
# --- unknown mode
spark.range(1).write.mode("bogus").parquet(DIR + "/out")
# --- no such path
spark.read.parquet(DIR + "/nothing")
# --- no such csv
spark.read.csv(DIR + "/nothing.csv")
# --- no such format
spark.read.format("bogus").load(DIR)
# --- write no such format
spark.range(1).write.format("bogus").save(DIR + "/x")
# --- empty directory without a schema
put("x/_ignored", "")
spark.read.parquet(DIR + "/x")
# --- text
put("a.txt", "one\ntwo\n\nfour")
spark.read.text(DIR + "/a.txt")
# --- whole text
put("a.txt", "one\ntwo\n")
spark.read.text(DIR + "/a.txt", wholetext=True)
# --- text written
spark.createDataFrame([("a",), ("b",)], ["x"]).write.text(DIR + "/out")
spark.read.text(DIR + "/out")
# --- text of two columns
spark.createDataFrame([("a", 1)], ["x", "y"]).write.text(DIR + "/out")
# --- files written
spark.range(1).write.parquet(DIR + "/p")
spark.range(1).write.csv(DIR + "/c")
spark.range(1).write.json(DIR + "/j")
[ls("p"), ls("c"), ls("j")]
# --- SQL over files
put("a.json", '{"id": 1}\n{"id": 2}\n')
spark.range(3).write.parquet(DIR + "/p")
[spark.sql("select * from json.`%s/a.json`" % DIR).count(), spark.sql("select * from parquet.`%s/p`" % DIR).count()]
# --- SQL over files that aren't there
spark.sql("select * from parquet.`%s/nothing`" % DIR)
# --- metadata column
put("a.csv", "1\n")
spark.read.csv(DIR).select("_c0", "_metadata.file_name", "_metadata.file_size")
# --- input_file_name
put("a.csv", "1\n")
spark.read.csv(DIR).select(F.input_file_name().alias("f")).first().f.split("/")[-1]
# --- recursive lookup and glob
put("x/y/a.csv", "1\n")
put("x/b.csv", "2\n")
[spark.read.option("recursiveFileLookup", "true").csv(DIR + "/x").count(), spark.read.option("pathGlobFilter", "b*").csv(DIR + "/x").count()]
# --- merged schemas
spark.createDataFrame([(1,)], "a int").write.parquet(DIR + "/out/p=1")
spark.createDataFrame([(2, "x")], "a int, b string").write.parquet(DIR + "/out/p=2")
spark.read.option("mergeSchema", "true").parquet(DIR + "/out")
# --- column missing in a file
spark.createDataFrame([(1,)], "a int").write.parquet(DIR + "/out")
spark.read.schema("a int, z string").parquet(DIR + "/out")
# --- duplicate columns written
spark.range(1).select("id", "id").write.parquet(DIR + "/out")
# --- partition by an unknown column
spark.range(1).write.partitionBy("nope").parquet(DIR + "/out")
# --- partition by every column
spark.range(1).write.partitionBy("id").parquet(DIR + "/out")
# --- dynamic partition overwrite
spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
spark.createDataFrame([(1, "a"), (2, "b")], ["id", "k"]).write.partitionBy("k").parquet(DIR + "/out")
spark.createDataFrame([(9, "a")], ["id", "k"]).write.mode("overwrite").partitionBy("k").parquet(DIR + "/out")
spark.read.parquet(DIR + "/out")
# --- saveAsTable and read
spark.range(3).write.format("parquet").saveAsTable("t")
[spark.table("t").count(), spark.read.table("t").count(), spark.sql("select count(*) c from t").first().c]
# --- saveAsTable twice
spark.range(3).write.format("parquet").saveAsTable("t")
spark.range(3).write.format("parquet").saveAsTable("t")
# --- saveAsTable overwrite and append
spark.range(3).write.format("parquet").saveAsTable("t")
spark.range(2).write.format("parquet").mode("append").saveAsTable("t")
n = spark.table("t").count()
spark.range(1).write.format("parquet").mode("overwrite").saveAsTable("t")
[n, spark.table("t").count()]
# --- insertInto
spark.createDataFrame([(1, "a")], "x int, y string").write.format("parquet").saveAsTable("t")
spark.createDataFrame([(2, "b")], "p int, q string").write.insertInto("t")
spark.table("t")
# --- insertInto a table that isn't there
spark.range(1).write.insertInto("nope")
# --- csv empty values written
spark.createDataFrame([("", None)], "a string, b string").write.csv(DIR + "/out")
spark.read.text(DIR + "/out")
# --- csv of an array
spark.createDataFrame([([1],)], "a array<int>").write.csv(DIR + "/out")
# --- json of dates
spark.sql("select date'2024-01-31' d, timestamp'2024-01-31 10:00:00' t").write.json(DIR + "/out")
spark.read.text(DIR + "/out")
# --- csv of dates
spark.sql("select date'2024-01-31' d, timestamp'2024-01-31 10:00:00' t").write.csv(DIR + "/out")
spark.read.text(DIR + "/out")
# --- gzip
spark.range(2).write.option("compression", "gzip").csv(DIR + "/out")
[spark.read.csv(DIR + "/out").count(), [f for f in ls("out") if f.endswith("gz")]]
# --- read json of texts
spark.read.json(spark.sparkContext.parallelize(['{"a": 1}']))
# --- option texts
spark.read.options(header=True, sep=";").format("csv").load(DIR + "/none")
