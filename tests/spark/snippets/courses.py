# --- describe a table
spark.sql("CREATE TABLE t (id INT COMMENT 'the key', name STRING, price DECIMAL(10,2)) USING parquet")
spark.sql("DESCRIBE t")

# --- describe a table extended, the columns
spark.sql("CREATE TABLE t (id INT, k STRING) USING parquet PARTITIONED BY (k)")
[tuple(r) for r in spark.sql("DESCRIBE EXTENDED t").collect()][:6]

# --- describe a column
spark.sql("CREATE TABLE t (id INT COMMENT 'the key') USING parquet")
spark.sql("DESCRIBE t id")

# --- describe a query
spark.sql("DESCRIBE QUERY SELECT 1 AS a, 'x' AS b")

# --- describe a function
[r[0].split("\n")[0] for r in spark.sql("DESCRIBE FUNCTION upper").collect()]

# --- describe a schema
[tuple(r)[0] for r in spark.sql("DESCRIBE SCHEMA default").collect()]

# --- show tables
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.range(1).createOrReplaceTempView("v")
spark.sql("SHOW TABLES")

# --- show tables like
spark.sql("CREATE TABLE orders_1 (id INT) USING parquet")
spark.sql("CREATE TABLE books (id INT) USING parquet")
spark.sql("SHOW TABLES LIKE 'ord*'")

# --- show views
spark.sql("CREATE VIEW persisted AS SELECT 1 AS a")
spark.range(1).createOrReplaceTempView("v")
spark.sql("SHOW VIEWS")

# --- show columns
spark.sql("CREATE TABLE t (id INT, name STRING) USING parquet")
spark.sql("SHOW COLUMNS IN t")

# --- show databases
spark.sql("CREATE DATABASE shop")
spark.sql("SHOW DATABASES")

# --- show functions like
spark.sql("SHOW FUNCTIONS LIKE 'array_rem*'")

# --- show tblproperties
spark.sql("CREATE TABLE t (id INT) USING parquet TBLPROPERTIES ('owner.team' = 'data')")
spark.sql("SHOW TBLPROPERTIES t ('owner.team')")

# --- use a database that isn't there
spark.sql("USE nothere")

# --- create a database twice
spark.sql("CREATE DATABASE shop")
spark.sql("CREATE DATABASE shop")

# --- drop a database that has tables
spark.sql("CREATE DATABASE shop")
spark.sql("CREATE TABLE shop.t (id INT) USING parquet")
spark.sql("DROP DATABASE shop")

# --- drop a database that isn't there
spark.sql("DROP DATABASE nothere")

# --- create a table twice
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("CREATE TABLE t (id INT) USING parquet")

# --- create a table as a query of a table that isn't there
spark.sql("CREATE TABLE t USING parquet AS SELECT * FROM nothere")

# --- create a table with a column twice
spark.sql("CREATE TABLE t (id INT, ID STRING) USING parquet")

# --- insert too many values
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("INSERT INTO t VALUES (1, 2)")

# --- insert a text into a number
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("INSERT INTO t VALUES ('x')")

# --- insert into a column list
spark.sql("CREATE TABLE t (id INT, name STRING) USING parquet")
spark.sql("INSERT INTO t (name, id) VALUES ('a', 1)")
spark.sql("INSERT INTO t (id) VALUES (2)")
spark.sql("SELECT * FROM t ORDER BY id")

# --- insert into a column that isn't there
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("INSERT INTO t (nope) VALUES (1)")

# --- insert overwrite
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("INSERT INTO t VALUES (1), (2)")
spark.sql("INSERT OVERWRITE t VALUES (3)")
spark.sql("SELECT * FROM t")

# --- insert by name
spark.sql("CREATE TABLE t (id INT, name STRING) USING parquet")
spark.sql("INSERT INTO t BY NAME SELECT 'a' AS name, 1 AS id")
spark.sql("SELECT * FROM t")

# --- insert a table
spark.sql("CREATE TABLE a (id INT) USING parquet")
spark.sql("CREATE TABLE b (id INT) USING parquet")
spark.sql("INSERT INTO a VALUES (1)")
spark.sql("INSERT INTO b TABLE a")
spark.sql("SELECT * FROM b")

