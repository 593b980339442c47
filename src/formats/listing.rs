//! Which files of a directory are data.

use regex::Regex;

use crate::storage::{DbfsPath, FileStatus, FileSystem, StorageError};

/// Whether a path below a data directory is none of its data: a part of it begins with `_` or
/// `.`. `_year=2024` is a partition, not hidden.
///
/// Source: Spark's `HadoopFSUtils.shouldFilterOutPathName`.
pub fn is_hidden(relative: &str) -> bool {
    relative.split('/').any(|part| {
        part.starts_with('.')
            || part.ends_with("._COPYING_")
            || (part.starts_with('_') && !part.contains('='))
    })
}

/// Whether a name matches a pattern of Hadoop's: `*`, `?`, `[a-c]`, `[^a-c]`, `{a,b}`, and `\`
/// before a character that stands for itself. A pattern that makes no sense matches nothing.
///
/// Source: Hadoop's `GlobPattern`.
pub fn glob_matches(glob: &str, name: &str) -> bool {
    glob_regex(glob).is_some_and(|regex| regex.is_match(name))
}

/// What lies at a path, each part of which may be a glob, by path.
///
/// # Errors
/// `PATH_NOT_FOUND` if nothing does.
pub fn expand_glob(fs: &dyn FileSystem, path: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
    let not_found = || StorageError::NotFound { path: path.clone() };
    if let Some(status) = fs.status(path)? {
        return Ok(vec![status]);
    }
    let text = path.relative_to(&DbfsPath::root()).unwrap_or_default();
    if !text.contains(['*', '?', '[', '{']) {
        return Err(not_found());
    }
    let mut found = vec![DbfsPath::root()];
    for part in text.split('/') {
        let mut next = Vec::new();
        for dir in found {
            if !part.contains(['*', '?', '[', '{']) {
                next.push(dir.join(part)?);
                continue;
            }
            if fs.status(&dir)?.is_some_and(|s| s.is_dir) {
                let entries = fs.list(&dir)?.into_iter().map(|s| s.path);
                next.extend(
                    entries.filter(|p| !is_hidden(p.name()) && glob_matches(part, p.name())),
                );
            }
        }
        found = next;
    }
    let mut statuses = Vec::new();
    for path in found {
        statuses.extend(fs.status(&path)?);
    }
    if statuses.is_empty() {
        return Err(not_found());
    }
    Ok(statuses)
}

/// The regular expression of a glob pattern.
pub fn glob_regex(glob: &str) -> Option<Regex> {
    let mut regex = String::from("(?s)^");
    let mut chars = glob.chars().peekable();
    let mut groups = 0;
    while let Some(c) = chars.next() {
        match c {
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '{' => {
                groups += 1;
                regex.push_str("(?:");
            }
            '}' if groups > 0 => {
                groups -= 1;
                regex.push(')');
            }
            ',' if groups > 0 => regex.push('|'),
            '[' => {
                regex.push('[');
                if matches!(chars.peek(), Some('^' | '!')) {
                    chars.next();
                    regex.push('^');
                }
                loop {
                    match chars.next()? {
                        ']' => break,
                        '-' => regex.push('-'),
                        other => regex.push_str(&regex::escape(&other.to_string())),
                    }
                }
                regex.push(']');
            }
            '\\' => regex.push_str(&regex::escape(&chars.next()?.to_string())),
            other => regex.push_str(&regex::escape(&other.to_string())),
        }
    }
    regex.push('$');
    Regex::new(&regex).ok()
}
