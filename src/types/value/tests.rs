use std::cmp::Ordering;

use chrono_tz::Tz;

use polars_core::prelude::IdxCa;

use super::*;
use crate::types::{DataType, StructType, physical_type};

fn round_trip(values: Vec<Value>, data_type: DataType) {
    let series = series_from_values("c", &values, &data_type).unwrap();
    assert_eq!(series.dtype(), &physical_type(&data_type), "{data_type}");
    assert_eq!(values_from_series(&series, &data_type).unwrap(), values);
    for (i, value) in values.iter().enumerate() {
        assert_eq!(&Value::from_series(&series, i, &data_type).unwrap(), value);
    }
}

#[test]
fn values_survive_the_way_into_a_column_and_back() {
    round_trip(vec![Value::Boolean(true), Value::Null], DataType::Boolean);
    round_trip(
        vec![Value::Decimal(-1250), Value::Null],
        DataType::decimal(10, 2),
    );
    round_trip(vec![Value::Null, Value::from("ä")], DataType::String);
    round_trip(vec![Value::Binary([1, 2].into())], DataType::Binary);
    round_trip(vec![Value::Date(-1), Value::Null], DataType::Date);
    round_trip(vec![Value::Timestamp(7)], DataType::Timestamp);
    round_trip(vec![Value::TimestampNtz(7)], DataType::TimestampNtz);
    round_trip(vec![Value::DayTimeInterval(7)], DataType::DayTimeInterval);
    round_trip(
        vec![Value::YearMonthInterval(7)],
        DataType::YearMonthInterval,
    );
    round_trip(vec![Value::Null, Value::Null], DataType::Null);
    for element in [
        DataType::decimal(5, 1),
        DataType::Timestamp,
        DataType::TimestampNtz,
        DataType::Date,
        DataType::DayTimeInterval,
    ] {
        let one = match element {
            DataType::Decimal { .. } => Value::Decimal(15),
            DataType::Timestamp => Value::Timestamp(1),
            DataType::TimestampNtz => Value::TimestampNtz(1),
            DataType::Date => Value::Date(1),
            _ => Value::DayTimeInterval(1),
        };
        round_trip(
            vec![
                Value::Array(vec![one, Value::Null]),
                Value::Null,
                Value::Array(vec![]),
            ],
            DataType::array(element),
        );
    }
    round_trip(
        vec![Value::Array(vec![]), Value::Null],
        DataType::array(DataType::Null),
    );
    round_trip(
        vec![
            Value::Map(vec![(Value::from("a"), Value::Integer(1))]),
            Value::Null,
            Value::Map(vec![]),
        ],
        DataType::map(DataType::String, DataType::Integer),
    );
    let book = DataType::Struct(StructType::of([
        ("book_id", DataType::String),
        ("subtotal", DataType::Long),
    ]));
    let one = Value::Struct(vec![Value::from("B01"), Value::Long(3)]);
    round_trip(vec![one.clone(), Value::Null], book.clone());
    round_trip(
        vec![Value::Array(vec![one, Value::Null]), Value::Null],
        DataType::array(book),
    );
    round_trip(
        vec![Value::Struct(vec![]), Value::Null],
        DataType::Struct(StructType::default()),
    );
}

#[test]
fn a_slice_of_a_list_column_keeps_its_own_rows() {
    let data_type = DataType::array(DataType::Integer);
    let values: Vec<Value> = (0..4)
        .map(|i| Value::Array(vec![Value::Integer(i); i as usize]))
        .collect();
    let series = series_from_values("c", &values, &data_type).unwrap();
    let tail = values_from_series(&series.slice(2, 2), &data_type).unwrap();
    assert_eq!(tail, values[2..]);
}

#[test]
fn rows_of_a_list_of_structs_are_taken_in_any_order_with_nulls_and_from_a_slice() {
    let item = DataType::Struct(StructType::of([("n", DataType::Integer)]));
    let list = DataType::array(item);
    let of = |numbers: &[i32]| {
        let items = numbers
            .iter()
            .map(|n| Value::Struct(vec![Value::Integer(*n)]));
        Value::Array(items.collect())
    };
    let values = [of(&[9]), of(&[1, 2]), Value::Null, of(&[]), of(&[3])];
    let column = series_from_values("books", &values, &list).unwrap();
    let rows: IdxCa = [Some(3), None, Some(0), Some(0), Some(1), Some(2)]
        .into_iter()
        .collect();
    let taken = take(&column.slice(1, 4), &rows).unwrap();
    assert_eq!(taken.name(), "books");
    assert_eq!(
        values_from_series(&taken, &list).unwrap(),
        [
            of(&[3]),
            Value::Null,
            of(&[1, 2]),
            of(&[1, 2]),
            Value::Null,
            of(&[])
        ]
    );
    let beyond = take(&column, &[Some(5)].into_iter().collect());
    assert!(beyond.is_err());
}

#[test]
fn doubles_print_as_in_java() {
    for (x, text) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (1234567.0, "1234567.0"),
        (12345678.0, "1.2345678E7"),
        (1e21, "1.0E21"),
        (-2.5, "-2.5"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(double_text(x), text);
    }
    assert_eq!(float_text(0.1), "0.1");
}

#[test]
fn values_are_shown_as_spark_shows_them() {
    let show = |v: &Value, t: &DataType| v.show(t, Tz::UTC);
    assert_eq!(
        show(&Value::Decimal(-5), &DataType::decimal(10, 2)),
        "-0.05"
    );
    assert_eq!(
        show(
            &Value::Timestamp(1_640_995_200_120_000),
            &DataType::Timestamp
        ),
        "2022-01-01 00:00:00.12"
    );
    assert_eq!(
        Value::Timestamp(0).show(&DataType::Timestamp, Tz::America__Los_Angeles),
        "1969-12-31 16:00:00"
    );
    assert_eq!(
        show(
            &Value::DayTimeInterval(-90_061_500_000),
            &DataType::DayTimeInterval
        ),
        "INTERVAL '-1 01:01:01.5' DAY TO SECOND"
    );
    let array = Value::Array(vec![Value::Integer(1), Value::Null]);
    let array_type = DataType::array(DataType::Integer);
    assert_eq!(show(&array, &array_type), "[1, NULL]");
    assert_eq!(array.cast_text(&array_type, Tz::UTC), "[1, null]");
    let map = Value::Map(vec![(Value::from("k"), Value::Integer(1))]);
    assert_eq!(
        show(&map, &DataType::map(DataType::String, DataType::Integer)),
        "{k -> 1}"
    );
}

#[test]
fn nan_is_the_greatest_double_and_zeros_are_equal() {
    let double = Value::Double;
    assert_eq!(
        double(f64::NAN).compare(&double(f64::INFINITY)),
        Ordering::Greater
    );
    assert!(double(f64::NAN).same(&double(f64::NAN)));
    assert!(double(-0.0).same(&double(0.0)));
    assert_eq!(Value::Null.compare(&double(0.0)), Ordering::Less);
}

#[test]
fn structs_as_json_leave_nulls_out() {
    let data_type = DataType::Struct(StructType::of([
        ("a", DataType::Integer),
        ("t", DataType::Timestamp),
        ("n", DataType::String),
    ]));
    let value = Value::Struct(vec![
        Value::Integer(1),
        Value::Timestamp(1_500),
        Value::Null,
    ]);
    let mut out = String::new();
    value.push_json(&data_type, Tz::UTC, &mut out);
    assert_eq!(out, r#"{"a":1,"t":"1970-01-01T00:00:00.001Z"}"#);
}
