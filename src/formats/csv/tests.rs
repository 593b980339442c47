use std::sync::Arc;

use bytes::Bytes;
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::formats::{FileFormat, FileRead, Options, ReadRequest, infer_schema, json, read_file};
use crate::storage::{DbfsPath, FileStatus};
use crate::types::{DataType, Frame, StructType};

fn path() -> DbfsPath {
    DbfsPath::parse("dbfs:/in/a.csv").unwrap()
}

fn options(pairs: &[(&str, &str)]) -> Options {
    pairs.iter().copied().collect()
}

fn infer(text: &str, options: &Options) -> StructType {
    let mut file = std::iter::once((path(), Bytes::copy_from_slice(text.as_bytes()).into()));
    infer_schema(FileFormat::Csv, &mut file, options).unwrap()
}

fn open(text: &str, request: &ReadRequest) -> FileRead {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let file = FileStatus {
        path: path(),
        size: bytes.len() as u64,
        modification_time: 0,
        is_dir: false,
    };
    read_file(FileFormat::Csv, bytes, &file, request).unwrap()
}

fn lines(frames: &[Frame]) -> Vec<String> {
    let text = frames.iter().flat_map(|f| json::write(f, Tz::UTC).unwrap());
    let text = String::from_utf8(text.collect()).unwrap();
    text.lines().map(String::from).collect()
}

fn read(text: &str, schema: StructType, options: Options) -> Vec<String> {
    let request = ReadRequest {
        options,
        ..ReadRequest::new(Arc::new(schema))
    };
    let frames: Vec<Frame> = open(text, &request)
        .frames
        .collect::<Result<_, _>>()
        .unwrap();
    lines(&frames)
}

fn read_inferred(text: &str, options: Options) -> Vec<String> {
    let schema = infer(text, &options);
    read(text, schema, options)
}

#[test]
fn types_are_inferred_as_spark_does() {
    let with = options(&[("header", "true"), ("inferSchema", "true")]);
    let text = "i,l,m,d,day,t,b,s,n\n1,2,1,1,2024-01-02,2024-01-02 03:04:05,true,x,\n-5,3000000000,99999999999999999999,2.5,2024-02-03,2024-01-02,FALSE,1,\n";
    assert_eq!(
        DataType::Struct(infer(text, &with)).simple_string(),
        "struct<i:int,l:bigint,m:decimal(20,0),d:double,day:date,t:timestamp,b:boolean,s:string,n:string>"
    );
    let plain = infer("1,2\n", &Options::new());
    assert_eq!(
        DataType::Struct(plain).simple_string(),
        "struct<_c0:string,_c1:string>"
    );
    let names = infer("a,,A\n1,2,3\n", &options(&[("header", "true")]));
    assert_eq!(names.names(), ["a0", "_c1", "A2"]);
}

#[test]
fn the_books_are_read_with_their_delimiter_and_header() {
    let with = options(&[
        ("header", "true"),
        ("delimiter", ";"),
        ("inferSchema", "true"),
    ]);
    let text = "book_id;title;price\nB01;\"A; or B\";49\nB02;;12.5\n";
    assert_eq!(
        read_inferred(text, with),
        [
            r#"{"book_id":"B01","title":"A; or B","price":49.0}"#,
            r#"{"book_id":"B02","price":12.5}"#,
        ]
    );
}

