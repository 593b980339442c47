//! A Delta table as a stream: first the files of a snapshot, then what each commit adds.
//!
//! Source: Delta documentation, "Table streaming reads and writes"; Delta's `DeltaSource` and
//! `DeltaSourceOffset`.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::super::checkpoint::{Offset, corrupt, read_v1};
use super::file_options::{number, size};
use super::{Source, StreamError, offset_number};
use crate::delta::{Action, AddFile, CommitInfo, DeltaError, DeltaLog};
use crate::formats::{OptionSpec, Options, option_table};
use crate::sql::changes::{both, changes, snapshot_as_inserts};
use crate::sql::plan::{
    DeltaScan, Expr, PlanNode, StreamSource, StreamSourceSpec, metadata_attribute,
};
use crate::storage::{DbfsPath, FileSystem, PutResult};
use crate::types::{SchemaRef, Value};

option_table! {
    /// Options of streams of Delta tables.
    pub DELTA_STREAM_OPTIONS {
        MAX_FILES_PER_TRIGGER = OptionSpec::new(
            "maxFilesPerTrigger",
            "1000",
            "The most files of a batch; without a limit if `maxBytesPerTrigger` alone is given.",
        );
        MAX_BYTES_PER_TRIGGER = OptionSpec::new(
            "maxBytesPerTrigger",
            "",
            "How much a batch reads, such as `10g`; a batch has one file at least.",
        );
        STARTING_VERSION = OptionSpec::new(
            "startingVersion",
            "",
            "The version from whose changes on a new stream reads, or `latest`; by default it begins with all rows.",
        );
        STARTING_TIMESTAMP = OptionSpec::new(
            "startingTimestamp",
            "",
            "The same by a date or timestamp; not together with `startingVersion`.",
        );
        IGNORE_DELETES = OptionSpec::new(
            "ignoreDeletes",
            "false",
            "Whether commits that only delete are passed over, rather than ending the stream.",
        );
        IGNORE_CHANGES = OptionSpec::new(
            "ignoreChanges",
            "false",
            "Whether rewritten files are read again whole, rather than ending the stream.",
        );
        SKIP_CHANGE_COMMITS = OptionSpec::new(
            "skipChangeCommits",
            "false",
            "Whether commits that delete or change rows are passed over, rather than ending the stream.",
        );
    }
}

/// How a Delta stream is set up.
struct DeltaSourceOptions {
    max_files: Option<u64>,
    max_bytes: Option<u64>,
    ignore_deletes: bool,
    ignore_changes: bool,
    skip_change_commits: bool,
    /// Whether rows are those of the change data feed.
    reads_changes: bool,
    start: Start,
}

/// Where a stream without a checkpoint begins.
enum Start {
    Snapshot,
    Latest,
    Version(u64),
    TimestampMs(i64),
}

impl DeltaSourceOptions {
    fn parse(options: &Options) -> Result<Self, StreamError> {
        let max_bytes = size(options, MAX_BYTES_PER_TRIGGER)?;
        let max_files = number(options, MAX_FILES_PER_TRIGGER)?;
        let start = match (
            options.get(STARTING_VERSION),
            options.get(STARTING_TIMESTAMP),
        ) {
            (Some(_), Some(_)) => return Err(StreamError::TwoStarts),
            (None, None) => Start::Snapshot,
            (Some(text), None) if text.eq_ignore_ascii_case("latest") => Start::Latest,
            (Some(text), None) => {
                let version = text
                    .trim()
                    .parse()
                    .map_err(|_| StreamError::InvalidOption {
                        option: STARTING_VERSION.name.into(),
                        value: text.into(),
                        expected: "a version number or 'latest'",
                    })?;
                Start::Version(version)
            }
            (None, Some(text)) => {
                let parsed = parse_timestamp_ms(text);
                Start::TimestampMs(parsed.ok_or_else(|| StreamError::InvalidOption {
                    option: STARTING_TIMESTAMP.name.into(),
                    value: text.into(),
                    expected: "a date or timestamp such as 2026-01-31 or 2026-01-31 12:00:00",
                })?)
            }
        };
        Ok(DeltaSourceOptions {
            max_files: match max_bytes {
                Some(_) => max_files,
                None => max_files.or(MAX_FILES_PER_TRIGGER.default_number()),
            },
            max_bytes,
            ignore_deletes: options.get_bool(IGNORE_DELETES)?,
            ignore_changes: options.get_bool(IGNORE_CHANGES)?,
            skip_change_commits: options.get_bool(SKIP_CHANGE_COMMITS)?,
            reads_changes: crate::sql::changes::reads_changes(options)?,
            start,
        })
    }
}

