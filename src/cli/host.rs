//! This machine: its files, its clock, its randomness.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::CliError;
use crate::env::Clock;
use crate::storage::{DbfsPath, FileSystem};

/// A directory of this machine, and where it goes.
#[derive(Clone)]
pub struct Mount {
    pub from: PathBuf,
    pub to: DbfsPath,
}

impl std::str::FromStr for Mount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text
            .rsplit_once("=dbfs:")
            .map(|(from, to)| (from, format!("dbfs:{to}")))
            .or_else(|| {
                let (from, to) = text.split_once('=')?;
                Some((from, to.to_owned()))
            })
            .ok_or("write it as HOST_DIR=dbfs:/path")?;
        Ok(Mount {
            from: from.into(),
            to: DbfsPath::parse(&to).map_err(|e| e.to_string())?,
        })
    }
}

/// Copies a file or directory of this machine into the session's file system.
pub fn import(fs: &dyn FileSystem, from: &Path, to: &DbfsPath) -> Result<(), CliError> {
    let host = |error| CliError::Host {
        path: from.into(),
        error,
    };
    if from.is_file() {
        let bytes = std::fs::read(from).map_err(host)?;
        fs.put(to, bytes.into())?;
        return Ok(());
    }
    fs.mkdirs(to)?;
    for entry in std::fs::read_dir(from).map_err(host)? {
        let entry = entry.map_err(host)?;
        let name = entry.file_name();
        import(fs, &entry.path(), &to.join(&name.to_string_lossy())?)?;
    }
    Ok(())
}

/// Copies the session's files to a directory of this machine.
pub fn export(fs: &dyn FileSystem, dir: &Path) -> Result<(), CliError> {
    for file in fs.list_recursive(&DbfsPath::root())? {
        let relative = file.path.relative_to(&DbfsPath::root()).unwrap_or_default();
        let path = dir.join(relative);
        let host = |error| CliError::Host {
            path: path.clone(),
            error,
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(host)?;
        }
        std::fs::write(&path, fs.read(&file.path)?).map_err(host)?;
    }
    Ok(())
}

/// This machine's clock; never runs backwards. Waiting for nothing is skipped: then it runs
/// ahead ([`SystemClock::skip`]).
#[derive(Debug, Default)]
pub struct SystemClock {
    /// Where a clock began that moves by readings and skips alone.
    began: Option<i64>,
    last: AtomicI64,
    ahead: AtomicI64,
}

impl SystemClock {
    /// A clock that begins at a time, in milliseconds since the epoch, and moves one with each
    /// reading: the same calls give the same answers.
    pub fn stepping(from: i64) -> Self {
        SystemClock {
            began: Some(from),
            ..SystemClock::default()
        }
    }

    /// Runs ahead by so many milliseconds more.
    pub fn skip(&self, ms: i64) {
        self.ahead.fetch_add(ms.max(0), Ordering::Relaxed);
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let system = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
        };
        if self.began.is_some() {
            self.skip(1);
        }
        let now = self
            .began
            .unwrap_or_else(system)
            .saturating_add(self.ahead.load(Ordering::Relaxed));
        self.last.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

/// Bits that differ from run to run: the hasher's own random keys.
pub fn entropy() -> u128 {
    use std::hash::{BuildHasher, RandomState};
    let half = || u128::from(RandomState::new().hash_one(std::process::id()));
    (half() << 64) | half()
}
