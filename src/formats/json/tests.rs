use std::sync::Arc;

use bytes::Bytes;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::formats::{FileFormat, FileRead, Options, ReadRequest, read_file};
use crate::storage::FileStatus;
use crate::types::Frame;

fn path() -> DbfsPath {
    DbfsPath::parse("dbfs:/in/a.json").unwrap()
}

fn infer_with(text: &str, options: &Options) -> StructType {
    let file = (path(), Bytes::copy_from_slice(text.as_bytes()));
    let options = JsonOptions::from_options(options).unwrap();
    super::infer_schema(&mut std::iter::once(file), &options).unwrap()
}

fn infer(text: &str) -> String {
    DataType::Struct(infer_with(text, &Options::new())).simple_string()
}

fn open(bytes: Bytes, request: &ReadRequest) -> FileRead {
    let file = FileStatus {
        path: path(),
        size: bytes.len() as u64,
        modification_time: 0,
        is_dir: false,
    };
    read_file(FileFormat::Json, bytes, &file, request).unwrap()
}

fn request(fields: &[(&str, DataType)]) -> ReadRequest {
    ReadRequest::new(Arc::new(StructType::of(fields.iter().cloned())))
}

/// The rows as JSON lines.
fn rows_of(frames: Vec<Frame>) -> Vec<String> {
    let mut lines = Vec::new();
    for frame in frames {
        let text = String::from_utf8(write(&frame, Tz::UTC).unwrap()).unwrap();
        lines.extend(text.lines().map(String::from));
    }
    lines
}

fn read(text: &str, request: &ReadRequest) -> Vec<String> {
    let read = open(Bytes::copy_from_slice(text.as_bytes()), request);
    rows_of(read.frames.collect::<Result<_, _>>().unwrap())
}