# --- a view over a view
spark.sql("CREATE VIEW one AS SELECT 1 AS a, 'x' AS b")
spark.sql("CREATE VIEW two (n, t) AS SELECT * FROM one")
spark.sql("SELECT * FROM two")

# --- a view over a temporary view
spark.range(1).createOrReplaceTempView("v")
spark.sql("CREATE VIEW two AS SELECT * FROM v")

# --- a temporary view that is there
spark.sql("CREATE TEMP VIEW v AS SELECT 1 AS a")
spark.sql("CREATE TEMP VIEW v AS SELECT 2 AS a")

# --- alter a view
spark.sql("CREATE VIEW one AS SELECT 1 AS a")
spark.sql("ALTER VIEW one AS SELECT 2 AS b")
spark.sql("SELECT * FROM one")

# --- drop a table by drop view
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("DROP VIEW t")

# --- drop a view by drop table
spark.sql("CREATE VIEW one AS SELECT 1 AS a")
spark.sql("DROP TABLE one")

# --- insert into a view
spark.sql("CREATE TEMP VIEW v AS SELECT 1 AS a")
spark.sql("INSERT INTO v VALUES (2)")

# --- rename a table
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("ALTER TABLE t RENAME TO u")
[r.tableName for r in spark.sql("SHOW TABLES").collect()]

# --- add a column to a table of files
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("INSERT INTO t VALUES (1)")
spark.sql("ALTER TABLE t ADD COLUMNS (name STRING COMMENT 'new')")
spark.sql("SELECT * FROM t")

# --- grouping sets
spark.sql("SELECT a, b, sum(c) AS s, grouping_id() AS g FROM VALUES ('x', 1, 10), ('x', 2, 20), ('y', 1, 5) AS t(a, b, c) GROUP BY GROUPING SETS ((a, b), (a), ())")

# --- rollup and grouping
spark.sql("SELECT a, grouping(a) AS g, sum(c) AS s FROM VALUES ('x', 10), ('y', 5) AS t(a, c) GROUP BY ROLLUP (a)")

# --- cube
spark.sql("SELECT a, b, count(*) AS n FROM VALUES ('x', 1), ('y', 1) AS t(a, b) GROUP BY CUBE (a, b)")

# --- group by all
spark.sql("SELECT a, b + 1 AS c, count(*) AS n FROM VALUES ('x', 1), ('x', 1) AS t(a, b) GROUP BY ALL")

# --- filter clause
spark.sql("SELECT count(*) FILTER (WHERE a > 1) AS n, sum(a) FILTER (WHERE a < 3) AS s FROM VALUES (1), (2), (3) AS t(a)")

# --- natural join
spark.sql("SELECT * FROM VALUES (1, 'a') AS l(id, x) NATURAL JOIN VALUES (1, 'b') AS r(id, y)")

# --- semi and anti join
[spark.sql("SELECT * FROM VALUES (1), (2) AS l(id) LEFT %s JOIN VALUES (1) AS r(id) ON l.id = r.id" % kind).collect() for kind in ("SEMI", "ANTI")]

# --- full outer join of nulls
spark.sql("SELECT * FROM VALUES (1), (NULL) AS l(a) FULL OUTER JOIN VALUES (1), (NULL) AS r(b) ON a = b")

# --- join on null safe equality
spark.sql("SELECT * FROM VALUES (1), (NULL) AS l(a) JOIN VALUES (1), (NULL) AS r(b) ON a <=> b")

# --- lateral join
spark.sql("SELECT a, b FROM VALUES (1), (2) AS t(a), LATERAL (SELECT a * 10 AS b)")

# --- ambiguous column of a join
spark.sql("SELECT id FROM VALUES (1) AS l(id) JOIN VALUES (1) AS r(id) ON l.id = r.id")

# --- not in with null
spark.sql("SELECT * FROM VALUES (1), (2) AS t(a) WHERE a NOT IN (SELECT * FROM VALUES (1), (NULL) AS u(b))")

