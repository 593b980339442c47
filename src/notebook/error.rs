//! Why a notebook or a cell is refused.

/// A notebook can't be read, or a cell can't be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotebookError {
    #[error("{name} isn't a notebook that can be read here: {reason}")]
    Unreadable { name: String, reason: String },
    #[error(
        "{name} is of a kind that isn't read here: save it as a .py, .sql or .ipynb file and open that"
    )]
    UnknownKind { name: String },
    #[error("There is no notebook {path}.{hint}")]
    NotFound { path: String, hint: String },
    #[error("%run takes the path of one notebook: %run ./other $name=\"value\". {reason}")]
    InvalidRun { reason: String },
    #[error("%fs takes a command and its paths: ls, cp, mv, rm, mkdirs, head or put. {reason}")]
    InvalidFs { reason: String },
    #[error("{what} can't run here: {reason}")]
    Refused { what: String, reason: &'static str },
    #[error("Notebooks run one another too deep: {path} is the {depth}th.")]
    TooDeep { path: String, depth: usize },
}

impl NotebookError {
    /// The exception's class, as a cell's error shows it.
    pub fn class(&self) -> &'static str {
        match self {
            NotebookError::Unreadable { .. } | NotebookError::UnknownKind { .. } => {
                "NotebookImportException"
            }
            NotebookError::NotFound { .. } | NotebookError::TooDeep { .. } => {
                "NotebookNotFoundException"
            }
            NotebookError::InvalidRun { .. } | NotebookError::InvalidFs { .. } => {
                "IllegalArgumentException"
            }
            NotebookError::Refused { .. } => "UnsupportedOperationException",
        }
    }
}
