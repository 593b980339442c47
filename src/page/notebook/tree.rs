//! The workspace's notebooks by folder.

use crate::protocol::NotebookEntry;

/// The notebooks of each folder, in order: `/Course`, with names and paths.
pub fn folders(notebooks: &[NotebookEntry]) -> Vec<(String, Vec<(String, String)>)> {
    let mut folders: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for entry in notebooks {
        let (folder, name) = split(&entry.path);
        let line = (name.to_owned(), entry.path.clone());
        match folders.iter_mut().find(|(known, _)| known == folder) {
            Some((_, lines)) => lines.push(line),
            None => folders.push((folder.to_owned(), vec![line])),
        }
    }
    folders.sort();
    folders
}

/// A path's folder and name; the root is `/`.
pub fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => ("/", path),
    }
}

/// Whether a dropped or chosen file is a notebook by its name.
pub fn is_notebook(name: &str) -> bool {
    let name = name.to_lowercase();
    [".py", ".sql", ".ipynb"]
        .iter()
        .any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Language;

    #[test]
    fn notebooks_stand_in_their_folders() {
        let entry = |path: &str| NotebookEntry {
            path: path.to_owned(),
            language: Language::Python,
        };
        let found = folders(&[entry("/b/y"), entry("/x"), entry("/b/z"), entry("/a/b/c")]);
        let names: Vec<_> = found
            .iter()
            .map(|(folder, lines)| (folder.as_str(), lines.len()))
            .collect();
        assert_eq!(names, [("/", 1), ("/a/b", 1), ("/b", 2)]);
    }

    #[test]
    fn notebooks_are_known_by_their_extension() {
        assert!(is_notebook("Lesson 1.PY") && is_notebook("a/b.ipynb") && is_notebook("x.sql"));
        assert!(!is_notebook("orders.parquet") && !is_notebook("py"));
    }
}
