//! The names of files in `_delta_log`. Delta PROTOCOL.md, "Delta Log Entries", "Checkpoints".

use crate::storage::FileStatus;

/// The directory in a table that holds its log.
pub const LOG_DIR: &str = "_delta_log";

/// The file that says where the last checkpoint is: a hint, never an authority.
pub(super) const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// A file that matters for reading the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LogFile {
    Commit {
        version: u64,
    },
    /// `part` of `parts`, counted from 1; a whole checkpoint is part 1 of 1.
    Checkpoint {
        version: u64,
        part: u32,
        parts: u32,
    },
    /// A checkpoint named by UUID: v2.
    V2Checkpoint {
        version: u64,
        json: bool,
    },
}

impl LogFile {
    /// What a file is by its name; `None` for anything else (checksums, compactions, temporaries).
    pub(super) fn parse(status: &FileStatus) -> Option<LogFile> {
        let mut parts = status.path.name().split('.');
        let version = digits::<u64>(parts.next()?, 20)?;
        let rest: Vec<&str> = parts.collect();
        match rest.as_slice() {
            ["json"] => Some(LogFile::Commit { version }),
            ["checkpoint", "parquet"] => Some(LogFile::Checkpoint {
                version,
                part: 1,
                parts: 1,
            }),
            ["checkpoint", part, parts, "parquet"] => {
                let (part, parts) = (digits(part, 10)?, digits(parts, 10)?);
                (1..=parts).contains(&part).then_some(LogFile::Checkpoint {
                    version,
                    part,
                    parts,
                })
            }
            ["checkpoint", uuid, format @ ("json" | "parquet")] if uuid.len() == 36 => {
                Some(LogFile::V2Checkpoint {
                    version,
                    json: *format == "json",
                })
            }
            _ => None,
        }
    }
}

/// `%020d.json`
pub(super) fn commit_name(version: u64) -> String {
    format!("{version:020}.json")
}

/// `%020d.checkpoint.parquet`
pub(super) fn checkpoint_name(version: u64) -> String {
    format!("{version:020}.checkpoint.parquet")
}

fn digits<T: std::str::FromStr>(text: &str, count: usize) -> Option<T> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}
