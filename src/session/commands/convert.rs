//! `CONVERT TO DELTA`: a log for parquet files, which stay where they are. `GENERATE`: a manifest of a
//! table's files for engines that know no log.
//!
//! Source: Delta documentation, "Table utility commands".

use std::collections::BTreeMap;

use super::nothing;
use crate::delta::{
    AddFile, ColumnMappingMode, CommitInfo, DeltaError, Metadata, Properties, StatsCollector,
    TableScan, encode_path, nullable,
};
use crate::formats::parquet::ParquetReader;
use crate::formats::partitions::{partition_directory, partition_values};
use crate::formats::{FileBytes, FileFormat, FormatError, Options};
use crate::session::{Session, SessionError};
use crate::sql::command::{ConvertToDelta, Name};
use crate::sql::plan::PlanNode;
use crate::storage::DbfsPath;
use crate::types::{Frame, StructType};

impl Session {
    pub(super) fn convert_to_delta(
        &mut self,
        convert: &ConvertToDelta,
    ) -> Result<Frame, SessionError> {
        let (location, named) = match convert.source.as_slice() {
            [format, path] if path.contains('/') => {
                if !format.eq_ignore_ascii_case("parquet") {
                    return Err(not_parquet(format, &format!("{format}.`{path}`")));
                }
                (DbfsPath::parse(path)?, None)
            }
            _ => {
                let name = self.state.table_name(&convert.source)?;
                let location = self.state.location(&name)?;
                match self.state.entry(&name).and_then(|entry| entry.format) {
                    Some(FileFormat::Parquet) => (location, Some(name)),
                    Some(format) => {
                        return Err(not_parquet(&format.name().to_lowercase(), &name.quoted()));
                    }
                    // It is a Delta table already.
                    None => {
                        self.state.relation_of(&convert.source)?;
                        return Ok(nothing());
                    }
                }
            }
        };
        let log = self.state.deltas.open(&location);
        if !log.exists()? {
            self.convert_files(&location, &convert.partitions)?;
        }
        if let Some(name) = named {
            let entry = self.state.catalog.remove_table(&name.key());
            if entry.is_some_and(|entry| !entry.is_managed) {
                self.state.register(&name, location);
            }
        }
        Ok(nothing())
    }

    fn convert_files(
        &self,
        location: &DbfsPath,
        partitions: &StructType,
    ) -> Result<(), SessionError> {
        let state = &self.state;
        let plan = state.files(FileFormat::Parquet, location, &Options::new(), None)?;
        let PlanNode::FileScan(scan) = &plan.node else {
            return Err(FormatError::CannotInfer { format: "Parquet" }.into());
        };
        let data_columns = scan.schema.len().saturating_sub(scan.partition_columns);
        let (data, found) = scan
            .schema
            .fields
            .split_at_checked(data_columns)
            .unwrap_or_default();
        if found.len() != partitions.len() {
            let names = |names: Vec<&str>| {
                let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
                names.join(", ")
            };
            return Err(DeltaError::UnexpectedPartitions {
                expected: partitions.len(),
                columns: names(partitions.names()),
                found: found.len(),
                directories: names(found.iter().map(|f| f.name.as_str()).collect()),
            }
            .into());
        }
        let data = StructType::new(data.to_vec());
        let mut schema = data.clone();
        schema.fields.extend(partitions.fields.iter().cloned());
        let schema = nullable(&schema);
        let env = &state.env;
        let names: Vec<String> = partitions.names().iter().map(|n| (*n).to_owned()).collect();
        let properties: Properties = state.conf.delta_properties().collect();
        let metadata = Metadata::for_new_table(&schema, &names, properties, env)?;
        let data = std::sync::Arc::new(data);
        let mut transaction = state.deltas.open(location).transaction()?;
        for file in &scan.files {
            let mut stats =
                StatsCollector::new(&data, ColumnMappingMode::None, &metadata.configuration);
            let stored = FileBytes::stored(&state.fs, &file.path)?;
            for frame in ParquetReader::open(stored, &file.path)?.read(data.clone())? {
                stats.update(&frame?)?;
            }
            let relative = file.path.relative_to(location).unwrap_or_default();
            transaction.add_as_it_was(AddFile {
                path: encode_path(relative),
                partition_values: partition_values(location, &file.path).into_iter().collect(),
                size: i64::try_from(file.size).unwrap_or(i64::MAX),
                modification_time: file.modification_time,
                data_change: true,
                stats: Some(stats.finish()),
                ..AddFile::default()
            });
        }
        let info = CommitInfo::new("CONVERT")
            .with_parameter("numFiles", scan.files.len().to_string())
            .with_parameter("partitionedBy", serde_json::json!(names).to_string())
            .with_parameter("collectStats", "true")
            .with_metric("numConvertedFiles", scan.files.len());
        transaction.set_metadata(metadata);
        transaction.commit(info, env)?;
        Ok(())
    }

    /// `GENERATE symlink_format_manifest FOR TABLE t`: the paths of the table's files, a text for each partition.
    pub(super) fn generate(&self, mode: &str, table: &Name) -> Result<Frame, SessionError> {
        if !mode.eq_ignore_ascii_case("symlink_format_manifest") {
            return Err(DeltaError::UnsupportedGenerateMode { mode: mode.into() }.into());
        }
        let log = self.state.delta_log(table, "GENERATE")?;
        let snapshot = log.snapshot()?;
        let scan = TableScan::new(self.state.fs.clone(), &snapshot, Some(&[]))?;
        let root = log.table_path().join("_symlink_format_manifest")?;
        self.state.fs.delete(&root)?;
        let mut manifests: BTreeMap<String, String> = BTreeMap::new();
        for file in snapshot.files() {
            let columns = snapshot.partition_columns().iter();
            let directories = columns.map(|column| {
                let value = file.partition_values.get(column).and_then(Option::as_deref);
                partition_directory(column, value) + "/"
            });
            let manifest = manifests.entry(directories.collect()).or_default();
            manifest.push_str(&format!("{}\n", scan.path_of(file)?));
        }
        for (directory, text) in manifests {
            let path = root.join(&format!("{directory}manifest"))?;
            self.state.fs.put(&path, text.into())?;
        }
        Ok(nothing())
    }
}

fn not_parquet(format: &str, source: &str) -> SessionError {
    DeltaError::ConvertNonParquet {
        format: format.into(),
        source_name: source.into(),
    }
    .into()
}