#[test]
fn quotes_escapes_and_empty_values_are_read_as_spark_does() {
    let text = "\"a\"\"b\",\"c\\\"d\",\"\",,plain \"q\" text,\"x\" ,\"a\\\\b\",a\\\\b\n";
    assert_eq!(
        read_inferred(text, Options::new()),
        [
            r#"{"_c0":"\"a\"\"b\"","_c1":"c\"d","_c4":"plain \"q\" text","_c5":"x","_c6":"a\\b","_c7":"a\\\\b"}"#
        ]
    );
    let doubled = read_inferred("\"a \"\"b\"\" c\",d\n", options(&[("escape", "\"")]));
    assert_eq!(doubled, [r#"{"_c0":"a \"b\" c","_c1":"d"}"#]);
    let empty = read_inferred("\"\",,NA\n", options(&[("nullValue", "NA")]));
    assert_eq!(empty, [r#"{"_c0":""}"#]);
    let lone = "\"not closed,1\n2,3\n";
    assert_eq!(
        read_inferred(lone, Options::new()),
        [r#"{"_c0":"not closed,1"}"#, r#"{"_c0":"2"}"#]
    );
    let lines = "\"two\nlines\",1\n3,4\n";
    assert_eq!(
        read_inferred(lines, options(&[("multiLine", "true")])).len(),
        2
    );
}

#[test]
fn what_does_not_fit_is_null_or_corrupt_or_rescued() {
    let schema = StructType::of([("a", DataType::Integer), ("b", DataType::Double)]);
    let text = "1,2.5\nx,3\n4\n5,6,7\n";
    assert_eq!(
        read(text, schema.clone(), Options::new()),
        [
            r#"{"a":1,"b":2.5}"#,
            r#"{"b":3.0}"#,
            r#"{"a":4}"#,
            r#"{"a":5,"b":6.0}"#
        ]
    );
    assert_eq!(
        read(text, schema.clone(), options(&[("mode", "DROPMALFORMED")])),
        [r#"{"a":1,"b":2.5}"#]
    );
    let mut with_corrupt = schema.clone();
    with_corrupt.fields.push(crate::types::StructField::new(
        "_corrupt_record",
        DataType::String,
    ));
    assert_eq!(
        read("x,3\n", with_corrupt, Options::new()),
        [r#"{"b":3.0,"_corrupt_record":"x,3"}"#]
    );

    let mut rescuing = schema;
    rescuing.fields.push(crate::types::StructField::new(
        "_rescued_data",
        DataType::String,
    ));
    let request = ReadRequest {
        options: options(&[("header", "true")]),
        rescued_column: Some("_rescued_data".into()),
        ..ReadRequest::new(Arc::new(rescuing))
    };
    let file = open("b,A,extra\n1.5,2,e\n", &request);
    let unknown = file.unknown.clone();
    let frames: Vec<Frame> = file.frames.collect::<Result<_, _>>().unwrap();
    assert_eq!(
        lines(&frames),
        [
            r#"{"b":1.5,"_rescued_data":"{\"A\":\"2\",\"extra\":\"e\",\"_file_path\":\"dbfs:/in/a.csv\"}"}"#
        ]
    );
    assert_eq!(unknown.names(), ["A", "extra"]);
}

#[test]
fn columns_go_by_position_and_by_name_only_on_request() {
    let schema = StructType::of([("C", DataType::String), ("a", DataType::Integer)]);
    let rows = read("a,c\n1,2\n", schema.clone(), options(&[("header", "true")]));
    assert_eq!(rows, [r#"{"C":"1","a":2}"#]);
    let by_name = options(&[("header", "true"), ("enforceSchema", "false")]);
    assert_eq!(read("a,c\n1,2\n", schema, by_name), [r#"{"C":"2","a":1}"#]);
    let none = read(
        "a,b\n1,2\n3,4\n",
        StructType::default(),
        options(&[("header", "true")]),
    );
    assert_eq!(none.len(), 2);
}

#[test]
fn what_is_written_is_read_again() {
    let schema = StructType::of([("a", DataType::String), ("b", DataType::Timestamp)]);
    let text = "{\"a\":\"x,y \\\"q\\\"\",\"b\":\"2024-01-02T03:04:05.000Z\"}\n{\"a\":\"\"}\n{\"b\":\"2024-01-02T03:04:05.000Z\"}\n";
    let request = ReadRequest::new(Arc::new(schema.clone()));
    let file = FileStatus {
        path: path(),
        size: 0,
        modification_time: 0,
        is_dir: false,
    };
    let frames = read_file(
        FileFormat::Json,
        Bytes::from_static(text.as_bytes()),
        &file,
        &request,
    );
    let frames: Vec<Frame> = frames.unwrap().frames.collect::<Result<_, _>>().unwrap();
    let with = options(&[("header", "true")]);
    let csv_options = super::CsvOptions::from_options(&with).unwrap();
    let csv = super::write(&frames[0], &csv_options, true, Tz::UTC).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.starts_with("a,b\n\"x,y \\\"q\\\"\",2024-01-02T03:04:05.000Z\n"),
        "{csv}"
    );
    let back = read(&csv, schema, with);
    // Spark, too, reads an empty string as NULL.
    let expected = text.replace(r#"{"a":""}"#, "{}");
    assert_eq!(back, expected.lines().collect::<Vec<_>>());
    let nested = Frame::empty(Arc::new(StructType::of([(
        "l",
        DataType::array(DataType::Long),
    )])));
    let error = super::write(&nested, &csv_options, true, Tz::UTC).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE]")
    );
}

#[test]
fn text_is_a_row_a_line() {
    let file = FileStatus {
        path: path(),
        size: 0,
        modification_time: 1000,
        is_dir: false,
    };
    let schema = |format| infer_schema(format, &mut std::iter::empty(), &Options::new()).unwrap();
    let request = ReadRequest::new(Arc::new(schema(FileFormat::Text)));
    let text = Bytes::from_static(b"a\r\n\nb \xff");
    let read = |format, request: &ReadRequest| {
        let read = read_file(format, text.clone(), &file, request).unwrap();
        lines(&read.frames.collect::<Result<Vec<_>, _>>().unwrap())
    };
    assert_eq!(
        read(FileFormat::Text, &request),
        [
            r#"{"value":"a"}"#,
            r#"{"value":""}"#,
            "{\"value\":\"b \u{fffd}\"}"
        ]
    );
    let request = ReadRequest::new(Arc::new(schema(FileFormat::BinaryFile)));
    assert_eq!(
        read(FileFormat::BinaryFile, &request),
        [
            r#"{"path":"dbfs:/in/a.csv","modificationTime":"1970-01-01T00:00:01.000Z","length":7,"content":"YQ0KCmIg/w=="}"#
        ]
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fail_or_panic(text in "[a,;\"\\\\\n\r 1.é-]{0,60}", multi: bool) {
        let with = options(&[("multiLine", if multi { "true" } else { "false" }), ("inferSchema", "true")]);
        let mut file = std::iter::once((path(), Bytes::from(text.clone()).into()));
        if let Ok(schema) = infer_schema(FileFormat::Csv, &mut file, &with) {
            read(&text, schema, with);
        }
    }
}
