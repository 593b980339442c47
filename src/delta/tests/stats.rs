//! Statistics of data files.

use serde_json::{Value as Json, json};

use super::*;

fn stats_of(schema: &StructType, frames: &[&[&[Value]]]) -> Json {
    let mut stats = StatsCollector::new(schema, ColumnMappingMode::None, &Properties::new());
    for rows in frames {
        stats.update(&frame(schema, rows)).unwrap();
    }
    serde_json::from_str(&stats.finish()).unwrap()
}

#[test]
fn bounds_and_nulls_are_counted_over_all_frames() {
    let schema = StructType::of([
        ("l", DataType::Long),
        ("s", DataType::String),
        ("d", DataType::Date),
        ("n", DataType::decimal(38, 2)),
        ("t", DataType::Timestamp),
        ("ntz", DataType::TimestampNtz),
        ("f", DataType::Float),
        ("b", DataType::Boolean),
        ("x", DataType::Binary),
    ]);
    let big = 12_345_678_901_234_567_890_123_456_789_012_345_678_i128;
    let first: &[&[Value]] = &[&[
        Value::Long(5),
        text("b"),
        Value::Date(0),
        Value::Decimal(-5),
        Value::Timestamp(1_000_001),
        Value::TimestampNtz(1_000_001),
        Value::Float(0.1),
        Value::Boolean(true),
        Value::Null,
    ]];
    let second: &[&[Value]] = &[
        &[
            Value::Long(-7),
            text("a\"\n"),
            Value::Date(-1),
            Value::Decimal(big),
            Value::Timestamp(-1),
            Value::TimestampNtz(-1),
            Value::Float(-2.5),
            Value::Null,
            Value::Null,
        ],
        &[const { Value::Null }; 9],
    ];
    let mut stats = StatsCollector::new(&schema, ColumnMappingMode::None, &Properties::new());
    for rows in [first, second] {
        stats.update(&frame(&schema, rows)).unwrap();
    }
    let text = stats.finish();
    assert!(
        text.contains("\"n\":123456789012345678901234567890123456.78"),
        "{text}"
    );
    let stats: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(stats["numRecords"], 3);
    let min = &stats["minValues"];
    assert_eq!(min["l"], -7);
    assert_eq!(min["s"], "a\"\n");
    assert_eq!(min["d"], "1969-12-31");
    assert_eq!(min["n"], json!(-0.05));
    assert_eq!(min["t"], "1969-12-31T23:59:59.999Z");
    assert_eq!(min["ntz"], "1969-12-31T23:59:59.999");
    let max = &stats["maxValues"];
    assert_eq!(max["d"], "1970-01-01");
    assert_eq!(
        max["t"], "1970-01-01T00:00:01.001Z",
        "rounded up: no value lies above"
    );
    assert_eq!(max["f"], json!(0.1));
    assert_eq!(max.get("b"), None);
    assert_eq!(max.get("x"), None);
    assert_eq!(
        stats["nullCount"],
        json!({"l": 1, "s": 1, "d": 1, "n": 1, "t": 1, "ntz": 1, "f": 1, "b": 2, "x": 3})
    );
}

#[test]
fn a_field_of_a_null_struct_counts_as_null() {
    let inner = StructType::of([("x", DataType::Long), ("y", DataType::String)]);
    let schema = StructType::of([
        ("s", DataType::Struct(inner)),
        ("a", DataType::array(DataType::Long)),
    ]);
    let one = |x, y| Value::Struct(vec![x, y]);
    let stats = stats_of(
        &schema,
        &[&[
            &[one(Value::Long(1), Value::Null), Value::Null],
            &[Value::Null, Value::Array(vec![Value::Long(1)])],
            &[one(Value::Long(3), text("z")), Value::Null],
        ]],
    );
    assert_eq!(stats["minValues"], json!({"s": {"x": 1, "y": "z"}}));
    assert_eq!(stats["maxValues"], json!({"s": {"x": 3, "y": "z"}}));
    assert_eq!(stats["nullCount"], json!({"s": {"x": 1, "y": 2}, "a": 2}));
}

#[test]
fn long_strings_are_cut_and_the_maximum_stays_above() {
    let schema = StructType::of([("s", DataType::String)]);
    let of = |value: &str| stats_of(&schema, &[&[&[text(value)]]]);
    let exact = "x".repeat(32);
    assert_eq!(of(&exact)["maxValues"]["s"], *exact);
    for tail in ["a", "\u{fffd}", "é😀", "\u{10fffe}"] {
        let long = format!("{exact}{tail}rest");
        let stats = of(&long);
        assert_eq!(stats["minValues"]["s"], *exact);
        let max = stats["maxValues"]["s"].as_str().unwrap();
        assert!(max > long.as_str(), "{max} for {long}");
        assert_eq!(max.chars().count(), 33);
    }
    let none_above = format!("{exact}\u{10ffff}x");
    assert_eq!(of(&none_above)["maxValues"], json!({}));
}

#[test]
fn numbers_that_json_can_not_say_give_no_bound() {
    let schema = StructType::of([("d", DataType::Double)]);
    let of = |values: &[f64]| {
        let rows: Vec<[Value; 1]> = values.iter().map(|v| [Value::Double(*v)]).collect();
        let rows: Vec<&[Value]> = rows.iter().map(|r| r.as_slice()).collect();
        stats_of(&schema, &[&rows])
    };
    let nan = of(&[1.0, f64::NAN]);
    assert_eq!(nan["maxValues"], json!({}));
    assert_eq!(nan["minValues"], json!({"d": 1.0}));
    assert_eq!(of(&[f64::NEG_INFINITY, 2.0])["minValues"], json!({}));
    assert_eq!(of(&[f64::NAN])["minValues"], json!({}));
}

#[test]
fn only_the_first_columns_are_indexed() {
    let names: Vec<String> = (0..40).map(|i| format!("c{i}")).collect();
    let schema = StructType::of(names.iter().map(|n| (n.as_str(), DataType::Long)));
    let row: Vec<Value> = (0..40).map(Value::Long).collect();
    let rows: &[&[Value]] = &[&row];
    let stats = stats_of(&schema, &[rows]);
    assert_eq!(stats["minValues"].as_object().unwrap().len(), 32);
    let two = Properties::from([("delta.dataSkippingNumIndexedCols".into(), "2".into())]);
    let mut collector = StatsCollector::new(&schema, ColumnMappingMode::None, &two);
    collector.update(&frame(&schema, rows)).unwrap();
    let stats: Json = serde_json::from_str(&collector.finish()).unwrap();
    assert_eq!(stats["nullCount"], json!({"c0": 0, "c1": 0}));
}

#[test]
fn no_rows_give_no_bounds() {
    let stats = stats_of(&id_schema(), &[&[]]);
    assert_eq!(
        stats,
        json!({"numRecords": 0, "minValues": {}, "maxValues": {}, "nullCount": {"id": 0}})
    );
}
