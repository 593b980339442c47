//! The notebooks of a folder of this machine, for `%run`.

use std::path::Path;

use super::CliError;
use crate::notebook::{Notebook, Step, Workspace};

/// More files than a workspace has.
const MAX_FILES: usize = 5_000;

/// The notebooks within reach, and the path among them of the one to run.
///
/// # Errors
/// A file that can't be read, or is no notebook.
pub fn load(wanted: &Path, given: Option<&Path>) -> Result<(Workspace, String), CliError> {
    let host = |path: &Path, error| CliError::Host {
        path: path.into(),
        error,
    };
    let canonical = |path: &Path| path.canonicalize().map_err(|e| host(path, e));
    let file = match given.map(|dir| dir.join(wanted)) {
        Some(within) if !wanted.exists() => canonical(&within)?,
        _ => canonical(wanted)?,
    };
    let bytes = std::fs::read(&file).map_err(|e| host(&file, e))?;
    let notebook = Notebook::read(&file.to_string_lossy(), &bytes)?;
    let root = match given {
        Some(dir) => canonical(dir)?,
        None => {
            let above = climbs(&notebook);
            let mut dirs = file.ancestors().skip(1);
            dirs.nth(above).unwrap_or(Path::new("/")).to_path_buf()
        }
    };
    let mut workspace = Workspace::default();
    let mut left = MAX_FILES;
    read_folder(&root, "/", &mut workspace, &mut left);
    let folder = file
        .parent()
        .and_then(|dir| dir.strip_prefix(&root).ok())
        .map(|dir| format!("/{}", dir.to_string_lossy()))
        .unwrap_or_else(|| "/".into());
    let path = workspace.put(&folder, notebook);
    Ok((workspace, path))
}

/// How many folders up its `%run`s go.
fn climbs(notebook: &Notebook) -> usize {
    let steps = notebook
        .cells
        .iter()
        .filter_map(|cell| cell.steps(notebook.language).ok());
    let up = |step: Step| match step {
        Step::Run { path, .. } => path.split('/').take_while(|part| *part == "..").count(),
        _ => 0,
    };
    steps.flatten().map(up).max().unwrap_or(0)
}

/// Notebooks of a folder and those below it. What can't be read is none.
fn read_folder(dir: &Path, folder: &str, workspace: &mut Workspace, left: &mut usize) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || *left == 0 {
            continue;
        }
        *left -= 1;
        if path.is_dir() {
            read_folder(&path, &format!("{folder}{name}/"), workspace, left);
            continue;
        }
        let is_notebook = [".py", ".sql", ".ipynb", ".scala", ".r"]
            .iter()
            .any(|end| name.to_lowercase().ends_with(end));
        if is_notebook
            && let Ok(bytes) = std::fs::read(&path)
            && let Ok(notebook) = Notebook::read(&name, &bytes)
        {
            workspace.put(folder, notebook);
        }
    }
}
