//! `_spark_metadata`: the log of a folder that streams write files to. Only files that the log
//! names are the folder's data; those of a batch that failed aren't.
//!
//! `N` has the files of batch N, one JSON line each; every tenth, `N.compact`, those of all
//! batches up to N.
//!
//! Source: Spark's `FileStreamSinkLog`, `MetadataLogFileIndex`.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::FormatError;
use crate::storage::{DbfsPath, FileStatus, FileSystem, PutResult};

/// Batches from one compact file to the next
/// (`spark.sql.streaming.fileSink.log.compactInterval`).
const COMPACT_INTERVAL: i64 = 10;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    path: String,
    size: u64,
    is_dir: bool,
    modification_time: i64,
    block_replication: u32,
    block_size: u64,
    action: String,
}

/// The log of a folder.
pub struct SinkLog<'a> {
    fs: &'a dyn FileSystem,
    dir: DbfsPath,
}

impl<'a> SinkLog<'a> {
    /// The log that `folder` has or may get.
    ///
    /// # Errors
    /// If the folder's path can have nothing below.
    pub fn of(fs: &'a dyn FileSystem, folder: &DbfsPath) -> Result<Self, FormatError> {
        Ok(SinkLog {
            fs,
            dir: folder.join("_spark_metadata")?,
        })
    }

    /// Whether a stream has written to the folder.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn exists(&self) -> Result<bool, FormatError> {
        Ok(self.fs.status(&self.dir)?.is_some())
    }

    /// Makes the log, empty, if it isn't there.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn begin(&self) -> Result<(), FormatError> {
        Ok(self.fs.mkdirs(&self.dir)?)
    }

    /// The newest batch in the log.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn latest(&self) -> Result<Option<i64>, FormatError> {
        Ok(self.numbers()?.last_key_value().map(|(number, _)| *number))
    }

    /// The batches, and whether each is compact.
    fn numbers(&self) -> Result<BTreeMap<i64, (bool, DbfsPath)>, FormatError> {
        let mut numbers = BTreeMap::new();
        for file in self.fs.list_from(&self.dir, "")? {
            let name = file.path.name();
            let (number, compact) = match name.strip_suffix(".compact") {
                Some(number) => (number, true),
                None => (name, false),
            };
            if let Ok(number) = number.parse() {
                numbers.insert(number, (compact, file.path));
            }
        }
        Ok(numbers)
    }

    /// The files of the batches after `after`, or more; all where it is `None`.
    ///
    /// # Errors
    /// [`FormatError::SinkLog`] for a log that isn't one.
    pub fn files(&self, after: Option<i64>) -> Result<Vec<FileStatus>, FormatError> {
        let numbers = self.numbers()?;
        let compact = numbers.iter().rev().find(|(_, (compact, _))| *compact);
        let from = compact.map_or(i64::MIN, |(number, _)| *number);
        let from = from.max(after.map_or(i64::MIN, |after| after.saturating_add(1)));
        let mut files = Vec::new();
        for (_, path) in numbers.range(from..).map(|(_, entry)| entry) {
            for entry in self.read(path)? {
                files.push(FileStatus {
                    path: DbfsPath::parse(&entry.path)?,
                    size: entry.size,
                    modification_time: entry.modification_time,
                    is_dir: entry.is_dir,
                });
            }
        }
        Ok(files)
    }

    fn read(&self, path: &DbfsPath) -> Result<Vec<Entry>, FormatError> {
        let wrong = |reason: String| FormatError::SinkLog {
            path: path.clone(),
            reason,
        };
        let bytes = self.fs.read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|e| wrong(e.to_string()))?;
        let mut lines = text.lines();
        if lines.next() != Some("v1") {
            return Err(wrong("its first line isn't v1".into()));
        }
        let entry = |line: &str| serde_json::from_str(line).map_err(|e| wrong(e.to_string()));
        lines.map(entry).collect()
    }

    /// Adds a batch's files: they are the folder's from now on. If the batch is there, that one
    /// stays.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn add(&self, batch_id: i64, files: Vec<FileStatus>) -> Result<PutResult, FormatError> {
        let is_compact = (batch_id + 1) % COMPACT_INTERVAL == 0;
        let (mut all, name) = match is_compact {
            true => (self.files(None)?, format!("{batch_id}.compact")),
            false => (Vec::new(), batch_id.to_string()),
        };
        all.extend(files);
        let path = self.dir.join(&name)?;
        let mut text = String::from("v1");
        for file in all {
            let entry = Entry {
                path: file.path.to_string(),
                size: file.size,
                is_dir: false,
                modification_time: file.modification_time,
                block_replication: 1,
                block_size: 33_554_432,
                action: "add".into(),
            };
            let line = serde_json::to_string(&entry).map_err(|e| FormatError::SinkLog {
                path: path.clone(),
                reason: e.to_string(),
            })?;
            text.push('\n');
            text.push_str(&line);
        }
        Ok(self.fs.put_if_absent(&path, Bytes::from(text))?)
    }
}
