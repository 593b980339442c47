//! Which data a table takes.

use super::*;
use crate::types::StructField;

fn table(schema: &StructType) -> (Env, DeltaLog) {
    let (env, log) = (env(), new_log(&env()));
    let metadata = Metadata::for_new_table(schema, &[], Properties::new(), &env).unwrap();
    let mut txn = log.transaction().unwrap();
    txn.set_metadata(metadata);
    txn.commit(CommitInfo::new("CREATE TABLE"), &env).unwrap();
    (env, log)
}

fn merge(
    table_schema: &StructType,
    data: &StructType,
    merge: bool,
) -> Result<StructType, DeltaError> {
    let (env, log) = table(table_schema);
    let snapshot = log.snapshot().unwrap();
    let merged = snapshot.merge_schema(data, merge, &env)?;
    Ok(match merged {
        Some(metadata) => StructType::from_json_str(&metadata.schema_string).unwrap(),
        None => snapshot.schema().as_ref().clone(),
    })
}

#[test]
fn a_new_column_without_merge_schema_shows_both_schemas() {
    let data = StructType::of([("id", DataType::Long), ("tag", DataType::String)]);
    let (env, log) = table(&id_schema());
    let snapshot = log.snapshot().unwrap();
    let error = snapshot.merge_schema(&data, false, &env).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "[DELTA_METADATA_MISMATCH] A metadata mismatch was detected when writing to the Delta table.\n\
             - A schema mismatch detected when writing to the Delta table (Table ID: {}).\n\
             To enable schema migration using DataFrameWriter or DataStreamWriter, please set: '.option(\"mergeSchema\", \"true\")'.\n\
             For other operations, set the session configuration spark.databricks.delta.schema.autoMerge.enabled to \"true\". See the documentation specific to the operation for details.\n\n\
             Table schema:\nroot\n |-- id: long (nullable = true)\n\n\n\
             Data schema:\nroot\n |-- id: long (nullable = true)\n |-- tag: string (nullable = true)\n\n",
            snapshot.metadata().id
        )
    );
}

#[test]
fn new_columns_come_last_at_every_depth_and_case_does_not_matter() {
    let nested = |fields: &[&str]| {
        DataType::array(DataType::Struct(StructType::of(
            fields.iter().map(|f| (*f, DataType::Long)),
        )))
    };
    let ours = StructType::of([("Id", DataType::Long), ("s", nested(&["a"]))]);
    let data = StructType::of([
        ("new", DataType::Date),
        ("S", nested(&["b", "A"])),
        ("ID", DataType::Long),
    ]);
    let merged = merge(&ours, &data, true).unwrap();
    let expected = StructType::of([
        ("Id", DataType::Long),
        ("s", nested(&["a", "b"])),
        ("new", DataType::Date),
    ]);
    assert_eq!(merged, expected);
}

#[test]
fn fewer_or_reordered_columns_fit_as_they_are() {
    let ours = StructType::of([("a", DataType::Long), ("b", DataType::String)]);
    let data = StructType::of([("b", DataType::String)]);
    assert_eq!(merge(&ours, &data, false).unwrap(), ours);
}

#[test]
fn another_type_is_named_with_its_column() {
    let data = StructType::of([("id", DataType::String)]);
    assert_eq!(
        merge(&id_schema(), &data, true).unwrap_err().to_string(),
        "[DELTA_FAILED_TO_MERGE_FIELDS] Failed to merge fields 'id' and 'id'. Failed to merge incompatible data types BIGINT and STRING"
    );
    let nested = |t| StructType::of([("s", DataType::Struct(StructType::of([("x", t)])))]);
    let error = merge(&nested(DataType::Long), &nested(DataType::Date), true).unwrap_err();
    assert!(error.to_string().contains("'s.x' and 's.x'"), "{error}");
}

#[test]
fn narrow_integers_fit_wider_ones_and_an_untyped_null_fits_all() {
    let ours = StructType::of([("a", DataType::Integer), ("b", DataType::Date)]);
    let data = StructType::of([("a", DataType::Short), ("b", DataType::Null)]);
    assert_eq!(merge(&ours, &data, false).unwrap(), ours);
}

#[test]
fn duplicate_columns_are_refused() {
    let schema = StructType::of([("a", DataType::Long), ("A", DataType::Long)]);
    let error = Metadata::for_new_table(&schema, &[], Properties::new(), &env()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "[DELTA_DUPLICATE_COLUMNS_FOUND] Found duplicate column(s) in the data to save: a"
    );
}

