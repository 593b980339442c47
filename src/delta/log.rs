//! A table's transaction log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::actions::{Action, CommitInfo};
use super::checkpoint;
use super::error::DeltaError;
use super::log_file::{LOG_DIR, LogFile, commit_name};
use super::snapshot::{Snapshot, State};
use super::transaction::Transaction;
use crate::storage::{DbfsPath, FileStatus, FileSystem, StorageError};

/// A table's transaction log: `<table>/_delta_log`.
///
/// Clones share one cached snapshot, so keep one log a table. Following the table costs what is
/// new in it, not its history.
#[derive(Clone)]
pub struct DeltaLog {
    inner: Arc<Inner>,
}

struct Inner {
    fs: Arc<dyn FileSystem>,
    table: DbfsPath,
    dir: DbfsPath,
    /// The newest snapshot that was read, and the file of its commit: should the table be dropped
    /// and made anew, that file is another.
    latest: Mutex<Option<(Arc<Snapshot>, FileStatus)>>,
    last_commit: LastCommit,
}

/// The version that was committed last, to any table of a session.
pub(super) type LastCommit = Arc<Mutex<Option<u64>>>;

/// A commit as `DESCRIBE HISTORY` lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    pub version: u64,
    /// When the commit was written: milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// Empty for a commit without one.
    pub commit_info: CommitInfo,
}

/// The files that make up a version: a checkpoint, and the commits after it.
struct Segment {
    version: u64,
    /// Newest first; each with its parts in order.
    checkpoints: Vec<checkpoint::Files>,
    commits: BTreeMap<u64, FileStatus>,
}

impl DeltaLog {
    /// The log of the table at `table`, whether or not there is one.
    pub fn for_table(fs: Arc<dyn FileSystem>, table: DbfsPath) -> Self {
        DeltaLog::told(fs, table, LastCommit::default())
    }

    /// The same, which tells of its commits.
    pub(super) fn told(fs: Arc<dyn FileSystem>, table: DbfsPath, last_commit: LastCommit) -> Self {
        let dir = table.join(LOG_DIR).unwrap_or_else(|_| table.clone());
        DeltaLog {
            inner: Arc::new(Inner {
                fs,
                table,
                dir,
                latest: Mutex::default(),
                last_commit,
            }),
        }
    }

    pub(super) fn committed(&self, version: u64) {
        let mut last = self
            .inner
            .last_commit
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(version);
    }

    /// The table's directory.
    pub fn table_path(&self) -> &DbfsPath {
        &self.inner.table
    }

    /// `<table>/_delta_log`
    pub fn log_path(&self) -> &DbfsPath {
        &self.inner.dir
    }

    /// The file system that holds the table.
    pub fn file_system(&self) -> &Arc<dyn FileSystem> {
        &self.inner.fs
    }

    /// Whether there is a Delta table.
    pub fn exists(&self) -> Result<bool, DeltaError> {
        Ok(self.latest_version()?.is_some())
    }

    /// The newest version; `None` if there is no table.
    pub fn latest_version(&self) -> Result<Option<u64>, DeltaError> {
        if let Some((version, newer)) = self.cached_and_newer()? {
            let newest = newer.keys().next_back().copied();
            return Ok(Some(newest.unwrap_or(version.version())));
        }
        Ok(self.segment(None)?.map(|s| s.version))
    }

