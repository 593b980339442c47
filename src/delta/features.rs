//! Protocol versions and table features. Delta PROTOCOL.md, "Table Features".

use super::actions::{Metadata, Properties, Protocol};
use super::error::DeltaError;
use super::identity::Identity;
use super::properties::{self, COLUMN_MAPPING_MODE};
use crate::types::{DataType, StructField, StructType};

pub(super) const COLUMN_MAPPING: &str = "columnMapping";
pub(super) const TIMESTAMP_NTZ: &str = "timestampNtz";

/// Reader features that a snapshot may have. A deletion vector makes its own file unreadable.
const READABLE: [&str; 5] = [
    COLUMN_MAPPING,
    TIMESTAMP_NTZ,
    "deletionVectors",
    "v2Checkpoint",
    "vacuumProtocolCheck",
];

const CHECK_CONSTRAINTS: &str = "checkConstraints";
const CHANGE_DATA_FEED: &str = "changeDataFeed";
const GENERATED_COLUMNS: &str = "generatedColumns";
const IDENTITY_COLUMNS: &str = "identityColumns";
const COLUMN_DEFAULTS: &str = "allowColumnDefaults";

/// The property that turns the change data feed on.
pub const ENABLE_CHANGE_DATA_FEED: &str = properties::CHANGE_DATA_FEED.name;

/// Before the name of a CHECK constraint among the properties.
pub const CONSTRAINT_PREFIX: &str = "delta.constraints.";

/// In a field's metadata: what a generated column is computed from.
pub const GENERATION_EXPRESSION: &str = "delta.generationExpression";

/// In a field's metadata: what a column is where an `INSERT` leaves it out.
pub const DEFAULT: &str = "CURRENT_DEFAULT";

/// Writer features whose demands are met.
const WRITABLE: [&str; 13] = [
    "appendOnly",
    "invariants",
    CHECK_CONSTRAINTS,
    CHANGE_DATA_FEED,
    GENERATED_COLUMNS,
    IDENTITY_COLUMNS,
    COLUMN_DEFAULTS,
    COLUMN_MAPPING,
    TIMESTAMP_NTZ,
    "deletionVectors",
    "domainMetadata",
    "clustering",
    "vacuumProtocolCheck",
];

/// The CHECK constraints that properties hold: names and conditions.
pub fn constraints_of(configuration: &Properties) -> impl Iterator<Item = (&str, &str)> {
    configuration
        .iter()
        .filter_map(|(key, text)| Some((key.strip_prefix(CONSTRAINT_PREFIX)?, text.as_str())))
}

/// What a generated column is computed from.
pub fn generation_expression(field: &StructField) -> Option<&str> {
    field.metadata.get(GENERATION_EXPRESSION)?.as_str()
}

/// A column's metadata without what its table does when it is written.
pub(super) fn without_rules(metadata: &crate::types::Metadata) -> crate::types::Metadata {
    let mut map = metadata.to_map();
    map.retain(|key, _| {
        let rules = [GENERATION_EXPRESSION, DEFAULT, "EXISTS_DEFAULT"];
        !rules.contains(&key.as_str()) && !key.starts_with("delta.identity.")
    });
    crate::types::Metadata::new(map)
}

/// Whether a table records its changes.
pub fn has_change_data_feed(configuration: &Properties) -> bool {
    configuration
        .get(ENABLE_CHANGE_DATA_FEED)
        .is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// Fails if a reader of `protocol` has to know what we don't.
pub(super) fn check_readable(protocol: &Protocol) -> Result<(), DeltaError> {
    if !(0..=3).contains(&protocol.min_reader_version) {
        return Err(invalid_version(protocol));
    }
    match unknown(protocol.reader_features.as_ref(), &READABLE) {
        Some(unsupported) if protocol.min_reader_version == 3 => {
            Err(DeltaError::UnsupportedFeaturesForRead { unsupported })
        }
        _ => Ok(()),
    }
}

/// Fails if a writer of the table has to do what we don't.
pub(super) fn check_writable(protocol: &Protocol, schema: &StructType) -> Result<(), DeltaError> {
    check_readable(protocol)?;
    if !(0..=7).contains(&protocol.min_writer_version) {
        return Err(invalid_version(protocol));
    }
    let mut unsupported: Vec<String> = Vec::new();
    if protocol.min_writer_version == 7 {
        unsupported.extend(unknown(protocol.writer_features.as_ref(), &WRITABLE));
    }
    // Versions 3 to 6 allow features that matter only where the table uses them.
    if any_field(schema, &|field| {
        field.metadata.get("delta.invariants").is_some()
    }) {
        unsupported.push("invariants".into());
    }
    if unsupported.is_empty() {
        return Ok(());
    }
    Err(DeltaError::UnsupportedFeaturesForWrite {
        unsupported: unsupported.join(", "),
    })
}

/// Fails if a table has rules that only SQL can keep.
pub(super) fn check_no_rules(metadata: &Metadata, schema: &StructType) -> Result<(), DeltaError> {
    let used = features_of(schema, &metadata.configuration);
    let rules: Vec<&str> = [CHECK_CONSTRAINTS, GENERATED_COLUMNS, IDENTITY_COLUMNS]
        .into_iter()
        .filter(|rule| used.contains(rule))
        .collect();
    if rules.is_empty() {
        return Ok(());
    }
    Err(DeltaError::UnsupportedFeaturesForWrite {
        unsupported: rules.join(", "),
    })
}

/// The features that a schema and properties use, of those that older protocols number.
fn features_of(schema: &StructType, configuration: &Properties) -> Vec<&'static str> {
    let mut used = Vec::new();
    if configuration
        .keys()
        .any(|key| key.starts_with(CONSTRAINT_PREFIX))
    {
        used.push(CHECK_CONSTRAINTS);
    }
    if has_change_data_feed(configuration) {
        used.push(CHANGE_DATA_FEED);
    }
    if any_field(schema, &|f| f.metadata.get(GENERATION_EXPRESSION).is_some()) {
        used.push(GENERATED_COLUMNS);
    }
    if any_field(schema, &|f| Identity::of(f).is_some()) {
        used.push(IDENTITY_COLUMNS);
    }
    if any_field(schema, &|f| f.metadata.get(DEFAULT).is_some()) {
        used.push(COLUMN_DEFAULTS);
    }
    used
}

