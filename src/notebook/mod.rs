//! Notebooks: cells, the formats they are kept in, what a cell means, what it shows.
//!
//! A [`Notebook`] is read from and written to Databricks' source format (`.py`, `.sql`, `.scala`,
//! `.r`), Jupyter's (`.ipynb`) and plain files. A cell's [`steps`](Cell::steps) are what running
//! it does; [`Workspace`] says which notebook a `%run` means; [`CellResult`] is what a cell came
//! to, as `multihop run --json` prints it.

mod error;
mod files;
mod jupyter;
mod output;
mod plain;
mod samples;
mod source;
mod sql;
mod steps;
#[cfg(test)]
mod tests;
mod widgets;
mod workspace;

pub use crate::protocol::{CellLanguage, Language};
pub use error::NotebookError;
pub use files::FsShown;
pub use output::{CellError, CellResult, CellStatus, Output, OutputColumn, json_rows};
pub use samples::samples;
pub use sql::{bind, markers, statements, substitute};
pub use steps::{FsCommand, SqlStatement, Step};
pub use widgets::WidgetStatement;
pub use workspace::{MAX_RUN_DEPTH, Module, Resolved, Workspace, resolve_path};

use serde_json::{Map, Value};

/// How a notebook is kept in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Databricks' source format: a program in the notebook's language, cells parted and magics
    /// hidden by comments.
    #[default]
    Source,
    /// Jupyter's JSON, version 4.
    Jupyter,
    /// A program as it is; `# %%` parts a Python program into cells.
    Plain,
}

/// A notebook.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notebook {
    /// Its name: a file's, without folder and extension.
    pub name: String,
    pub language: Language,
    pub cells: Vec<Cell>,
    /// The format it was read from.
    pub format: Format,
    /// A Jupyter notebook's own metadata and version, whatever they are.
    pub metadata: Map<String, Value>,
    /// The text that it was read from: given back as long as nothing was changed.
    read_from: Option<String>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// What people see and write, with the magic if it has one.
    pub source: String,
    /// `# DBTITLE 1,…`
    pub title: Option<String>,
    /// All that a Jupyter cell has besides its source: metadata, outputs, id, execution count.
    pub extra: Map<String, Value>,
}

impl Cell {
    /// A cell with that source.
    pub fn new(source: impl Into<String>) -> Cell {
        Cell {
            source: source.into(),
            ..Cell::default()
        }
    }

    /// What it is written in, in a notebook of that language.
    pub fn language(&self, default: Language) -> CellLanguage {
        CellLanguage::of(&self.source, default).0
    }

    /// Its source behind the magic's word.
    pub fn body(&self, default: Language) -> &str {
        let (_, start) = CellLanguage::of(&self.source, default);
        self.source.get(start..).unwrap_or_default()
    }
}

impl Notebook {
    /// An empty notebook.
    pub fn new(name: &str, language: Language) -> Notebook {
        Notebook {
            name: name.into(),
            language,
            ..Notebook::default()
        }
    }

    /// Reads a notebook. `path` says by its extension what it is.
    ///
    /// # Errors
    /// [`NotebookError::UnknownKind`] for another extension, [`NotebookError::Unreadable`] for
    /// what isn't UTF-8 or no Jupyter notebook of version 4.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Notebook, NotebookError> {
        let file = path.rsplit('/').next().unwrap_or(path);
        let (name, extension) = split_extension(file);
        let text = std::str::from_utf8(bytes).map_err(|e| NotebookError::Unreadable {
            name: file.into(),
            reason: format!("it isn't text in UTF-8 (byte {}).", e.valid_up_to()),
        })?;
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut notebook = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("ipynb") => jupyter::read(file, body)?,
            Some("py") => read_program(body, Language::Python),
            Some("sql") => read_program(body, Language::Sql),
            Some("scala") => read_program(body, Language::Scala),
            Some("r") => read_program(body, Language::R),
            _ => return Err(NotebookError::UnknownKind { name: file.into() }),
        };
        notebook.name = name.into();
        notebook.read_from = Some(text.into());
        Ok(notebook)
    }

    /// The notebook as a file's text. What was read and not changed since is given back byte for
    /// byte, in the format it came from.
    pub fn write(&self, format: Format) -> String {
        if let Some(text) = &self.read_from
            && self.format == format
            && let Ok(before) = Notebook::read(&self.file_name(format), text.as_bytes())
            && before.cells == self.cells
            && before.language == self.language
            && before.metadata == self.metadata
        {
            return text.clone();
        }
        match format {
            Format::Source => source::write(self),
            Format::Jupyter => jupyter::write(self),
            Format::Plain => plain::write(self),
        }
    }

    /// The name of the file that it would be written to.
    pub fn file_name(&self, format: Format) -> String {
        let extension = match (format, self.language) {
            (Format::Jupyter, _) => "ipynb",
            (_, Language::Python) => "py",
            (_, Language::Sql) => "sql",
            (_, Language::Scala) => "scala",
            (_, Language::R) => "r",
        };
        format!("{}.{extension}", self.name)
    }
}

/// A name and its extension, if it is that of a notebook.
pub(crate) fn split_extension(file: &str) -> (&str, Option<&str>) {
    match file.rsplit_once('.') {
        Some((name, extension))
            if !name.is_empty()
                && ["py", "sql", "ipynb", "scala", "r"]
                    .iter()
                    .any(|known| extension.eq_ignore_ascii_case(known)) =>
        {
            (name, Some(extension))
        }
        _ => (file, None),
    }
}

fn read_program(text: &str, language: Language) -> Notebook {
    source::read(text, language).unwrap_or_else(|| plain::read(text, language))
}

/// How the notebook's language begins a comment.
fn comment(language: Language) -> &'static str {
    match language {
        Language::Python | Language::R => "#",
        Language::Sql => "--",
        Language::Scala => "//",
    }
}

/// A text's lines without their ends, `\r\n` or `\n`.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}
