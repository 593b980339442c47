//! The checkpoint directory: what a query needs to go on exactly where it ended.
//!
//! ```text
//! metadata      {"id":"<query id>"}
//! offsets/N     v1 ⏎ {"batchWatermarkMs":…,"batchTimestampMs":…,"conf":{…}} ⏎ one offset a source
//! commits/N     v1 ⏎ {"nextBatchWatermarkMs":0}
//! sources/I/…   what source I keeps
//! state/…       what stateful operators keep
//! ```
//!
//! `offsets/N` is written before batch N runs, `commits/N` after its rows are in the sink. An
//! `offsets/N` without `commits/N` is a batch to run again with the same offsets.
//!
//! Source: Spark's `OffsetSeqLog`, `CommitLog`, `StreamMetadata`.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::StreamError;
use crate::storage::{DbfsPath, FileSystem, PutResult};

/// A source's position, as JSON that only the source reads.
pub type Offset = Value;

/// One entry of the offset log: where each source stands at the end of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetSeq {
    pub metadata: OffsetMetadata,
    /// One for each source, in the plan's order; `None` where a source has had no data yet.
    pub offsets: Vec<Option<Offset>>,
}

/// What a batch fixes besides its offsets, so that running it again gives the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OffsetMetadata {
    pub batch_watermark_ms: i64,
    /// `current_timestamp()` in the batch.
    pub batch_timestamp_ms: i64,
    #[serde(default)]
    pub conf: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitMetadata {
    #[serde(default)]
    next_batch_watermark_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct StreamMetadata {
    id: String,
}

/// A query's checkpoint directory.
#[derive(Clone)]
pub struct Checkpoint {
    fs: Arc<dyn FileSystem>,
    dir: DbfsPath,
}

impl Checkpoint {
    pub fn new(fs: Arc<dyn FileSystem>, dir: DbfsPath) -> Self {
        Checkpoint { fs, dir }
    }

    pub fn dir(&self) -> &DbfsPath {
        &self.dir
    }

    /// The query's id: the one that is there, or `new_id`, written down.
    pub fn query_id(&self, new_id: impl FnOnce() -> String) -> Result<String, StreamError> {
        let path = self.dir.join("metadata")?;
        if self.fs.status(&path)?.is_none() {
            let metadata = StreamMetadata { id: new_id() };
            let text = to_json(&path, &metadata)?;
            if self.fs.put_if_absent(&path, Bytes::from(text))? == PutResult::Created {
                return Ok(metadata.id);
            }
        }
        let bytes = self.fs.read(&path)?;
        let metadata: StreamMetadata =
            serde_json::from_slice(&bytes).map_err(|e| corrupt(&path, e.to_string()))?;
        Ok(metadata.id)
    }

    /// The newest batch in the offset log.
    pub fn latest_offsets(&self) -> Result<Option<(i64, OffsetSeq)>, StreamError> {
        match self.latest("offsets")? {
            Some(batch_id) => Ok(self.offsets(batch_id)?.map(|seq| (batch_id, seq))),
            None => Ok(None),
        }
    }

    /// The offsets of a batch.
    pub fn offsets(&self, batch_id: i64) -> Result<Option<OffsetSeq>, StreamError> {
        let path = self.entry("offsets", batch_id)?;
        if self.fs.status(&path)?.is_none() {
            return Ok(None);
        }
        let lines = self.lines(&path)?;
        let mut lines = lines.iter().map(String::as_str);
        let metadata = lines
            .next()
            .ok_or_else(|| corrupt(&path, "the metadata line is missing".into()))?;
        let metadata = serde_json::from_str(metadata).map_err(|e| corrupt(&path, e.to_string()))?;
        let offsets = lines
            .map(|line| match line {
                "-" => Ok(None),
                line => serde_json::from_str(line)
                    .map(Some)
                    .map_err(|e| corrupt(&path, e.to_string())),
            })
            .collect::<Result<_, _>>()?;
        Ok(Some(OffsetSeq { metadata, offsets }))
    }

    /// Writes a batch's offsets, before it runs.
    ///
    /// # Errors
    /// [`StreamError::ConcurrentQuery`] if another run wrote that batch.
    pub fn write_offsets(&self, batch_id: i64, seq: &OffsetSeq) -> Result<(), StreamError> {
        let path = self.entry("offsets", batch_id)?;
        let mut text = format!("v1\n{}", to_json(&path, &seq.metadata)?);
        for offset in &seq.offsets {
            text.push('\n');
            match offset {
                Some(offset) => text.push_str(&offset.to_string()),
                None => text.push('-'),
            }
        }
        self.put_new(&path, batch_id, text)
    }

    /// The newest batch whose rows are in the sink.
    pub fn latest_commit(&self) -> Result<Option<i64>, StreamError> {
        self.latest("commits")
    }

    /// The watermark that a committed batch left to the next one.
    pub fn next_watermark(&self, batch_id: i64) -> Result<i64, StreamError> {
        let path = self.entry("commits", batch_id)?;
        let lines = self.lines(&path)?;
        let line = lines.first().map_or("{}", String::as_str);
        let commit: CommitMetadata =
            serde_json::from_str(line).map_err(|e| corrupt(&path, e.to_string()))?;
        Ok(commit.next_batch_watermark_ms)
    }

    /// Notes that a batch's rows are in the sink.
    pub fn write_commit(
        &self,
        batch_id: i64,
        next_batch_watermark_ms: i64,
    ) -> Result<(), StreamError> {
        let path = self.entry("commits", batch_id)?;
        let commit = CommitMetadata {
            next_batch_watermark_ms,
        };
        let text = format!("v1\n{}", to_json(&path, &commit)?);
        self.put_new(&path, batch_id, text)
    }

    /// Where source `index` keeps its own log.
    pub fn source_dir(&self, index: usize) -> Result<DbfsPath, StreamError> {
        Ok(self.dir.join(&format!("sources/{index}"))?)
    }

    /// Where the stateful operator `operator` keeps a table of its state.
    pub fn state_dir(&self, operator: usize, table: &str) -> Result<DbfsPath, StreamError> {
        let dir = self.dir.join(&format!("state/{operator}/0"))?;
        Ok(match table {
            "" => dir,
            table => dir.join(table)?,
        })
    }

    fn entry(&self, log: &str, batch_id: i64) -> Result<DbfsPath, StreamError> {
        Ok(self.dir.join(&format!("{log}/{batch_id}"))?)
    }

    fn put_new(&self, path: &DbfsPath, batch_id: i64, text: String) -> Result<(), StreamError> {
        match self.fs.put_if_absent(path, Bytes::from(text))? {
            PutResult::Created => Ok(()),
            PutResult::Exists => Err(StreamError::ConcurrentQuery { batch_id }),
        }
    }

    /// The greatest number that names a file of `log`. Costs the log's length, at start only.
    fn latest(&self, log: &str) -> Result<Option<i64>, StreamError> {
        let dir = self.dir.join(log)?;
        Ok(self
            .fs
            .list_from(&dir, "")?
            .iter()
            .filter_map(|f| f.path.name().parse().ok())
            .max())
    }

    /// The lines after the version's.
    fn lines(&self, path: &DbfsPath) -> Result<Vec<String>, StreamError> {
        read_v1(self.fs.as_ref(), path)
    }
}

/// The lines of a log file after its first, which must be `v1`.
pub(super) fn read_v1(fs: &dyn FileSystem, path: &DbfsPath) -> Result<Vec<String>, StreamError> {
    let bytes = fs.read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|e| corrupt(path, e.to_string()))?;
    let mut lines = text.lines();
    match lines.next() {
        Some("v1") => Ok(lines.map(str::to_owned).collect()),
        first => Err(corrupt(
            path,
            format!("the first line is {first:?}, not v1"),
        )),
    }
}

pub(super) fn corrupt(path: &DbfsPath, reason: String) -> StreamError {
    StreamError::CorruptCheckpoint {
        path: path.clone(),
        reason,
    }
}

pub(super) fn to_json<T: Serialize>(path: &DbfsPath, value: &T) -> Result<String, StreamError> {
    serde_json::to_string(value).map_err(|e| corrupt(path, e.to_string()))
}
