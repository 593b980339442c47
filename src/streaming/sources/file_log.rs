//! What a file source has seen: the files in the order of their discovery.
//!
//! `sources/I/N` holds the files of the Nth discovery, one JSON line each, in the form of Spark's `FileStreamSourceLog`. (Auto Loader keeps the same in RocksDB.)

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::super::checkpoint::{corrupt, read_v1, to_json};
use super::StreamError;
use crate::storage::{DbfsPath, FileStatus, FileSystem, PutResult};

/// A discovered file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    path: String,
    /// Modification time, ms.
    timestamp: i64,
    batch_id: i64,
    /// Spark leaves it out. Kept so that a batch that runs again needs no look at the directory.
    #[serde(default)]
    size: u64,
}

/// The files a source has seen. A file's sequence number is its place, from 1.
pub(super) struct FileLog {
    fs: Arc<dyn FileSystem>,
    dir: DbfsPath,
    files: Vec<FileStatus>,
    /// Modification time of each path when it was last seen.
    seen: HashMap<DbfsPath, i64>,
    /// The number of the next entry.
    next: i64,
}

impl FileLog {
    /// Reads what is there.
    pub fn open(fs: Arc<dyn FileSystem>, dir: DbfsPath) -> Result<Self, StreamError> {
        let mut batches: Vec<(i64, DbfsPath)> = fs
            .list_from(&dir, "")?
            .into_iter()
            .filter_map(|f| f.path.name().parse().ok().map(|batch| (batch, f.path)))
            .collect();
        batches.sort();
        let mut log = FileLog {
            fs,
            dir,
            files: Vec::new(),
            seen: HashMap::new(),
            next: 0,
        };
        for (number, path) in batches {
            log.next = number + 1;
            for line in read_v1(log.fs.as_ref(), &path)? {
                let entry: Entry =
                    serde_json::from_str(&line).map_err(|e| corrupt(&path, e.to_string()))?;
                log.push(FileStatus {
                    path: DbfsPath::parse(&entry.path)?,
                    size: entry.size,
                    modification_time: entry.timestamp,
                    is_dir: false,
                });
            }
        }
        Ok(log)
    }

    /// How many files were seen: the sequence number of the last one.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The files with sequence numbers above `start`, up to `end`.
    pub fn range(&self, start: usize, end: usize) -> &[FileStatus] {
        self.files
            .get(start..end.min(self.files.len()))
            .unwrap_or_default()
    }

    /// Whether a path was seen; with `allow_overwrites`, whether it was seen as it is now.
    pub fn has_seen(&self, file: &FileStatus, allow_overwrites: bool) -> bool {
        self.seen
            .get(&file.path)
            .is_some_and(|time| !allow_overwrites || *time == file.modification_time)
    }

    /// Writes down newly discovered files, then counts them as seen.
    ///
    /// # Errors
    /// [`StreamError::ConcurrentQuery`] if another run of the query wrote this entry.
    pub fn append(&mut self, new: Vec<FileStatus>) -> Result<(), StreamError> {
        let path = self.dir.join(&self.next.to_string())?;
        let mut text = String::from("v1");
        for file in &new {
            let entry = Entry {
                path: file.path.to_string(),
                timestamp: file.modification_time,
                batch_id: self.next,
                size: file.size,
            };
            text.push('\n');
            text.push_str(&to_json(&path, &entry)?);
        }
        if self.fs.put_if_absent(&path, Bytes::from(text))? == PutResult::Exists {
            return Err(StreamError::ConcurrentQuery {
                batch_id: self.next,
            });
        }
        self.next += 1;
        for file in new {
            self.push(file);
        }
        Ok(())
    }

    fn push(&mut self, file: FileStatus) {
        self.seen.insert(file.path.clone(), file.modification_time);
        self.files.push(file);
    }
}
