# --- skewness and kurtosis by groups
spark.sql("SELECT k, skewness(v) AS s, kurtosis(v) AS t FROM VALUES ('a', 1), ('a', 2), ('a', 10), ('b', 5), ('b', 5), ('c', NULL) AS t(k, v) GROUP BY k")

# --- regressions
spark.sql("SELECT regr_count(y, x) AS a, regr_avgx(y, x) AS b, regr_avgy(y, x) AS c, regr_sxx(y, x) AS d, regr_syy(y, x) AS e, regr_sxy(y, x) AS f, regr_slope(y, x) AS g, regr_intercept(y, x) AS h, regr_r2(y, x) AS i FROM VALUES (1, 2), (2, 4), (4, 5), (NULL, 1), (1, NULL) AS t(y, x)")

# --- regressions of nothing
spark.sql("SELECT regr_count(y, x) AS a, regr_avgx(y, x) AS b, regr_sxx(y, x) AS d, regr_slope(y, x) AS g, regr_r2(y, x) AS i FROM VALUES (1, NULL) AS t(y, x)")

# --- regressions of one pair
spark.sql("SELECT regr_sxx(y, x) AS d, regr_slope(y, x) AS g, regr_intercept(y, x) AS h, regr_r2(y, x) AS i FROM VALUES (1, 2) AS t(y, x)")

# --- listagg in order
spark.sql("SELECT k, listagg(v, ', ') WITHIN GROUP (ORDER BY v DESC) AS l, string_agg(v) AS m FROM VALUES ('a', 'x'), ('a', 'y'), ('b', NULL) AS t(k, v) GROUP BY k")

# --- listagg by another column
spark.sql("SELECT listagg(v, '') WITHIN GROUP (ORDER BY n NULLS LAST, v) AS l FROM VALUES ('x', 2), ('y', NULL), ('z', 1), ('a', 2) AS t(v, n)")

# --- listagg of bytes
spark.sql("SELECT listagg(v, x'00') AS l FROM VALUES (x'01'), (x'02') AS t(v)")

# --- listagg of numbers
spark.sql("SELECT listagg(v, '-') WITHIN GROUP (ORDER BY v) AS l FROM VALUES (10), (9) AS t(v)")

# --- names of ordered aggregates
spark.sql("SELECT listagg(a, ',') WITHIN GROUP (ORDER BY a DESC), listagg(a), string_agg(DISTINCT a, '-'), percentile_cont(0.5) WITHIN GROUP (ORDER BY b DESC), percentile_disc(0.5) WITHIN GROUP (ORDER BY b) FROM VALUES ('x', 1) AS t(a, b)").columns

# --- percentiles within groups
spark.sql("SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY v) AS a, percentile_cont(0.25) WITHIN GROUP (ORDER BY v DESC) AS b, percentile_disc(0.25) WITHIN GROUP (ORDER BY v) AS c, percentile_disc(0.25) WITHIN GROUP (ORDER BY v DESC) AS d, percentile_cont(array(0.0, 1.0)) WITHIN GROUP (ORDER BY v) AS e, percentile_disc(0.0) WITHIN GROUP (ORDER BY v) AS f FROM VALUES (1), (2), (3), (10), (NULL) AS t(v)")

# --- a percentile without its group
spark.sql("SELECT percentile_cont(0.5) FROM VALUES (1) AS t(v)")

# --- a percentile within two groups
spark.sql("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY v, v) FROM VALUES (1) AS t(v)")

# --- within group of a function without one
spark.sql("SELECT sum(v) WITHIN GROUP (ORDER BY v) FROM VALUES (1) AS t(v)")

# --- listagg with a delimiter that isn't constant
spark.sql("SELECT listagg(v, v) FROM VALUES ('a') AS t(v)")

# --- functions of DataFrames for statistics
df = spark.createDataFrame([(1.0, 2.0), (2.0, 4.0), (4.0, 5.0)], ["y", "x"])
df.agg(F.skewness("x").alias("a"), F.kurtosis("x").alias("b"), F.regr_slope("y", "x").alias("c"), F.regr_count("y", "x").alias("d"), F.listagg(col("x").cast("string"), lit("|")).alias("e"))