#[test]
fn types_are_inferred_as_spark_does() {
    assert_eq!(infer(r#"{"a":1}"#), "struct<a:bigint>");
    assert_eq!(
        infer(r#"{"a":9223372036854775808}"#),
        "struct<a:decimal(19,0)>"
    );
    assert_eq!(infer("{\"a\":1}\n{\"a\":1.5}"), "struct<a:double>");
    assert_eq!(infer("{\"a\":1}\n{\"a\":\"x\"}"), "struct<a:string>");
    assert_eq!(infer("{\"a\":1}\n{\"a\":true}"), "struct<a:string>");
    assert_eq!(infer("{\"a\":1}\n{\"a\":{\"b\":1}}"), "struct<a:string>");
    assert_eq!(infer(r#"{"a":null}"#), "struct<a:string>");
    assert_eq!(infer(r#"{"a":[]}"#), "struct<a:array<string>>");
    assert_eq!(infer(r#"{"t":"2024-01-02T03:04:05Z"}"#), "struct<t:string>");
    assert_eq!(
        infer("{\"s\":{\"b\":1}}\n{\"s\":{\"a\":[1.5, 2]}, \"r\": false}"),
        "struct<r:boolean,s:struct<a:array<double>,b:bigint>>"
    );
    assert_eq!(infer(r#"{"a":{},"b":1}"#), "struct<b:bigint>");
    assert_eq!(infer(r#"[{"a":1},{"b":2}]"#), "struct<a:bigint,b:bigint>");
    assert_eq!(
        infer("{\"a\":1}\n{\"a\":"),
        "struct<_corrupt_record:string,a:bigint>"
    );
    assert_eq!(infer(""), "struct<>");
}

#[test]
fn what_does_not_fit_is_null_and_blank_lines_are_skipped() {
    let request = request(&[("a", DataType::Long), ("b", DataType::String)]);
    let text = "{\"a\":1,\"b\":2.50}\n\n  \r\n{\"a\":\"x\",\"b\":{\"c\": [1, 2]}}\n{\"a\":\n{\"b\":true,\"a\":7}";
    assert_eq!(
        read(text, &request),
        [
            r#"{"a":1,"b":"2.50"}"#,
            r#"{"b":"{\"c\": [1, 2]}"}"#,
            "{}",
            r#"{"a":7,"b":"true"}"#,
        ]
    );
}

#[test]
fn a_malformed_line_is_kept_in_the_corrupt_record_column() {
    let request = request(&[("_corrupt_record", DataType::String), ("a", DataType::Long)]);
    assert_eq!(
        read("{\"a\":1}\n{\"a\":\n{\"a\":\"x\"}", &request),
        [
            r#"{"a":1}"#,
            r#"{"_corrupt_record":"{\"a\":"}"#,
            r#"{"_corrupt_record":"{\"a\":\"x\"}"}"#,
        ]
    );
}

#[test]
fn modes_drop_or_refuse_malformed_records() {
    let mut request = request(&[("a", DataType::Long)]);
    let text = "{\"a\":1}\n{\"a\":\n{\"a\":\"x\"}\n{\"a\":2}";
    request.options.set("mode", "DROPMALFORMED");
    assert_eq!(read(text, &request), [r#"{"a":1}"#, r#"{"a":2}"#]);
    request.options.set("mode", "FAILFAST");
    let mut frames = open(Bytes::from_static(text.as_bytes()), &request).frames;
    let error = frames.next().unwrap().unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("[MALFORMED_RECORD_IN_PARSING"),
        "{error}"
    );
    assert!(frames.next().is_none());
}

#[test]
fn mismatches_unknown_fields_and_other_cases_are_rescued() {
    let mut request = request(&[
        ("cost", DataType::Long),
        ("_rescued_data", DataType::String),
    ]);
    request.rescued_column = Some("_rescued_data".into());
    let text = "{\"cost\":\"$100\"}\n{\"cost\":1}\n{\"Cost\":2,\"currency\":\"USD\"}";
    let file = open(Bytes::from_static(text.as_bytes()), &request);
    let unknown = file.unknown.clone();
    let lines = rows_of(file.frames.collect::<Result<_, _>>().unwrap());
    let rescued = |json: &str| format!("{{\"_rescued_data\":{}}}", serde_json::Value::from(json));
    assert_eq!(
        lines,
        [
            rescued(r#"{"cost":"$100","_file_path":"dbfs:/in/a.json"}"#),
            r#"{"cost":1}"#.into(),
            rescued(r#"{"Cost":2,"currency":"USD","_file_path":"dbfs:/in/a.json"}"#),
        ]
    );
    assert_eq!(unknown.names(), ["Cost", "currency"]);
    assert_eq!(unknown.to_json(), r#"{"Cost":2,"currency":"USD"}"#);
}

#[test]
fn parts_of_structs_are_rescued_and_the_rest_is_read() {
    let inner = DataType::Struct(StructType::of([
        ("x", DataType::Long),
        ("y", DataType::Long),
    ]));
    let mut request = request(&[("s", inner), ("r", DataType::String)]);
    assert_eq!(
        read(r#"{"s":{"x":"no","y":2}}"#, &request),
        [r#"{"s":{"y":2}}"#]
    );
    request.rescued_column = Some("r".into());
    let lines = read(r#"{"s":{"x":"no","y":2,"z":3}}"#, &request);
    let rescued = r#"{"s":{"z":3,"x":"no"},"_file_path":"dbfs:/in/a.json"}"#;
    let expected = format!(
        "{{\"s\":{{\"y\":2}},\"r\":{}}}",
        serde_json::Value::from(rescued)
    );
    assert_eq!(lines, [expected]);
}

#[test]
fn a_list_with_an_element_that_does_not_fit_is_null() {
    let list = DataType::array(DataType::Long);
    let request = request(&[
        ("l", list.clone()),
        ("m", DataType::map(DataType::String, list)),
    ]);
    assert_eq!(
        read(r#"{"l":[1,"x",3],"m":{"a":[1],"b":[2,null]}}"#, &request),
        [r#"{"m":{"a":[1],"b":[2,null]}}"#]
    );
}

#[test]
fn an_array_of_objects_is_read_row_by_row() {
    let mut request = request(&[("a", DataType::Long)]);
    let pretty = "[\n  {\"a\": 1},\n  {\"a\": 2} ]\n";
    assert_eq!(read(pretty, &request), [r#"{"a":1}"#, r#"{"a":2}"#]);
    assert_eq!(infer(pretty), "struct<a:bigint>");
    assert_eq!(
        read("[{\"a\":1},{\"a\":2}]\n[{\"a\":3}]", &request).len(),
        3
    );
    assert_eq!(read("[]", &request).len(), 0);
    request.options.set("detectArray", "false");
    assert_eq!(read(pretty, &request).len(), 3);
    request.options.set("multiLine", "true");
    assert_eq!(read(pretty, &request).len(), 2);
    assert_eq!(read("{\n\"a\":\n9}", &request), [r#"{"a":9}"#]);
    assert_eq!(read("[{\"a\":1},\n{\"a\":", &request), ["{}"]);
}

#[test]
fn strings_are_unescaped_and_bad_ones_refused() {
    let request = request(&[("s", DataType::String)]);
    let one = |text: &str| read(text, &request).remove(0);
    assert_eq!(
        one(r#"{"s":"é\n\u0041\ud83d\ude00\/"}"#),
        "{\"s\":\"é\\nA😀/\"}"
    );
    assert_eq!(one(r#"{'s':'it"s'}"#), r#"{"s":"it\"s"}"#);
    assert_eq!(one(r#"{"s":"\ud800"}"#), r#"{"s":"?"}"#);
    for bad in [
        r#"{"s":"\x"}"#,
        "{\"s\":\"a\tb\"}",
        r#"{"s":"#,
        r#"{"s":01}"#,
        r#"{"s":1.}"#,
    ] {
        assert_eq!(one(bad), "{}", "{bad}");
    }
    let latin = Bytes::from_static(b"{\"s\":\"caf\xe9\"}\n{\"s\":\"ok\"}");
    let lines = rows_of(
        open(latin, &request)
            .frames
            .collect::<Result<_, _>>()
            .unwrap(),
    );
    assert_eq!(lines, ["{}", r#"{"s":"ok"}"#]);
}

#[test]
fn dates_timestamps_and_decimals_are_read() {
    let mut request = request(&[
        ("d", DataType::Date),
        ("t", DataType::Timestamp),
        ("n", DataType::TimestampNtz),
        ("p", DataType::decimal(10, 2)),
    ]);
    assert_eq!(
        read(
            r#"{"d":"2024-02-29","t":"2024-01-02T03:04:05.678+02:00","n":"2024-01-02 03:04:05","p":1.005}"#,
            &request
        ),
        [
            r#"{"d":"2024-02-29","t":"2024-01-02T01:04:05.678Z","n":"2024-01-02T03:04:05.000","p":1.01}"#
        ]
    );
    assert_eq!(
        read(r#"{"d":"2023-02-29","t":"soon","p":"x"}"#, &request),
        ["{}"]
    );
    request.options.set("dateFormat", "dd/MM/yyyy");
    request
        .options
        .set("timestampFormat", "dd MMM yyyy hh:mm a");
    request.options.set("timeZone", "Europe/Paris");
    assert_eq!(
        read(r#"{"d":"31/12/2023","t":"01 Jul 2024 02:30 PM"}"#, &request),
        [r#"{"d":"2023-12-31","t":"2024-07-01T12:30:00.000Z"}"#]
    );
}

#[test]
fn very_deep_nesting_is_malformed_not_a_crash() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(infer(&deep), "struct<_corrupt_record:string>");
    let text = read(&deep, &request(&[("a", DataType::String)]));
    assert_eq!(text, ["{}"]);
}

#[test]
fn a_large_file_comes_in_frames() {
    let line = "{\"a\":1,\"s\":\"some text\"}\n";
    let bytes = Bytes::from(line.repeat(300_000));
    let request = request(&[("s", DataType::String), ("a", DataType::Long)]);
    let frames: Vec<Frame> = open(bytes, &request)
        .frames
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(frames.len() >= 3);
    assert_eq!(frames.iter().map(Frame::height).sum::<usize>(), 300_000);
    assert_eq!(frames[0].origin().unwrap().as_ref(), "dbfs:/in/a.json");
}

#[test]
fn columns_can_be_none_or_void() {
    assert_eq!(read("{\"a\":1}\n{\"a\":2}", &request(&[])).len(), 2);
    let one = read("{\"a\":1}", &request(&[("a", DataType::Null)]));
    assert_eq!(one, ["{}"]);
    let empty = DataType::Struct(StructType::default());
    assert_eq!(
        read("{\"a\":{}}", &request(&[("a", empty)])),
        [r#"{"a":{}}"#]
    );
}

/// Any JSON value.
fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        (-1e9f64..1e9).prop_map(serde_json::Value::from),
        // Not empty: Spark infers nothing from an empty string, and then can't read it as a number.
        "[a-c \"\\\\é]{1,4}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
            objects_of(inner),
        ]
    })
}

fn objects_of(
    inner: impl Strategy<Value = serde_json::Value>,
) -> impl Strategy<Value = serde_json::Value> {
    prop::collection::vec(("[a-d]", inner), 0..4)
        .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect()))
}

fn lines(records: &[serde_json::Value]) -> String {
    let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

proptest! {
    #[test]
    fn inference_does_not_depend_on_the_order_of_records(
        records in prop::collection::vec(objects_of(values()), 0..6), turn in 0usize..6,
    ) {
        let mut other = records.clone();
        other.reverse();
        other.rotate_left(turn.min(records.len()));
        prop_assert_eq!(infer(&lines(&records)), infer(&lines(&other)));
    }

    #[test]
    fn what_was_inferred_can_be_read_and_nothing_is_malformed(
        records in prop::collection::vec(objects_of(values()), 0..6),
    ) {
        let text = lines(&records);
        let schema = infer_with(&text, &Options::new());
        prop_assert!(schema.index_of("_corrupt_record").is_none());
        let mut request = ReadRequest::new(Arc::new(schema));
        request.options.set("mode", "FAILFAST");
        prop_assert_eq!(read(&text, &request).len(), records.len());
    }

    #[test]
    fn no_bytes_make_the_reader_fail_or_panic(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200), array: bool,
    ) {
        if array {
            bytes.insert(0, b'[');
        }
        let request = request(&[("a", DataType::array(DataType::Long)), ("b", DataType::String)]);
        let frames = open(Bytes::from(bytes.clone()), &request).frames;
        prop_assert!(frames.collect::<Result<Vec<_>, _>>().is_ok());
        let mut file = std::iter::once((path(), Bytes::from(bytes)));
        let options = JsonOptions::from_options(&Options::new()).unwrap();
        prop_assert!(super::infer_schema(&mut file, &options).is_ok());
    }

    #[test]
    fn damaged_json_never_panics(
        records in prop::collection::vec(objects_of(values()), 1..4), cut in 0usize..100, put: char,
    ) {
        let mut text = lines(&records);
        let at = text.floor_char_boundary(cut.min(text.len()));
        text.insert(at, put);
        let schema = infer_with(&text, &Options::new());
        read(&text, &ReadRequest::new(Arc::new(schema)));
    }
}

#[test]
fn values_survive_writing_and_reading() {
    let schema = StructType::of([("a", DataType::Long), ("s", DataType::String)]);
    let request = ReadRequest::new(Arc::new(schema));
    let line = r#"{"a":-5,"s":"quote \" and \\ and \u0001"}"#;
    assert_eq!(read(line, &request), [line]);
}
