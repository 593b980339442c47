//! Paths under `dbfs:/`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::StorageError;

/// Where the driver's own disk (`file:/`) lies: the directory that Databricks has for it.
const DRIVER: &str = "/local_disk0";

/// An absolute, normalised path under `dbfs:/`: no `.`, `..`, empty part or trailing slash, so
/// that no path leaves the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DbfsPath {
    /// `/a/b`; the root is the empty string.
    path: String,
}

impl DbfsPath {
    /// `dbfs:/`
    pub fn root() -> Self {
        DbfsPath {
            path: String::new(),
        }
    }

    /// Reads `dbfs:/a/b`, `dbfs:///a/b`, `/a/b` or `a/b` (taken from the root), and `file:/a/b` on
    /// the driver's own disk, where `file:/dbfs/a/b` is `dbfs:/a/b`.
    ///
    /// # Errors
    /// [`StorageError::InvalidPath`] for another scheme, for `..` that would leave the root, and
    /// for control characters.
    pub fn parse(text: &str) -> Result<Self, StorageError> {
        let invalid = |reason| StorageError::InvalidPath {
            path: text.into(),
            reason,
        };
        let (disk, rest) = if let Some(rest) = text.strip_prefix("dbfs:") {
            ("", rest)
        } else if let Some(rest) = text.strip_prefix("file:") {
            let mounted = rest.trim_start_matches('/').strip_prefix("dbfs/");
            mounted.map_or((DRIVER, rest), |rest| ("", rest))
        } else if has_scheme(text) {
            return Err(invalid("Only dbfs:/ and file:/ paths exist here."));
        } else {
            ("", text)
        };
        if rest.chars().any(char::is_control) {
            return Err(invalid("Control characters aren't allowed in a path."));
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in rest.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts
                        .pop()
                        .ok_or_else(|| invalid("It would leave the root."))?;
                }
                part => parts.push(part),
            }
        }
        let mut path = disk.to_owned();
        path.extend(parts.iter().flat_map(|part| ["/", part]));
        Ok(DbfsPath { path })
    }

    /// The path of `name` in this directory. `name` may have several parts.
    ///
    /// # Errors
    /// [`StorageError::InvalidPath`] if `name` would leave this directory.
    pub fn join(&self, name: &str) -> Result<Self, StorageError> {
        let joined = DbfsPath::parse(&format!("{}/{name}", self.path))?;
        let inside = joined.path.strip_prefix(self.path.as_str());
        if inside.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/')) {
            return Err(StorageError::InvalidPath {
                path: name.into(),
                reason: "It would leave its directory.",
            });
        }
        Ok(joined)
    }

    /// The directory that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<DbfsPath> {
        self.path.rsplit_once('/').map(|(parent, _)| DbfsPath {
            path: parent.into(),
        })
    }

    /// The last part; empty for the root.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(_, name)| name)
    }

    /// The part below `dir`, without a leading slash; `None` if this isn't below it.
    pub fn relative_to(&self, dir: &DbfsPath) -> Option<&str> {
        self.path.strip_prefix(dir.path.as_str())?.strip_prefix('/')
    }

    /// Whether this is `dir` or lies below it.
    pub fn is_in(&self, dir: &DbfsPath) -> bool {
        self == dir || self.relative_to(dir).is_some()
    }

    /// Whether this is [`SYSTEM_DIRECTORY`](super::SYSTEM_DIRECTORY).
    pub fn is_system_directory(&self) -> bool {
        self.path == super::SYSTEM_DIRECTORY
    }

    /// The least key that a path below this directory can have, for ordered maps of paths: names
    /// such as `dir-x` sort between `dir` and `dir/…`.
    pub(super) fn first_below(&self) -> DbfsPath {
        DbfsPath {
            path: format!("{}/", self.path),
        }
    }

    /// The path without its scheme: `/a/b`, `/` for the root.
    pub fn without_scheme(&self) -> &str {
        if self.path.is_empty() {
            "/"
        } else {
            &self.path
        }
    }
}

impl From<DbfsPath> for String {
    fn from(path: DbfsPath) -> String {
        path.to_string()
    }
}

impl TryFrom<String> for DbfsPath {
    type Error = StorageError;

    fn try_from(text: String) -> Result<Self, StorageError> {
        DbfsPath::parse(&text)
    }
}

/// Whether `text` begins like `file:` or `s3://` does. A `:` after the first `/` is part of a name.
fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

impl fmt::Display for DbfsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.strip_prefix(DRIVER) {
            Some(rest) if rest.starts_with('/') => write!(f, "file:{rest}"),
            _ => write!(f, "dbfs:{}", self.without_scheme()),
        }
    }
}
