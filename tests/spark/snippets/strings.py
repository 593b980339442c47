# --- case functions
df = spark.createDataFrame([("hello World",), (None,)], ["s"])
df.select(F.upper("s"), F.lower("s"), F.initcap("s"), F.length("s"), F.reverse("s"))
# --- trim and pad
df = spark.createDataFrame([("  a b ",)], ["s"])
df.select(F.trim("s"), F.ltrim("s"), F.rtrim("s"), F.lpad(F.trim("s"), 6, "*"), F.rpad(F.trim("s"), 6, "-"))
# --- concat and concat_ws
df = spark.createDataFrame([("a", None, "c")], "x string, y string, z string")
df.select(F.concat("x", "z"), F.concat("x", "y"), F.concat_ws("-", "x", "y", "z"))
# --- split
df = spark.createDataFrame([("a,b,c",)], ["s"])
df.select(F.split("s", ","), F.split("s", ",", 2), F.split("s", ",")[0], F.split("s", ",").getItem(2))
# --- split past the end
spark.createDataFrame([("a,b",)], ["s"]).select(F.split("s", ",")[5])
# --- regexp functions
df = spark.createDataFrame([("order-123-x",)], ["s"])
df.select(F.regexp_extract("s", r"(\d+)", 1), F.regexp_replace("s", r"\d", "#"), F.regexp_extract_all("s", lit(r"([a-z]+)"), lit(1)), F.regexp_count("s", lit("[a-z]")))
# --- substring and instr
df = spark.createDataFrame([("abcdef",)], ["s"])
df.select(F.substring("s", 2, 3), F.instr("s", "cd"), F.locate("e", "s"), F.substring_index(lit("a.b.c"), ".", 2), F.left("s", lit(2)), F.right("s", lit(2)), F.overlay("s", lit("XX"), 3, 2))
# --- translate and repeat
spark.createDataFrame([("abc",)], ["s"]).select(F.translate("s", "ab", "xy"), F.repeat("s", 2), F.ascii("s"), F.char(lit(65)), F.space(lit(2)))
# --- format functions
spark.range(1).select(F.format_number(lit(1234567.891), 2), F.format_string("%d-%s-%.2f", lit(5), lit("x"), lit(2.5)), F.printf(lit("%05d"), lit(42)))
# --- hashes
df = spark.createDataFrame([("abc",)], ["s"])
df.select(F.md5("s"), F.sha1("s"), F.sha2("s", 256), F.crc32("s"), F.hash("s"), F.xxhash64("s"))
# --- base64 and hex
df = spark.createDataFrame([("abc",)], ["s"])
df.select(F.base64("s"), F.unbase64(F.base64("s")), F.hex("s"), F.unhex(lit("616263")), F.encode("s", "UTF-8"), F.decode(F.encode("s", "UTF-8"), "UTF-8"))
# --- levenshtein and soundex
spark.range(1).select(F.levenshtein(lit("kitten"), lit("sitting")), F.soundex(lit("Robert")))
# --- url functions
spark.range(1).select(F.parse_url(lit("https://a.b/c?x=1"), lit("HOST")), F.parse_url(lit("https://a.b/c?x=1"), lit("QUERY"), lit("x")), F.url_encode(lit("a b&c")), F.url_decode(lit("a+b%26c")))
# --- contains, startswith, endswith functions
df = spark.createDataFrame([("spark sql",)], ["s"])
df.select(F.contains("s", lit("sql")), F.startswith("s", lit("sp")), F.endswith("s", lit("x")), F.like("s", lit("%sql")), F.rlike("s", lit("s.*l")), F.ilike("s", lit("SPARK%")))
# --- split_part and others
spark.range(1).select(F.split_part(lit("a-b-c"), lit("-"), lit(2)), F.btrim(lit(" x ")), F.char_length(lit("abc")), F.octet_length(lit("é")), F.bit_length(lit("ab")), F.position(lit("b"), lit("abc")), F.elt(lit(2), lit("a"), lit("b")), F.find_in_set(lit("b"), lit("a,b")))
# --- sentences and to_number
spark.range(1).select(F.to_number(lit("1,234.5"), lit("9,999.9")), F.to_char(lit(1234.5), lit("9,999.99")), F.try_to_number(lit("x"), lit("999")))
# --- mask
spark.range(1).select(F.mask(lit("Ab-12")), F.mask(lit("Ab-12"), lit("Q"), lit("q"), lit("d"), lit("o")))
# --- text with odd characters
spark.createDataFrame([("a\tb\nc\"d\\e é 日本 😀",)], ["s"]).select("s", F.length("s"), F.upper("s"))
# --- replace
spark.createDataFrame([("a-b-c",)], ["s"]).select(F.replace("s", lit("-"), lit("+")), F.replace("s", lit("-")))
# --- string with a number
spark.range(1).select(F.concat(lit("n"), lit(1), lit(2.5), lit(True)))
# --- substring with columns
spark.createDataFrame([("abcdef", 2, 3)], "s string, p int, l int").select(F.substr("s", col("p"), col("l")), col("s").substr(col("p"), col("l")))
# --- regexp_like and substr
spark.range(1).select(F.regexp_like(lit("abc1"), lit(r"\d")), F.regexp_substr(lit("abc12"), lit(r"\d+")), F.regexp_instr(lit("abc12"), lit(r"\d")))
# --- lower of a number
spark.range(1).select(F.lower("id"))
# --- upper of an array
spark.range(1).select(F.upper(F.array(lit(1))))
# --- bad regular expression
spark.createDataFrame([("a",)], ["s"]).select(F.regexp_replace("s", "(", "x"))
