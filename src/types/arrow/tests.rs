use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::{Field, Int32Type, Schema};
use proptest::prelude::*;

use super::arbitrary::{batch, schemas};
use super::*;

fn read_one(array: ArrayRef, wanted: Option<DataType>) -> RecordBatch {
    let schema = Arc::new(Schema::new(vec![Field::new(
        "c",
        array.data_type().clone(),
        true,
    )]));
    let spark = match wanted {
        Some(wanted) => StructType::of([("c", wanted)]),
        None => schema_from_arrow(&schema).unwrap(),
    };
    let batch = RecordBatch::try_new(schema, vec![array]).unwrap();
    let frame = Frame::from_arrow(&batch, &Arc::new(spark)).unwrap();
    frame.to_arrow().unwrap()
}

proptest! {
    #[test]
    fn every_frame_survives_the_way_to_polars_and_back(
        schema in schemas(), rows in 0usize..40, seed: u64,
    ) {
        let batch = batch(&schema, rows, seed);
        let frame = Frame::from_arrow(&batch, &Arc::new(schema)).unwrap();
        prop_assert_eq!(frame.to_arrow().unwrap(), batch.clone());
        let sliced = frame.slice(rows / 3, rows / 2);
        prop_assert_eq!(sliced.to_arrow().unwrap(), batch.slice(rows / 3, sliced.height()));
    }

    #[test]
    fn a_sliced_batch_is_read_as_its_rows(schema in schemas(), seed: u64, from in 0usize..20) {
        let sliced = batch(&schema, 40, seed).slice(from, 13);
        let frame = Frame::from_arrow(&sliced, &Arc::new(schema)).unwrap();
        prop_assert_eq!(frame.to_arrow().unwrap(), sliced);
    }
}

#[test]
fn unsigned_integers_widen() {
    let out = read_one(Arc::new(UInt32Array::from(vec![u32::MAX])), None);
    assert_eq!(
        out.column(0).as_ref(),
        &Int64Array::from(vec![4_294_967_295])
    );
    let out = read_one(Arc::new(UInt64Array::from(vec![u64::MAX])), None);
    let expected = Decimal128Array::from(vec![i128::from(u64::MAX)])
        .with_data_type(ArrowType::Decimal128(20, 0));
    assert_eq!(out.column(0).as_ref(), &expected);
}

#[test]
fn timestamps_of_every_unit_become_microseconds() {
    let zone = Some("Europe/Paris");
    let arrays: [ArrayRef; 4] = [
        Arc::new(TimestampSecondArray::from(vec![-1]).with_timezone_opt(zone)),
        Arc::new(TimestampMillisecondArray::from(vec![-1000]).with_timezone_opt(zone)),
        Arc::new(TimestampMicrosecondArray::from(vec![-1_000_000]).with_timezone_opt(zone)),
        Arc::new(TimestampNanosecondArray::from(vec![-999_999_001]).with_timezone_opt(zone)),
    ];
    let expected = TimestampMicrosecondArray::from(vec![-1_000_000]).with_timezone("UTC");
    for array in arrays {
        assert_eq!(read_one(array, None).column(0).as_ref(), &expected);
    }
    let local = Arc::new(TimestampSecondArray::from(vec![1]));
    let expected = TimestampMicrosecondArray::from(vec![1_000_000]);
    assert_eq!(read_one(local, None).column(0).as_ref(), &expected);
}

#[test]
fn dictionaries_and_fixed_size_lists_are_seen_through() {
    let words: DictionaryArray<Int32Type> = vec!["a", "b", "a"].into_iter().collect();
    let out = read_one(Arc::new(words), None);
    assert_eq!(
        out.column(0).as_ref(),
        &StringViewArray::from(vec!["a", "b", "a"])
    );

    let item = Arc::new(Field::new("item", ArrowType::Int32, true));
    let pairs =
        FixedSizeListArray::new(item, 2, Arc::new(Int32Array::from(vec![1, 2, 3, 4])), None);
    let out = read_one(Arc::new(pairs), None);
    let list = out.column(0).as_list::<i64>();
    assert_eq!(list.value(1).as_ref(), &Int32Array::from(vec![3, 4]));
}

#[test]
fn fixed_size_bytes_become_binary() {
    let bytes = FixedSizeBinaryArray::try_from_iter([[1u8, 2], [3, 4]].iter()).unwrap();
    let out = read_one(Arc::new(bytes), None);
    let expected = BinaryViewArray::from_iter_values([[1u8, 2], [3, 4]]);
    assert_eq!(out.column(0).as_ref(), &expected);
}

#[test]
fn a_narrower_column_is_widened_and_a_missing_one_is_null() {
    let schema = Arc::new(Schema::new(vec![Field::new(
        "Quantity",
        ArrowType::Int32,
        true,
    )]));
    let rows = RecordBatch::try_new(schema, vec![Arc::new(Int32Array::from(vec![7]))]).unwrap();
    let wanted = StructType::of([
        ("quantity", DataType::Long),
        ("email", DataType::String),
        (
            "tags",
            DataType::array(DataType::map(DataType::String, DataType::Date)),
        ),
    ]);
    let frame = Frame::from_arrow(&rows, &Arc::new(wanted)).unwrap();
    let out = frame.to_arrow().unwrap();
    assert_eq!(out.column(0).as_ref(), &Int64Array::from(vec![7]));
    assert_eq!(out.column(1).null_count(), 1);
    assert_eq!(out.column(2).null_count(), 1);
}

#[test]
fn a_column_of_another_type_is_an_error_that_names_its_part() {
    let found = DataType::Struct(StructType::of([("b", DataType::array(DataType::Long))]));
    let wanted = DataType::Struct(StructType::of([("b", DataType::array(DataType::Integer))]));
    let error = check_read_as(&found, &wanted).unwrap_err();
    assert_eq!(error.column, "b.element");
    assert_eq!(
        (error.expected, error.found),
        (DataType::Integer, DataType::Long)
    );
}

#[test]
fn times_and_wide_decimals_are_errors() {
    let time = ArrowType::Time64(arrow::datatypes::TimeUnit::Microsecond);
    assert!(
        type_from_arrow(&time)
            .unwrap_err()
            .to_string()
            .starts_with("[UNSUPPORTED_ARROWTYPE]")
    );
    let wide = type_from_arrow(&ArrowType::Decimal256(50, 2)).unwrap_err();
    assert!(
        wide.to_string()
            .contains("Decimal precision 50 exceeds max precision 38")
    );
}

#[test]
fn void_columns_and_empty_structs_survive() {
    let empty = DataType::Struct(StructType::default());
    let schema = Arc::new(StructType::of([
        ("v", DataType::Null),
        ("vs", DataType::array(DataType::Null)),
        ("s", empty.clone()),
        ("ss", DataType::array(empty)),
    ]));
    let none = RecordBatch::try_new_with_options(
        Arc::new(Schema::empty()),
        vec![],
        &RecordBatchOptions::new().with_row_count(Some(3)),
    );
    let frame = Frame::from_arrow(&none.unwrap(), &schema).unwrap();
    let batch = frame.to_arrow().unwrap();
    assert_eq!(batch.num_rows(), 3);
    assert_eq!(schema_from_arrow(&batch.schema()).unwrap(), *schema);
    let again = Frame::from_arrow(&batch, &schema).unwrap();
    assert_eq!(again.to_arrow().unwrap(), batch);
}
