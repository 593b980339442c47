# --- array functions
spark.sql("SELECT array_contains(array(1, 2), 2) AS a, array_position(array(3, 2), 2) AS b, array_remove(array(1, 2, 1), 1) AS c, array_distinct(array(1, 1, NULL, NULL)) AS d, array_union(array(1, 2), array(2, 3)) AS e, array_intersect(array(1, 2), array(2)) AS f, array_except(array(1, 2), array(2)) AS g, arrays_overlap(array(1, NULL), array(2)) AS h")
# --- array order
spark.sql("SELECT sort_array(array('b', NULL, 'a')) AS a, sort_array(array(1, NULL, 3), false) AS b, array_sort(array(3, NULL, 1)) AS c, array_sort(array('bb', 'a'), (x, y) -> length(x) - length(y)) AS d, reverse(array(1, 2)) AS e, shuffle(array(1)) AS f")
# --- array building
spark.sql("SELECT sequence(1, 5, 2) AS a, sequence(5, 1) AS b, sequence(DATE'2024-01-31', DATE'2024-03-31', INTERVAL 1 MONTH) AS c, array_repeat('x', 2) AS d, slice(array(1, 2, 3, 4), 2, 2) AS e, slice(array(1, 2, 3), -2, 2) AS f, flatten(array(array(1), array(2, 3))) AS g, array_insert(array(1, 3), 2, 2) AS h, array_append(array(1), 2) AS i, array_prepend(array(1), 0) AS j")
# --- array measures
spark.sql("SELECT size(array(1, 2)) AS a, size(NULL) AS b, cardinality(map(1, 2)) AS c, array_max(array(1, NULL, 3)) AS d, array_min(array('b', 'a')) AS e, array_size(array()) AS f, array_join(array('a', NULL, 'b'), '-') AS g, array_join(array('a', NULL), '-', '?') AS h, array_compact(array(1, NULL)) AS i")
# --- arrays zipped
spark.sql("SELECT arrays_zip(array(1, 2), array('a')) AS a, arrays_zip(x, y) AS b, map_from_arrays(array('p', 'q'), array(1, 2)) AS c FROM VALUES (array(1), array('z')) AS t(x, y)")
# --- sequence that goes the wrong way
spark.sql("SELECT sequence(1, 5, -1)")
# --- array index
spark.sql("SELECT array(1, 2, 3)[0] AS a, element_at(array(1, 2, 3), -1) AS b, get(array(1), 5) AS c, try_element_at(array(1), 5) AS d, array('a')[NULL] AS e")
# --- array index out of bounds
spark.sql("SELECT array(1, 2)[2]")
# --- element_at out of bounds
spark.sql("SELECT element_at(array(1, 2), 3)")
# --- element_at zero
spark.sql("SELECT element_at(array(1, 2), 0)")
# --- map functions
spark.sql("SELECT map('a', 1)['a'] AS a, map('a', 1)['z'] AS b, map_keys(map('a', 1)) AS c, map_values(map('a', 1)) AS d, map_entries(map('a', 1)) AS e, map_concat(map('a', 1), map('b', 2)) AS f, map_contains_key(map('a', 1), 'a') AS g, element_at(map('a', 1), 'q') AS h, str_to_map('a:1,b:2') AS i, map_from_entries(array(struct('k', 1))) AS j")
# --- map with a key twice
spark.sql("SELECT map('a', 1, 'a', 2)")
# --- map with a null key
spark.sql("SELECT map(NULL, 1)")
# --- map with an odd number of arguments
spark.sql("SELECT map('a')")
# --- map comparison
spark.sql("SELECT map('a', 1) = map('a', 1)")
# --- struct functions
spark.sql("SELECT named_struct('a', 1, 'b', 'x').b AS a, struct(1, 'x') AS b, struct(x, x + 1 AS y, 5).* FROM VALUES (1) AS t(x)")
# --- struct field that isn't there
spark.sql("SELECT s.z FROM VALUES (named_struct('a', 1)) AS t(s)")
# --- field of an integer
spark.sql("SELECT x.z FROM VALUES (1) AS t(x)")
# --- structs compared
spark.sql("SELECT struct(1, 'a') = struct(1, 'a') AS a, struct(1, 2) < struct(1, 3) AS b, array(1, 2) < array(1, 3) AS c, struct(1, NULL) <=> struct(1, NULL) AS d")
# --- fields of structs in arrays
spark.sql("SELECT xs.a AS a, xs[0].b AS b, transform(xs, x -> x.a + 1) AS c FROM VALUES (array(named_struct('a', 1, 'b', 'p'), named_struct('a', 2, 'b', 'q'))) AS t(xs)")
# --- transform and filter
spark.sql("SELECT transform(array(1, 2), x -> x * 2) AS a, transform(array('a', 'b'), (x, i) -> x || i) AS b, filter(array(1, 2, 3), x -> x % 2 = 1) AS c, filter(array(5, 6), (x, i) -> i > 0) AS d, exists(array(1, NULL), x -> x > 5) AS e, forall(array(1, 2), x -> x > 0) AS f")
# --- reduce
spark.sql("SELECT aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x) AS a, reduce(array(1, 2), 10, (acc, x) -> acc - x, acc -> acc * 10) AS b, zip_with(array(1, 2), array(10), (x, y) -> x + y) AS c")
# --- lambdas over maps
spark.sql("SELECT map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1) AS a, transform_keys(map('a', 1), (k, v) -> upper(k)) AS b, transform_values(map('a', 1), (k, v) -> v + 1) AS c, map_zip_with(map('a', 1), map('a', 2, 'b', 3), (k, x, y) -> x + y) AS d")
# --- aggregate with types that differ
spark.sql("SELECT aggregate(array(1, 2), '', (acc, x) -> acc + x)")
# --- lambda with too many parameters
spark.sql("SELECT transform(array(1), (x, y, z) -> x)")
# --- lambda that isn't boolean
spark.sql("SELECT filter(array(1), x -> x + 1)")
# --- lambda that sees columns outside
spark.sql("SELECT transform(xs, x -> x + k) AS r FROM VALUES (array(1, 2), 10) AS t(xs, k)")
# --- nested lambdas
spark.sql("SELECT transform(array(array(1, 2), array(3)), a -> transform(a, b -> b + size(a))) AS r")
# --- higher order function without a lambda
spark.sql("SELECT transform(array(1), 1)")
# --- explode in a select list
spark.sql("SELECT 'k' AS k, explode(array(1, 2)) AS x")
# --- explode of an integer
spark.sql("SELECT explode(1)")
# --- two generators
spark.sql("SELECT explode(array(1)), explode(array(2))")
# --- generator within an expression
spark.sql("SELECT 1 + explode(array(1))")
# --- generator in where
spark.sql("SELECT 1 WHERE explode(array(1)) = 1")
# --- posexplode_outer and inline_outer
spark.sql("SELECT posexplode_outer(CAST(NULL AS ARRAY<INT>))")
# --- stack
spark.sql("SELECT stack(2, 1, 'a', 2, 'b')")
# --- stack with types that differ
spark.sql("SELECT stack(2, 1, 'a', 'b', 2)")
# --- json values
spark.sql("""SELECT get_json_object('{"a": {"b": [1, 2]}}', '$.a.b[1]') AS a, get_json_object('{"a": "x"}', '$.a') AS b, get_json_object('{"a": [{"b": 1}, {"b": 2}]}', '$.a[*].b') AS c, get_json_object('bad', '$.a') AS d, get_json_object('{"a.b": 1}', "$['a.b']") AS e, get_json_object('{"a": null}', '$.a') AS f""")
# --- from_json of structs
spark.sql("""SELECT from_json('{"a": 1, "b": "x", "c": [1.5]}', 'a INT, b STRING, c ARRAY<DOUBLE>') AS a, from_json('{"a": "x"}', 'a INT') AS b, from_json('bad', 'a INT') AS c, from_json('[1, 2]', 'ARRAY<INT>') AS d, from_json('{"k": 1}', 'MAP<STRING, INT>') AS e, from_json('{"a": {"b": true}}', 'a STRUCT<b: BOOLEAN>') AS f""")
# --- from_json with options
spark.sql("""SELECT from_json('{"t": "07/03/2024"}', 't DATE', map('dateFormat', 'dd/MM/yyyy')) AS a, from_json('{"a": 1, "b": 2}', 'a INT, _corrupt_record STRING') AS b, from_json('{"a": bad', 'a INT, _corrupt_record STRING', map('columnNameOfCorruptRecord', '_corrupt_record')) AS c""")
# --- from_json with a bad schema
spark.sql("""SELECT from_json('{"a": 1}', 'a FOO')""")
# --- from_json with a schema that isn't constant
spark.sql("SELECT from_json(j, s) FROM VALUES ('{}', 'a INT') AS t(j, s)")
# --- from_json of an integer
spark.sql("SELECT from_json(1, 'a INT')")
# --- to_json values
spark.sql(r"""SELECT to_json(named_struct('a', 1, 'b', NULL, 'c', array(1, 2))) AS a, to_json(map('k', DATE'2024-01-01')) AS b, to_json(array(named_struct('t', TIMESTAMP'2024-01-01 10:00:00'))) AS c, to_json(named_struct('x', 1.50, 'y', 1e10D, 's', 'a"b\n')) AS d, to_json(named_struct('a', NULL), map('ignoreNullFields', 'false')) AS e""")
# --- to_json of an integer
spark.sql("SELECT to_json(1)")
# --- json schemas
spark.sql("""SELECT schema_of_json('{"a": 1, "b": [{"c": 1.5}], "d": null}') AS a, schema_of_json('[1, "x"]') AS b, json_array_length('[1, 2, 3]') AS c, json_object_keys('{"a": 1, "b": 2}') AS d, json_array_length('{}') AS e""")
# --- json_tuple
spark.sql("""SELECT json_tuple('{"a": 1, "b": {"c": 2}}', 'a', 'b', 'z')""")
# --- regular expressions
spark.sql("SELECT regexp_extract('a12b34', '([a-z])([0-9]+)', 2) AS a, regexp_extract('abc', '([0-9]+)', 1) AS b, regexp_extract_all('a12b34', '([0-9]+)', 1) AS c, regexp_replace('a12b34', '[0-9]+', '#') AS d, regexp_replace('abc', '(b)', '<$1>') AS e, 'abc' RLIKE '^a.c$' AS f, regexp_like('abc', 'B') AS g, regexp_count('banana', 'an') AS h, regexp_instr('banana', 'an') AS i, regexp_substr('banana', 'n.') AS j")
# --- regular expressions with flags
spark.sql(r"""SELECT 'ABC' RLIKE '(?i)abc' AS a, regexp_replace('a.b', r'\.', '-') AS b, regexp_extract('2024-03-07', r'(\d+)-(\d+)', 1) AS c, regexp_replace('aXbX', 'X', 'Y', 3) AS d, regexp_extract('x', '(y)?x', 1) AS e, 'a\nb' RLIKE 'a.b' AS f""")
# --- regular expression group that isn't there
spark.sql("SELECT regexp_extract('abc', '(b)', 2)")
# --- regular expression that is bad
spark.sql("SELECT 'abc' RLIKE '('")
# --- collect and count
spark.sql("SELECT sort_array(collect_list(a)) AS a, sort_array(collect_set(a)) AS b, count(a) AS c, count_if(a > 1) AS d, approx_count_distinct(a) AS e, any_value(a) IS NOT NULL AS f, max_by(b, a) AS g, min_by(b, a) AS h, mode(a) AS i FROM VALUES (1, 'x'), (2, 'y'), (2, 'y'), (NULL, 'z') AS t(a, b)")
# --- percentiles
spark.sql("SELECT percentile(a, 0.5) AS a, percentile_approx(a, 0.5) AS b, median(a) AS c, percentile(a, array(0.25, 0.75)) AS d, percentile_cont(0.5) WITHIN GROUP (ORDER BY a) AS e, percentile_disc(0.5) WITHIN GROUP (ORDER BY a DESC) AS f FROM VALUES (1), (2), (3), (4) AS t(a)")
# --- statistics
spark.sql("SELECT stddev(a) AS a, variance(a) AS b, stddev_pop(a) AS c, var_pop(a) AS d, corr(a, b) AS e, covar_samp(a, b) AS f, regr_slope(a, b) AS g, regr_count(a, b) AS h, kurtosis(a) AS i FROM VALUES (1, 2), (2, 4), (3, 7) AS t(a, b)")
# --- boolean aggregates
spark.sql("SELECT every(a) AS a, some(a) AS b, bool_and(a) AS c, bit_and(b) AS d, bit_or(b) AS e, bit_xor(b) AS f, first(b) AS g, last(b, true) AS h FROM VALUES (true, 1), (NULL, 3), (true, NULL) AS t(a, b)")
# --- aggregates of nothing
spark.sql("SELECT sum(a) AS a, count(a) AS b, max(a) AS c, avg(a) AS d, collect_list(a) AS e, stddev(a) AS f, every(a > 1) AS g FROM VALUES (1) AS t(a) WHERE a > 5")
# --- listagg
spark.sql("SELECT listagg(a, ',') WITHIN GROUP (ORDER BY a) AS a, string_agg(a, '-') WITHIN GROUP (ORDER BY a DESC) AS b, listagg(DISTINCT a) WITHIN GROUP (ORDER BY a) AS c FROM VALUES ('b'), ('a'), ('a'), (NULL) AS t(a)")
# --- histogram
spark.sql("SELECT histogram_numeric(a, 2) AS h FROM VALUES (1), (2), (10) AS t(a)")
# --- withField and dropFields
spark.sql("SELECT named_struct('a', 1, 'b', named_struct('c', 2, 'd', 3)) AS s").select(col("s").withField("z", lit(9)).alias("p"), col("s").withField("b.c", lit("x")).alias("q"), col("s").dropFields("a").alias("r"), col("s").dropFields("b.d").alias("t"))
# --- withField replaces
spark.sql("SELECT named_struct('a', 1, 'b', 2) AS s").select(col("s").withField("a", col("s.a") + 1), col("s").withField("c", lit(1)).withField("d", lit(2)))
# --- withField of a field that isn't there
spark.sql("SELECT named_struct('a', 1) AS s").select(col("s").withField("x.y", lit(9)))
# --- withField of an integer
spark.sql("SELECT 1 AS s").select(col("s").withField("y", lit(9)))
# --- dropFields of all
spark.sql("SELECT named_struct('a', 1) AS s").select(col("s").dropFields("a"))
# --- getField and getItem
spark.sql("SELECT named_struct('a', 1) AS s, array(1, 2) AS xs, map('k', 'v') AS m").select(col("s").getField("a"), col("s")["a"], col("xs")[0], col("xs").getItem(1), col("m")["k"], col("m").getItem("z"), col("s.a"))