# --- except all and intersect all
[spark.sql("SELECT * FROM VALUES (1), (1), (2) AS t(a) %s ALL SELECT * FROM VALUES (1) AS u(a)" % op).collect() for op in ("EXCEPT", "INTERSECT")]

# --- minus
spark.sql("SELECT * FROM VALUES (1), (2) AS t(a) MINUS SELECT 1")

# --- union of different types
spark.sql("SELECT 1 AS a UNION SELECT 2.5 UNION SELECT 3L")

# --- union of different widths
spark.sql("SELECT 1, 2 UNION SELECT 1")

# --- values with nulls in comparisons
spark.sql("SELECT NULL = NULL AS a, NULL <=> NULL AS b, NULL AND false AS c, NULL OR true AS d, NOT NULL AS e, NULL IN (1, NULL) AS f, 1 IN (NULL, 1) AS g, coalesce(NULL, NULL) AS h, nullif(1, 1) AS i, nvl2(NULL, 1, 2) AS j")

# --- nulls in aggregates
spark.sql("SELECT count(*) AS a, count(x) AS b, sum(x) AS c, avg(x) AS d, min(x) AS e, collect_list(x) AS f, count_if(x IS NULL) AS g, any_value(x) AS h, bool_and(x > 0) AS i FROM VALUES (NULL), (1), (2) AS t(x)")

# --- higher order functions over structs
spark.sql("SELECT filter(items, i -> i.qty > 1) AS a, transform(items, i -> i.name) AS b, aggregate(items, 0, (s, i) -> s + i.qty) AS c, exists(items, i -> i.name = 'y') AS d, items.name AS e FROM (SELECT array(named_struct('name', 'x', 'qty', 1), named_struct('name', 'y', 'qty', 2)) AS items)")

# --- maps of all kinds
spark.sql("SELECT map_keys(m) AS a, map_values(m) AS b, m['a'] AS c, map_entries(m) AS d, map_concat(m, map('z', 9)) AS e, map_filter(m, (k, v) -> v > 1) AS f, transform_keys(m, (k, v) -> upper(k)) AS g, map_contains_key(m, 'a') AS h, element_at(m, 'nope') AS i, size(m) AS j FROM (SELECT map('a', 1, 'b', 2) AS m)")

# --- arrays of all kinds
spark.sql("SELECT array_distinct(a) AS a, array_union(a, array(9)) AS b, array_except(a, array(1)) AS c, array_intersect(a, array(1)) AS d, array_remove(a, 1) AS e, array_repeat(1, 2) AS f, arrays_zip(a, a) AS g, flatten(array(a, a)) AS h, slice(a, 2, 2) AS i, array_position(a, 3) AS j, sort_array(a, false) AS k, array_join(a, '-') AS l, shuffle(array(1)) AS m, array_append(a, 4) AS n, array_prepend(a, 0) AS o, array_insert(a, 2, 7) AS p, array_compact(array(1, NULL)) AS q, get(a, 0) AS r, sequence(1, 5, 2) AS s, array_min(a) AS t FROM (SELECT array(3, 1, 1) AS a)")

# --- json of all kinds
spark.sql("""SELECT get_json_object(j, '$.a.b') AS a, get_json_object(j, '$.c[1]') AS b, json_tuple(j, 'd', 'e') FROM (SELECT '{"a": {"b": 1}, "c": [1, 2], "d": "x", "e": null}' AS j)""")

# --- json arrays and schemas
spark.sql("""SELECT from_json('[{"a": 1}, {"a": 2}]', 'array<struct<a:int>>') AS a, from_json('{"k": 1.5}', 'map<string,double>') AS b, schema_of_json('{"a": [1, 2.5], "b": {"c": "x"}}') AS c, to_json(map('a', 1)) AS d, to_json(named_struct('t', timestamp'2024-01-01 10:00:00', 'n', NULL)) AS e, json_array_length('[1,2]') AS f, json_object_keys('{"a": 1, "b": 2}') AS g""")