fn parse_timestamp_ms(text: &str) -> Option<i64> {
    let text = text.trim().replace('T', " ");
    let text = text.trim_end_matches('Z');
    let full = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    let date = || {
        chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .and_then(|d| d.and_hms_opt(0, 0, 0))
    };
    full.or_else(date).map(|t| t.and_utc().timestamp_millis())
}

/// A place in a table's history: before the `index + 1`th file of `version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    version: u64,
    /// The last file taken; -1 is none.
    index: i64,
    /// Whether `version` is the snapshot that the stream begins with: its files are all those
    /// of the snapshot, not those that the commit added.
    in_snapshot: bool,
}

impl Position {
    fn start_of(version: u64) -> Self {
        Position {
            version,
            index: -1,
            in_snapshot: false,
        }
    }
}

/// A table's log read as a stream.
pub(super) struct DeltaSource {
    log: DeltaLog,
    schema: SchemaRef,
    name: Option<String>,
    options: DeltaSourceOptions,
    /// The table's id when the stream began.
    table_id: String,
    /// The first snapshot's files, ordered; kept while the stream is in it.
    snapshot: Option<(u64, Vec<Arc<AddFile>>)>,
    /// With `availableNow`, the last version to offer.
    last_version: Option<u64>,
    fs: Arc<dyn FileSystem>,
    /// Where the place is written down at which a stream began that was told to begin at the
    /// latest version, or at a time: asked again, the table would tell another.
    beginning: DbfsPath,
}

impl DeltaSource {
    /// Opens a table. `dir` is the source's own in the checkpoint.
    pub fn open(
        log: DeltaLog,
        source: &StreamSource,
        fs: Arc<dyn FileSystem>,
        dir: &DbfsPath,
    ) -> Result<Self, StreamError> {
        let table_id = log.snapshot()?.metadata().id.clone();
        let name = match &source.spec {
            StreamSourceSpec::Delta { name, .. } => name.clone(),
            _ => None,
        };
        Ok(DeltaSource {
            log,
            schema: source.schema.clone(),
            name,
            options: DeltaSourceOptions::parse(&source.options)?,
            table_id,
            snapshot: None,
            last_version: None,
            fs,
            beginning: dir.join("0")?,
        })
    }

    fn position(&self, offset: &Offset) -> Result<Position, StreamError> {
        let id = offset
            .get("reservoirId")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        if id != self.table_id {
            return Err(StreamError::DifferentTable {
                expected: id.into(),
                found: self.table_id.clone(),
            });
        }
        let version = offset_number(offset, "reservoirVersion").unwrap_or(0);
        Ok(Position {
            version: u64::try_from(version).unwrap_or(0),
            index: offset_number(offset, "index").unwrap_or(-1),
            in_snapshot: offset
                .get("isStartingVersion")
                .and_then(serde_json::Value::as_bool)
                .unwrap_or(false),
        })
    }

    fn offset(&self, position: Position) -> Offset {
        json!({
            "sourceVersion": 1,
            "reservoirId": self.table_id,
            "reservoirVersion": position.version,
            "index": position.index,
            "isStartingVersion": position.in_snapshot,
        })
    }

