# --- execute immediate
spark.sql("EXECUTE IMMEDIATE 'SELECT 1 AS a'")

# --- execute immediate with values
spark.sql("EXECUTE IMMEDIATE 'SELECT ? + ? AS a' USING 1, 2")

# --- execute immediate with names
spark.sql("EXECUTE IMMEDIATE 'SELECT :a * :b AS c' USING 6 AS a, 7 AS b")

# --- execute immediate from a variable into a variable
spark.sql("DECLARE OR REPLACE VARIABLE q STRING DEFAULT 'SELECT max(id) FROM range(5)'")
spark.sql("DECLARE OR REPLACE VARIABLE found BIGINT")
spark.sql("EXECUTE IMMEDIATE q INTO found")
spark.sql("SELECT found")

# --- execute immediate of a command
spark.sql("EXECUTE IMMEDIATE 'CREATE TEMP VIEW made AS SELECT 3 AS x'")
spark.table("made")

# --- execute immediate into of a command
spark.sql("DECLARE OR REPLACE VARIABLE v INT")
spark.sql("EXECUTE IMMEDIATE 'CREATE TEMP VIEW made AS SELECT 3 AS x' INTO v")

# --- execute immediate of an integer
spark.sql("DECLARE OR REPLACE VARIABLE v INT DEFAULT 5")
spark.sql("EXECUTE IMMEDIATE v")

# --- execute immediate of null
spark.sql("DECLARE OR REPLACE VARIABLE v STRING")
spark.sql("EXECUTE IMMEDIATE v")

# --- execute immediate in execute immediate
spark.sql("EXECUTE IMMEDIATE 'EXECUTE IMMEDIATE \\'SELECT 1\\''")

# --- identifier from a variable
spark.range(3).createOrReplaceTempView("three")
spark.sql("DECLARE OR REPLACE VARIABLE t STRING DEFAULT 'three'")
spark.sql("SELECT count(*) AS n FROM IDENTIFIER(t)")

# --- identifier of parameters together
spark.sql("CREATE TABLE IDENTIFIER(:db || '.' || :t) (a INT) USING parquet", args={"db": "default", "t": "made"})
spark.sql("INSERT INTO IDENTIFIER(:t) VALUES (7)", args={"t": "default.made"})
spark.sql("SELECT * FROM IDENTIFIER('default.' || :t)", args={"t": "made"})

# --- identifier of a function
spark.sql("SELECT IDENTIFIER('upper')('a') AS a, IDENTIFIER(:f)(3) AS b", args={"f": "negative"})

# --- identifier of a parameter that isn't there
spark.sql("SELECT * FROM IDENTIFIER(:t)", args={"x": "y"})

# --- named arguments of an sql function
spark.sql("CREATE OR REPLACE TEMPORARY FUNCTION area(width INT, height INT DEFAULT 2) RETURNS INT RETURN width * height")
spark.sql("SELECT area(height => 3, width => 4) AS a, area(width => 5) AS b")

# --- named arguments of explode
spark.sql("SELECT explode(collection => array(1, 2)) AS x")

# --- a positional argument behind a named one
spark.sql("SELECT mask(str => 'abc', 'Q')")

# --- a named argument without its value
spark.sql("SELECT mask(lowerChar => 'q')")

# --- order by position of a map
spark.sql("SELECT map(1, 2) AS m ORDER BY 1")

# --- order by all of a map
spark.sql("SELECT map(1, 2) AS m, 1 AS x ORDER BY ALL")

# --- order by position of a map in a union
spark.sql("SELECT map(1, 2) AS m UNION ALL SELECT map(3, 4) ORDER BY 1")

# --- escapes in strings
spark.sql(r"""SELECT '\101' AS a, '\u00e9' AS b, '\x' AS c, '\%' AS d, '\0' = char(0) AS e, "say ""hi""!" AS f, "it''s" AS g, R"\n" AS h, '\U0001F600' AS i""")

# --- star except several
spark.sql("SELECT * EXCEPT (a, s.x, `odd name`) FROM VALUES (1, named_struct('x', 1, 'y', 2, 'z', 3), 2) AS t(a, s, `odd name`)")

# --- star except what isn't there
spark.sql("SELECT * EXCEPT (nope) FROM VALUES (1) AS t(a)")

# --- star except a field of no struct
spark.sql("SELECT * EXCEPT (a.x) FROM VALUES (1) AS t(a)")

# --- pivot with aliases and expressions
spark.sql("SELECT * FROM VALUES ('a', 'q1', 10), ('b', 'q2', 20), ('a', 'q1', 5) AS t(k, q, v) PIVOT (sum(v) * 2 AS s, max(v) - min(v) d, count(*) FOR q IN ('q1' AS one, 'q2')) ORDER BY k")

# --- a number without digits enough for its type
spark.sql("SELECT CAST('12.345' AS DECIMAL(4, 2)) AS a, CAST(1 AS DECIMAL(38)) AS b")

# --- lag over nulls
spark.sql("SELECT k, v, lag(v) IGNORE NULLS OVER (ORDER BY k) AS a, lead(v, 2, -1) IGNORE NULLS OVER (ORDER BY k) AS b, lag(v, 1) RESPECT NULLS OVER (ORDER BY k) AS c, nth_value(v, 2) IGNORE NULLS OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS d FROM VALUES (1, 10), (2, NULL), (3, 30), (4, NULL), (5, 50) AS t(k, v) ORDER BY k")

# --- names of window functions over nulls
spark.sql("SELECT lag(v) IGNORE NULLS OVER (ORDER BY v), nth_value(v, 2) IGNORE NULLS OVER (ORDER BY v), first_value(v) IGNORE NULLS OVER (ORDER BY v) FROM VALUES (1) AS t(v)").columns

# --- frame of lag
spark.sql("SELECT lag(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1) AS t(v)")

# --- frame of cume_dist
spark.sql("SELECT cume_dist() OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1) AS t(v)")

# --- values of mixed types
spark.sql("SELECT * FROM VALUES (1, DATE'2024-01-01'), (2.5, TIMESTAMP'2024-01-01 10:00:00') AS t(a, b)")

# --- having an alias that isn't grouped
spark.sql("SELECT k, sum(v) AS s FROM VALUES ('a', 1), ('b', 5) AS t(k, v) GROUP BY k HAVING s > 2")

# --- wrong hour by a format
spark.sql("SELECT to_timestamp('2024-01-01 25:00:00', 'yyyy-MM-dd HH:mm:ss')").collect()

# --- wrong day by a format
spark.sql("SELECT to_date('32/01/2024', 'dd/MM/yyyy')").collect()

# --- wrong half day by a format
spark.sql("SELECT to_timestamp('13:00 PM', 'hh:mm a')").collect()

# --- drop a view that isn't there
spark.sql("DROP VIEW nothere")

# --- truncate a table that isn't there
spark.sql("TRUNCATE TABLE nothere")

# --- a hyphen in a name of two parts
spark.sql("SELECT * FROM my-db.my-table")

# --- create a table with a hyphen
spark.sql("CREATE TABLE my-table (a INT) USING parquet")
