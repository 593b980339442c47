//! Files in every codec, C code included (zstd), read and written in the browser.

use std::sync::Arc;

use arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;
use wasm_bindgen_test::wasm_bindgen_test;

fn orders() -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("order_id", DataType::Utf8, false),
        Field::new("quantity", DataType::Int64, true),
    ]);
    let ids: StringArray = (0..1000).map(|n| Some(format!("{n:012}"))).collect();
    let quantities: Int64Array = (0..1000).map(|n| (n % 7 != 0).then_some(n)).collect();
    RecordBatch::try_new(
        Arc::new(schema),
        vec![Arc::new(ids) as Arc<dyn Array>, Arc::new(quantities)],
    )
    .unwrap()
}

fn round_trip(compression: Compression) -> RecordBatch {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), orders().schema(), Some(properties)).unwrap();
    writer.write(&orders()).unwrap();
    let bytes = Bytes::from(writer.into_inner().unwrap());
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .unwrap()
        .with_batch_size(10_000)
        .build()
        .unwrap();
    reader.next().unwrap().unwrap()
}

#[wasm_bindgen_test]
fn parquet_in_every_codec_comes_back_as_it_went() {
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
    ] {
        assert_eq!(round_trip(compression), orders(), "{compression:?}");
    }
}
