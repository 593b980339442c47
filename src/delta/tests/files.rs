//! Data files: written, found and read.

use proptest::prelude::*;

use super::*;

fn sorted(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

#[test]
fn what_is_written_is_read_again() {
    let (env, log) = (env(), new_log(&env()));
    let schema = StructType::of([("id", DataType::Long), ("name", DataType::String)]);
    let data = frame(
        &schema,
        &[&[Value::Long(1), text("a")], &[Value::Long(2), Value::Null]],
    );
    write(&log, &env, &data, &[]).unwrap();
    let snapshot = log.snapshot().unwrap();
    let file = snapshot.files().next().unwrap();
    assert_eq!(file.num_records(), Some(2));
    let name = regex::Regex::new(r"^part-00000-[0-9a-f-]{36}-c000\.snappy\.parquet$").unwrap();
    assert!(name.is_match(&file.path), "{}", file.path);
    let stored = log
        .file_system()
        .status(&path(&format!("dbfs:/t/{}", file.path)))
        .unwrap();
    assert_eq!(stored.unwrap().size as i64, file.size);
    assert_eq!(
        rows(&log, &snapshot),
        [
            vec![Value::Long(1), text("a")],
            vec![Value::Long(2), Value::Null]
        ]
    );
}

#[test]
fn columns_that_a_file_lacks_are_null_and_order_does_not_matter() {
    let (env, log) = (env(), new_log(&env()));
    let first = StructType::of([("a", DataType::Long), ("b", DataType::String)]);
    write(
        &log,
        &env,
        &frame(&first, &[&[Value::Long(1), text("x")]]),
        &[],
    )
    .unwrap();
    let second = StructType::of([("C", DataType::Integer), ("A", DataType::Long)]);
    write(
        &log,
        &env,
        &frame(&second, &[&[Value::Integer(7), Value::Long(2)]]),
        &[],
    )
    .unwrap();
    let snapshot = log.snapshot().unwrap();
    assert_eq!(snapshot.schema().names(), ["a", "b", "C"]);
    assert_eq!(
        sorted(rows(&log, &snapshot)),
        [
            vec![Value::Long(1), text("x"), Value::Null],
            vec![Value::Long(2), Value::Null, Value::Integer(7)],
        ]
    );
}

#[test]
fn parts_of_nested_columns_are_matched_by_name_too() {
    let (env, log) = (env(), new_log(&env()));
    let nested = |fields: &[(&'static str, DataType)]| {
        let inner = DataType::Struct(StructType::of(fields.iter().cloned()));
        StructType::of([
            ("s", inner.clone()),
            ("a", DataType::array(inner.clone())),
            ("m", DataType::map(DataType::String, inner)),
        ])
    };
    let row = |inner: Vec<Value>| {
        let inner = Value::Struct(inner);
        let list = Value::Array(vec![inner.clone(), Value::Null, inner.clone()]);
        vec![inner.clone(), list, Value::Map(vec![(text("k"), inner)])]
    };
    let ours = nested(&[("x", DataType::Integer), ("y", DataType::Timestamp)]);
    let first = row(vec![Value::Integer(1), Value::Timestamp(5)]);
    let null = vec![Value::Null; 3];
    write(&log, &env, &frame(&ours, &[&first, &null]), &[]).unwrap();
    let theirs = nested(&[("new", DataType::Long), ("X", DataType::Short)]);
    let second = row(vec![Value::Long(9), Value::Short(2)]);
    write(&log, &env, &frame(&theirs, &[&null, &second]), &[]).unwrap();
    let snapshot = log.snapshot().unwrap();
    let expected = [
        row(vec![Value::Integer(1), Value::Timestamp(5), Value::Null]),
        null.clone(),
        null,
        row(vec![Value::Integer(2), Value::Null, Value::Long(9)]),
    ];
    assert_eq!(sorted(rows(&log, &snapshot)), sorted(expected.to_vec()));
    assert_eq!(snapshot.num_records(), Some(4));
}

#[test]
fn each_partition_has_its_directory_and_names_are_escaped() {
    let (env, log) = (env(), new_log(&env()));
    let schema = StructType::of([
        ("id", DataType::Long),
        ("p q", DataType::String),
        ("d", DataType::Date),
    ]);
    let values = ["a", "a/b", "ä ö", "100%", "x=y?#", "..", "", "a"];
    let data: Vec<[Value; 3]> = values
        .iter()
        .enumerate()
        .map(|(i, v)| [Value::Long(i as i64), text(v), Value::Date(0)])
        .collect();
    let mut all: Vec<&[Value]> = data.iter().map(|r| r.as_slice()).collect();
    let null = [Value::Long(9), Value::Null, Value::Date(0)];
    all.push(&null);
    write(&log, &env, &frame(&schema, &all), &["p q", "d"]).unwrap();
    let snapshot = log.snapshot().unwrap();
    assert_eq!(
        snapshot.num_files(),
        7,
        "'' and NULL are one partition, a is one"
    );
    let mut expected: Vec<Vec<Value>> = all.iter().map(|r| r.to_vec()).collect();
    expected[6][1] = Value::Null;
    assert_eq!(sorted(rows(&log, &snapshot)), sorted(expected));
    // The column's name needed column mapping, so directories have its physical name.
    let dirs: Vec<String> = log
        .file_system()
        .list_recursive(log.table_path())
        .unwrap()
        .iter()
        .map(|s| s.path.to_string())
        .filter(|p| p.ends_with(".parquet"))
        .collect();
    assert!(dirs.iter().any(|d| d.contains("=x%3Dy%3F%23/")), "{dirs:?}");
    assert!(
        dirs.iter()
            .any(|d| d.contains("=__HIVE_DEFAULT_PARTITION__/")),
        "{dirs:?}"
    );
    let add = snapshot.files().find(|f| f.path.contains("%253D")).unwrap();
    assert!(add.path.contains("=x%253Dy%253F%2523/"), "{}", add.path);
    assert!(
        add.partition_values
            .values()
            .any(|v| v.as_deref() == Some("x=y?#"))
    );
}

#[test]
fn a_partition_value_of_every_type_is_read_again() {
    let values = [
        (DataType::Boolean, Value::Boolean(true)),
        (DataType::Byte, Value::Byte(-1)),
        (DataType::Short, Value::Short(300)),
        (DataType::Integer, Value::Integer(i32::MIN)),
        (DataType::Long, Value::Long(i64::MAX)),
        (DataType::Float, Value::Float(0.1)),
        (DataType::Double, Value::Double(1e300)),
        (DataType::Double, Value::Double(f64::NEG_INFINITY)),
        (DataType::decimal(10, 2), Value::Decimal(-5)),
        (DataType::decimal(38, 0), Value::Decimal(7)),
        (DataType::String, text("a b")),
        (
            DataType::Binary,
            Value::Binary(vec![0, 255, b'\\', b'a'].into()),
        ),
        (DataType::Date, Value::Date(-719_000)),
        (DataType::Timestamp, Value::Timestamp(1_700_000_000_000_000)),
        (DataType::Timestamp, Value::Timestamp(-1)),
        (DataType::TimestampNtz, Value::TimestampNtz(123_456)),
    ];
    for (data_type, value) in values {
        let written = serialize_partition_value(&value, &data_type);
        let read = parse_partition_value(written.as_deref(), &data_type).unwrap();
        assert_eq!(read, value, "{written:?} of {data_type}");
        assert_eq!(
            parse_partition_value(None, &data_type).unwrap(),
            Value::Null
        );
        if !matches!(data_type, DataType::String | DataType::Binary) {
            let error = parse_partition_value(Some("nonsense"), &data_type).unwrap_err();
            assert!(error.to_string().contains("`nonsense`"), "{error}");
        }
    }
    let iso = parse_partition_value(Some("1970-01-01T00:00:00.123456Z"), &DataType::Timestamp);
    assert_eq!(iso.unwrap(), Value::Timestamp(123_456));
}

#[test]
fn a_mapped_table_keeps_physical_names_in_its_files() {
    let (env, log) = (env(), new_log(&env()));
    let inner = StructType::of([("x y", DataType::Long)]);
    let schema = StructType::of([("count(1)", DataType::Long), ("s", DataType::Struct(inner))]);
    let row: &[Value] = &[Value::Long(3), Value::Struct(vec![Value::Long(4)])];
    write(&log, &env, &frame(&schema, &[row]), &[]).unwrap();
    write(&log, &env, &frame(&schema, &[row]), &[]).unwrap();
    let snapshot = log.snapshot().unwrap();
    assert_eq!(rows(&log, &snapshot), [row, row]);
    let file = snapshot.files().next().unwrap();
    assert!(
        file.stats.as_deref().unwrap().contains("\"col-"),
        "{:?}",
        file.stats
    );
    let bytes = log
        .file_system()
        .read(&path(&format!("dbfs:/t/{}", file.path)))
        .unwrap();
    let found = crate::formats::parquet::infer_schema(bytes, log.table_path()).unwrap();
    assert!(
        found.names().iter().all(|n| n.starts_with("col-")),
        "{:?}",
        found.names()
    );
}

#[test]
fn files_that_can_not_match_are_left_out() {
    let (env, log) = (env(), new_log(&env()));
    let schema = StructType::of([
        ("p", DataType::Integer),
        ("id", DataType::Long),
        ("t", DataType::Timestamp),
    ]);
    for p in 0..3 {
        let rows: Vec<[Value; 3]> = (0..10)
            .map(|i| {
                let id = i64::from(p) * 10 + i;
                [
                    Value::Integer(p),
                    Value::Long(id),
                    Value::Timestamp(id * 1_000_000 + 5),
                ]
            })
            .collect();
        let rows: Vec<&[Value]> = rows.iter().map(|r| r.as_slice()).collect();
        write(&log, &env, &frame(&schema, &rows), &["p"]).unwrap();
    }
    let snapshot = log.snapshot().unwrap();
    let scan = TableScan::new(log.file_system().clone(), &snapshot, None).unwrap();
    let left = |column: &str, min: Option<Value>, max: Option<Value>| {
        let bound = ColumnBound {
            column: column.into(),
            min,
            max,
        };
        scan.prune(&snapshot, &[bound]).len()
    };
    assert_eq!(
        left("p", Some(Value::Integer(1)), Some(Value::Integer(1))),
        1
    );
    assert_eq!(left("ID", Some(Value::Long(10)), None), 2);
    assert_eq!(left("id", None, Some(Value::Long(-1))), 0);
    assert_eq!(left("id", Some(Value::Long(9)), Some(Value::Long(10))), 2);
    assert_eq!(
        left(
            "t",
            Some(Value::Timestamp(9_000_005)),
            Some(Value::Timestamp(9_000_005))
        ),
        1
    );
    assert_eq!(left("unknown", Some(Value::Long(1)), None), 3);
}

#[test]
fn a_projection_reads_its_columns_in_its_order() {
    let (env, log) = (env(), new_log(&env()));
    let schema = StructType::of([
        ("a", DataType::Long),
        ("p", DataType::String),
        ("b", DataType::Long),
    ]);
    write(
        &log,
        &env,
        &frame(&schema, &[&[Value::Long(1), text("x"), Value::Long(2)]]),
        &["p"],
    )
    .unwrap();
    let snapshot = log.snapshot().unwrap();
    let file = snapshot.files().next().unwrap();
    for (projection, expected) in [
        (vec![2, 1], vec![Value::Long(2), text("x")]),
        (vec![1], vec![text("x")]),
        (vec![], vec![]),
    ] {
        let scan = TableScan::new(log.file_system().clone(), &snapshot, Some(&projection)).unwrap();
        let frames: Vec<Frame> = scan.read(file).unwrap().map(Result::unwrap).collect();
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].height(), 1);
        let row: Vec<Value> = scan
            .schema()
            .fields
            .iter()
            .zip(frames[0].columns())
            .map(|(f, c)| Value::from_series(c, 0, &f.data_type).unwrap())
            .collect();
        assert_eq!(row, expected);
        assert_eq!(
            frames[0].origin().unwrap().as_ref(),
            format!("dbfs:/t/{}", file.path)
        );
    }
}

