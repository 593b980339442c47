# --- ranks, in order
spark.sql("SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v) AS rn, rank() OVER (PARTITION BY k ORDER BY v) AS r, dense_rank() OVER (PARTITION BY k ORDER BY v) AS d FROM VALUES ('a', 1), ('a', 1), ('a', 2), ('b', 5) AS t(k, v) ORDER BY k, v, rn")
# --- percent_rank cume_dist and ntile, in order
spark.sql("SELECT v, percent_rank() OVER (ORDER BY v) AS p, cume_dist() OVER (ORDER BY v) AS c, ntile(3) OVER (ORDER BY v) AS n FROM VALUES (1), (2), (2), (3), (4) AS t(v) ORDER BY v, n")
# --- lag and lead, in order
spark.sql("SELECT v, lag(v) OVER (ORDER BY v) AS a, lead(v, 2) OVER (ORDER BY v) AS b, lag(v, 1, -1) OVER (ORDER BY v) AS c, lead(v, -1) OVER (ORDER BY v) AS d, lag(v) IGNORE NULLS OVER (ORDER BY v) AS e FROM VALUES (1), (2), (3) AS t(v) ORDER BY v")
# --- first last and nth, in order
spark.sql("SELECT v, first_value(v) OVER w AS f, last_value(v) OVER w AS l, nth_value(v, 2) OVER w AS n, last_value(v) OVER (ORDER BY v ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS ll FROM VALUES (1), (2), (3) AS t(v) WINDOW w AS (ORDER BY v) ORDER BY v")
# --- ignore nulls, in order
spark.sql("SELECT i, first_value(v) IGNORE NULLS OVER (ORDER BY i) AS f, last_value(v, true) OVER (ORDER BY i) AS l, any_value(v) IGNORE NULLS OVER (ORDER BY i) AS a FROM VALUES (1, NULL), (2, 5), (3, NULL) AS t(i, v) ORDER BY i")
# --- running totals, in order
spark.sql("SELECT i, sum(v) OVER (ORDER BY i) AS s, avg(v) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a, count(*) OVER () AS n, max(v) OVER (ORDER BY i ROWS 2 PRECEDING) AS m FROM VALUES (1, 10), (2, 20), (3, 30), (4, 5) AS t(i, v) ORDER BY i")
# --- rows between, in order
spark.sql("SELECT i, sum(v) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS a, sum(v) OVER (ORDER BY i ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS b, collect_list(v) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS c FROM VALUES (1, 10), (2, 20), (3, 30) AS t(i, v) ORDER BY i")
# --- range of peers, in order
spark.sql("SELECT i, v, sum(v) OVER (ORDER BY i) AS peers, sum(v) OVER (ORDER BY i ROWS UNBOUNDED PRECEDING) AS rows FROM VALUES (1, 10), (1, 10), (2, 5) AS t(i, v) ORDER BY i, rows")
# --- range of numbers, in order
spark.sql("SELECT i, count(*) OVER (ORDER BY i RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, sum(i) OVER (ORDER BY i DESC RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS b FROM VALUES (1), (2), (4), (5), (9) AS t(i) ORDER BY i")
# --- range of days, in order
spark.sql("SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN INTERVAL 2 DAYS PRECEDING AND CURRENT ROW) AS n FROM VALUES (DATE'2024-01-01'), (DATE'2024-01-02'), (DATE'2024-01-05') AS t(d) ORDER BY d")
# --- range of times, in order
spark.sql("SELECT d, sum(v) OVER (ORDER BY d RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW) AS n FROM VALUES (TIMESTAMP'2024-01-01 00:00:00', 1), (TIMESTAMP'2024-01-01 00:30:00', 2), (TIMESTAMP'2024-01-01 01:15:00', 4) AS t(d, v) ORDER BY d")
# --- named windows, in order
spark.sql("SELECT k, v, sum(v) OVER w AS s, rank() OVER (w ORDER BY v) AS r FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v) WINDOW w AS (PARTITION BY k) ORDER BY k, v")
# --- named window that isn't there
spark.sql("SELECT sum(v) OVER w FROM VALUES (1) AS t(v)")
# --- window over an aggregate, in order
spark.sql("SELECT k, sum(v) AS s, rank() OVER (ORDER BY sum(v) DESC) AS r, sum(sum(v)) OVER () AS total FROM VALUES ('a', 1), ('a', 2), ('b', 5) AS t(k, v) GROUP BY k ORDER BY k")
# --- window in an expression, in order
spark.sql("SELECT v, v - avg(v) OVER () AS d, round(100.0 * v / sum(v) OVER (), 1) AS pct FROM VALUES (1), (3) AS t(v) ORDER BY v")
# --- qualify, in order
spark.sql("SELECT k, v FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v) QUALIFY row_number() OVER (PARTITION BY k ORDER BY v DESC) = 1 ORDER BY k")
# --- window function without over
spark.sql("SELECT row_number() FROM VALUES (1) AS t(v)")
# --- rank without an order
spark.sql("SELECT rank() OVER (PARTITION BY v) FROM VALUES (1) AS t(v)")
# --- window function in where
spark.sql("SELECT v FROM VALUES (1) AS t(v) WHERE row_number() OVER (ORDER BY v) = 1")
# --- window function in group by
spark.sql("SELECT count(*) FROM VALUES (1) AS t(v) GROUP BY row_number() OVER (ORDER BY v)")
# --- window functions nested
spark.sql("SELECT sum(row_number() OVER (ORDER BY v)) OVER () FROM VALUES (1) AS t(v)")
# --- range frame over two keys
spark.sql("SELECT sum(v) OVER (ORDER BY v, v RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1) AS t(v)")
# --- range frame over text
spark.sql("SELECT count(*) OVER (ORDER BY v RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES ('a') AS t(v)")
# --- range frame without an order
spark.sql("SELECT sum(v) OVER (RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1) AS t(v)")
# --- frame that ends before it starts
spark.sql("SELECT sum(v) OVER (ORDER BY v ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM VALUES (1) AS t(v)")
# --- frame of a rank
spark.sql("SELECT rank() OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1) AS t(v)")
# --- distinct in a window
spark.sql("SELECT count(DISTINCT v) OVER () FROM VALUES (1) AS t(v)")
# --- upper over a window
spark.sql("SELECT upper(v) OVER () FROM VALUES ('a') AS t(v)")
# --- ntile of zero
spark.sql("SELECT ntile(0) OVER (ORDER BY v) FROM VALUES (1) AS t(v)")
# --- window of the dataframe API, in order
spark.sql("SELECT * FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v)").withColumn("s", F.sum("v").over(Window.partitionBy("k").orderBy("v").rowsBetween(Window.unboundedPreceding, 0))).withColumn("r", F.row_number().over(Window.orderBy(F.desc("v")))).orderBy("v")
# --- nulls in windows, in order
spark.sql("SELECT v, rank() OVER (ORDER BY v NULLS LAST) AS a, rank() OVER (ORDER BY v DESC) AS b, sum(v) OVER (ORDER BY v NULLS FIRST) AS c FROM VALUES (1), (NULL), (2) AS t(v) ORDER BY v")
# --- filter in a window, in order
spark.sql("SELECT v, count(*) FILTER (WHERE v > 1) OVER (ORDER BY v) AS n FROM VALUES (1), (2), (3) AS t(v) ORDER BY v")
