# --- numbers by formats
spark.sql("SELECT to_char(5, '999') AS a, to_char(5, '$999') AS b, to_char(5, '999.99') AS c, to_char(0.5, '9.9') AS d, to_char(-5, 'S999') AS e, to_char(5, 'S999') AS f, to_char(5, 'MI999') AS g, to_char(-5, '999MI') AS h, to_char(-5, '999PR') AS i, to_char(5, '999PR') AS j, to_char(12, '9,999') AS k, to_char(12, '0,000') AS l, to_char(0, '999') AS m, to_char(0, '9.99') AS n, to_char(12.3, '09.990') AS o, to_char(-5, 'S$9') AS p, to_char(0.05, '.99') AS q, to_char(7, '9.') AS r, to_char(-5, '999') AS s")

# --- numbers too large for their formats
spark.sql("SELECT to_char(12345.678, '99999.99') AS a, to_char(1234567, '999,999') AS b, to_char(1.005, '9.99') AS c, to_char(1.5, '9') AS d")

# --- numbers of all types by formats
spark.sql("SELECT to_char(1.5D, '9.9') AS a, to_char(1.5F, '9.9') AS b, to_char(12L, '99') AS c, to_char('12', '99') AS d, to_char(NULL, '99') AS e, to_varchar(12, '99') AS f")

# --- texts to numbers
spark.sql("SELECT to_number(' 45', '999') AS a, to_number('4,54', '9,999') AS b, to_number('454', '9,999') AS c, to_number('5-', '9S') AS d, to_number('+5', 'S9') AS e, to_number('<5>', '9PR') AS f, to_number('5.', '9.9') AS g, to_number('.5', '9.9') AS h, to_number('5.5', '9.99') AS i, to_number('-$5', 'S$9') AS j, to_number('5 ', '9') AS k, to_number(NULL, '9') AS l")

# --- texts that are no numbers of a format
[spark.sql("SELECT try_to_number('%s', '%s')" % pair).collect()[0][0] for pair in [("45", "000"), ("1454", "9,999"), ("5.55", "9.9"), ("5", "$9"), ("999", "99"), ("a", "9")]]

# --- a format with two points
spark.sql("SELECT to_number('1', '9.9.9')")

# --- a format with a sign at its end and its beginning
spark.sql("SELECT to_number('1', 'S9S')")

# --- a format with a dollar behind
spark.sql("SELECT to_number('1', '9$')")

# --- a format with a separator in front
spark.sql("SELECT to_number('1', ',9')")

# --- a format with a separator behind the point
spark.sql("SELECT to_number('1', '9.9,9')")

# --- an empty format
spark.sql("SELECT to_number('1', '')")

# --- a format that isn't constant
spark.sql("SELECT to_number('1', f) FROM VALUES ('9') AS t(f)")

# --- a format of a boolean
spark.sql("SELECT to_char(true, '9')")

# --- numbers of a DataFrame by a format
spark.createDataFrame([("$1,234.50",), ("$7.25",)], ["price"]).select(F.to_number("price", lit("$9,999.99")).alias("n"))
