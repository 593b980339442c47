//! Liquid clustering: the columns that `OPTIMIZE` orders a table's rows by.
//!
//! Source: PROTOCOL.md, "Clustered Table".

use serde_json::{Value as Json, json};

use super::actions::DomainMetadata;
use super::column_mapping::{ColumnMappingMode, physical_name};
use super::error::DeltaError;
use super::snapshot::Snapshot;
use crate::types::StructType;

/// The domain of the log that the columns are kept in.
const DOMAIN: &str = "delta.clustering";

/// The writer features of a clustered table.
pub(super) const FEATURES: [&str; 2] = ["domainMetadata", "clustering"];

/// Who ordered a file's rows (`clusteringProvider`).
pub const PROVIDER: &str = "liquid";

/// What the log keeps of columns by their names in `schema`; none is a table that was clustered once.
pub(super) fn domain(
    columns: &[String],
    schema: &StructType,
    mode: ColumnMappingMode,
) -> Result<DomainMetadata, DeltaError> {
    let mut paths = Vec::new();
    for column in columns {
        let field = schema
            .field(column)
            .ok_or_else(|| DeltaError::ClusteringColumnNotFound {
                column: column.clone(),
                columns: schema.names().join(", "),
            })?;
        paths.push([physical_name(field, mode)]);
    }
    let configuration = json!({"clusteringColumns": paths, "domainName": DOMAIN});
    Ok(DomainMetadata {
        domain: DOMAIN.into(),
        configuration: configuration.to_string(),
        removed: false,
    })
}

/// Says that a table isn't clustered any more.
pub(super) fn no_domain() -> DomainMetadata {
    DomainMetadata {
        domain: DOMAIN.into(),
        configuration: "{}".into(),
        removed: true,
    }
}

impl Snapshot {
    /// The columns that the table is clustered by; `None` for a table that isn't clustered.
    pub fn clustering_columns(&self) -> Option<Vec<String>> {
        let configuration = self.domain_configuration(DOMAIN)?;
        let configuration: Json = serde_json::from_str(configuration).ok()?;
        let mode = ColumnMappingMode::of(self.configuration()).ok()?;
        let paths = configuration.get("clusteringColumns")?.as_array()?;
        let names = paths.iter().filter_map(|path| {
            let name = path.get(0)?.as_str()?;
            let mut fields = self.schema().fields.iter();
            let field = fields.find(|f| physical_name(f, mode) == name)?;
            Some(field.name.clone())
        });
        Some(names.collect())
    }
}