    /// The table as it is now.
    ///
    /// # Errors
    /// [`DeltaError::TableNotFound`]; what a damaged or unsupported log gives.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, DeltaError> {
        self.latest_snapshot()?
            .ok_or_else(|| self.table_not_found())
    }

    /// The table as it is now; `None` if there is none.
    pub fn latest_snapshot(&self) -> Result<Option<Arc<Snapshot>>, DeltaError> {
        if let Some((cached, newer)) = self.cached_and_newer()? {
            let Some(last) = newer.values().next_back().cloned() else {
                return Ok(Some(cached));
            };
            let snapshot = Arc::new(self.follow(&cached, newer)?);
            *self.latest() = Some((snapshot.clone(), last));
            return Ok(Some(snapshot));
        }
        let Some(segment) = self.segment(None)? else {
            return Ok(None);
        };
        let last = segment.commits.get(&segment.version).cloned();
        let snapshot = Arc::new(self.replay(segment)?);
        *self.latest() = last.map(|last| (snapshot.clone(), last));
        Ok(Some(snapshot))
    }

    /// The table as it was at `version`.
    ///
    /// # Errors
    /// [`DeltaError::VersionNotAvailable`] if it is newer than the table, or its log is gone.
    pub fn snapshot_at(&self, version: u64) -> Result<Arc<Snapshot>, DeltaError> {
        let latest = self
            .latest_version()?
            .ok_or_else(|| self.table_not_found())?;
        if version >= latest {
            let snapshot = self.snapshot()?;
            if version == snapshot.version() {
                return Ok(snapshot);
            }
        }
        let not_available = |earliest| DeltaError::VersionNotAvailable {
            version,
            earliest,
            latest,
        };
        if version > latest {
            return Err(not_available(self.earliest_version()?.unwrap_or(latest)));
        }
        let unavailable = |log: &DeltaLog| match log.earliest_version() {
            Ok(earliest) => not_available(earliest.unwrap_or(latest)),
            Err(e) => e,
        };
        match self.segment(Some(version))? {
            Some(segment) if segment.version == version => match self.replay(segment) {
                Ok(snapshot) => Ok(Arc::new(snapshot)),
                Err(DeltaError::TruncatedLog { .. }) => Err(unavailable(self)),
                Err(e) => Err(e),
            },
            _ => Err(unavailable(self)),
        }
    }

    /// The newest version committed at or before `timestamp_ms` (milliseconds since the epoch).
    ///
    /// # Errors
    /// [`DeltaError::TimestampTooEarly`], [`DeltaError::TimestampTooLate`].
    pub fn version_at_timestamp(&self, timestamp_ms: i64) -> Result<u64, DeltaError> {
        let earliest = self
            .earliest_version()?
            .ok_or_else(|| self.table_not_found())?;
        let commits = self.commits_from(earliest)?;
        let mut found = None;
        // Delta makes commit times strictly increasing, should the files' times not be.
        let mut previous = i64::MIN;
        let mut first = None;
        for (version, status) in &commits {
            let time = status.modification_time.max(previous.saturating_add(1));
            previous = time;
            first.get_or_insert(time);
            if time <= timestamp_ms {
                found = Some(*version);
            }
        }
        let provided = || format_timestamp(timestamp_ms);
        match found {
            Some(_) if timestamp_ms > previous => Err(DeltaError::TimestampTooLate {
                provided: provided(),
                table: self.inner.table.clone(),
                latest: format_timestamp(previous),
            }),
            Some(version) => Ok(version),
            None => Err(DeltaError::TimestampTooEarly {
                provided: provided(),
                table: self.inner.table.clone(),
                earliest: format_timestamp(first.unwrap_or(previous)),
            }),
        }
    }

    /// The earliest version that can still be read; `None` if there is no table.
    pub fn earliest_version(&self) -> Result<Option<u64>, DeltaError> {
        let mut earliest_checkpoint = None;
        let mut earliest_commit = None;
        for status in self.list_from("")? {
            match LogFile::parse(&status) {
                Some(LogFile::Commit { version: 0 }) => return Ok(Some(0)),
                Some(LogFile::Commit { version }) => {
                    earliest_commit.get_or_insert(version);
                }
                Some(
                    LogFile::Checkpoint { version, .. } | LogFile::V2Checkpoint { version, .. },
                ) => {
                    earliest_checkpoint.get_or_insert(version);
                }
                None => {}
            }
        }
        Ok(earliest_checkpoint.or(earliest_commit))
    }

    /// The actions of one commit.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] for a version without a commit file.
    pub fn commit(&self, version: u64) -> Result<Vec<Action>, DeltaError> {
        let path = self.commit_path(version)?;
        parse_commit(&path, &self.inner.fs.read(&path)?)
    }

    /// The text of one commit: an action a line.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] for a version without a commit file.
    pub fn raw_commit(&self, version: u64) -> Result<Bytes, DeltaError> {
        Ok(self.inner.fs.read(&self.commit_path(version)?)?)
    }

    /// The commits, newest first, at most `limit` of them.
    pub fn history(&self, limit: Option<usize>) -> Result<Vec<HistoryEntry>, DeltaError> {
        let latest = self
            .latest_version()?
            .ok_or_else(|| self.table_not_found())?;
        let wanted = limit.map_or(u64::MAX, |l| u64::try_from(l).unwrap_or(u64::MAX));
        let from = latest.saturating_add(1).saturating_sub(wanted);
        let mut entries = Vec::new();
        for (version, status) in self.commits_from(from)?.into_iter().rev() {
            let actions = parse_commit(&status.path, &self.inner.fs.read(&status.path)?)?;
            let commit_info = actions.into_iter().find_map(|action| match action {
                Action::CommitInfo(info) => Some(info),
                _ => None,
            });
            entries.push(HistoryEntry {
                version,
                timestamp_ms: status.modification_time,
                commit_info: commit_info.unwrap_or_default(),
            });
        }
        Ok(entries)
    }

    /// Begins a transaction on the table as it is now, or on a table to be made.
    pub fn transaction(&self) -> Result<Transaction, DeltaError> {
        Ok(Transaction::new(self.clone(), self.latest_snapshot()?))
    }

    pub(super) fn commit_path(&self, version: u64) -> Result<DbfsPath, DeltaError> {
        Ok(self.inner.dir.join(&commit_name(version))?)
    }

    pub(super) fn table_not_found(&self) -> DeltaError {
        DeltaError::TableNotFound {
            table: self.inner.table.clone(),
        }
    }

    fn latest(&self) -> MutexGuard<'_, Option<(Arc<Snapshot>, FileStatus)>> {
        // What it guards is replaced whole, so a panic elsewhere leaves it usable.
        self.inner
            .latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The cached snapshot and the commits after it; `None` if there is none, or the table isn't
    /// the same any more.
    #[expect(clippy::type_complexity, reason = "used twice, right here")]
    fn cached_and_newer(
        &self,
    ) -> Result<Option<(Arc<Snapshot>, BTreeMap<u64, FileStatus>)>, DeltaError> {
        let Some((cached, file)) = self.latest().clone() else {
            return Ok(None);
        };
        let mut newer = self.commits_from(cached.version())?;
        if newer.remove(&cached.version()) == Some(file) {
            return Ok(Some((cached, newer)));
        }
        *self.latest() = None;
        Ok(None)
    }

    fn list_from(&self, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        self.inner.fs.list_from(&self.inner.dir, start)
    }

    /// The commit files from `version` on.
    pub(super) fn commits_from(
        &self,
        version: u64,
    ) -> Result<BTreeMap<u64, FileStatus>, DeltaError> {
        Ok(self
            .list_from(&commit_name(version))?
            .into_iter()
            .filter_map(|status| match LogFile::parse(&status)? {
                LogFile::Commit { version } => Some((version, status)),
                _ => None,
            })
            .collect())
    }

    /// Finds the files for `version`, or for the newest; `None` if there is no log.
    fn segment(&self, version: Option<u64>) -> Result<Option<Segment>, DeltaError> {
        let hint = checkpoint::last_checkpoint(self.inner.fs.as_ref(), &self.inner.dir)
            .filter(|hint| version.is_none_or(|v| *hint <= v));
        if let Some(hint) = hint {
            let segment = self.segment_from(&format!("{hint:020}."), version)?;
            // A hint that leads to nothing is worth nothing.
            if let Some(segment) = segment.filter(|s| !s.checkpoints.is_empty()) {
                return Ok(Some(segment));
            }
        }
        self.segment_from("", version)
    }

    fn segment_from(
        &self,
        start: &str,
        target: Option<u64>,
    ) -> Result<Option<Segment>, DeltaError> {
        let mut checkpoints = checkpoint::Listing::default();
        let mut commits = BTreeMap::new();
        let wanted = |version: u64| target.is_none_or(|t| version <= t);
        for status in self.list_from(start)? {
            match LogFile::parse(&status) {
                Some(LogFile::Commit { version }) if wanted(version) => {
                    commits.insert(version, status);
                }
                Some(LogFile::Checkpoint {
                    version,
                    part,
                    parts,
                }) if wanted(version) => checkpoints.part(version, part, parts, status.path),
                Some(LogFile::V2Checkpoint { version, json }) if wanted(version) => {
                    checkpoints.v2(version, json, status.path);
                }
                _ => {}
            }
        }
        let checkpoints = checkpoints.complete();
        let newest_commit = commits.keys().next_back().copied();
        let newest_checkpoint = checkpoints.first().map(|c| c.version);
        Ok(newest_commit.max(newest_checkpoint).map(|version| Segment {
            version,
            checkpoints,
            commits,
        }))
    }

    /// Replays a segment: from its newest checkpoint that can be read, or from version 0.
    fn replay(&self, segment: Segment) -> Result<Snapshot, DeltaError> {
        let mut failure = None;
        for files in &segment.checkpoints {
            let read = checkpoint::read(&self.inner.fs, &self.inner.dir, files);
            match read {
                Ok(state) => {
                    return self.replay_commits(Some(files.version), state, &segment);
                }
                Err(e) => failure = failure.or(Some(e)),
            }
        }
        // The segment may begin at a checkpoint's hint; without that checkpoint all commits count.
        let segment = match failure {
            None => segment,
            Some(_) => match self.segment_from("", Some(segment.version))? {
                Some(whole) => whole,
                None => segment,
            },
        };
        if segment.commits.contains_key(&0) {
            return self.replay_commits(None, State::default(), &segment);
        }
        Err(failure.unwrap_or_else(|| DeltaError::TruncatedLog {
            log: self.inner.dir.clone(),
            version: segment.version,
        }))
    }

    fn replay_commits(
        &self,
        checkpoint: Option<u64>,
        mut state: State,
        segment: &Segment,
    ) -> Result<Snapshot, DeltaError> {
        let mut next = checkpoint.map_or(0, |version| version.saturating_add(1));
        for (version, status) in segment.commits.range(next..) {
            self.check_next(next, *version)?;
            self.apply(&mut state, status)?;
            next = version.saturating_add(1);
        }
        let status = segment.commits.get(&segment.version);
        let timestamp_ms = status.map_or(0, |s| s.modification_time);
        Snapshot::new(
            self.inner.table.clone(),
            segment.version,
            timestamp_ms,
            state,
        )
    }

    fn follow(
        &self,
        from: &Snapshot,
        commits: BTreeMap<u64, FileStatus>,
    ) -> Result<Snapshot, DeltaError> {
        let mut state = from.state().clone();
        let (mut version, mut timestamp_ms) = (from.version(), from.timestamp_ms());
        for (newer, status) in &commits {
            self.check_next(version.saturating_add(1), *newer)?;
            self.apply(&mut state, status)?;
            (version, timestamp_ms) = (*newer, status.modification_time);
        }
        from.next(version, timestamp_ms, state)
    }

    fn check_next(&self, expected: u64, found: u64) -> Result<(), DeltaError> {
        if expected == found {
            return Ok(());
        }
        let before = expected.checked_sub(1).map(|v| format!("{v}, "));
        Err(DeltaError::VersionsNotContiguous {
            log: self.inner.dir.clone(),
            versions: format!("{}{found}", before.unwrap_or_default()),
        })
    }

    fn apply(&self, state: &mut State, commit: &FileStatus) -> Result<(), DeltaError> {
        let bytes = self.inner.fs.read(&commit.path)?;
        for action in parse_commit(&commit.path, &bytes)? {
            state.apply(action);
        }
        Ok(())
    }
}

/// Reads a commit; unknown actions and empty lines are left out.
pub(super) fn parse_commit(path: &DbfsPath, bytes: &[u8]) -> Result<Vec<Action>, DeltaError> {
    let mut actions = Vec::new();
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let action = Action::from_json(line).map_err(|e| DeltaError::InvalidLogEntry {
            path: path.clone(),
            line: index + 1,
            reason: e.to_string(),
        })?;
        actions.extend(action);
    }
    Ok(actions)
}

/// `yyyy-MM-dd HH:mm:ss.SSS` in UTC.
fn format_timestamp(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms).map_or_else(
        || ms.to_string(),
        |t| t.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
    )
}