# --- dates of all kinds
spark.sql("SELECT date_add(d, 1) AS a, date_sub(d, 1) AS b, datediff(d, date'2024-01-01') AS c, months_between(d, date'2024-01-15') AS e, add_months(d, 1) AS f, last_day(d) AS g, next_day(d, 'Sun') AS h, trunc(d, 'YEAR') AS i, date_trunc('MONTH', d) AS j, date_format(d, 'EEEE, MMMM d, yyyy') AS k, quarter(d) AS l, dayofweek(d) AS m, weekofyear(d) AS n, d + INTERVAL 1 MONTH AS o, d - 5 AS p, make_date(2024, 2, 29) AS q, date_part('DOY', d) AS r, to_unix_timestamp(d) AS s FROM (SELECT date'2024-03-31' AS d)")

# --- timestamps of all kinds
spark.sql("SELECT t + INTERVAL '1' HOUR AS a, t - INTERVAL 30 MINUTES AS b, hour(t) AS c, minute(t) AS d, second(t) AS e, date_format(t, 'HH:mm:ss.SSS a') AS f, from_utc_timestamp(t, 'America/New_York') AS g, to_utc_timestamp(t, 'Asia/Tokyo') AS h, unix_timestamp(t) AS i, from_unixtime(0, 'yyyy') AS j, timestampdiff(HOUR, t, t + INTERVAL 1 DAY) AS k, date_diff(t, date'2024-01-01') AS l, extract(EPOCH FROM t) AS m FROM (SELECT timestamp'2024-03-31 15:04:05.678' AS t)")

# --- window functions of all kinds
spark.sql("SELECT k, v, row_number() OVER w AS a, rank() OVER w AS b, dense_rank() OVER w AS c, percent_rank() OVER w AS d, cume_dist() OVER w AS e, ntile(2) OVER w AS f, lag(v) OVER w AS g, lead(v, 1, 0) OVER w AS h, first_value(v) OVER w AS i, last_value(v) OVER w AS j, sum(v) OVER w AS l, avg(v) OVER (PARTITION BY k ORDER BY v ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS m FROM VALUES ('a', 1), ('a', 2), ('a', 2), ('b', 5) AS t(k, v) WINDOW w AS (PARTITION BY k ORDER BY v)")

# --- a column by position in order by that isn't there
spark.sql("SELECT 1 AS a ORDER BY 2")

# --- an alias in where
spark.sql("SELECT a + 1 AS b FROM VALUES (1) AS t(a) WHERE b > 1")

# --- an alias of the list in the list
spark.sql("SELECT a + 1 AS b, b * 2 AS c FROM VALUES (1) AS t(a)")

# --- an aggregate in where
spark.sql("SELECT a FROM VALUES (1) AS t(a) WHERE sum(a) > 1")

# --- a column without group by
spark.sql("SELECT a, sum(b) FROM VALUES (1, 2) AS t(a, b)")

# --- a function that isn't there
spark.sql("SELECT uper('a')")

# --- too many arguments
spark.sql("SELECT upper('a', 'b')")

# --- a wrong type of an argument
spark.sql("SELECT date_add('2024-01-01', 'x')").collect()

# --- division by zero
spark.sql("SELECT 1 / 0").collect()

# --- overflow of an integer
spark.sql("SELECT 2147483647 + 1").collect()

# --- an array's index beyond it
spark.sql("SELECT array(1, 2)[5]").collect()

# --- a map's key that isn't there
spark.sql("SELECT map('a', 1)['b']").collect()

# --- a cast that fails
spark.sql("SELECT CAST('abc' AS INT)").collect()

# --- a date that isn't there
spark.sql("SELECT CAST('2024-02-30' AS DATE)").collect()

# --- try_cast and its kin
spark.sql("SELECT try_cast('abc' AS INT) AS a, try_divide(1, 0) AS b, try_add(2147483647, 1) AS c, try_element_at(array(1), 5) AS d, try_to_timestamp('x') AS e, try_subtract(1, 2) AS f, try_multiply(2147483647, 2) AS g, try_avg(x) AS h, try_sum(x) AS i FROM VALUES (1) AS t(x) GROUP BY ALL")