    /// Where a stream without offsets begins.
    fn first_position(&self) -> Result<Position, StreamError> {
        if matches!(self.options.start, Start::Snapshot | Start::Version(_)) {
            return self.chosen_position();
        }
        if self.fs.status(&self.beginning)?.is_none() {
            let offset = self.offset(self.chosen_position()?);
            let text = Bytes::from(format!("v1\n{offset}"));
            match self.fs.put_if_absent(&self.beginning, text)? {
                PutResult::Created | PutResult::Exists => {}
            }
        }
        let lines = read_v1(self.fs.as_ref(), &self.beginning)?;
        let line = lines.first().map(String::as_str).unwrap_or_default();
        let offset =
            serde_json::from_str(line).map_err(|e| corrupt(&self.beginning, e.to_string()))?;
        self.position(&offset)
    }

    /// Where the options say that a stream begins.
    fn chosen_position(&self) -> Result<Position, StreamError> {
        let newest = self.log.snapshot()?.version();
        let latest = self.last_version.unwrap_or(newest).min(newest);
        Ok(match self.options.start {
            Start::Snapshot => Position {
                version: latest,
                index: -1,
                in_snapshot: true,
            },
            Start::Latest => Position::start_of(latest + 1),
            Start::Version(version) => {
                // Versions that don't exist are refused as time travel to them is.
                self.log.snapshot_at(version)?;
                Position::start_of(version)
            }
            Start::TimestampMs(ms) => Position::start_of(match self.log.version_at_timestamp(ms) {
                // The first commit at that time or after it.
                Ok(at) if self.log.snapshot_at(at)?.timestamp_ms() >= ms => at,
                Ok(at) => at + 1,
                Err(DeltaError::TimestampTooEarly { .. }) => {
                    self.log.earliest_version()?.unwrap_or(0)
                }
                Err(error) => return Err(error.into()),
            }),
        })
    }

    /// The files of the snapshot `version`, in the order of the stream.
    fn snapshot_files(&mut self, version: u64) -> Result<&[Arc<AddFile>], StreamError> {
        if self.snapshot.as_ref().is_none_or(|(v, _)| *v != version) {
            let snapshot = self.log.snapshot_at(version)?;
            let files = snapshot.files().cloned().collect();
            self.snapshot = Some((version, files));
        }
        Ok(self
            .snapshot
            .as_ref()
            .map_or(&[], |(_, files)| files.as_slice()))
    }

    /// The files that a commit gives to the stream, or the reason why it can't go on.
    fn commit_files(&self, version: u64) -> Result<Vec<Arc<AddFile>>, StreamError> {
        let mut adds = Vec::new();
        let mut removed = None;
        let mut info = None;
        for action in self.log.commit(version)? {
            match action {
                Action::Add(add) if add.data_change => adds.push(Arc::new(add)),
                Action::Remove(remove) if remove.data_change && removed.is_none() => {
                    removed = Some(remove.path);
                }
                Action::Metadata(metadata) => {
                    let new = crate::types::StructType::from_json_str(&metadata.schema_string)
                        .unwrap_or_default();
                    self.check_schema(version, &new)?;
                }
                Action::CommitInfo(commit) => info = Some(commit),
                _ => {}
            }
        }
        let Some(file) = removed else {
            return Ok(adds);
        };
        if self.options.skip_change_commits {
            return Ok(Vec::new());
        }
        let table = self.log.table_path().clone();
        if adds.is_empty() {
            if self.options.ignore_deletes || self.options.ignore_changes {
                return Ok(adds);
            }
            return Err(StreamError::SourceDeleted {
                file,
                version,
                table,
            });
        }
        if self.options.ignore_changes {
            return Ok(adds);
        }
        Err(StreamError::SourceChanged {
            info: info.map(|i| describe(&i)).unwrap_or_default(),
            version,
            table,
        })
    }

