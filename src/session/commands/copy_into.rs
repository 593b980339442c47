//! `COPY INTO`: files become rows of a table, each file once.
//!
//! Source: Databricks documentation, "COPY INTO".

use std::collections::BTreeSet;
use std::sync::Arc;

use super::counted;
use crate::delta::CommitInfo;
use crate::formats::{
    FileFormat, FormatError, OptionSpec, expand_glob, glob_matches, option_table,
};
use crate::session::streams::options_of;
use crate::session::write::{DeltaWrite, write_delta};
use crate::session::{SaveMode, Session, SessionError};
use crate::sql::analyze::DataFrames;
use crate::sql::column::Column;
use crate::sql::command::CopyInto;
use crate::storage::{DbfsPath, FileStatus};
use crate::types::Frame;

option_table! {
    /// What `COPY INTO` takes in `COPY_OPTIONS`.
    pub COPY_OPTIONS {
        FORCE = OptionSpec::new(
            "force",
            "false",
            "Whether files are loaded again that were loaded before.",
        );
        MERGE_SCHEMA = OptionSpec::new(
            "mergeSchema",
            "false",
            "Whether columns that the table lacks are added to it.",
        );
    }
}

impl Session {
    pub(super) fn copy_into(&mut self, copy: &CopyInto) -> Result<Frame, SessionError> {
        let log = self.state.delta_log(&copy.table, "COPY INTO")?;
        let format =
            FileFormat::from_name(&copy.format).ok_or_else(|| FormatError::UnknownFormat {
                name: copy.format.clone(),
            })?;
        let format_options = options_of(&copy.format_options);
        let copy_options = options_of(&copy.copy_options);
        let table = log.snapshot()?;
        let id = table.metadata().id.clone();
        let done: BTreeSet<DbfsPath> = match copy_options.get_bool(FORCE)? {
            true => BTreeSet::new(),
            false => self.state.catalog.copied(&id),
        };
        let files: Vec<FileStatus> = self
            .candidates(copy)?
            .into_iter()
            .filter(|file| !done.contains(&file.path))
            .collect();
        if files.is_empty() {
            return counted(&[
                ("num_affected_rows", 0),
                ("num_inserted_rows", 0),
                ("num_skipped_corrupt_files", 0),
            ]);
        }
        let merge = copy_options.get_bool(MERGE_SCHEMA)?;
        // Texts are read as the table's types are, unless new columns may come.
        let reads_as_table = !merge
            && copy.select.is_none()
            && matches!(format, FileFormat::Csv | FileFormat::Json)
            && !table.schema().is_empty();
        let schema = reads_as_table.then(|| table.schema().as_ref().clone());
        let paths: Vec<DbfsPath> = files.iter().map(|f| f.path.clone()).collect();
        let plan = Arc::new(
            self.state
                .files_at(format, &paths, &format_options, schema)?,
        );
        let plan = match &copy.select {
            Some(items) => {
                let frames = DataFrames::new(&self.state);
                let items: Vec<Column> = items.iter().cloned().map(Column::Sql).collect();
                frames.select(&plan, &items)?
            }
            None => crate::sql::plan::Plan::visible_only(&plan),
        };
        let write = DeltaWrite {
            mode: SaveMode::Append,
            by_name: true,
            merge_schema: merge,
            operation: Some(
                CommitInfo::new("COPY INTO")
                    .with_parameter("mode", "Append")
                    .with_parameter("statsOnLoad", "false"),
            ),
            ..DeltaWrite::default()
        };
        let written = write_delta(&self.state, &log, &plan, write)?;
        let loaded = self.state.catalog.copied_into(id);
        loaded.extend(paths);
        counted(&[
            ("num_affected_rows", written.rows),
            ("num_inserted_rows", written.rows),
            ("num_skipped_corrupt_files", 0),
        ])
    }

    /// The files that a statement names.
    fn candidates(&self, copy: &CopyInto) -> Result<Vec<FileStatus>, SessionError> {
        let base = DbfsPath::parse(&copy.path)?;
        let fs = self.state.fs.as_ref();
        if !copy.files.is_empty() {
            let mut found = Vec::new();
            for file in &copy.files {
                let path = base.join(file)?;
                let status = fs.status(&path)?;
                found.push(status.ok_or(crate::storage::StorageError::NotFound { path })?);
            }
            return Ok(found);
        }
        let mut found = Vec::new();
        for root in expand_glob(fs, &base)? {
            if !root.is_dir {
                found.push(root);
                continue;
            }
            found.extend(fs.list_recursive(&root.path)?.into_iter().filter(|file| {
                let relative = file.path.relative_to(&root.path).unwrap_or_default();
                let fits = copy
                    .pattern
                    .as_ref()
                    .is_none_or(|glob| glob_matches(glob, relative));
                fits && !crate::formats::is_hidden(relative)
            }));
        }
        Ok(found)
    }
}
