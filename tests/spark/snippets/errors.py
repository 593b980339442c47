# --- unknown column
spark.sql("SELECT pric FROM VALUES (1, 2) AS t(price, name)")
# --- unknown column without suggestions
spark.sql("SELECT x")
# --- unknown column of a table
spark.sql("SELECT t.nme FROM VALUES (1) AS t(name)")
# --- unknown table in front of a column
spark.sql("SELECT u.name FROM VALUES (1) AS t(name)")
# --- ambiguous column
spark.sql("SELECT a FROM VALUES (1) AS t(a), VALUES (2) AS u(a)")
# --- ambiguous column of a dataframe
spark.sql("SELECT 1 AS a, 2 AS A").select("a")
# --- unknown table
spark.sql("SELECT * FROM nothere")
# --- unknown table of a schema
spark.sql("SELECT * FROM nodb.nothere")
# --- unknown function
spark.sql("SELECT foo(1)")
# --- unknown function like another
spark.sql("SELECT uper('a')")
# --- unknown table function
spark.sql("SELECT * FROM foo(1)")
# --- too many arguments
spark.sql("SELECT upper('a', 'b')")
# --- too few arguments
spark.sql("SELECT substring('a')")
# --- no arguments
spark.sql("SELECT abs()")
# --- arguments of count
spark.sql("SELECT count()")
# --- wrong type of an argument
spark.sql("SELECT abs(array(1))")
# --- wrong type of the second argument
spark.sql("SELECT date_add(DATE'2024-01-01', 'abc')")
# --- wrong type of sum
spark.sql("SELECT sum(a) FROM VALUES (true) AS t(a)")
# --- wrong type of not
spark.sql("SELECT NOT 1")
# --- wrong type of and
spark.sql("SELECT true AND 1")
# --- wrong type of if
spark.sql("SELECT if(1, 2, 3)")
# --- wrong type of where
spark.sql("SELECT 1 WHERE 'abc'")
# --- wrong type of having
spark.sql("SELECT sum(a) FROM VALUES (1) AS t(a) HAVING sum(a)")
# --- wrong type of a join condition
spark.sql("SELECT * FROM VALUES (1) AS t(a) JOIN VALUES (1) AS u(b) ON a + b")
# --- wrong type of in
spark.sql("SELECT 1 IN (array(1))")
# --- wrong type of size
spark.sql("SELECT size(1)")
# --- wrong type of a key
spark.sql("SELECT map('a', 1)[1]")
# --- wrong type of an index
spark.sql("SELECT array(1)['a']")
# --- wrong type of concat
spark.sql("SELECT concat(array(1), 'a')")
# --- wrong type of an interval
spark.sql("SELECT DATE'2024-01-01' + INTERVAL '1' FOO")
# --- missing group by
spark.sql("SELECT a, sum(b) FROM VALUES (1, 2) AS t(a, b)")
# --- missing column in group by
spark.sql("SELECT a, b, sum(c) FROM VALUES (1, 2, 3) AS t(a, b, c) GROUP BY a")
# --- missing column in an expression of group by
spark.sql("SELECT a + 1, b + 1 FROM VALUES (1, 2) AS t(a, b) GROUP BY a + 1")
# --- star and group by
spark.sql("SELECT * FROM VALUES (1, 2) AS t(a, b) GROUP BY a")
# --- order by a column that isn't grouped
spark.sql("SELECT a FROM VALUES (1, 2) AS t(a, b) GROUP BY a ORDER BY b")
# --- having a column that isn't grouped
spark.sql("SELECT a FROM VALUES (1, 2) AS t(a, b) GROUP BY a HAVING b > 1")
# --- aggregate in where
spark.sql("SELECT a FROM VALUES (1) AS t(a) WHERE sum(a) > 1")
# --- aggregate in group by
spark.sql("SELECT 1 FROM VALUES (1) AS t(a) GROUP BY sum(a)")
# --- aggregate in an aggregate
spark.sql("SELECT sum(max(a)) FROM VALUES (1) AS t(a)")
# --- aggregate in a join condition
spark.sql("SELECT * FROM VALUES (1) AS t(a) JOIN VALUES (1) AS u(b) ON sum(a) = b")
# --- distinct in a function that isn't an aggregate
spark.sql("SELECT upper(DISTINCT 'a')")
# --- filter in a function that isn't an aggregate
spark.sql("SELECT upper('a') FILTER (WHERE true)")
# --- star in a function
spark.sql("SELECT upper(*)")
# --- star of an unknown table
spark.sql("SELECT u.* FROM VALUES (1) AS t(a)")
# --- star without from
spark.sql("SELECT *")
# --- union of unequal columns
spark.sql("SELECT 1 UNION SELECT 1, 2")
# --- union of types that don't fit
spark.sql("SELECT 1 UNION ALL SELECT array(1)")
# --- grouping without grouping sets
spark.sql("SELECT grouping(a) FROM VALUES (1) AS t(a) GROUP BY a")
# --- order by a map
spark.sql("SELECT m FROM VALUES (map(1, 2)) AS t(m) ORDER BY m")
# --- group by a map
spark.sql("SELECT m FROM VALUES (map(1, 2)) AS t(m) GROUP BY m")
# --- distinct maps
spark.sql("SELECT DISTINCT m FROM VALUES (map(1, 2)) AS t(m)")
# --- join using a column that isn't there
spark.sql("SELECT * FROM VALUES (1) AS t(a) JOIN VALUES (1) AS u(b) USING (a)")
# --- insert into a table that isn't there
spark.sql("INSERT INTO nothere VALUES (1)")
# --- create a table twice
spark.sql("CREATE TABLE twice (a INT) USING parquet")
spark.sql("CREATE TABLE twice (a INT) USING parquet")
# --- create a table with a column twice
spark.sql("CREATE TABLE dup (a INT, A STRING) USING parquet")
# --- create a table of an unknown format
spark.sql("CREATE TABLE odd (a INT) USING nothing")
# --- create a table of an unknown type
spark.sql("CREATE TABLE odd (a FOO) USING parquet")
# --- create a schema twice
spark.sql("CREATE SCHEMA twice")
spark.sql("CREATE SCHEMA twice")
# --- use a schema that isn't there
spark.sql("USE nodb")
# --- drop a table that isn't there
spark.sql("DROP TABLE nothere")
# --- drop a view that isn't there
spark.sql("DROP VIEW nothere")
# --- drop a schema that isn't there
spark.sql("DROP SCHEMA nodb")
# --- drop a schema that isn't empty
spark.sql("CREATE SCHEMA full")
spark.sql("CREATE TABLE full.t (a INT) USING parquet")
spark.sql("DROP SCHEMA full")
# --- describe a table that isn't there
spark.sql("DESCRIBE nothere")
# --- insert too many columns
spark.sql("CREATE TABLE one (a INT) USING parquet")
spark.sql("INSERT INTO one VALUES (1, 2)")
# --- insert too few columns
spark.sql("CREATE TABLE two (a INT, b INT) USING parquet")
spark.sql("INSERT INTO two VALUES (1)")
# --- insert a value that doesn't fit
spark.sql("CREATE TABLE small (a TINYINT) USING parquet")
spark.sql("INSERT INTO small VALUES (300)")
# --- insert text into a number
spark.sql("CREATE TABLE num (a INT) USING parquet")
spark.sql("INSERT INTO num VALUES ('abc')")
# --- insert a type that can't be cast
spark.sql("CREATE TABLE dat (a DATE) USING parquet")
spark.sql("INSERT INTO dat VALUES (1)")
# --- insert into columns by name that aren't there
spark.sql("CREATE TABLE byname (a INT) USING parquet")
spark.sql("INSERT INTO byname (z) VALUES (1)")
# --- view of a table that isn't there
spark.sql("CREATE VIEW v AS SELECT * FROM nothere")
# --- temporary view twice
spark.sql("CREATE TEMP VIEW tv AS SELECT 1 AS a")
spark.sql("CREATE TEMP VIEW tv AS SELECT 2 AS a")
# --- view with a wrong number of columns
spark.sql("CREATE TEMP VIEW tv (a, b) AS SELECT 1")
# --- parse error in the middle
spark.sql("SELECT a b c FROM t")
# --- parse error of a keyword
spark.sql("SELEC 1")
# --- parse error of a bracket
spark.sql("SELECT (1 + 2")
# --- parse error of text
spark.sql("SELECT 'abc")
# --- parse error of an operator
spark.sql("SELECT 1 +")
# --- parse error of a comma
spark.sql("SELECT 1,, 2")
# --- parse error of from
spark.sql("SELECT 1 FROM")
# --- parse error of where
spark.sql("SELECT 1 WHERE")
# --- parse error of group by
spark.sql("SELECT 1 GROUP BY")
# --- parse error of nothing
spark.sql("")
# --- parse error of two statements
spark.sql("SELECT 1; SELECT 2")
# --- parse error of a hyphen
spark.sql("SELECT * FROM my-table")
# --- parse error of case
spark.sql("SELECT CASE WHEN true THEN 1")
# --- parse error of a join
spark.sql("SELECT * FROM a JOIN")
# --- trailing comma
spark.sql("SELECT 1, FROM VALUES (1) AS t(a)")
# --- date literal that is none
spark.sql("SELECT DATE'2024-13-01'")
# --- timestamp literal that is none
spark.sql("SELECT TIMESTAMP'abc'")
# --- interval literal that is none
spark.sql("SELECT INTERVAL 'abc' DAY")
# --- hex literal that is none
spark.sql("SELECT X'1'")
# --- unbound parameter
spark.sql("SELECT :a")
# --- raise_error
spark.sql("SELECT raise_error('oops')")
# --- assert_true
spark.sql("SELECT assert_true(1 > 2)")
# --- assert_true with a message
spark.sql("SELECT assert_true(false, 'no')")
# --- dataframe select of an unknown column
spark.range(1).select("nope")
# --- dataframe filter of a wrong type
spark.range(1).filter(col("id") + 1)
# --- dataframe join without a common column
spark.range(1).join(spark.sql("SELECT 1 AS b"), "id")
# --- dataframe union of unequal columns
spark.range(1).union(spark.sql("SELECT 1, 2"))
# --- dataframe unionByName of other names
spark.range(1).unionByName(spark.sql("SELECT 1 AS b"))
# --- dataframe groupBy of an unknown column
spark.range(1).groupBy("x").count()
# --- dataframe attribute that isn't there
spark.range(1).nope
# --- dataframe drop of a column that isn't there
spark.range(1).drop("nope")
# --- dataframe sort of an unknown column
spark.range(1).orderBy("x")
# --- dataframe withColumn of an unknown column
spark.range(1).withColumn("y", col("x") + 1)
# --- dataframe sum of text
spark.sql("SELECT 'a' AS a").groupBy().sum("a")
# --- dataframe cast to an unknown type
spark.range(1).select(col("id").cast("foo"))
# --- dataframe column as a condition
bool(col("a") > 1)
# --- dataframe of rows of unequal length
spark.createDataFrame([(1, 2), (3,)], ["a", "b"])
# --- dataframe of mixed types
spark.createDataFrame([(1,), ("a",)], ["a"])
# --- dataframe of a wrong type
spark.createDataFrame([("x",)], "a INT")
# --- dataframe of nothing without a schema
spark.createDataFrame([])
# --- dataframe limit of less than nothing
spark.range(1).limit(-1)
# --- dataframe pivot of an unknown column
spark.range(1).groupBy("id").pivot("x").count()
# --- dataframe toDF of a wrong number of names
spark.range(1).toDF("a", "b")
