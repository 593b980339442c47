# --- date_format years and months
spark.sql("SELECT date_format(DATE'2024-03-07', 'y yy yyyy yyyyy') AS a, date_format(DATE'2024-03-07', 'M MM MMM MMMM') AS b, date_format(DATE'2024-03-07', 'L LL LLL LLLL') AS c")
# --- date_format days
spark.sql("SELECT date_format(DATE'2024-03-07', 'd dd D DDD') AS a, date_format(DATE'2024-03-07', 'E EE EEE EEEE') AS b, date_format(DATE'2024-03-07', 'F') AS c")
# --- date_format quarters
spark.sql("SELECT date_format(DATE'2024-03-07', 'q qq Q QQ') AS a, date_format(DATE'2024-11-07', 'QQQ') AS b, date_format(DATE'2024-11-07', 'QQQQ') AS c")
# --- date_format hours
spark.sql("SELECT date_format(TIMESTAMP'2024-03-07 15:04:05.678', 'H HH h hh k kk K KK') AS a, date_format(TIMESTAMP'2024-03-07 00:04:05.678', 'H HH h hh k kk K KK') AS b")
# --- date_format minutes and fractions
spark.sql("SELECT date_format(TIMESTAMP'2024-03-07 15:04:05.678901', 'm mm s ss S SS SSS SSSSSS SSSSSSSSS') AS a")
# --- date_format am pm and era
spark.sql("SELECT date_format(TIMESTAMP'2024-03-07 15:04:05', 'h:mm a') AS a, date_format(TIMESTAMP'2024-03-07 03:04:05', 'hh a') AS b, date_format(DATE'2024-03-07', 'G') AS c, date_format(DATE'2024-03-07', 'GGGG') AS d")
# --- date_format zones
spark.sql("SELECT date_format(TIMESTAMP'2024-03-07 15:04:05', 'VV z zzzz') AS a, date_format(TIMESTAMP'2024-03-07 15:04:05', 'X XX XXX') AS b, date_format(TIMESTAMP'2024-03-07 15:04:05', 'x xx xxx Z ZZZ ZZZZ ZZZZZ O OOOO') AS c")
# --- date_format literal text
spark.sql("""SELECT date_format(DATE'2024-03-07', "'year' yyyy") AS a, date_format(DATE'2024-03-07', "yyyy''MM") AS b, date_format(DATE'2024-03-07', 'yyyy年MM') AS c, date_format(DATE'2024-03-07', '') AS d""")
# --- date_format optional parts
spark.sql("SELECT date_format(DATE'2024-03-07', 'yyyy[-MM]') AS a")
# --- date_format week letters are refused
spark.sql("SELECT date_format(DATE'2024-03-07', 'YYYY-ww')")
# --- date_format unknown letter
spark.sql("SELECT date_format(DATE'2024-03-07', 'yyyy-bb')")
# --- date_format too many letters
spark.sql("SELECT date_format(DATE'2024-03-07', 'MMMMM')")
# --- date_format of null and text
spark.sql("SELECT date_format(NULL, 'yyyy') AS a, date_format('2024-03-07 10:11:12', 'HH') AS b, date_format(DATE'2024-03-07', NULL) AS c")
# --- date_format in a session time zone
spark.sql("SET spark.sql.session.timeZone = America/Los_Angeles")
spark.sql("SELECT date_format(TIMESTAMP'2024-07-07 15:04:05', 'VV z XXX') AS a, date_format(TIMESTAMP'2024-01-07 15:04:05', 'zzzz x O') AS b")
# --- to_timestamp formats
spark.sql("SELECT to_timestamp('2024-03-07 10:11', 'yyyy-MM-dd HH:mm') AS a, to_timestamp('07/03/24', 'dd/MM/yy') AS b, to_timestamp('Mar 7, 2024 3:04 PM', 'MMM d, yyyy h:mm a') AS c")
# --- to_timestamp with fractions
spark.sql("SELECT to_timestamp('2024-03-07 10:11:12.345', 'yyyy-MM-dd HH:mm:ss.SSS') AS a, to_timestamp('2024-03-07 10:11:12.3', 'yyyy-MM-dd HH:mm:ss.SSSSSS') AS b")
# --- to_timestamp with zones
spark.sql("""SELECT to_timestamp('2024-03-07T10:11:12Z', "yyyy-MM-dd'T'HH:mm:ssX") AS a, to_timestamp('2024-03-07 10:11:12+0530', 'yyyy-MM-dd HH:mm:ssZ') AS b, to_timestamp('2024-03-07 10:11 Europe/Paris', 'yyyy-MM-dd HH:mm VV') AS c""")
# --- to_timestamp optional parts
spark.sql("SELECT to_timestamp('2024-03-07', 'yyyy-MM-dd[ HH:mm]') AS a, to_timestamp('2024-03-07 10:11', 'yyyy-MM-dd[ HH:mm]') AS b")
# --- to_timestamp one letter takes what comes
spark.sql("SELECT to_timestamp('2024-3-7', 'y-M-d') AS a, to_timestamp('12024-3-7', 'y-M-d') AS b")
# --- to_timestamp two letters want two digits
spark.sql("SELECT to_timestamp('2024-3-7', 'yyyy-MM-dd')")
# --- to_timestamp of a wrong month
spark.sql("SELECT to_timestamp('2024-13-07', 'yyyy-MM-dd')")
# --- to_timestamp of a day that isn't there
spark.sql("SELECT to_date('2023-02-29', 'yyyy-MM-dd')")
# --- to_timestamp with text left over
spark.sql("SELECT to_timestamp('2024-03-07 10:11', 'yyyy-MM-dd')")
# --- to_timestamp of day names
spark.sql("SELECT to_date('Thu 07 Mar 2024', 'EEE dd MMM yyyy')")
# --- to_date of a year's day
spark.sql("SELECT to_date('2024-067', 'yyyy-DDD') AS a")
# --- to_date of month alone
spark.sql("SELECT to_date('2024-05', 'yyyy-MM') AS a, to_date('2024', 'yyyy') AS b")
# --- try_to_timestamp
spark.sql("SELECT try_to_timestamp('2024-13-07', 'yyyy-MM-dd') AS a, try_to_timestamp('x') AS b, try_to_timestamp('2024-03-07') AS c")
# --- unix_timestamp with formats
spark.sql("SELECT unix_timestamp('2024-03-07', 'yyyy-MM-dd') AS a, unix_timestamp('2024-03-07 10:11:12') AS b, to_unix_timestamp('10:11', 'HH:mm') AS c, from_unixtime(0, 'EEEE d MMMM y') AS d")
# --- format_number
spark.sql("SELECT format_number(1234567.891, 2) AS a, format_number(1234567.891, 0) AS b, format_number(-0.5, 0) AS c, format_number(12332.123456, '##################.###') AS d, format_number(0.0001, 3) AS e, format_number(1.5, 0) AS f, format_number(2.5, 0) AS g")
# --- format_number odd arguments
spark.sql("SELECT format_number(12, -1) AS a, format_number(NULL, 2) AS b, format_number(12345, '#,###.00') AS c, format_number(0.5, '#%') AS d")
# --- format_string
spark.sql("SELECT format_string('%d|%5d|%-5d|%05d|%+d|%,d', 42, 42, 42, 42, 42, 1234567) AS a, format_string('%s|%10s|%-10s|%.2s|%S', 'abc', 'abc', 'abc', 'abc', 'abc') AS b")
# --- format_string floats
spark.sql("SELECT format_string('%f|%.2f|%8.3f|%e|%g|%,.2f', 3.14159D, 3.14159D, 3.14159D, 31415.9D, 0.00001D, 1234567.891D) AS a, format_string('%x|%X|%o|%c|%b|%%', 255, 255, 8, 65, true) AS b")
# --- format_string positions and nulls
spark.sql("SELECT format_string('%2$s %1$s', 'a', 'b') AS a, format_string('%s %d', NULL, NULL) AS b, printf('%5.1f%n', 2.25D) AS c")
# --- to_number
spark.sql("SELECT to_number('454', '999') AS a, to_number('454.00', '000.00') AS b, to_number('12,454', '99,999') AS c, to_number('$78.12', '$99.99') AS d, to_number('12,454.8-', '99,999.9S') AS e")
# --- to_number of what doesn't fit
spark.sql("SELECT to_number('abc', '999')")
# --- try_to_number
spark.sql("SELECT try_to_number('abc', '999') AS a, try_to_number('454', '999') AS b")
# --- to_char of numbers
spark.sql("SELECT to_char(454, '999') AS a, to_char(454.00, '000D00') AS b, to_char(12454, '99G999') AS c, to_char(78.12, '$99.99') AS d, to_char(-12454.8, '99G999D9S') AS e, to_char(5, '000') AS f, to_char(12345, '999') AS g")
# --- to_char of dates and bytes
spark.sql("SELECT to_char(DATE'2024-04-08', 'y') AS a, to_varchar(TIMESTAMP'2024-04-08 10:00:00', 'HH:mm') AS b, to_char(x'537061726b', 'hex') AS c, to_char(encode('abc', 'utf-8'), 'base64') AS d")
# --- to_char with a bad format
spark.sql("SELECT to_char(1, 'xyz')")
# --- padding
spark.sql("SELECT lpad('hi', 5, '?!') AS a, rpad('hi', 5) AS b, lpad('hello', 2) AS c, lpad('hi', 5, '') AS d, lpad(x'aa', 3) AS e, rpad('x', -1) AS f")
# --- trimming
spark.sql("SELECT trim('  a b ') AS a, ltrim('x', 'xxay') AS b, trim(BOTH 'ab' FROM 'abcba') AS c, trim(LEADING FROM '  q ') AS d, trim(TRAILING 'q' FROM 'qaq') AS e, btrim('xxaxx', 'x') AS f")
# --- substrings
spark.sql("SELECT substring('Spark', 2) AS a, substring('Spark', -3, 2) AS b, substring('Spark', 0, 2) AS c, substr('Spark' FROM 2 FOR 3) AS d, left('Spark', 2) AS e, right('Spark', 2) AS f, substring('Spark', 10) AS g, substring('Spark', 2, -1) AS h, overlay('Spark SQL' PLACING '_' FROM 6) AS i")
# --- positions
spark.sql("SELECT instr('abcabc', 'b') AS a, locate('b', 'abcabc', 3) AS b, position('b' IN 'abc') AS c, locate('z', 'abc') AS d, charindex('c', 'abc') AS e, position('', 'abc') AS f, locate('a', 'abc', 0) AS g")
# --- case of text
spark.sql("SELECT initcap('hello wORLD foo-bar') AS a, upper('straße') AS b, lower('ÀÉ') AS c, ucase('a') AS d, lcase('B') AS e")
# --- splitting
spark.sql("SELECT split('a,b,,c,,', ',') AS a, split('a1b2c', '[0-9]') AS b, split('a,b,c', ',', 2) AS c, split('abc', '') AS d, split_part('a.b.c', '.', 2) AS e, split_part('a.b.c', '.', -1) AS f, split('a,b,,', ',', -1) AS g, split('a,b,,', ',', 0) AS h")
# --- split_part with zero
spark.sql("SELECT split_part('a.b', '.', 0)")
# --- concatenation
spark.sql("SELECT concat('a', 1, NULL) AS a, concat_ws('-', 'a', NULL, 'b') AS b, concat_ws(',', array('x', 'y'), 'z') AS c, 'a' || 1 || true AS d, concat(array(1), array(2)) AS e, concat() AS f")
# --- translate and replace
spark.sql("SELECT translate('AaBbCc', 'abc', '12') AS a, replace('abcabc', 'b') AS b, replace('abcabc', 'b', 'X') AS c, reverse('abc') AS d, repeat('ab', 3) AS e, space(3) || '|' AS f, repeat('x', -1) AS g")
# --- text distances
spark.sql("SELECT levenshtein('kitten', 'sitting') AS a, levenshtein('kitten', 'sitting', 2) AS b, soundex('Miller') AS c, ascii('é') AS d, chr(65) AS e, chr(321) AS f")
# --- encoding
spark.sql("SELECT hex('Spark') AS a, hex(255) AS b, unhex('537061') AS c, base64('abc') AS d, decode(encode('é', 'UTF-16BE'), 'UTF-16BE') AS e, bin(10) AS f, conv('ff', 16, 10) AS g, conv('-1', 10, 16) AS h, hex(-1) AS i")
# --- hashes
spark.sql("SELECT md5('a') AS a, sha1('a') AS b, sha2('a', 256) AS c, crc32('a') AS d, hash('a', 1) AS e, xxhash64('a', 1) AS f, sha2('a', 100) AS g")
# --- luhn and masks
spark.sql("SELECT luhn_check('79927398713') AS a, mask('Ab-12') AS b, elt(2, 'a', 'b') AS c, field('b', 'a', 'b') AS d, find_in_set('b', 'a,b,c') AS e")
# --- startswith and like
spark.sql(r"""SELECT startswith('abc', 'a') AS a, endswith('abc', 'c') AS b, contains('abc', 'z') AS c, 'a_c' LIKE 'a\\_c' AS d, 'abc' ILIKE 'A%' AS e, 'a%c' LIKE 'a#%c' ESCAPE '#' AS f, 'abc' LIKE ANY ('x%', 'a%') AS g, 'abc' LIKE ALL ('a%', '%c') AS h, 'abc' NOT LIKE 'b%' AS i""")
# --- like with a bad escape
spark.sql(r"""SELECT 'a' LIKE 'a\\b'""")
# --- rounding
spark.sql("SELECT round(2.5) AS a, round(-2.5) AS b, bround(2.5) AS c, round(1234.567, -2) AS d, round(2.345D, 2) AS e, ceil(-0.1) AS f, floor(-0.1) AS g, ceil(3.14159, 2) AS h, floor(-3.15, 1) AS i, round(25, -1) AS j, bround(25, -1) AS k")
# --- logarithms and powers
spark.sql("SELECT log(2, 8) AS a, log2(8) AS b, log10(0.001) AS c, ln(0) AS d, power(2, 10) AS e, sqrt(-1) AS f, cbrt(27) AS g, exp(0) AS h, pow(0, 0) AS i, log1p(0) AS j, hypot(3, 4) AS k")
# --- division and remainders
spark.sql("SELECT 7 / 2 AS a, 7 div 2 AS b, -7 % 3 AS c, pmod(-7, 3) AS d, mod(7, -3) AS e, 7.5 % 2 AS f, -7 div 2 AS g, 1 / 3 AS h, 2L div 3L AS i")
# --- dates arithmetic
spark.sql("SELECT date_add(DATE'2024-02-28', 2) AS a, date_sub('2024-03-01', 1) AS b, add_months(DATE'2024-01-31', 1) AS c, months_between('2024-03-31', '2024-02-29') AS d, datediff('2024-03-01', '2024-02-28') AS e, last_day('2024-02-01') AS f, next_day('2024-03-07', 'Mon') AS g, DATE'2024-03-07' - DATE'2024-03-01' AS h, DATE'2024-03-07' + 1 AS i")
# --- parts of dates
spark.sql("SELECT year('2024-03-07') AS a, quarter(DATE'2024-11-01') AS b, dayofweek('2024-03-07') AS c, weekday('2024-03-07') AS d, weekofyear('2024-12-30') AS e, dayofyear('2024-12-31') AS f, extract(YEAROFWEEK FROM DATE'2024-12-30') AS g, extract(DOW_ISO FROM DATE'2024-03-10') AS h, date_part('SECONDS', TIMESTAMP'2024-01-01 00:00:01.5') AS i, monthname(DATE'2024-03-07') AS j, dayname(DATE'2024-03-07') AS k")
# --- extract an unknown field
spark.sql("SELECT extract(FOO FROM DATE'2024-01-01')")
# --- truncation
spark.sql("SELECT trunc('2024-05-17', 'Q') AS a, trunc('2024-05-17', 'week') AS b, date_trunc('HOUR', TIMESTAMP'2024-05-17 10:11:12') AS c, trunc('2024-05-17', 'foo') AS d, date_trunc('quarter', TIMESTAMP'2024-05-17 10:11:12') AS e")
# --- intervals
spark.sql("SELECT DATE'2024-01-31' + INTERVAL 1 MONTH AS a, TIMESTAMP'2024-01-01 00:00:00' + INTERVAL '1 2:03:04' DAY TO SECOND AS b, TIMESTAMP'2024-01-01 00:00:00' - INTERVAL 90 MINUTES AS c, DATE'2024-01-01' - INTERVAL '1-2' YEAR TO MONTH AS d")
# --- make dates
spark.sql("SELECT make_date(2024, 2, 29) AS a, make_timestamp(2024, 1, 2, 3, 4, 5.678) AS b, date_from_unix_date(19000) AS c, timestamp_seconds(1.5) AS d, timestamp_millis(1500) AS e, timestamp_micros(1500000) AS f, unix_date(DATE'1970-01-10') AS g")
# --- make a date that isn't there
spark.sql("SELECT make_date(2023, 2, 29)")
# --- timestampadd and timestampdiff
spark.sql("SELECT timestampadd(HOUR, 5, TIMESTAMP'2024-01-01 00:00:00') AS a, timestampdiff(DAY, TIMESTAMP'2024-01-01 00:00:00', TIMESTAMP'2024-02-01 12:00:00') AS b, dateadd(MONTH, 1, DATE'2024-01-31') AS c, datediff(MONTH, DATE'2024-01-31', DATE'2024-03-01') AS d, dateadd(DATE'2024-01-01', 3) AS e")
# --- timestampadd with an unknown unit
spark.sql("SELECT timestampadd(FOO, 5, TIMESTAMP'2024-01-01 00:00:00')")
# --- zones
spark.sql("SELECT from_utc_timestamp('2024-07-01 12:00:00', 'America/New_York') AS a, to_utc_timestamp('2024-01-01 12:00:00', 'Asia/Tokyo') AS b, convert_timezone('UTC', 'Europe/Paris', TIMESTAMP_NTZ'2024-07-01 12:00:00') AS c")
# --- wrong zone
spark.sql("SELECT from_utc_timestamp('2024-07-01 12:00:00', 'Mars/Base')")
