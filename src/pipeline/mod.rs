//! Pipelines: the statements that declare one, and what Flow shows of it.

mod bookstore;
mod custom;
mod lineage;

pub use bookstore::{DATASET, bookstore};
pub use custom::{HopTexts, custom, landing, root, suggest};
pub use lineage::{Edge, Lineage, Node};

use serde::{Deserialize, Serialize};

use crate::session::Statement;

/// A pipeline: statements in the order in which they run, in three parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Unique in the session.
    pub id: String,
    pub title: String,
    /// Views and continuous streams: what Start runs.
    pub start: Vec<Declared>,
    /// Queries that stop by themselves: what Update gold runs, each time anew.
    pub update: Vec<Declared>,
    /// Directories to which files are dropped, with their format.
    pub landing: Vec<Landing>,
    /// Where the files still to come lie, if it has sample data.
    pub sample: Option<Sample>,
}

/// A statement with a title for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    pub title: String,
    pub statement: Statement,
}

/// A directory that takes files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Landing {
    /// `dbfs:/…`
    pub path: String,
    pub format: String,
}

/// Sample data that arrives file by file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The files to come, and where they arrive.
    pub from: String,
    pub to: String,
}

impl Pipeline {
    /// All statements, in the order in which they first run.
    pub fn statements(&self) -> impl Iterator<Item = &Declared> {
        self.start.iter().chain(&self.update)
    }
}
