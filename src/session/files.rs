//! Files as relations: paths, globs and folders; tables of files; what format they have.

use std::sync::Arc;

use super::catalog::CatalogTable;
use super::state::TableName;
use super::{SessionError, SessionState};
use crate::formats::partitions::partition_schema;
use crate::formats::{
    self, FileBytes, FileFormat, FormatError, Options, PATH_GLOB_FILTER, RESCUED_DATA_COLUMN,
    SCHEMA_HINTS, SinkLog, sniff,
};
use crate::sql::SqlError;
use crate::sql::command::TimeTravel;
use crate::sql::parse::parse_schema;
use crate::sql::plan::{FileScan, Plan};
use crate::storage::{DbfsPath, FileStatus};
use crate::streaming::sources::apply_schema_hints;
use crate::types::{DataType, StructField, StructType};

/// A format's name for `read_files`, which looks at the files.
const AUTOMATIC: &str = "automatic";

impl SessionState {
    /// What a path means as a relation: `` json.`path` ``. `None` if there is no such format.
    pub fn path_relation(
        &self,
        format: &str,
        path: &str,
        options: &[(String, String)],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SessionError> {
        let is_delta = format.eq_ignore_ascii_case("delta");
        let file_format = match format {
            AUTOMATIC => Some(self.format_of(&DbfsPath::parse(path)?)?),
            format => FileFormat::from_name(format),
        };
        if !is_delta && file_format.is_none() {
            return Ok(None);
        }
        let path = DbfsPath::parse(path)?;
        let Some(file_format) = file_format else {
            return self.delta_path(&path, at).map(Some);
        };
        let mut given = Options::new();
        let mut schema = None;
        for (name, value) in options {
            // The columns of CREATE VIEW v (…) USING.
            if name == "schema" {
                schema = Some(parse_schema(value).map_err(SqlError::from)?);
            } else {
                given.set(name, value);
            }
        }
        Ok(Some(self.files(file_format, &path, &given, schema)?))
    }

    /// The format of the files at `path`, by the first of them.
    fn format_of(&self, path: &DbfsPath) -> Result<FileFormat, SessionError> {
        let (_, files) = self.list_files(std::slice::from_ref(path), &Options::new())?;
        let Some(first) = files.first() else {
            return Err(FormatError::CannotInfer { format: "files" }.into());
        };
        let bytes = self.fs.read_range(&first.path, 0, 4096)?;
        let found = sniff(&bytes, first.path.name()).format;
        Ok(found.unwrap_or(FileFormat::Text))
    }

    /// What paths and globs mean, and the data files there.
    fn list_files(
        &self,
        paths: &[DbfsPath],
        options: &Options,
    ) -> Result<(Vec<FileStatus>, Vec<FileStatus>), SessionError> {
        let glob = options.get(PATH_GLOB_FILTER);
        let mut roots = Vec::new();
        for path in paths {
            roots.extend(formats::expand_glob(self.fs.as_ref(), path)?);
        }
        let mut files: Vec<FileStatus> = Vec::new();
        for root in &roots {
            if !root.is_dir {
                files.push(root.clone());
                continue;
            }
            let log = SinkLog::of(self.fs.as_ref(), &root.path)?;
            let below = match log.exists()? {
                true => log.files(None)?,
                false => self.fs.list_recursive(&root.path)?,
            };
            files.extend(below.into_iter().filter(|f| {
                let relative = f.path.relative_to(&root.path).unwrap_or_default();
                !formats::is_hidden(relative)
                    && glob.is_none_or(|glob| formats::glob_matches(glob, f.path.name()))
            }));
        }
        Ok((roots, files))
    }

    /// A table of files, as the catalog describes it.
    pub(super) fn file_table(
        &self,
        name: &TableName,
        table: &CatalogTable,
        format: FileFormat,
    ) -> Result<Plan, SessionError> {
        let location = self.location(name)?;
        let options: Options = table.options.iter().cloned().collect();
        let files = table.files(|| -> Result<_, SessionError> {
            match self.fs.status(&location)? {
                Some(_) => Ok(self
                    .list_files(std::slice::from_ref(&location), &options)?
                    .1),
                None => Ok(Vec::new()),
            }
        })?;
        Ok(Plan::file_scan(FileScan {
            format,
            options,
            paths: vec![location],
            files,
            schema: Arc::new(table.schema.clone()),
            partition_columns: table.partition_columns.len(),
            rescued_column: None,
            unknown: None,
            projection: None,
        }))
    }

    /// The relation of files at or below `path`, which may be a glob; it doesn't see files that
    /// come later. The schema is inferred where none is given.
    ///
    /// # Errors
    /// `PATH_NOT_FOUND`, `UNABLE_TO_INFER_SCHEMA`.
    pub fn files(
        &self,
        format: FileFormat,
        path: &DbfsPath,
        options: &Options,
        schema: Option<StructType>,
    ) -> Result<Plan, SessionError> {
        self.files_at(format, std::slice::from_ref(path), options, schema)
    }

    /// The same of several paths.
    pub fn files_at(
        &self,
        format: FileFormat,
        paths: &[DbfsPath],
        options: &Options,
        schema: Option<StructType>,
    ) -> Result<Plan, SessionError> {
        let (roots, files) = self.list_files(paths, options)?;
        let mut schema = match schema {
            Some(schema) => schema,
            None => {
                let mut contents = Vec::with_capacity(files.len());
                for file in &files {
                    contents.push((file.path.clone(), FileBytes::stored(&self.fs, &file.path)?));
                }
                let mut inferred =
                    formats::infer_schema(format, &mut contents.into_iter(), options)?;
                if let Some(hints) = options.get(SCHEMA_HINTS) {
                    apply_schema_hints(&mut inferred, hints)?;
                }
                inferred
            }
        };
        let rescued_column = options.get(RESCUED_DATA_COLUMN).map(str::to_owned);
        let rescues = !matches!(format, FileFormat::Text | FileFormat::BinaryFile);
        let rescued_column = rescued_column.filter(|_| rescues);
        if let Some(name) = &rescued_column
            && schema.index_of(name).is_none()
        {
            schema.fields.push(StructField::new(name, DataType::String));
        }
        // Directories of the glob itself are no partitions.
        let mut partitions = match roots.as_slice() {
            [root] => partition_schema(&root.path, &files, true),
            _ => StructType::default(),
        };
        partitions
            .fields
            .retain(|f| schema.index_of(&f.name).is_none());
        let partition_columns = partitions.len();
        schema.fields.extend(partitions.fields);
        Ok(Plan::file_scan(FileScan {
            format,
            options: options.clone(),
            paths: paths.to_vec(),
            files,
            schema: Arc::new(schema),
            partition_columns,
            rescued_column,
            unknown: None,
            projection: None,
        }))
    }
}
