# --- parts of a date
df = spark.createDataFrame([("2024-02-29",)], ["s"]).select(F.to_date("s").alias("d"))
df.select(F.year("d"), F.month("d"), F.dayofmonth("d"), F.dayofweek("d"), F.dayofyear("d"), F.weekofyear("d"), F.quarter("d"), F.last_day("d"), F.weekday("d"))
# --- parts of a timestamp
df = spark.createDataFrame([("2024-02-29 13:14:15.678",)], ["s"]).select(F.to_timestamp("s").alias("t"))
df.select(F.hour("t"), F.minute("t"), F.second("t"), F.year("t"), F.to_date("t"), F.date_format("t", "yyyy/MM/dd HH:mm:ss.SSS"), F.unix_timestamp("t"))
# --- date arithmetic
df = spark.createDataFrame([(datetime.date(2024, 1, 31),)], ["d"])
df.select(F.date_add("d", 1), F.date_sub("d", 31), F.add_months("d", 1), F.datediff(lit(datetime.date(2024, 3, 1)), "d"), F.months_between(lit(datetime.date(2024, 3, 1)), "d"), F.next_day("d", "Mon"), F.trunc("d", "year"), F.trunc("d", "MM"))
# --- to_date with a format
df = spark.createDataFrame([("31/01/2024",)], ["s"])
df.select(F.to_date("s", "dd/MM/yyyy"), F.to_timestamp("s", "dd/MM/yyyy"))
# --- to_date that fails
spark.createDataFrame([("nope",)], ["s"]).select(F.to_date("s"))
# --- to_date with a format that fails
spark.createDataFrame([("2024-01-31",)], ["s"]).select(F.to_date("s", "dd/MM/yyyy"))
# --- try_to_timestamp
spark.createDataFrame([("nope",), ("2024-01-31 10:00:00",)], ["s"]).select(F.try_to_timestamp("s"))
# --- date_format patterns
df = spark.range(1).select(F.to_timestamp(lit("2024-03-05 07:08:09")).alias("t"))
df.select(*[F.date_format("t", p).alias(p.replace(".", "_")) for p in ["yyyy", "yy", "M", "MM", "MMM", "MMMM", "d", "dd", "E", "EEEE", "H", "hh", "a", "mm", "ss", "D", "Q", "QQQ", "yyyy-MM-dd'T'HH:mm:ss'Z'"]])
# --- date_trunc
df = spark.range(1).select(F.to_timestamp(lit("2024-03-05 07:08:09.123")).alias("t"))
df.select(*[F.date_trunc(u, "t").alias(u) for u in ["year", "quarter", "month", "week", "day", "hour", "minute", "second"]])
# --- from_unixtime and back
spark.range(1).select(F.from_unixtime(lit(1700000000)), F.from_unixtime(lit(1700000000), "yyyy-MM-dd"), F.unix_timestamp(lit("2024-01-01 00:00:00")), F.unix_timestamp(lit("01/02/2024"), "dd/MM/yyyy"), F.timestamp_seconds(lit(1700000000)), F.timestamp_millis(lit(1700000000123)), F.unix_date(lit(datetime.date(2024, 1, 1))))
# --- from_unixtime as in courses
df = spark.createDataFrame([(1657520307,)], ["ts"])
df.select(F.from_unixtime("ts", "yyyy-MM-dd HH:mm:ss").cast("timestamp").alias("t"))
# --- number to timestamp
spark.range(1).select(lit(1700000000).cast("timestamp"), lit(1700000000.5).cast("timestamp"), F.to_timestamp(lit("2024-01-01")).cast("long"))
# --- make_date and make_timestamp
spark.range(1).select(F.make_date(lit(2024), lit(2), lit(29)), F.make_timestamp(lit(2024), lit(1), lit(2), lit(3), lit(4), lit(5.5)))
# --- make_date that fails
spark.range(1).select(F.make_date(lit(2023), lit(2), lit(29)))
# --- time zones
df = spark.range(1).select(F.to_timestamp(lit("2024-07-01 12:00:00")).alias("t"))
df.select(F.from_utc_timestamp("t", "Europe/Paris"), F.to_utc_timestamp("t", "America/New_York"), F.convert_timezone(lit("UTC"), lit("Asia/Tokyo"), F.col("t").cast("timestamp_ntz")))
# --- session time zone in show
spark.conf.set("spark.sql.session.timeZone", "America/New_York")
spark.sql("select timestamp'2024-01-01 00:00:00' t, cast(0 as timestamp) e").show(truncate=False)
# --- session time zone in functions
spark.conf.set("spark.sql.session.timeZone", "Europe/Paris")
spark.sql("select hour(timestamp_seconds(0)) h, date_format(timestamp_seconds(0), 'yyyy-MM-dd HH:mm') f, cast(timestamp_seconds(0) as string) s, current_timezone() z")
# --- interval arithmetic
spark.sql("select date'2024-01-31' + interval 1 month a, timestamp'2024-01-31 10:00:00' + interval 2 hours 30 minutes b, date'2024-03-01' - interval 1 day c")
# --- difference of timestamps
spark.sql("select timestamp'2024-01-02 12:00:00' - timestamp'2024-01-01 00:00:00' d")
# --- difference of dates
spark.sql("select date'2024-01-31' - date'2024-01-01' d")
# --- extract
spark.sql("select extract(year from date'2024-05-06') y, extract(DOW from date'2024-05-06') w, date_part('month', date'2024-05-06') m, extract(second from timestamp'2024-01-01 00:00:05.5') s")
# --- date_diff and timestampdiff
spark.sql("select date_diff(date'2024-02-01', date'2024-01-01') a, timestampdiff(HOUR, timestamp'2024-01-01 00:00:00', timestamp'2024-01-02 03:00:00') b, dateadd(DAY, 3, date'2024-01-01') c, datediff(MONTH, date'2024-01-01', date'2024-05-01') d")
# --- sequence of dates
spark.sql("select explode(sequence(date'2024-01-01', date'2024-01-04')) d")
# --- sequence by month
spark.sql("select sequence(date'2024-01-31', date'2024-04-30', interval 1 month) d")
# --- window of time
df = spark.createDataFrame([("2024-01-01 10:03:00", 1), ("2024-01-01 10:07:00", 2), ("2024-01-01 10:12:00", 4)], ["t", "v"]).withColumn("t", F.to_timestamp("t"))
df.groupBy(F.window("t", "10 minutes")).agg(F.sum("v").alias("s"))
# --- sliding window of time, in order
df = spark.createDataFrame([("2024-01-01 10:03:00", 1), ("2024-01-01 10:07:00", 2)], ["t", "v"]).withColumn("t", F.to_timestamp("t"))
df.groupBy(F.window("t", "10 minutes", "5 minutes")).agg(F.sum("v").alias("s")).orderBy("window.start").select("window.start", "window.end", "s")
# --- comparing dates with texts
df = spark.createDataFrame([(datetime.date(2024, 1, 1),), (datetime.date(2024, 6, 1),)], ["d"])
df.filter(col("d") > "2024-03-01")
# --- comparing timestamps with texts
df = spark.sql("select timestamp'2024-01-01 10:00:00' t")
df.filter(col("t") >= "2024-01-01").filter("t < '2024-01-02'").filter(col("t").between("2024-01-01", "2024-01-02"))
# --- current dates have types
spark.range(1).select(F.current_date().alias("d"), F.current_timestamp().alias("t"), F.now().alias("n")).schema.simpleString()
# --- dayname and monthname
spark.sql("select dayname(date'2024-05-06') d, monthname(date'2024-05-06') m")
# --- python values of dates
df = spark.createDataFrame([(datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 10, 11, 12, 345678))], ["d", "t"])
[df.dtypes, df.collect()[0].d, df.collect()[0].t]
# --- timestamp_ntz
spark.sql("select timestamp_ntz'2024-01-01 10:00:00' n, cast(timestamp_ntz'2024-01-01 10:00:00' as timestamp) t")
# --- year to month interval
spark.sql("select interval '1-2' year to month y")
# --- day to second interval
spark.sql("select interval '1 02:03:04.5' day to second i, interval 3 days d, interval 2 hours h")
# --- make_interval and dt_interval
spark.sql("select make_dt_interval(1, 2, 3, 4.5) a, make_ym_interval(1, 2) b")
# --- unknown format letters
spark.range(1).select(F.date_format(lit("2024-01-01"), "bogus"))
# --- add days column
spark.createDataFrame([(datetime.date(2024, 1, 1), 5)], "d date, n int").select(F.date_add("d", col("n")), F.expr("d + n"), F.expr("date_sub(d, n)"))
# --- timestamp plus number
spark.sql("select timestamp'2024-01-01 00:00:00' + 1")
# --- try_ functions
spark.sql("select try_to_date('x') a, try_to_timestamp('x') b, try_make_timestamp(2024, 13, 1, 0, 0, 0) c")
