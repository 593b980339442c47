//! Files to frames: the fixtures, as a user would read them.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use multihop::bookstore::orders_schema;
use multihop::formats::{
    FileFormat, FormatError, Options, ReadRequest, infer_schema, read_file, set_infer_column_types,
    sniff,
};
use multihop::storage::{DbfsPath, FileStatus};
use multihop::types::{DataType, Frame, StructField, StructType};

fn fixture(path: &str) -> Bytes {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(path);
    Bytes::from(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

fn format_of(name: &str) -> FileFormat {
    FileFormat::from_extension(name).unwrap()
}

struct Outcome {
    rows: usize,
    nulls: Vec<usize>,
    unknown: String,
}

fn read(path: &str, request: &ReadRequest) -> Result<Outcome, FormatError> {
    let bytes = fixture(path);
    let file = FileStatus {
        path: DbfsPath::parse(path).unwrap(),
        size: bytes.len() as u64,
        modification_time: 0,
        is_dir: false,
    };
    let read = read_file(format_of(path), bytes, &file, request)?;
    let unknown = read.unknown.clone();
    let frames: Vec<Frame> = read.frames.collect::<Result<_, _>>()?;
    let width = request.projected().len();
    Ok(Outcome {
        rows: frames.iter().map(Frame::height).sum(),
        nulls: (0..width)
            .map(|i| frames.iter().map(|f| f.columns()[i].null_count()).sum())
            .collect(),
        unknown: unknown.to_json(),
    })
}

fn orders() -> ReadRequest {
    ReadRequest::new(orders_schema())
}

fn orders_with_rescue() -> ReadRequest {
    let mut schema = orders_schema().as_ref().clone();
    schema
        .fields
        .push(StructField::new("_rescued_data", DataType::String));
    let mut request = ReadRequest::new(Arc::new(schema));
    request.rescued_column = Some("_rescued_data".into());
    request
}

fn inferred(format: FileFormat, paths: &[&str], options: &Options) -> Result<String, FormatError> {
    let mut files = paths
        .iter()
        .map(|path| (DbfsPath::parse(path).unwrap(), fixture(path).into()));
    let schema = infer_schema(format, &mut files, options)?;
    Ok(DataType::Struct(schema).simple_string())
}

#[test]
fn broken_parquet_files_are_errors_that_say_what_is_wrong() {
    let cases = [
        ("empty.parquet", "The file is empty."),
        (
            "truncated.parquet",
            "The file doesn't end as a parquet file does; it was probably cut off.",
        ),
        (
            "footer-too-long.parquet",
            "The file's footer is damaged: it claims 2139062143 bytes",
        ),
        (
            "png-named.parquet",
            "The file begins like a PNG image, not like a parquet file.",
        ),
        (
            "text-named.parquet",
            "The file doesn't begin with PAR1, so it isn't a parquet file.",
        ),
        (
            "json-named.parquet",
            "The file doesn't begin with PAR1, so it isn't a parquet file.",
        ),
        ("flipped-bytes.parquet", "The "),
    ];
    for (name, hint) in cases {
        let path = format!("broken/{name}");
        let error = read(&path, &orders())
            .err()
            .unwrap_or_else(|| panic!("{name} was read"));
        assert_eq!(
            error.to_string(),
            format!(
                "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file dbfs:/{path}.  SQLSTATE: KD001"
            )
        );
        assert!(
            error.hint().unwrap().starts_with(hint),
            "{name}: {}",
            error.hint().unwrap()
        );
    }
}

#[test]
fn parquet_of_another_schema_has_null_columns_and_tells_its_own() {
    let books = read("broken/other-schema.parquet", &orders()).unwrap();
    assert_eq!((books.rows, books.nulls[0]), (24, 24));
    assert_eq!(
        books.unknown,
        r#"{"book_id":null,"title":null,"author":null,"category":null,"price":null}"#
    );
    let renamed = read("broken/new-column.parquet", &orders_with_rescue()).unwrap();
    assert_eq!(renamed.unknown, r#"{"Total_Amount":null}"#);
    assert_eq!(
        (renamed.rows, renamed.nulls[4], renamed.nulls[6]),
        (20, 20, 0)
    );

    let error = read("broken/other-types.parquet", &orders()).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("PARQUET_COLUMN_DATA_TYPE_MISMATCH"),
        "{error}"
    );
    let rescued = read("broken/other-types.parquet", &orders_with_rescue()).unwrap();
    assert_eq!(
        (rescued.nulls[3], rescued.nulls[6], rescued.nulls[0]),
        (20, 0, 0)
    );
}

#[test]
fn broken_json_gives_null_rows_and_names_what_is_new() {
    let count = |name: &str, rows: usize, nulls: usize| {
        let outcome = read(&format!("broken/{name}"), &orders()).unwrap();
        assert_eq!((outcome.rows, outcome.nulls[0]), (rows, nulls), "{name}");
        outcome.unknown
    };
    count("empty.json", 0, 0);
    count("blank.json", 0, 0);
    count("half-a-line.json", 20, 1);
    count("trailing-comma.json", 2, 1);
    count("bad-utf8.json", 3, 1);
    count("not-json.json", 2, 2);
    count("scalar.json", 1, 1);
    count("deep.json", 1, 1);
    assert_eq!(count("new-column.json", 21, 0), r#"{"currency":"USD"}"#);
    let unknown = count("other-schema.json", 5, 5);
    assert!(unknown.starts_with("{\"email\":"), "{unknown}");
    let rescued = read("broken/other-types.json", &orders_with_rescue()).unwrap();
    assert_eq!(
        (rescued.rows, rescued.nulls[3], rescued.nulls[6]),
        (21, 1, 20)
    );

    let mut strict = orders();
    strict.options.set("mode", "FAILFAST");
    let error = read("broken/half-a-line.json", &strict).err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with("[MALFORMED_RECORD_IN_PARSING"),
        "{error}"
    );
}

#[test]
fn no_fixture_makes_inference_or_reading_panic() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    let mut files = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("broken/{name}");
        for format in [
            FileFormat::Parquet,
            FileFormat::Json,
            FileFormat::Csv,
            FileFormat::Text,
        ] {
            let _ = inferred(format, &[&path], &Options::new());
        }
        let _ = read(&path, &orders());
        files += 1;
    }
    assert!(files > 20);
}