# --- raise_error and assert_true
spark.sql("SELECT raise_error('no!')").collect()

# --- assert_true of what isn't
spark.sql("SELECT assert_true(1 > 2, 'no!')").collect()

# --- case with and without an operand
spark.sql("SELECT CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' END AS b, CASE WHEN a > 1 THEN 'big' ELSE 'small' END AS c FROM VALUES (1), (2), (3) AS t(a)")

# --- explain a query
spark.sql("EXPLAIN SELECT 1").collect()[0][0].split("\n")[0]

# --- set and get a setting
spark.sql("SET spark.my.own = 5")

# --- set without a value
spark.sql("SET spark.my.unknown")

# --- cache a table
spark.range(3).createOrReplaceTempView("v")
spark.sql("CACHE TABLE v")
spark.sql("UNCACHE TABLE v")

# --- a CTE of several
spark.sql("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b")

# --- a CTE in a CTE
spark.sql("WITH a AS (WITH b AS (SELECT 7 AS x) SELECT * FROM b) SELECT * FROM a")

# --- a CTE with an insert
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("WITH a AS (SELECT 5 AS id) INSERT INTO t SELECT * FROM a")
spark.sql("SELECT * FROM t")

# --- create table as with a CTE
spark.sql("CREATE TABLE t USING parquet AS WITH a AS (SELECT 5 AS id) SELECT * FROM a")
spark.sql("SELECT * FROM t")

# --- unpivot
spark.sql("SELECT * FROM VALUES ('a', 1, 2) AS t(k, q1, q2) UNPIVOT (v FOR q IN (q1, q2))")

# --- lateral view posexplode and outer
spark.sql("SELECT k, p, x FROM VALUES ('a', array(5, 6)), ('b', array()) AS t(k, xs) LATERAL VIEW OUTER posexplode(xs) e AS p, x")

# --- stack and inline
spark.sql("SELECT stack(2, 'a', 1, 'b', 2) AS (k, v)")

# --- tablesample rows
spark.sql("SELECT count(*) AS n FROM (SELECT * FROM range(10)) TABLESAMPLE (3 ROWS)")

# --- limit and offset
spark.sql("SELECT * FROM range(10) ORDER BY id LIMIT 2 OFFSET 3")

# --- order by nulls last
[r[0] for r in spark.sql("SELECT a FROM VALUES (1), (NULL), (2) AS t(a) ORDER BY a DESC NULLS FIRST").collect()]

# --- distribute by and sort by
spark.sql("SELECT a FROM VALUES (2), (1) AS t(a) DISTRIBUTE BY a SORT BY a")

# --- cluster by
spark.sql("SELECT a FROM VALUES (2), (1) AS t(a) CLUSTER BY a")

# --- hints
spark.sql("SELECT /*+ BROADCAST(b) */ * FROM VALUES (1) AS a(x) JOIN VALUES (1) AS b(y) ON x = y")

# --- select distinct
spark.sql("SELECT DISTINCT a FROM VALUES (1), (1), (2) AS t(a)")

# --- a struct's fields
spark.sql("SELECT s.*, s.a, struct(1 AS p, 2 AS q) AS t FROM (SELECT named_struct('a', 1, 'b', 'x') AS s)")

# --- percentiles and quantiles
spark.sql("SELECT percentile(a, 0.9) AS p, percentile_approx(a, 0.5) AS q, median(a) AS m, mode(a) AS o, approx_count_distinct(a) AS d, stddev(a) AS s, skewness(a) AS k FROM VALUES (1), (2), (2), (10) AS t(a)")

# --- pipes
spark.sql("FROM VALUES (1, 'a'), (2, 'b') AS t(x, y) |> WHERE x > 1 |> SELECT y |> LIMIT 1")

# --- describe a column that isn't there
spark.sql("CREATE TABLE t (id INT) USING parquet")
spark.sql("DESCRIBE t nope")

# --- describe a column extended
spark.range(1).createOrReplaceTempView("v")
spark.sql("DESCRIBE TABLE v id")
