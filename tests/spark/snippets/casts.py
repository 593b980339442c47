# --- text to integers
spark.sql("SELECT CAST(' 12 ' AS INT) AS a, CAST('+7' AS BIGINT) AS b, CAST('-0' AS TINYINT) AS c, try_cast('1e3' AS INT) AS d, try_cast('12.7' AS INT) AS e, try_cast('' AS INT) AS f, try_cast('0x1A' AS INT) AS g")
# --- text that is no integer
spark.sql("SELECT CAST('12.5' AS INT)")
# --- text too large for an integer
spark.sql("SELECT CAST('3000000000' AS INT)")
# --- text to doubles
spark.sql("SELECT CAST('1e3' AS DOUBLE) AS a, CAST('NaN' AS DOUBLE) AS b, CAST('Infinity' AS DOUBLE) AS c, CAST('-inf' AS FLOAT) AS d, CAST(' 1.5f' AS DOUBLE) AS e, CAST('1.5d' AS DOUBLE) AS f, try_cast('1,5' AS DOUBLE) AS g")
# --- text to booleans
spark.sql("SELECT CAST('t' AS BOOLEAN) AS a, CAST('Yes' AS BOOLEAN) AS b, CAST('1' AS BOOLEAN) AS c, CAST(' false ' AS BOOLEAN) AS d, CAST('N' AS BOOLEAN) AS e, try_cast('on' AS BOOLEAN) AS f")
# --- text that is no boolean
spark.sql("SELECT CAST('maybe' AS BOOLEAN)")
# --- text to decimals
spark.sql("SELECT CAST('1.005' AS DECIMAL(5,2)) AS a, CAST('-1.015' AS DECIMAL(5,2)) AS b, CAST('1e2' AS DECIMAL(10,1)) AS c, try_cast('99999' AS DECIMAL(4,1)) AS d, try_cast('x' AS DECIMAL(4,1)) AS e")
# --- text that is no decimal
spark.sql("SELECT CAST('abc' AS DECIMAL(10,2))")
# --- text too large for a decimal
spark.sql("SELECT CAST('12345.6' AS DECIMAL(5,2))")
# --- text to dates
spark.sql("SELECT CAST('2024-3-7' AS DATE) AS a, CAST('2024' AS DATE) AS b, CAST('2024-03' AS DATE) AS c, CAST('2024-03-07T10:00' AS DATE) AS d, CAST(' 2024-03-07 ' AS DATE) AS e, try_cast('2024-02-30' AS DATE) AS f, try_cast('07.03.2024' AS DATE) AS g, CAST('-0044-03-15' AS DATE) IS NULL AS h")
# --- text that is no date
spark.sql("SELECT CAST('2024-02-30' AS DATE)")
# --- text to timestamps
spark.sql("SELECT CAST('2024-03-07 1:2:3' AS TIMESTAMP) AS a, CAST('2024-03-07T10:11:12.123456789' AS TIMESTAMP) AS b, CAST('2024-03-07 10:11:12 Europe/Paris' AS TIMESTAMP) AS c, CAST('2024-03-07 10:11:12 UTC+2' AS TIMESTAMP) AS d, CAST('2024-03-07 10:11:12-08' AS TIMESTAMP) AS e, try_cast('10:11' AS TIMESTAMP) IS NULL AS f")
# --- numbers between each other
spark.sql("SELECT CAST(1.9 AS INT) AS a, CAST(-1.9D AS BIGINT) AS b, CAST(127 AS TINYINT) AS c, CAST(true AS INT) AS d, CAST(0 AS BOOLEAN) AS e, CAST(2.5D AS BOOLEAN) AS f, CAST(16777217 AS FLOAT) AS g")
# --- number too large
spark.sql("SELECT CAST(128 AS TINYINT)")
# --- double too large
spark.sql("SELECT CAST(1e10D AS INT)")
# --- NaN to an integer
spark.sql("SELECT CAST(double('NaN') AS INT)")
# --- decimal too large for an integer
spark.sql("SELECT CAST(12345678901.5 AS INT)")
# --- doubles to decimals
spark.sql("SELECT CAST(1.005D AS DECIMAL(5,2)) AS a, CAST(0.1D AS DECIMAL(20,17)) AS b, try_cast(1e20D AS DECIMAL(10,0)) AS c")
# --- double too large for a decimal
spark.sql("SELECT CAST(12345.678D AS DECIMAL(5,2))")
# --- numbers to text
spark.sql("SELECT CAST(1.0D AS STRING) AS a, CAST(1e20D AS STRING) AS b, CAST(1e-5D AS STRING) AS c, CAST(0.001D AS STRING) AS d, CAST(123456789.0D AS STRING) AS e, CAST(1.1F AS STRING) AS f, CAST(1.50 AS STRING) AS g, CAST(0.0000001 AS STRING) AS h, CAST(-0.0D AS STRING) AS i")
# --- times to text
spark.sql("SELECT CAST(TIMESTAMP'2024-01-01 00:00:00' AS STRING) AS a, CAST(TIMESTAMP'2024-01-01 00:00:00.120' AS STRING) AS b, CAST(DATE'0099-01-01' AS STRING) AS c, CAST(INTERVAL '1-2' YEAR TO MONTH AS STRING) AS d, CAST(INTERVAL '1 02:03:04.5' DAY TO SECOND AS STRING) AS e")
# --- nested to text
spark.sql("SELECT CAST(array(1, NULL, 3) AS STRING) AS a, CAST(map('a', 1, 'b', NULL) AS STRING) AS b, CAST(named_struct('x', 1, 'y', NULL, 'z', 's') AS STRING) AS c, CAST(array(array('p')) AS STRING) AS d, CAST(x'616263' AS STRING) AS e")
# --- numbers to timestamps
spark.sql("SELECT CAST(0 AS TIMESTAMP) AS a, CAST(1.5D AS TIMESTAMP) AS b, CAST(TIMESTAMP'2024-01-01 00:00:00' AS BIGINT) AS c, CAST(TIMESTAMP'1969-12-31 23:59:59.5' AS BIGINT) AS d, CAST(TIMESTAMP'2024-01-01 00:00:00.5' AS DOUBLE) AS e")
# --- casts that there aren't
spark.sql("SELECT CAST(DATE'2024-01-01' AS INT)")
# --- casts of an array to an integer
spark.sql("SELECT CAST(array(1) AS INT)")
# --- casts of a boolean to a date
spark.sql("SELECT CAST(true AS DATE)")
# --- casts of arrays
spark.sql("SELECT CAST(array('1', '2') AS ARRAY<INT>) AS a, try_cast(array('1', 'x') AS ARRAY<INT>) AS b, CAST(map('1', '2') AS MAP<INT, DOUBLE>) AS c, CAST(named_struct('a', '1', 'b', 2) AS STRUCT<x: INT, y: STRING>) AS d")
# --- cast of an array with a bad element
spark.sql("SELECT CAST(array('1', 'x') AS ARRAY<INT>)")
# --- double colon
spark.sql("SELECT '12'::INT + 1 AS a, 1::STRING || 'x' AS b, '2024-01-01'::DATE AS c")
# --- type functions
spark.sql("SELECT int('7') AS a, double('1.5') AS b, string(12) AS c, boolean('true') AS d, date('2024-01-01') AS e, decimal('12.5') AS f, bigint(1.9) AS g, tinyint('3') AS h, binary('a') AS i")
# --- typeof
spark.sql("SELECT typeof(1) AS a, typeof(1L) AS b, typeof(1.5) AS c, typeof(1.5D) AS d, typeof(1S) AS e, typeof(1Y) AS f, typeof(1.5BD) AS g, typeof('a') AS h, typeof(NULL) AS i, typeof(array(1, 2L)) AS j, typeof(DATE'2024-01-01') AS k, typeof(INTERVAL 1 DAY) AS l, typeof(map(1, 'a')) AS m, typeof(1.5F) AS n, typeof(12345678901) AS o, typeof(123456789012345678901) AS p")
# --- number literals
spark.sql("SELECT .5 AS a, 5. AS b, 1e3 AS c, 1.5e-3 AS d, 0.00 AS e, 1E5BD AS f, -1 AS g, +1 AS h, 9223372036854775807 AS i")
# --- number literal too large
spark.sql("SELECT 128Y")
# --- text plus a number
spark.sql("SELECT '1' + 2 AS a, '1.5' * 2 AS b, '10' / '4' AS c, typeof('1' + 2) AS d, typeof('1' + 2.0D) AS e, typeof('1' + 1.5) AS f, 2 > '10' AS g, '2' > 10 AS h")
# --- text that is no number plus a number
spark.sql("SELECT 'a' + 1")
# --- boolean plus a number
spark.sql("SELECT true + 1")
# --- comparison of an array and a number
spark.sql("SELECT array(1) = 1")
# --- comparisons of times
spark.sql("SELECT DATE'2024-01-01' = '2024-01-01' AS a, TIMESTAMP'2024-01-01 00:00:00' = DATE'2024-01-01' AS b, DATE'2024-01-01' < '2024-1-2' AS c")
# --- comparison of a date with text that is none
spark.sql("SELECT DATE'2024-01-01' < 'abc'")
# --- common types
spark.sql("SELECT coalesce(NULL, 1, 2.5) AS a, if(true, 1, 'a') AS b, CASE WHEN false THEN 1 ELSE 2L END AS c, array(1, '2') AS d, greatest(1, 2.5, 2) AS e, least('b', 'a') AS f, nvl(NULL, 'x') AS g, map(1, 'a', 2L, 'b') AS h, nvl2(NULL, 1, 2.0) AS i")
# --- no common type
spark.sql("SELECT CASE WHEN true THEN 1 ELSE array(1) END")
# --- null functions
spark.sql("SELECT nullif(1, 1) AS a, ifnull(NULL, 2) AS b, nanvl(double('NaN'), 5) AS c, nanvl(1.0D, NULL) AS d, isnull(NULL) AS e, isnan(double('NaN')) AS f, NULL <=> NULL AS g, 1 <=> NULL AS h, zeroifnull(NULL) AS i, nullifzero(0) AS j")
# --- nanvl with nulls
spark.sql("SELECT nanvl(x, NULL) AS a, nanvl(NULL, x) AS b FROM VALUES (1.5D), (double('NaN')), (NULL) AS t(x)")
# --- decimal addition
spark.sql("SELECT 1.1 + 2.22 AS a, typeof(1.1 + 2.22) AS b, 1.10 - 1 AS c, typeof(CAST(1 AS DECIMAL(38,10)) + CAST(1 AS DECIMAL(38,20))) AS d, 1.5 + 1 AS e, typeof(1.5 + 1L) AS f")
# --- decimal multiplication
spark.sql("SELECT 1.25 * 3.333 AS a, typeof(1.25 * 3.333) AS b, CAST(9999999999 AS DECIMAL(20,5)) * CAST(3 AS DECIMAL(20,10)) AS c, typeof(CAST(1 AS DECIMAL(30,10)) * CAST(1 AS DECIMAL(30,10))) AS d")
# --- decimal division
spark.sql("SELECT 1.0 / 3 AS a, typeof(1.0 / 3) AS b, 10.00 / 3.00 AS c, typeof(CAST(1 AS DECIMAL(38,18)) / CAST(3 AS DECIMAL(38,18))) AS d, CAST(1 AS DECIMAL(38,18)) / 3 AS e, 5.5 div 2 AS f, 5.5 % 2.1 AS g")
# --- decimal overflow
spark.sql("SELECT CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) + 1")
# --- decimal division by zero
spark.sql("SELECT 1.5 / 0.0")
# --- decimal with a double
spark.sql("SELECT 1.5 + 1.5D AS a, typeof(1.5 + 1.5D) AS b, typeof(1.5 + 1.5F) AS c, 0.1 + 0.2 = 0.3 AS d, 0.1D + 0.2D = 0.3D AS e")
# --- decimal aggregates
spark.sql("SELECT sum(a) AS s, avg(a) AS v, max(a) AS m, typeof(sum(a)) AS ts, typeof(avg(a)) AS ta FROM VALUES (1.25), (2.50), (3.10) AS t(a)")
# --- decimal rounding functions
spark.sql("SELECT round(12.345, 2) AS a, typeof(round(12.345, 2)) AS b, round(12.345, -1) AS c, typeof(round(12.345, -1)) AS d, ceil(12.345) AS e, typeof(ceil(12.345)) AS f, abs(-1.5) AS g, -1.50 AS h, sign(-1.5) AS i")
# --- decimals side by side
spark.sql("SELECT a, b FROM VALUES (1.1, 10.55), (2.22, 3) AS t(a, b)")
# --- decimal comparison
spark.sql("SELECT 1.10 = 1.1 AS a, 1 = 1.0 AS b, 2.5 IN (2.50, 3) AS c, 1.5 BETWEEN 1 AND 2 AS d")
# --- decimal precision too large
spark.sql("SELECT CAST(1 AS DECIMAL(39,0))")
# --- decimal scale too large
spark.sql("SELECT CAST(1 AS DECIMAL(5,6))")
# --- integer overflow in a sum
spark.sql("SELECT 2147483647 + 1")
# --- integer overflow in a product
spark.sql("SELECT 9223372036854775807 * 2")
# --- negation of the smallest integer
spark.sql("SELECT -CAST(-2147483648 AS INT)")
# --- abs of the smallest integer
spark.sql("SELECT abs(CAST(-2147483648 AS INT))")
# --- division by zero
spark.sql("SELECT 1 div 0")
# --- remainder by zero
spark.sql("SELECT 5 % 0")
# --- try arithmetic
spark.sql("SELECT try_add(2147483647, 1) AS a, try_divide(1, 0) AS b, try_multiply(9223372036854775807, 2) AS c, try_subtract(1, 2) AS d, try_mod(1, 0) AS e, try_sum(a) AS f, try_avg(a) AS g FROM VALUES (1), (2) AS t(a)")
# --- sum of bigints overflows
spark.sql("SELECT sum(a) FROM VALUES (9223372036854775807), (1) AS t(a)")
# --- bits
spark.sql("SELECT 5 & 3 AS a, 5 | 3 AS b, 5 ^ 3 AS c, ~5 AS d, shiftleft(1, 4) AS e, shiftright(-8, 1) AS f, shiftrightunsigned(-1, 28) AS g, 1 << 3 AS h, bit_count(7) AS i, getbit(5, 2) AS j")
# --- ansi off
spark.sql("SET spark.sql.ansi.enabled = false")
spark.sql("SELECT CAST('x' AS INT) AS a, 1 / 0 AS b, 2147483647 + 1 AS c, CAST(300 AS TINYINT) AS d, array(1)[5] AS e, '1' + '2' AS f, CAST('12.9' AS INT) AS g, element_at(array(1), 3) AS h, to_date('x') AS i")
