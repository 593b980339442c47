"""The functions whose call is their SQL function's: name, parameters, how each argument becomes a column.

One line a function: `name[=SQL name] parameter…`, a parameter is `name:kind`. Kinds: `c` a Column or the name of one,
`i` the same or a number, `l` a literal (or a Column), `*c` any number of columns, `*C` the same or one list of them.
After the kind, `?` lets it be left out (then it isn't passed), `=x` is what is passed instead (`~` is a space).
Several functions with the same parameters share a line.
"""

TABLE = """
abs acos acosh array_agg array_compact array_distinct array_max array_min array_size ascii asin asinh atan atanh avg base64 bin bit_and bit_count bit_length bit_or bit_xor bitmap_bit_position bitmap_bucket_number bitmap_construct_agg bitmap_count bitmap_or_agg bool_and bool_or cardinality cbrt char collation collect_list collect_set cos cosh cot count_if crc32 csc day dayname dayofmonth dayofweek dayofyear degrees every exp explode explode_outer expm1 factorial flatten grouping hex hll_sketch_estimate hour initcap inline inline_outer isnan json_array_length json_object_keys kurtosis length ln log10 log1p log2 lower map_entries map_from_entries map_keys map_values max md5 mean=avg median min minute month monthname negative octet_length parse_json posexplode posexplode_outer positive product quarter radians reverse rint sec second sha sha1 sign signum sin sinh size skewness some soundex sqrt std stddev stddev_pop stddev_samp sum tan tanh timestamp_micros timestamp_millis timestamp_seconds to_variant_object try_avg try_parse_json try_sum typeof unbase64 unhex unix_date unix_micros unix_millis unix_seconds upper var_pop var_samp variance weekday weekofyear year zeroifnull nullifzero mode|col:c
negate=negative|col:c
stddev_samp stddev_pop|col:c
char_length character_length is_valid_utf8 lcase make_valid_utf8 try_url_decode try_validate_utf8 ucase url_decode url_encode validate_utf8|str:c
is_variant_null schema_of_variant schema_of_variant_agg|v:c
cume_dist curdate current_catalog current_database current_date current_schema current_timestamp current_timezone current_user dense_rank e input_file_block_length input_file_block_start input_file_name localtimestamp monotonically_increasing_id now percent_rank pi rank row_number session_user spark_partition_id user version|
arrays_zip coalesce concat elt grouping_id hash java_method named_struct reflect stack try_reflect xxhash64|cols:*c
array struct map_concat|cols:*C
create_map=map|cols:*C
array_except array_intersect array_union corr covar_pop covar_samp equal_null ifnull map_from_arrays nanvl nullif nvl|col1:c col2:c
arrays_overlap|a1:c a2:c
nvl2|col1:c col2:c col3:c
bit_get getbit|col:c pos:c
max_by min_by|col:c ord:c
contains try_add try_divide try_mod try_multiply try_subtract|left:c right:c
date_diff datediff|end:c start:c
date_from_unix_date|days:c
endswith|str:c suffix:c
startswith|str:c prefix:c
find_in_set|str:c str_array:c
last_day|date:c
left right|str:c len:c
make_date|year:c month:c day:c
make_timestamp_ntz try_make_timestamp_ntz|years:c months:c days:c hours:c mins:c secs:c
make_timestamp make_timestamp_ltz try_make_timestamp try_make_timestamp_ltz|years:c months:c days:c hours:c mins:c secs:c timezone:c?
printf|format:c cols:*c
regexp regexp_count regexp_like regexp_substr rlike|str:c regexp:c
regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy|y:c x:c
split_part|src:c delimiter:c partNum:c
to_char to_number to_varchar try_to_number|col:c format:c
try_element_at|col:c extraction:c
window_time|windowColumn:c
xpath xpath_boolean xpath_double xpath_float xpath_int xpath_long xpath_number xpath_short xpath_string|xml:c path:c
add_months|start:c months:i
aes_encrypt|input:c key:c mode:c=GCM padding:c=DEFAULT iv:c= aad:c=
aes_decrypt try_aes_decrypt|input:c key:c mode:c=GCM padding:c=DEFAULT aad:c=
any_value first_value last_value|col:c ignoreNulls:l?
approx_count_distinct|col:c rsd:l?
array_append array_contains array_position array_prepend map_contains_key|col:c value:l
array_remove|col:c element:l
array_insert|arr:c pos:i value:l
array_join|col:c delimiter:l null_replacement:l?
array_repeat|col:c count:i
atan2 hypot|col1:n col2:n
pow=power power|col1:n col2:n
pmod|dividend:n divisor:n
bround ceil ceiling floor round|col:c scale:i?
btrim ltrim rtrim trim|str:c trim:c?
collate|col:c collation:l
concat_ws|sep:l cols:*c
format_string|format:l cols:*c
conv|col:c fromBase:l toBase:l
count_min_sketch|col:c eps:l confidence:l seed:l?
date_add date_sub dateadd|start:c days:i
date_format|date:c format:l
date_part datepart extract|field:c source:c
date_trunc|format:l timestamp:c
decode encode|col:c charset:l
element_at|col:c extraction:l
first last|col:c ignorenulls:l=False
format_number|col:c d:l
from_unixtime|timestamp:c format:l=yyyy-MM-dd~HH:mm:ss
from_utc_timestamp to_utc_timestamp|timestamp:c tz:l
get|col:c index:i
get_json_object|col:c path:l
histogram_numeric|col:c nBins:c
hll_sketch_agg|col:c lgConfigK:l?
hll_union|col1:c col2:c allowDifferentLgConfigK:l?
hll_union_agg|col:c allowDifferentLgConfigK:l?
ilike like|str:c pattern:c escapeChar:c?
instr|str:c substr:l
json_tuple|col:c fields:*l
lag lead|col:c offset:l=1 default:l=None
levenshtein|left:c right:c threshold:l?
listagg string_agg|col:c delimiter:l?
locate|substr:l str:c pos:l=1
lpad rpad|col:c len:l pad:l
make_dt_interval|days:c=0 hours:c=0 mins:c=0 secs:c=0.0
make_interval try_make_interval|years:c=0 months:c=0 weeks:c=0 days:c=0 hours:c=0 mins:c=0 secs:c=0.0
make_ym_interval|years:c=0 months:c=0
mask|col:c upperChar:c=X lowerChar:c=x digitChar:c=n otherChar:c=None
months_between|date1:c date2:c roundOff:l=True
next_day|date:c dayOfWeek:l
nth_value|col:c offset:l ignoreNulls:l=False
ntile|n:l
overlay|src:c replace:c pos:i len:i=-1
parse_url try_parse_url|url:c partToExtract:c key:c?
position|substr:c str:c start:c?
randstr|length:l seed:l?
regexp_extract|str:c pattern:l idx:l
regexp_extract_all regexp_instr|str:c regexp:c idx:l?
regexp_replace|string:c pattern:l replacement:l
repeat|col:c n:i
replace|src:c search:c replace:c?
sentences|string:c language:c= country:c=
sequence|start:c stop:c step:c?
shiftleft shiftright shiftrightunsigned|col:c numBits:l
shuffle|col:c seed:l?
slice|x:c start:i length:i
sort_array|col:c asc:l=True
split|str:c pattern:l limit:i=-1
str_to_map|text:c pairDelim:c=, keyValueDelim:c=:
substr|str:c pos:c len:c?
substring|str:c pos:i len:i
substring_index|str:c delim:l count:l
to_binary try_to_binary|col:c format:c?
to_date to_timestamp|col:c format:l?
to_timestamp_ltz to_timestamp_ntz to_unix_timestamp|timestamp:c format:c?
try_to_timestamp|col:c format:c?
translate|srcCol:c matching:l replace:l
trunc|date:c format:l
try_variant_get variant_get|v:c path:l targetType:l
uniform|min:l max:l seed:l?
width_bucket|v:c min:c max:c numBucket:i
bitwise_not|col:c
convert_timezone|sourceTz:c? targetTz:c sourceTs:c
"""
