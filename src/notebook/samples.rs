//! The notebooks that are there at first: `fixtures/notebooks`.

use super::{Notebook, NotebookError, Workspace};

const SAMPLES: [(&str, &str, &str); 2] = [
    (
        "/Includes",
        "Copy-Datasets.py",
        include_str!("../../fixtures/notebooks/Includes/Copy-Datasets.py"),
    ),
    (
        "/Multihop",
        "Multihop Architecture.py",
        include_str!("../../fixtures/notebooks/Multihop/Multihop Architecture.py"),
    ),
];

/// The walk-through, and the notebook of the sample data that it runs.
///
/// # Errors
/// None, unless a fixture is broken.
pub fn samples() -> Result<Workspace, NotebookError> {
    let mut workspace = Workspace::default();
    for (folder, file, text) in SAMPLES {
        workspace.put(folder, Notebook::read(file, text.as_bytes())?);
    }
    Ok(workspace)
}