#[test]
fn a_deletion_vector_makes_its_file_a_clear_error() {
    let (env, log) = (env(), new_log(&env()));
    append(&log, &env, "a");
    let snapshot = log.snapshot().unwrap();
    let scan = TableScan::new(log.file_system().clone(), &snapshot, None).unwrap();
    let file = AddFile {
        deletion_vector: Some(DeletionVector::default()),
        ..file("a")
    };
    assert!(matches!(
        scan.read(&file).err(),
        Some(DeltaError::DeletionVector { .. })
    ));
}

#[test]
fn a_null_in_a_not_null_column_is_refused() {
    let (env, log) = (env(), new_log(&env()));
    let mut schema = id_schema();
    schema.fields[0].nullable = false;
    let metadata = Metadata {
        schema_string: schema.to_json().to_string(),
        ..metadata(&env)
    };
    let fs = log.file_system().clone();
    let mut writer = FileWriter::new(fs, log.table_path().clone(), &metadata, &env).unwrap();
    let error = writer
        .write(&frame(&id_schema(), &[&[Value::Null]]))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("[DELTA_NOT_NULL_CONSTRAINT_VIOLATED]"),
        "{error}"
    );
}

#[test]
fn what_is_too_much_for_one_file_becomes_several() {
    let (env, log) = (env(), new_log(&env()));
    let fs = log.file_system().clone();
    let mut writer = FileWriter::new(fs, log.table_path().clone(), &metadata(&env), &env)
        .unwrap()
        .with_file_bytes(1);
    for id in 0..3 {
        writer
            .write(&frame(&id_schema(), &[&[Value::Long(id)]]))
            .unwrap();
    }
    assert_eq!(writer.rows(), 3);
    assert_eq!(writer.finish().unwrap().len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_partitions_a_table_and_comes_back(names in prop::collection::vec(".{0,12}", 1..5)) {
        let (env, log) = (env(), new_log(&env()));
        let schema = StructType::of([("id", DataType::Long), ("p", DataType::String)]);
        let data: Vec<[Value; 2]> = names.iter().map(|n| [Value::Long(1), text(n)]).collect();
        let all: Vec<&[Value]> = data.iter().map(|r| r.as_slice()).collect();
        write(&log, &env, &frame(&schema, &all), &["p"]).unwrap();
        let snapshot = fresh(&log).snapshot().unwrap();
        let mut expected: Vec<Vec<Value>> = all.iter().map(|r| r.to_vec()).collect();
        for row in &mut expected {
            if row[1] == text("") {
                row[1] = Value::Null;
            }
        }
        prop_assert_eq!(sorted(rows(&log, &snapshot)), sorted(expected));
    }

    #[test]
    fn binary_partition_values_come_back(bytes in prop::collection::vec(any::<u8>(), 1..20)) {
        let value = Value::Binary(bytes.into());
        let written = serialize_partition_value(&value, &DataType::Binary);
        prop_assert_eq!(parse_partition_value(written.as_deref(), &DataType::Binary).unwrap(), value);
    }
}