    /// A column that was added or changed its type ends the stream: its plan has the old schema.
    fn check_schema(
        &self,
        version: u64,
        new: &crate::types::StructType,
    ) -> Result<(), StreamError> {
        let is_same = new.len() == self.schema.len()
            && new
                .fields
                .iter()
                .zip(&self.schema.fields)
                .all(|(a, b)| a.name == b.name && a.data_type == b.data_type);
        if is_same {
            return Ok(());
        }
        Err(StreamError::SourceSchemaChanged {
            version,
            old: self.schema.tree_string(),
            new: new.tree_string(),
        })
    }

    /// The files after `from`, each with the position at which it has been taken, until `take`
    /// says no. Gives the position after the last one.
    fn walk(
        &mut self,
        from: Position,
        latest: u64,
        mut take: impl FnMut(&Arc<AddFile>) -> bool,
    ) -> Result<Position, StreamError> {
        let mut at = from;
        loop {
            let files: Vec<Arc<AddFile>> = if at.in_snapshot {
                self.snapshot_files(at.version)?.to_vec()
            } else if at.version <= latest {
                self.commit_files(at.version)?
            } else {
                return Ok(at);
            };
            let done = usize::try_from(at.index + 1).unwrap_or(0);
            for file in files.iter().skip(done) {
                if !take(file) {
                    return Ok(at);
                }
                at.index += 1;
            }
            at = Position::start_of(at.version + 1);
        }
    }
}

impl DeltaSource {
    /// The offset after the next changes: those of the snapshot first, then of as many commits,
    /// whole ones, as the limits allow.
    fn next_change(
        &self,
        from: Position,
        latest: u64,
        ignore_limits: bool,
    ) -> Result<Option<Offset>, StreamError> {
        if from.in_snapshot {
            return Ok(Some(self.offset(Position::start_of(from.version + 1))));
        }
        let (max_files, max_bytes) = (self.options.max_files, self.options.max_bytes);
        let (mut files, mut bytes) = (0_u64, 0_i64);
        let mut end = from.version;
        while end <= latest {
            let is_full = max_files.is_some_and(|max| files >= max)
                || max_bytes.is_some_and(|max| bytes.unsigned_abs() >= max);
            if is_full && !ignore_limits {
                break;
            }
            for action in self.log.commit(end)? {
                let size = match action {
                    Action::Add(add) if add.data_change => add.size,
                    Action::Remove(remove) if remove.data_change => remove.size.unwrap_or(0),
                    Action::Cdc(cdc) => cdc.size,
                    _ => continue,
                };
                files += 1;
                bytes = bytes.saturating_add(size.max(0));
            }
            end += 1;
        }
        Ok((files > 0).then(|| self.offset(Position::start_of(end))))
    }

    fn change_batch(&self, from: Position, end: Position) -> Result<PlanNode, StreamError> {
        let name = self.name.as_deref();
        let first = match from.in_snapshot {
            true => Some(snapshot_as_inserts(&self.log, name, from.version)?),
            false => None,
        };
        let start = from.version + u64::from(from.in_snapshot);
        let rest = match end.version.checked_sub(1).filter(|last| *last >= start) {
            Some(last) => Some(changes(&self.log, name, start, Some(last))?),
            None => None,
        };
        let plan = match (first, rest) {
            (Some(first), Some(rest)) => both(first, rest),
            (Some(plan), None) | (None, Some(plan)) => plan,
            (None, None) => changes(&self.log, name, start, Some(start))?,
        };
        // A source's rows have `_metadata`, which changes don't.
        let mut exprs: Vec<Expr> = plan
            .output
            .iter()
            .enumerate()
            .map(|(i, attribute)| Expr::column(i, attribute))
            .collect();
        let metadata = metadata_attribute();
        exprs.push(Expr::literal(Value::Null, metadata.data_type));
        Ok(PlanNode::Project {
            input: Arc::new(plan),
            exprs,
        })
    }
}