/// The least protocol that a table with this schema and configuration needs, and nothing less
/// than `current`.
pub(super) fn protocol_for(
    schema: &StructType,
    configuration: &Properties,
    current: Option<&Protocol>,
) -> Protocol {
    let mapped = configuration
        .get(COLUMN_MAPPING_MODE.name)
        .is_some_and(|mode| mode != "none");
    let ntz = any_field(schema, &|field| uses_timestamp_ntz(&field.data_type));
    let mut needed: Vec<&str> = Vec::new();
    if mapped {
        needed.push(COLUMN_MAPPING);
    }
    if ntz {
        needed.push(TIMESTAMP_NTZ);
    }
    let written = features_of(schema, configuration);
    let base = current.cloned().unwrap_or(Protocol {
        min_reader_version: 1,
        min_writer_version: 2,
        reader_features: None,
        writer_features: None,
    });
    let reads_by_features = base.min_reader_version == 3;
    let writes_by_features = base.min_writer_version == 7;
    let by_features = ntz || written.contains(&COLUMN_DEFAULTS);
    if !by_features && !reads_by_features && !writes_by_features {
        let identity = written.contains(&IDENTITY_COLUMNS);
        let (reader, writer) = if mapped {
            (2, if identity { 6 } else { 5 })
        } else if identity {
            (1, 6)
        } else if written.contains(&CHANGE_DATA_FEED) || written.contains(&GENERATED_COLUMNS) {
            (1, 4)
        } else if written.contains(&CHECK_CONSTRAINTS) {
            (1, 3)
        } else {
            (1, 2)
        };
        return Protocol {
            min_reader_version: base.min_reader_version.max(reader),
            min_writer_version: base.min_writer_version.max(writer),
            ..base
        };
    }
    let reader_version = match ntz {
        true => 3,
        false if mapped => base.min_reader_version.max(2),
        false => base.min_reader_version,
    };
    let merge = |have: Vec<String>, needed: &mut dyn Iterator<Item = &&str>| {
        let mut all = have;
        for feature in needed {
            if !all.iter().any(|f| f == feature) {
                all.push((*feature).into());
            }
        }
        all
    };
    let reader_features = (reader_version == 3).then(|| {
        let have = base.reader_features.clone().unwrap_or_else(|| {
            let mapping = (base.min_reader_version == 2).then(|| COLUMN_MAPPING.to_owned());
            mapping.into_iter().collect()
        });
        merge(have, &mut needed.iter())
    });
    let writer_features = base
        .writer_features
        .clone()
        .unwrap_or_else(|| legacy_writer_features(base.min_writer_version));
    Protocol {
        min_reader_version: reader_version,
        min_writer_version: 7,
        reader_features,
        writer_features: Some(merge(writer_features, &mut needed.iter().chain(&written))),
    }
}

/// A protocol whose writers know these features, too.
pub(super) fn with_writer_features(protocol: Protocol, features: &[&str]) -> Protocol {
    let version = protocol.min_writer_version;
    let mut all = protocol
        .writer_features
        .unwrap_or_else(|| legacy_writer_features(version));
    for feature in features {
        if !all.iter().any(|f| f == feature) {
            all.push((*feature).into());
        }
    }
    Protocol {
        min_writer_version: 7,
        writer_features: Some(all),
        ..protocol
    }
}

/// The features that a writer version without a list stands for.
fn legacy_writer_features(version: i32) -> Vec<String> {
    [
        (2, "appendOnly"),
        (2, "invariants"),
        (3, "checkConstraints"),
        (4, "changeDataFeed"),
        (4, "generatedColumns"),
        (5, COLUMN_MAPPING),
        (6, IDENTITY_COLUMNS),
    ]
    .into_iter()
    .filter(|(since, _)| version >= *since)
    .map(|(_, feature)| feature.to_owned())
    .collect()
}

fn unknown(features: Option<&Vec<String>>, known: &[&str]) -> Option<String> {
    let unknown: Vec<&str> = features?
        .iter()
        .map(String::as_str)
        .filter(|f| !known.contains(f))
        .collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

fn invalid_version(protocol: &Protocol) -> DeltaError {
    DeltaError::InvalidProtocolVersion {
        reader: protocol.min_reader_version,
        writer: protocol.min_writer_version,
    }
}

fn uses_timestamp_ntz(data_type: &DataType) -> bool {
    match data_type {
        DataType::TimestampNtz => true,
        DataType::Array { element, .. } => uses_timestamp_ntz(element),
        DataType::Map { key, value, .. } => uses_timestamp_ntz(key) || uses_timestamp_ntz(value),
        // `any_field` visits the fields of structs, except inside arrays and maps.
        DataType::Struct(s) => s.fields.iter().any(|f| uses_timestamp_ntz(&f.data_type)),
        _ => false,
    }
}

fn any_field(schema: &StructType, test: &dyn Fn(&StructField) -> bool) -> bool {
    schema.fields.iter().any(|field| {
        test(field)
            || match &field.data_type {
                DataType::Struct(inner) => any_field(inner, test),
                _ => false,
            }
    })
}
