mod ranges;

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use proptest::prelude::*;

use super::*;
use crate::formats::{Damage, FormatError, Options};
use crate::storage::DbfsPath;
use crate::types::arrow::arbitrary::{batch, schemas};
use crate::types::{DataType, Frame, StructType};

fn path() -> DbfsPath {
    DbfsPath::parse("dbfs:/in/orders.parquet").unwrap()
}

fn write(frame: &Frame, options: &ParquetWriteOptions) -> Bytes {
    let mut writer = ParquetWriter::new(frame.schema(), options).unwrap();
    writer.write(frame).unwrap();
    writer.finish().unwrap()
}

fn random(schema: &StructType, rows: usize, seed: u64) -> Frame {
    Frame::from_arrow(&batch(schema, rows, seed), &Arc::new(schema.clone())).unwrap()
}

fn read(bytes: Bytes, wanted: &StructType) -> Result<Vec<Frame>, FormatError> {
    ParquetReader::open(bytes, &path())?
        .read(Arc::new(wanted.clone()))?
        .collect()
}

proptest! {
    #[test]
    fn every_frame_is_read_as_it_was_written(schema in schemas(), rows in 0usize..60, seed: u64) {
        let frame = random(&schema, rows, seed);
        let bytes = write(&frame, &ParquetWriteOptions::default());
        prop_assert_eq!(&infer_schema(bytes.clone(), &path()).unwrap(), &schema);
        let frames = read(bytes, &schema).unwrap();
        let back = Frame::concat(&frames).unwrap();
        let back = back.unwrap_or_else(|| Frame::empty(Arc::new(schema)));
        prop_assert_eq!(back.to_arrow().unwrap(), frame.to_arrow().unwrap());
    }
}

/// 500 cases; `PROPTEST_CASES` for more.
fn many_cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = config.cases.max(500);
    ProptestConfig { cases, ..config }
}

proptest! {
    #![proptest_config(many_cases())]
    #[test]
    fn damaged_bytes_are_an_error_or_other_rows_but_never_a_panic(
        schema in schemas(),
        seed: u64,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        at_end: bool,
        is_compressed: bool,
        row_group_rows in 8usize..40,
    ) {
        let mut options = ParquetWriteOptions { row_group_rows, ..ParquetWriteOptions::default() };
        if !is_compressed {
            options.compression = Compression::UNCOMPRESSED;
        }
        let mut bytes = write(&random(&schema, 30, seed), &options).to_vec();
        let size = bytes.len();
        for (index, value) in flips {
            // Most of what can go wrong is in the footer.
            let at = match at_end {
                true => size - 1 - index.index(size.min(400)),
                false => index.index(size),
            };
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.drain(4..4 + cut.index(size / 4));
        }
        let bytes = Bytes::from(bytes);
        let _ = infer_schema(bytes.clone(), &path());
        let _ = read(bytes, &schema);
    }
}

#[test]
fn every_codec_is_read_and_written() {
    let schema = StructType::of([("a", DataType::Long), ("b", DataType::String)]);
    let frame = random(&schema, 500, 1);
    for name in ["none", "snappy", "gzip", "brotli", "lz4", "lz4_raw", "zstd"] {
        let options =
            ParquetWriteOptions::from_options(&Options::new().with("compression", name)).unwrap();
        let frames = read(write(&frame, &options), &schema).unwrap();
        assert_eq!(
            frames[0].to_arrow().unwrap(),
            frame.to_arrow().unwrap(),
            "{name}"
        );
    }
    let wrong = Options::new().with("compression", "rar");
    assert!(ParquetWriteOptions::from_options(&wrong).is_err());
}

#[test]
fn a_large_file_comes_in_frames_that_know_their_file() {
    let schema = StructType::of([("a", DataType::Long)]);
    let frame = random(&schema, 300_000, 1);
    let options = ParquetWriteOptions {
        compression: Compression::UNCOMPRESSED,
        row_group_rows: 100_000,
        ..ParquetWriteOptions::default()
    };
    let frames = read(write(&frame, &options), &schema).unwrap();
    assert!(frames.iter().all(|f| f.height() <= FRAME_ROWS));
    assert_eq!(frames.iter().map(Frame::height).sum::<usize>(), 300_000);
    assert_eq!(
        frames[0].origin().unwrap().as_ref(),
        "dbfs:/in/orders.parquet"
    );
}

#[test]
fn rows_are_counted_without_reading_columns() {
    let schema = StructType::of([("a", DataType::Long)]);
    let bytes = write(
        &random(&schema, 200_000, 1),
        &ParquetWriteOptions::default(),
    );
    let frames = read(bytes, &StructType::default()).unwrap();
    assert_eq!(frames.iter().map(Frame::height).sum::<usize>(), 200_000);
}

#[test]
fn a_part_of_a_struct_is_read_alone_and_missing_columns_are_null() {
    let inner = StructType::of([("x", DataType::Long), ("y", DataType::String)]);
    let schema = StructType::of([
        ("id", DataType::Integer),
        ("books", DataType::array(DataType::Struct(inner))),
    ]);
    let bytes = write(&random(&schema, 50, 3), &ParquetWriteOptions::default());
    let wanted = StructType::of([
        ("new", DataType::Date),
        (
            "Books",
            DataType::array(DataType::Struct(StructType::of([
                ("Y", DataType::String),
                ("z", DataType::Long),
            ]))),
        ),
        ("ID", DataType::Long),
    ]);
    let frames = read(bytes, &wanted).unwrap();
    assert_eq!(frames[0].schema().as_ref(), &wanted);
    assert_eq!(frames[0].columns()[0].null_count(), 50);
    assert!(frames[0].columns()[2].null_count() < 50);
}

#[test]
fn a_column_of_another_type_is_sparks_error() {
    let schema = StructType::of([("quantity", DataType::Long)]);
    let bytes = write(&random(&schema, 5, 3), &ParquetWriteOptions::default());
    let error = read(bytes, &StructType::of([("quantity", DataType::Integer)])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "[FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH] Encountered error while reading file dbfs:/in/orders.parquet. Data type mismatches when reading Parquet column [quantity]. Expected Spark type int, actual Parquet type INT64. SQLSTATE: KD001"
    );
}

#[test]
fn files_that_are_not_parquet_say_what_they_are() {
    let schema = StructType::of([("a", DataType::Long)]);
    let whole = write(&random(&schema, 5, 3), &ParquetWriteOptions::default());
    let truncated = whole.slice(..whole.len() / 2);
    let cases: [(Bytes, &str); 5] = [
        (Bytes::new(), "The file is empty."),
        (
            Bytes::from_static(b"\x89PNG\r\n\x1a\n0000"),
            "The file begins like a PNG image, not like a parquet file.",
        ),
        (
            truncated,
            "The file doesn't end as a parquet file does; it was probably cut off.",
        ),
        (
            Bytes::from_static(b"hello"),
            "The file doesn't begin with PAR1, so it isn't a parquet file.",
        ),
        (
            Bytes::from_static(b"PARE00000000PARE"),
            "The file is encrypted, and there is no key here.",
        ),
    ];
    for (bytes, hint) in cases {
        let error = read(bytes, &schema).unwrap_err();
        assert_eq!(
            error.to_string(),
            "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file dbfs:/in/orders.parquet.  SQLSTATE: KD001"
        );
        assert_eq!(error.hint().unwrap(), hint);
    }
    let error = infer_schema(Bytes::new(), &path()).unwrap_err();
    assert!(matches!(
        error,
        FormatError::Footer {
            damage: Damage::Empty,
            ..
        }
    ));
}