#[test]
fn the_bookstores_schemas_are_inferred() {
    let orders = "struct<order_id:string,order_timestamp:bigint,customer_id:string,quantity:bigint,total:int,books:array<struct<book_id:string,quantity:int,subtotal:bigint>>>";
    let files = [
        "bookstore/orders-raw/01.parquet",
        "bookstore/orders-raw/02.parquet",
    ];
    assert_eq!(
        inferred(FileFormat::Parquet, &files, &Options::new()).unwrap(),
        orders
    );

    let customers = ["bookstore/customers-json/export_001.json"];
    assert_eq!(
        inferred(FileFormat::Json, &customers, &Options::new()).unwrap(),
        "struct<customer_id:string,email:string,profile:string,updated:string>"
    );
    let json = ["bookstore/orders-json-raw/01.json"];
    assert_eq!(
        inferred(FileFormat::Json, &json, &Options::new()).unwrap(),
        "struct<books:array<struct<book_id:string,quantity:bigint,subtotal:bigint>>,customer_id:string,order_id:string,order_timestamp:bigint,quantity:bigint,total:bigint>"
    );
    let mut strings = Options::new();
    set_infer_column_types(&mut strings, false);
    assert_eq!(
        inferred(FileFormat::Json, &json, &strings).unwrap(),
        "struct<books:string,customer_id:string,order_id:string,order_timestamp:string,quantity:string,total:string>"
    );
    let books = [
        "bookstore/books-csv/export_001.csv",
        "bookstore/books-csv/export_002.csv",
    ];
    let options = [
        ("header", "true"),
        ("delimiter", ";"),
        ("inferSchema", "true"),
    ];
    let options = options.into_iter().collect();
    assert_eq!(
        inferred(FileFormat::Csv, &books, &options).unwrap(),
        "struct<book_id:string,title:string,author:string,category:string,price:double>"
    );
    let none = inferred(FileFormat::Parquet, &[], &Options::new()).unwrap_err();
    assert!(
        none.to_string().starts_with("[UNABLE_TO_INFER_SCHEMA]"),
        "{none}"
    );
}

#[test]
fn nested_orders_are_kept_as_json_text_in_string_columns() {
    let schema = StructType::of([("books", DataType::String), ("total", DataType::String)]);
    let request = ReadRequest::new(Arc::new(schema));
    let outcome = read("bookstore/orders-json-raw/01.json", &request).unwrap();
    assert_eq!((outcome.rows, outcome.nulls), (1000, vec![0, 0]));
}

#[test]
fn a_projection_reads_some_columns_under_the_whole_schema() {
    for path in [
        "bookstore/orders-raw/01.parquet",
        "bookstore/orders-json-raw/01.json",
    ] {
        let mut request = orders();
        request.projection = Some(vec![3]);
        let outcome = read(path, &request).unwrap();
        assert_eq!((outcome.rows, outcome.nulls.len()), (1000, 1));
        assert_eq!(outcome.unknown, "{}");
    }
    let columns = ["book_id", "title", "author", "category", "price"];
    let schema = StructType::of(columns.map(|name| (name, DataType::String)));
    let mut request = ReadRequest::new(Arc::new(schema));
    request.options = [("header", "true"), ("sep", ";")].into_iter().collect();
    request.projection = Some(vec![4, 1]);
    let outcome = read("bookstore/books-csv/export_001.csv", &request).unwrap();
    assert_eq!((outcome.rows, outcome.nulls), (8, vec![0, 0]));
}

#[test]
fn dropped_files_are_told_apart_by_their_first_bytes() {
    let what = |path: &str| {
        let name = path.rsplit('/').next().unwrap();
        let sniffed = sniff(&fixture(path), name);
        (sniffed.format, sniffed.what)
    };
    assert_eq!(
        what("bookstore/orders-raw/01.parquet"),
        (Some(FileFormat::Parquet), "a parquet file")
    );
    assert_eq!(
        what("bookstore/customers-json/export_001.json"),
        (Some(FileFormat::Json), "JSON objects")
    );
    assert_eq!(
        what("bookstore/books-csv/export_001.csv"),
        (Some(FileFormat::Csv), "a CSV file")
    );
    assert_eq!(what("broken/png-named.parquet"), (None, "a PNG image"));
    assert_eq!(what("broken/json-named.parquet").0, Some(FileFormat::Json));
    assert_eq!(
        what("broken/not-json.json"),
        (None, "a text file that isn't JSON")
    );
    assert_eq!(what("broken/empty.json").1, "an empty file");
}
