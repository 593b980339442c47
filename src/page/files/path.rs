//! Paths of the file system as the Files view walks them.

/// The file system's root.
pub const ROOT: &str = "dbfs:/";

/// The directories from the root to `path`, each with its name and its path: what leads back.
pub fn trail(path: &str) -> Vec<(String, String)> {
    let mut trail = vec![(ROOT.to_owned(), ROOT.to_owned())];
    let mut so_far = ROOT.to_owned();
    for part in path
        .strip_prefix(ROOT)
        .unwrap_or(path)
        .split('/')
        .filter(|part| !part.is_empty())
    {
        so_far.push_str(part);
        so_far.push('/');
        trail.push((part.to_owned(), so_far.clone()));
    }
    trail
}

/// Whether a listed path is a directory.
pub fn is_directory(path: &str) -> bool {
    path.ends_with('/')
}

/// Whether a file is text that can be shown: JSON logs, checkpoints of streams, CSV.
pub fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, extension)) => matches!(
            extension.to_lowercase().as_str(),
            "json" | "jsonl" | "ndjson" | "csv" | "txt" | "sql" | "md" | "crc"
        ),
        None => matches!(name, "metadata" | "_last_checkpoint") || name.parse::<u64>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_leads_from_the_root_to_the_directory() {
        let names: Vec<_> = trail("dbfs:/mnt/demo/")
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["dbfs:/", "mnt", "demo"]);
        assert_eq!(
            trail("dbfs:/mnt/demo/")
                .last()
                .map(|(_, path)| path.as_str()),
            Some("dbfs:/mnt/demo/")
        );
        assert_eq!(trail(ROOT).len(), 1);
    }

    #[test]
    fn logs_and_stream_checkpoints_are_text() {
        assert!(is_text("dbfs:/t/_delta_log/00000000000000000000.json"));
        assert!(is_text("dbfs:/c/offsets/12"));
        assert!(is_text("dbfs:/t/_delta_log/_last_checkpoint"));
        assert!(!is_text("dbfs:/t/part-0.snappy.parquet"));
    }
}