#[test]
fn partition_columns_must_exist_and_leave_some_data() {
    let schema = StructType::of([
        ("a", DataType::Long),
        ("b", DataType::array(DataType::Long)),
    ]);
    let new = |columns: &[&str]| {
        let columns: Vec<String> = columns.iter().map(|c| (*c).into()).collect();
        Metadata::for_new_table(&schema, &columns, Properties::new(), &env())
    };
    assert_eq!(new(&["A"]).unwrap().partition_columns, ["a"]);
    assert!(matches!(
        new(&["x"]),
        Err(DeltaError::MissingPartitionColumn { .. })
    ));
    assert!(matches!(
        new(&["b"]),
        Err(DeltaError::InvalidPartitionColumnType { .. })
    ));
    assert!(matches!(
        new(&["a", "A"]),
        Err(DeltaError::DuplicateColumns { .. })
    ));
    let only = Metadata::for_new_table(&id_schema(), &["id".into()], Properties::new(), &env());
    assert!(matches!(only, Err(DeltaError::OnlyPartitionColumns)));
}

#[test]
fn a_name_with_parentheses_turns_column_mapping_on_for_a_new_table() {
    let schema = StructType::of([
        ("id", DataType::Long),
        ("current_timestamp()", DataType::Timestamp),
    ]);
    let (env, log) = table(&schema);
    let snapshot = log.snapshot().unwrap();
    assert_eq!(snapshot.protocol().min_reader_version, 2);
    assert_eq!(snapshot.protocol().min_writer_version, 5);
    assert_eq!(snapshot.configuration()["delta.columnMapping.mode"], "name");
    assert_eq!(
        snapshot.configuration()["delta.columnMapping.maxColumnId"],
        "2"
    );
    let field = &snapshot.schema().fields[1];
    assert_eq!(field.name, "current_timestamp()");
    assert_eq!(field.metadata.get("delta.columnMapping.id").unwrap(), 2);
    let physical = physical_name(field, ColumnMappingMode::Name);
    assert!(
        physical.starts_with("col-") && physical.len() == 40,
        "{physical}"
    );

    let more = StructType::of([(
        "a b",
        DataType::Struct(StructType::of([("c=d", DataType::Long)])),
    )]);
    let merged = snapshot.merge_schema(&more, true, &env).unwrap().unwrap();
    assert_eq!(merged.configuration["delta.columnMapping.maxColumnId"], "4");
    let schema = StructType::from_json_str(&merged.schema_string).unwrap();
    assert_eq!(schema.fields[1], *field);
    assert_eq!(
        schema.fields[2]
            .metadata
            .get("delta.columnMapping.id")
            .unwrap(),
        3
    );
}

#[test]
fn such_a_name_is_refused_by_a_table_without_column_mapping() {
    let data = StructType::of([("id", DataType::Long), ("count(1)", DataType::Long)]);
    assert_eq!(
        merge(&id_schema(), &data, true).unwrap_err().to_string(),
        "[DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES] Found invalid character(s) among ' ,;{}()\\n\\t=' in the column names of your schema.\nInvalid column names: count(1).\nPlease use other characters and try again.\nAlternatively, enable Column Mapping to keep using these characters."
    );
}

#[test]
fn a_timestamp_without_zone_needs_a_table_feature() {
    let schema = StructType::of([("t", DataType::TimestampNtz), ("a b", DataType::Long)]);
    let (_, log) = table(&schema);
    let protocol = log.snapshot().unwrap().protocol().clone();
    assert_eq!(
        (protocol.min_reader_version, protocol.min_writer_version),
        (3, 7)
    );
    assert_eq!(
        protocol.reader_features.unwrap(),
        ["columnMapping", "timestampNtz"]
    );
    let writer = protocol.writer_features.unwrap();
    assert!(
        writer.contains(&"timestampNtz".to_owned()) && writer.contains(&"appendOnly".to_owned())
    );
}

#[test]
fn a_table_made_from_another_tables_data_gets_ids_of_its_own() {
    let schema = StructType::of([("a b", DataType::Long)]);
    let (env, log) = table(&schema);
    let theirs = log.snapshot().unwrap().schema().clone();
    let copy = Metadata::for_new_table(&theirs, &[], Properties::new(), &env).unwrap();
    let ours = StructType::from_json_str(&copy.schema_string).unwrap();
    let name = |f: &StructField| physical_name(f, ColumnMappingMode::Name).to_owned();
    assert_ne!(name(&ours.fields[0]), name(&theirs.fields[0]));
}

#[test]
fn intervals_can_not_be_stored() {
    let schema = StructType::of([("i", DataType::DayTimeInterval)]);
    let error = Metadata::for_new_table(&schema, &[], Properties::new(), &env()).unwrap_err();
    assert!(
        matches!(error, DeltaError::UnsupportedDataTypes { .. }),
        "{error}"
    );
}
