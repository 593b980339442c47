//! Protocol versions and table features. Delta PROTOCOL.md, "Table Features".

use super::actions::{Metadata, Properties, Protocol};
use super::error::DeltaError;
use crate::types::{DataType, StructType};

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

/// Writer features whose demands an append, an overwrite or a removal of files meets.
const WRITABLE: [&str; 7] = [
    "appendOnly",
    "invariants",
    COLUMN_MAPPING,
    TIMESTAMP_NTZ,
    "deletionVectors",
    "domainMetadata",
    "vacuumProtocolCheck",
];

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
pub(super) fn check_writable(
    protocol: &Protocol,
    metadata: &Metadata,
    schema: &StructType,
) -> Result<(), DeltaError> {
    check_readable(protocol)?;
    if !(0..=7).contains(&protocol.min_writer_version) {
        return Err(invalid_version(protocol));
    }
    let mut unsupported: Vec<String> = Vec::new();
    if protocol.min_writer_version == 7 {
        unsupported.extend(unknown(protocol.writer_features.as_ref(), &WRITABLE));
    }
    // Versions 3 to 6 allow features that matter only where the table uses them.
    let on = |key: &str| metadata.configuration.get(key).is_some_and(|v| v == "true");
    let has = |prefix: &str| metadata.configuration.keys().any(|k| k.starts_with(prefix));
    if has("delta.constraints.") {
        unsupported.push("checkConstraints".into());
    }
    if on("delta.enableChangeDataFeed") {
        unsupported.push("changeDataFeed".into());
    }
    for (key, feature) in [
        ("delta.invariants", "invariants"),
        ("delta.generationExpression", "generatedColumns"),
        ("delta.identity.start", "identityColumns"),
    ] {
        if any_field(schema, &|field| field.metadata.get(key).is_some()) {
            unsupported.push(feature.into());
        }
    }
    if unsupported.is_empty() {
        return Ok(());
    }
    Err(DeltaError::UnsupportedFeaturesForWrite {
        unsupported: unsupported.join(", "),
    })
}

/// The least protocol that a table with this schema and configuration needs, and nothing less
/// than `current`.
pub(super) fn protocol_for(
    schema: &StructType,
    configuration: &Properties,
    current: Option<&Protocol>,
) -> Protocol {
    let mapped = configuration
        .get("delta.columnMapping.mode")
        .is_some_and(|mode| mode != "none");
    let ntz = any_field(schema, &|field| uses_timestamp_ntz(&field.data_type));
    let mut needed: Vec<&str> = Vec::new();
    if mapped {
        needed.push(COLUMN_MAPPING);
    }
    if ntz {
        needed.push(TIMESTAMP_NTZ);
    }
    let base = current.cloned().unwrap_or(Protocol {
        min_reader_version: 1,
        min_writer_version: 2,
        reader_features: None,
        writer_features: None,
    });
    let reads_by_features = base.min_reader_version == 3;
    let writes_by_features = base.min_writer_version == 7;
    if !ntz && !reads_by_features && !writes_by_features {
        let (reader, writer) = if mapped { (2, 5) } else { (1, 2) };
        return Protocol {
            min_reader_version: base.min_reader_version.max(reader),
            min_writer_version: base.min_writer_version.max(writer),
            ..base
        };
    }
    let missing = |features: &Option<Vec<String>>| {
        needed
            .iter()
            .any(|f| !features.iter().flatten().any(|have| have == f))
    };
    if reads_by_features
        && writes_by_features
        && !missing(&base.reader_features)
        && !missing(&base.writer_features)
    {
        return base;
    }
    let merge = |have: Vec<String>| {
        let mut all = have;
        for feature in &needed {
            if !all.iter().any(|f| f == feature) {
                all.push((*feature).into());
            }
        }
        all
    };
    let reader = base.reader_features.clone().unwrap_or_else(|| {
        let mapping = (base.min_reader_version == 2).then(|| COLUMN_MAPPING.to_owned());
        mapping.into_iter().collect()
    });
    let writer = base
        .writer_features
        .clone()
        .unwrap_or_else(|| legacy_writer_features(base.min_writer_version));
    Protocol {
        min_reader_version: 3,
        min_writer_version: 7,
        reader_features: Some(merge(reader)),
        writer_features: Some(merge(writer)),
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
        (6, "identityColumns"),
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

fn any_field(schema: &StructType, test: &dyn Fn(&crate::types::StructField) -> bool) -> bool {
    schema.fields.iter().any(|field| {
        test(field)
            || match &field.data_type {
                DataType::Struct(inner) => any_field(inner, test),
                _ => false,
            }
    })
}
