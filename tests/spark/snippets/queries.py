# --- pivot with one aggregate
spark.sql("SELECT * FROM VALUES ('a', 2023, 10), ('a', 2024, 20), ('b', 2023, 5) AS t(k, y, v) PIVOT (sum(v) FOR y IN (2023, 2024))")
# --- pivot with an alias
spark.sql("SELECT * FROM VALUES ('a', 2023, 10), ('a', 2024, 20), ('b', 2023, 5) AS t(k, y, v) PIVOT (sum(v) AS s FOR y IN (2023 AS old, 2024 AS new))")
# --- pivot with several aggregates
spark.sql("SELECT * FROM VALUES ('a', 2023, 10), ('a', 2024, 20), ('b', 2023, 5) AS t(k, y, v) PIVOT (sum(v) AS s, count(*) FOR y IN (2023, 2024 AS new))")
# --- pivot over several columns
spark.sql("SELECT * FROM VALUES ('a', 2023, 'x', 10), ('a', 2024, 'y', 20), ('b', 2023, 'x', 5) AS t(k, y, c, v) PIVOT (max(v) FOR (y, c) IN ((2023, 'x') AS first, (2024, 'y')))")
# --- pivot without other columns
spark.sql("SELECT * FROM (SELECT y, v FROM VALUES (2023, 10), (2024, 20), (2023, 1) AS t(y, v)) PIVOT (sum(v) FOR y IN (2023, 2024, 2025))")
# --- pivot of strings and an expression of aggregates
spark.sql("SELECT * FROM VALUES ('a', 'q1', 10), ('b', 'q2', 20) AS t(k, q, v) PIVOT (sum(v) * 2 FOR q IN ('q1', 'q2'))")
# --- pivot and an alias after it
spark.sql("SELECT p.k, p.`2023` FROM VALUES ('a', 2023, 10) AS t(k, y, v) PIVOT (sum(v) FOR y IN (2023)) p")
# --- pivot without an aggregate
spark.sql("SELECT * FROM VALUES ('a', 2023, 10) AS t(k, y, v) PIVOT (v FOR y IN (2023))")
# --- pivot with a value of another type
spark.sql("SELECT * FROM VALUES ('a', 2023, 10) AS t(k, y, v) PIVOT (sum(v) FOR y IN (DATE'2024-01-01'))")
# --- pivot with a value that isn't constant
spark.sql("SELECT * FROM VALUES ('a', 2023, 10) AS t(k, y, v) PIVOT (sum(v) FOR y IN (k))")
# --- unpivot
spark.sql("SELECT * FROM VALUES ('a', 1, 2), ('b', 3, NULL) AS t(k, x, y) UNPIVOT (v FOR name IN (x, y))")
# --- unpivot with nulls and aliases
spark.sql("SELECT * FROM VALUES ('a', 1, 2), ('b', 3, NULL) AS t(k, x, y) UNPIVOT INCLUDE NULLS (v FOR name IN (x AS ex, y AS why))")
# --- unpivot several columns at once
spark.sql("SELECT * FROM VALUES ('a', 1, 2, 3, 4) AS t(k, x1, y1, x2, y2) UNPIVOT ((x, y) FOR name IN ((x1, y1) AS first, (x2, y2)))")
# --- unpivot without a common type
spark.sql("SELECT * FROM VALUES ('a', 1, map(1, 2)) AS t(k, x, y) UNPIVOT (v FOR name IN (x, y))")
# --- unpivot a column that isn't there
spark.sql("SELECT * FROM VALUES ('a', 1, 2) AS t(k, x, y) UNPIVOT (v FOR name IN (x, z))")
# --- unpivot and an alias after it
spark.sql("SELECT u.name, u.v FROM VALUES ('a', 1, 2) AS t(k, x, y) UNPIVOT (v FOR name IN (x, y)) AS u WHERE u.v > 1")
# --- correlated scalar subquery in select
spark.sql("WITH c AS (SELECT * FROM VALUES (1, 'a'), (2, 'b'), (3, 'c') AS t(id, name)), o AS (SELECT * FROM VALUES (1, 10), (1, 20), (2, 5) AS t(cid, v)) SELECT name, (SELECT sum(v) FROM o WHERE o.cid = c.id) AS total FROM c")
# --- correlated count is zero where nothing is
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2) AS t(id)), o AS (SELECT * FROM VALUES (1, 10), (1, 20) AS t(cid, v)) SELECT id, (SELECT count(*) FROM o WHERE o.cid = c.id) AS n, (SELECT count(*) + 1 FROM o WHERE o.cid = c.id) AS m FROM c")
# --- correlated scalar subquery in where
spark.sql("WITH o AS (SELECT * FROM VALUES (1, 10), (1, 20), (2, 5), (2, 7) AS t(cid, v)) SELECT * FROM o WHERE v = (SELECT max(v) FROM o AS i WHERE i.cid = o.cid)")
# --- correlated scalar subquery with more conditions
spark.sql("WITH o AS (SELECT * FROM VALUES (1, 10), (1, 20), (2, 5), (2, 7) AS t(cid, v)) SELECT cid, v, (SELECT avg(v) FROM o AS i WHERE i.cid = o.cid AND i.v < 20) AS a FROM o")
# --- correlated scalar subquery with limit
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2) AS t(id)), o AS (SELECT * FROM VALUES (1, 10), (1, 20) AS t(cid, v)) SELECT id, (SELECT v FROM o WHERE o.cid = c.id ORDER BY v DESC LIMIT 1) AS top FROM c")
# --- correlated scalar subquery that isn't aggregated
spark.sql("WITH c AS (SELECT * FROM VALUES (1) AS t(id)), o AS (SELECT * FROM VALUES (1, 10) AS t(cid, v)) SELECT id, (SELECT v FROM o WHERE o.cid = c.id) AS x FROM c")
# --- correlated scalar subquery of several rows
spark.sql("WITH c AS (SELECT * FROM VALUES (1) AS t(id)), o AS (SELECT * FROM VALUES (1, 10), (1, 11) AS t(cid, v)) SELECT id, (SELECT v FROM o WHERE o.cid = c.id) AS x FROM c")
# --- correlated scalar subquery by inequality
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2), (3) AS t(id)) SELECT id, (SELECT count(*) FROM c AS d WHERE d.id < c.id) AS below FROM c")
# --- scalar subquery of several rows
spark.sql("SELECT (SELECT * FROM VALUES (1), (2) AS t(a)) AS x")
# --- scalar subquery of several columns
spark.sql("SELECT (SELECT 1, 2) AS x")
# --- scalar subquery in having and order by, in order
spark.sql("SELECT k, sum(v) AS s FROM VALUES ('a', 1), ('b', 2), ('c', 3) AS t(k, v) GROUP BY k HAVING sum(v) >= (SELECT avg(v) FROM VALUES (1), (2), (3) AS u(v)) ORDER BY s DESC")
# --- exists and not exists
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2) AS t(id)), o AS (SELECT * FROM VALUES (1, 10) AS t(cid, v)) SELECT 'yes' AS w, id FROM c WHERE EXISTS (SELECT 1 FROM o WHERE o.cid = c.id) UNION ALL SELECT 'no', id FROM c WHERE NOT EXISTS (SELECT * FROM o WHERE o.cid = c.id AND o.v > 5)")
# --- exists in a select list
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2) AS t(id)), o AS (SELECT * FROM VALUES (1, 10) AS t(cid, v)) SELECT id, EXISTS (SELECT 1 FROM o WHERE o.cid = c.id) AS has FROM c")
# --- exists or something else
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2), (3) AS t(id)), o AS (SELECT * FROM VALUES (1, 10) AS t(cid, v)) SELECT id FROM c WHERE EXISTS (SELECT 1 FROM o WHERE o.cid = c.id) OR id = 3")
# --- correlated in
spark.sql("WITH c AS (SELECT * FROM VALUES (1, 10), (2, 20) AS t(id, x)), o AS (SELECT * FROM VALUES (1, 10), (2, 5) AS t(cid, v)) SELECT id FROM c WHERE x IN (SELECT v FROM o WHERE o.cid = c.id)")
# --- not in with a null
spark.sql("SELECT a FROM VALUES (1), (2), (NULL) AS t(a) WHERE a NOT IN (SELECT b FROM VALUES (2), (NULL) AS u(b))")
# --- not in without a null
spark.sql("SELECT a FROM VALUES (1), (2), (NULL) AS t(a) WHERE a NOT IN (SELECT b FROM VALUES (2) AS u(b))")
# --- in of several columns
spark.sql("SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(x, y) WHERE (x, y) IN (SELECT * FROM VALUES (1, 'a'), (2, 'c') AS u(p, q))")
# --- in with as many columns as it shouldn't have
spark.sql("SELECT * FROM VALUES (1) AS t(x) WHERE x IN (SELECT 1, 2)")
# --- lateral view explode
spark.sql("SELECT k, x FROM VALUES ('a', array(1, 2)), ('b', array()) AS t(k, xs) LATERAL VIEW explode(xs) e AS x")
# --- lateral view outer explode
spark.sql("SELECT k, x FROM VALUES ('a', array(1, 2)), ('b', NULL) AS t(k, xs) LATERAL VIEW OUTER explode(xs) e AS x")
# --- lateral view posexplode
spark.sql("SELECT k, p, x FROM VALUES ('a', array('x', 'y')) AS t(k, xs) LATERAL VIEW posexplode(xs) e AS p, x")
# --- lateral view of a map
spark.sql("SELECT k, e.* FROM VALUES ('a', map('x', 1)) AS t(k, m) LATERAL VIEW explode(m) e")
# --- lateral view inline
spark.sql("SELECT k, a, b FROM VALUES ('k', array(struct(1 AS a, 'x' AS b), struct(2, 'y'))) AS t(k, xs) LATERAL VIEW inline(xs) e")
# --- lateral view json_tuple
spark.sql("""SELECT a, b FROM VALUES ('{"a": 1, "b": "x"}') AS t(j) LATERAL VIEW json_tuple(j, 'a', 'b') e AS a, b""")
# --- lateral views one after the other
spark.sql("SELECT a, b FROM VALUES (array(1, 2), array('x', 'y')) AS t(p, q) LATERAL VIEW explode(p) e AS a LATERAL VIEW explode(q) f AS b")
# --- lateral view with a wrong number of names
spark.sql("SELECT * FROM VALUES (array(1)) AS t(p) LATERAL VIEW explode(p) e AS a, b")
# --- lateral view stack
spark.sql("SELECT * FROM VALUES (1) AS t(p) LATERAL VIEW stack(2, 'a', 1, 'b', 2) e AS n, v")
# --- lateral join
spark.sql("SELECT k, x FROM VALUES ('a', 2), ('b', 3) AS t(k, n), LATERAL (SELECT t.n * 2 AS x)")
# --- lateral join of a table
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2), (3) AS t(id)), o AS (SELECT * FROM VALUES (1, 10), (1, 20), (2, 5) AS t(cid, v)) SELECT id, v FROM c JOIN LATERAL (SELECT v FROM o WHERE o.cid = c.id)")
# --- lateral left join
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2), (3) AS t(id)), o AS (SELECT * FROM VALUES (1, 10), (1, 20), (2, 5) AS t(cid, v)) SELECT id, s FROM c LEFT JOIN LATERAL (SELECT sum(v) AS s FROM o WHERE o.cid = c.id) ON true")
# --- lateral join of a limit
spark.sql("WITH c AS (SELECT * FROM VALUES (1), (2) AS t(id)), o AS (SELECT * FROM VALUES (1, 10), (1, 20), (2, 5) AS t(cid, v)) SELECT id, v FROM c, LATERAL (SELECT v FROM o WHERE o.cid = c.id ORDER BY v DESC LIMIT 1)")
# --- lateral join of a generator
spark.sql("SELECT k, col FROM VALUES ('a', array(1, 2)) AS t(k, xs), LATERAL explode(xs)")
# --- star without some columns
spark.sql("SELECT * EXCEPT (b) FROM VALUES (1, 2, 3) AS t(a, b, c)")
# --- star without a column that isn't there
spark.sql("SELECT * EXCEPT (z) FROM VALUES (1, 2, 3) AS t(a, b, c)")
# --- star of a table without a column
spark.sql("SELECT t.* EXCEPT (a), u.a FROM VALUES (1, 2) AS t(a, b), VALUES (3) AS u(a)")
# --- star without a field of a struct
spark.sql("SELECT * EXCEPT (s.x) FROM VALUES (1, named_struct('x', 1, 'y', 2)) AS t(a, s)")
# --- group by all
spark.sql("SELECT k, upper(k) AS u, sum(v), count(*) AS n FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v) GROUP BY ALL")
# --- group by all with an expression around an aggregate
spark.sql("SELECT k, sum(v) + 1 AS s FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v) GROUP BY ALL")
# --- group by all with what can't be told
spark.sql("SELECT k, sum(v) + v FROM VALUES ('a', 1) AS t(k, v) GROUP BY ALL")
# --- order by all, in order
spark.sql("SELECT a, b FROM VALUES (2, 'x'), (1, 'z'), (1, 'y') AS t(a, b) ORDER BY ALL")
# --- order by all descending, in order
spark.sql("SELECT a, b FROM VALUES (2, 'x'), (1, NULL), (1, 'y') AS t(a, b) ORDER BY ALL DESC NULLS LAST")
# --- order by position, in order
spark.sql("SELECT a, b FROM VALUES (2, 'x'), (1, 'z') AS t(a, b) ORDER BY 2 DESC, 1")
# --- order by a position that isn't there
spark.sql("SELECT a FROM VALUES (2) AS t(a) ORDER BY 3")
# --- group by a position that isn't there
spark.sql("SELECT a FROM VALUES (2) AS t(a) GROUP BY 2")
# --- group by an aggregate's position
spark.sql("SELECT sum(a) FROM VALUES (2) AS t(a) GROUP BY 1")
# --- group by an alias
spark.sql("SELECT upper(k) AS u, count(*) AS n FROM VALUES ('a'), ('A'), ('b') AS t(k) GROUP BY u")
# --- named arguments
spark.sql("SELECT mask('AbCD123', lowerChar => 'q', upperChar => 'Q') AS m, mask(str => 'AbCD123') AS n")
# --- named argument that isn't there
spark.sql("SELECT mask('x', foo => 'q')")
# --- named argument given twice
spark.sql("SELECT mask(str => 'x', str => 'y')")
# --- named arguments of a function without names
spark.sql("SELECT upper(str => 'x')")
# --- identifier clause for a column
spark.sql("SELECT IDENTIFIER('a'), IDENTIFIER('t' || '.b') FROM VALUES (1, 2) AS t(a, b)")
# --- identifier clause for a function
spark.sql("SELECT IDENTIFIER('upper')('x') AS u")
# --- identifier clause for a table
spark.sql("CREATE TABLE ident (a INT) USING parquet")
spark.sql("INSERT INTO IDENTIFIER('ident') VALUES (1)")
spark.sql("SELECT * FROM IDENTIFIER('id' || 'ent')")
# --- identifier clause with a parameter
spark.sql("SELECT IDENTIFIER(:c) AS x FROM VALUES (1, 2) AS t(a, b)", args={"c": "b"})
# --- variables declare and set
spark.sql("DECLARE VARIABLE v1 INT DEFAULT 5")
spark.sql("SET VAR v1 = v1 + 1")
spark.sql("SELECT v1, v1 * 2 AS d, session.v1 AS s")
# --- variable of a query
spark.sql("DECLARE v2 STRING")
spark.sql("SET VAR v2 = (SELECT max(a) FROM VALUES ('x'), ('y') AS t(a))")
spark.sql("SELECT v2")
# --- variables set together
spark.sql("DECLARE v3 = 1")
spark.sql("DECLARE v4 = 'a'")
spark.sql("SET VAR (v3, v4) = (SELECT 7, 'b')")
spark.sql("SELECT v3, v4, typeof(v3) AS t")
# --- variable to its default
spark.sql("DECLARE v5 INT DEFAULT 3")
spark.sql("SET VAR v5 = 4")
spark.sql("SET VAR v5 = DEFAULT")
spark.sql("SELECT v5")
# --- variable that isn't there
spark.sql("SET VAR nothere = 4")
# --- variable declared twice
spark.sql("DECLARE v6 INT")
spark.sql("DECLARE v6 INT")
# --- variable declared anew
spark.sql("DECLARE v7 INT DEFAULT 1")
spark.sql("DECLARE OR REPLACE v7 STRING DEFAULT 'x'")
spark.sql("SELECT v7")
# --- variable dropped
spark.sql("DECLARE v8 INT")
spark.sql("DROP TEMPORARY VARIABLE v8")
spark.sql("SELECT v8")
# --- variable dropped that isn't there
spark.sql("DROP TEMPORARY VARIABLE v9")
# --- variable of a wrong type
spark.sql("DECLARE v10 INT DEFAULT 'abc'")
# --- column before a variable
spark.sql("DECLARE a11 INT DEFAULT 5")
spark.sql("SELECT a11 FROM VALUES (1) AS t(a11)")
# --- raw strings
spark.sql(r"""SELECT r'a\nb' AS a, R"c\td" AS b, 'a\nb' AS c, length(r'\\') AS d""")
# --- values of several types
spark.sql("VALUES (1, 'a'), (2.5, NULL)")
# --- values with an alias
spark.sql("SELECT * FROM (VALUES (1, 2), (3, 4)) AS t(x, y) WHERE x > 1")
# --- values without names
spark.sql("SELECT col1, col2 FROM VALUES (1, 'a')")
# --- values of unequal rows
spark.sql("VALUES (1, 2), (3)")
# --- values without a common type
spark.sql("VALUES (1), (array(2))")
# --- tablesample of all rows
spark.sql("SELECT count(*) AS n FROM (VALUES (1), (2), (3)) TABLESAMPLE (100 PERCENT) AS t(a)")
# --- tablesample of some rows
spark.sql("SELECT count(*) AS n FROM (SELECT * FROM range(10)) TABLESAMPLE (3 ROWS)")
# --- tablesample of too much
spark.sql("SELECT * FROM (SELECT * FROM range(10)) TABLESAMPLE (150 PERCENT)")
# --- recursive cte
spark.sql("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r")
# --- nested ctes
spark.sql("WITH a AS (WITH b AS (SELECT 1 AS x) SELECT x + 1 AS y FROM b) SELECT * FROM a")
# --- cte with column names
spark.sql("WITH a(p, q) AS (SELECT 1, 2) SELECT q, p FROM a")
# --- cte defined twice
spark.sql("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a")
# --- pipe syntax where and select
spark.sql("FROM VALUES (1, 'a'), (2, 'b') AS t(x, y) |> WHERE x > 1 |> SELECT y, x * 2 AS d")
# --- pipe syntax aggregate
spark.sql("FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v) |> AGGREGATE sum(v) AS s GROUP BY k")
# --- pipe syntax extend set drop and as
spark.sql("FROM VALUES (1, 2) AS t(x, y) |> EXTEND x + y AS z |> SET x = x * 10 |> DROP y |> AS u |> SELECT u.x, u.z")
# --- pipe syntax order and limit, in order
spark.sql("FROM VALUES (3), (1), (2) AS t(x) |> ORDER BY x DESC |> LIMIT 2")
# --- pipe syntax join and union
spark.sql("FROM VALUES (1, 'a') AS t(x, y) |> JOIN VALUES (1, true) AS u(x, z) USING (x) |> UNION ALL (VALUES (2, 'b', false))")
# --- from before select
spark.sql("FROM VALUES (1), (2) AS t(a) SELECT a WHERE a > 1")
# --- set operations all
spark.sql("SELECT * FROM VALUES (1), (1), (2) AS t(a) EXCEPT ALL SELECT 1")
# --- intersect all
spark.sql("SELECT * FROM VALUES (1), (1), (2) AS t(a) INTERSECT ALL SELECT * FROM VALUES (1), (1), (1) AS u(a)")
# --- minus
spark.sql("SELECT * FROM VALUES (1), (2) AS t(a) MINUS SELECT 1")
# --- union by name in a dataframe
spark.sql("SELECT 1 AS a, 2 AS b").unionByName(spark.sql("SELECT 3 AS b, 4 AS c"), allowMissingColumns=True)
# --- grouping sets
spark.sql("SELECT a, b, sum(v) AS s, grouping(a) AS ga, grouping_id(a, b) AS g FROM VALUES ('x', 'p', 1), ('x', 'q', 2) AS t(a, b, v) GROUP BY GROUPING SETS ((a, b), (a), ())")
# --- rollup and cube
spark.sql("SELECT a, b, count(*) AS n FROM VALUES ('x', 'p'), ('y', 'q') AS t(a, b) GROUP BY ROLLUP (a, b) UNION ALL SELECT a, b, count(*) FROM VALUES ('x', 'p') AS t(a, b) GROUP BY CUBE (a, b)")
# --- filter of an aggregate
spark.sql("SELECT count(*) FILTER (WHERE v > 1) AS n, sum(v) FILTER (WHERE k = 'a') AS s FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v)")
# --- aggregate of distinct values
spark.sql("SELECT count(DISTINCT a, b) AS n, sum(DISTINCT a) AS s FROM VALUES (1, 1), (1, 2), (1, 2), (NULL, 1) AS t(a, b)")
# --- having without group by
spark.sql("SELECT sum(a) AS s FROM VALUES (1), (2) AS t(a) HAVING sum(a) > 5")
# --- limit and offset, in order
spark.sql("SELECT a FROM VALUES (1), (2), (3), (4) AS t(a) ORDER BY a LIMIT 2 OFFSET 1")
# --- limit all and an expression, in order
spark.sql("SELECT a FROM VALUES (1), (2), (3) AS t(a) ORDER BY a LIMIT 1 + 1")
# --- negative limit
spark.sql("SELECT 1 LIMIT -1")
# --- limit of a column
spark.sql("SELECT a FROM VALUES (1) AS t(a) LIMIT a")
# --- nulls first and last, in order
spark.sql("SELECT a FROM VALUES (1), (NULL), (2) AS t(a) ORDER BY a DESC NULLS FIRST")
# --- default order of nulls, in order
spark.sql("SELECT a, b FROM VALUES (1, NULL), (NULL, 1), (1, 'x') AS t(a, b) ORDER BY a, b DESC")
# --- natural join
spark.sql("SELECT * FROM VALUES (1, 'a') AS t(k, x) NATURAL JOIN VALUES (1, 'b') AS u(k, y)")
# --- using and full outer join
spark.sql("SELECT k, x, y FROM VALUES (1, 'a'), (2, 'b') AS t(k, x) FULL OUTER JOIN VALUES (2, 'p'), (3, 'q') AS u(k, y) USING (k)")
# --- semi and anti join
spark.sql("SELECT 's' AS w, t.* FROM VALUES (1), (2) AS t(k) LEFT SEMI JOIN VALUES (1) AS u(k) ON t.k = u.k UNION ALL SELECT 'a', t.* FROM VALUES (1), (2) AS t(k) LEFT ANTI JOIN VALUES (1) AS u(k) ON t.k = u.k")
# --- lateral column alias
spark.sql("SELECT a + 1 AS b, b * 2 AS c, c + b AS d FROM VALUES (1) AS t(a)")
# --- lateral column alias of an aggregate
spark.sql("SELECT k, sum(v) AS s, s * 2 AS d FROM VALUES ('a', 1), ('a', 2) AS t(k, v) GROUP BY k")
# --- range table function
spark.sql("SELECT id FROM range(2, 8, 3)")
# --- table valued explode
spark.sql("SELECT * FROM explode(array(10, 20))")
# --- table valued posexplode and inline
spark.sql("SELECT * FROM posexplode(array('a')), inline(array(struct(1 AS x)))")
# --- select from describe history
spark.sql("SELECT 1 FROM (DESCRIBE HISTORY nothere)")
