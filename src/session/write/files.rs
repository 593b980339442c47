//! Rows as files of a format, as Spark's `FileFormatWriter` lays them out: a file a partition,
//! `_SUCCESS` when all is written.

use bytes::Bytes;

use super::super::SessionError;
use super::super::state::SessionState;
use super::super::statement::SaveMode;
use super::{is_dynamic, reads_files_of};
use crate::formats::{FileFormat, FolderEncoder, Options};
use crate::sql::analyze::refuse_duplicates;
use crate::sql::plan::Plan;
use crate::storage::{DbfsPath, FileSystem};
use crate::types::StructType;

/// Which files to write, and where.
pub(in crate::session) struct FilesWrite<'a> {
    pub format: FileFormat,
    pub options: &'a Options,
    pub mode: SaveMode,
    pub partition_by: &'a [String],
    pub to: &'a DbfsPath,
}

/// Writes a query's rows as files. What was there goes once all rows are computed.
pub(in crate::session) fn write_files(
    state: &SessionState,
    plan: &Plan,
    write: &FilesWrite<'_>,
) -> Result<(), SessionError> {
    let FilesWrite { mode, to, .. } = write;
    let fs = state.fs.as_ref();
    let schema = plan.schema();
    refuse_duplicates(&schema)?;
    if state.deltas.open(to).exists()? {
        return Err(SessionError::IncompatibleFormat {
            action: "write to",
            path: (*to).clone(),
            format: write.format.name(),
        });
    }
    if fs.status(to)?.is_some() {
        match mode {
            SaveMode::ErrorIfExists => {
                return Err(SessionError::PathExists {
                    path: (*to).clone(),
                });
            }
            SaveMode::Ignore => return Ok(()),
            SaveMode::Overwrite if reads_files_of(plan, to) => {
                return Err(SessionError::OverwritesItself {
                    kind: "PATH",
                    target: format!("path is \"{to}\""),
                });
            }
            SaveMode::Append | SaveMode::Overwrite => {}
        }
    }
    let mut encoder = FolderEncoder::new(
        write.format,
        &schema,
        partition_positions(&schema, write.partition_by)?,
        write.options,
        state.conf.time_zone(),
        state.env.new_uuid(),
    )?;
    for frame in state.rows(plan)? {
        encoder.write(&frame?)?;
    }
    let files = encoder.finish()?;
    if *mode == SaveMode::Overwrite {
        let dynamic = !write.partition_by.is_empty() && is_dynamic(state, write.options)?;
        if dynamic {
            for file in &files {
                fs.delete(&to.join(&file.directory)?)?;
            }
        } else if fs.status(to)?.is_some_and(|s| !s.is_dir) {
            fs.delete(to)?;
        } else {
            clear(fs, to)?;
        }
    }
    fs.mkdirs(to)?;
    for file in files {
        fs.put(&to.join(&file.directory)?.join(&file.name)?, file.bytes)?;
    }
    fs.put(&to.join("_SUCCESS")?, Bytes::new())?;
    Ok(())
}

/// The columns of a table of files: partition columns last.
pub(in crate::session) fn table_schema(
    schema: &StructType,
    partition_by: &[String],
) -> Result<StructType, SessionError> {
    let partitions = partition_positions(schema, partition_by)?;
    let data = (0..schema.len()).filter(|i| !partitions.contains(i));
    let fields = data.chain(partitions.iter().copied());
    Ok(StructType::new(
        fields
            .filter_map(|i| schema.fields.get(i))
            .map(|field| crate::types::StructField {
                nullable: true,
                ..field.clone()
            })
            .collect(),
    ))
}

/// Deletes all that a directory has.
pub(in crate::session) fn clear(fs: &dyn FileSystem, dir: &DbfsPath) -> Result<(), SessionError> {
    if fs.status(dir)?.is_some() {
        for entry in fs.list(dir)? {
            fs.delete(&entry.path)?;
        }
    }
    Ok(())
}

/// Positions of the partition columns.
///
/// # Errors
/// A column that isn't there; nothing but partition columns.
pub(in crate::session) fn partition_positions(
    schema: &StructType,
    partition_by: &[String],
) -> Result<Vec<usize>, SessionError> {
    let mut partitions = Vec::new();
    for column in partition_by {
        let index = schema.index_of(column);
        partitions.push(index.ok_or_else(|| SessionError::PartitionColumnNotFound {
            column: column.clone(),
            schema: crate::types::DataType::Struct(schema.clone()).simple_string(),
        })?);
    }
    if !partitions.is_empty() && partitions.len() >= schema.len() {
        return Err(SessionError::AllPartitionColumns);
    }
    Ok(partitions)
}