/// What an operation was, as the error names it.
fn describe(info: &CommitInfo) -> String {
    let parameters: Vec<String> = info
        .operation_parameters
        .iter()
        .map(|(name, value)| match value.as_str() {
            Some(text) => format!("{name} -> {text}"),
            None => format!("{name} -> {value}"),
        })
        .collect();
    format!("{} (Map({}))", info.operation, parameters.join(", "))
}

impl Source for DeltaSource {
    fn description(&self) -> String {
        format!("DeltaSource[{}]", self.log.table_path())
    }

    fn next_offset(
        &mut self,
        start: Option<&Offset>,
        ignore_limits: bool,
    ) -> Result<Option<Offset>, StreamError> {
        let from = match start {
            Some(offset) => self.position(offset)?,
            None => self.first_position()?,
        };
        let newest = self.log.snapshot()?;
        if newest.metadata().id != self.table_id {
            return Err(StreamError::DifferentTable {
                expected: self.table_id.clone(),
                found: newest.metadata().id.clone(),
            });
        }
        let latest = self.last_version.unwrap_or(u64::MAX).min(newest.version());
        if self.options.reads_changes {
            let change = self.next_change(from, latest, ignore_limits)?;
            return Ok(change.or(start.cloned()));
        }
        let (max_files, max_bytes) = (self.options.max_files, self.options.max_bytes);
        let (mut files, mut bytes) = (0_u64, 0_u64);
        let end = self.walk(from, latest, |file| {
            // The file that reaches the limit is still taken.
            let is_full = max_files.is_some_and(|max| files >= max)
                || max_bytes.is_some_and(|max| bytes >= max);
            if is_full && !ignore_limits {
                return false;
            }
            files += 1;
            bytes = bytes.saturating_add(u64::try_from(file.size).unwrap_or(0));
            true
        })?;
        if files == 0 {
            // Commits without data are no news.
            return Ok(start.cloned());
        }
        Ok(Some(self.offset(end)))
    }

    fn batch(&mut self, start: Option<&Offset>, end: &Offset) -> Result<PlanNode, StreamError> {
        let end = self.position(end)?;
        let from = match start {
            Some(offset) => self.position(offset)?,
            // The first batch's end tells which snapshot it began with.
            None if end.in_snapshot => Position { index: -1, ..end },
            None => match self.options.start {
                Start::Snapshot => Position {
                    version: end.version.saturating_sub(1),
                    index: -1,
                    in_snapshot: true,
                },
                _ => self.first_position()?,
            },
        };
        if self.options.reads_changes {
            return self.change_batch(from, end);
        }
        let mut files = Vec::new();
        let mut at = from;
        // The same walk as for the offset, up to `end`.
        while (at.version, at.index) < (end.version, end.index) {
            let last = at.version == end.version;
            let of_version: Vec<Arc<AddFile>> = if at.in_snapshot {
                self.snapshot_files(at.version)?.to_vec()
            } else {
                self.commit_files(at.version)?
            };
            let skip = usize::try_from(at.index + 1).unwrap_or(0);
            let until = if last {
                usize::try_from(end.index + 1).unwrap_or(0)
            } else {
                of_version.len()
            };
            files.extend(of_version.into_iter().take(until).skip(skip));
            if last {
                break;
            }
            at = Position::start_of(at.version + 1);
        }
        if !end.in_snapshot {
            self.snapshot = None;
        }
        Ok(PlanNode::DeltaScan(DeltaScan {
            table: self.log.table_path().clone(),
            name: self.name.clone(),
            version: None,
            files: Some(files),
            schema: self.schema.clone(),
            projection: None,
        }))
    }

    fn prepare_available_now(&mut self) -> Result<(), StreamError> {
        self.last_version = Some(self.log.snapshot()?.version());
        Ok(())
    }
}
