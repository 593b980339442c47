//! Notebooks as both sides speak of them.

use serde::{Deserialize, Serialize};

use super::{ErrorInfo, RelationView};

/// A notebook's default language: that of cells without a magic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Python,
    Sql,
    Scala,
    R,
}

/// What a cell is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellLanguage {
    Python,
    Sql,
    /// `%md`
    Markdown,
    /// `%fs`
    Fs,
    /// `%sh`, `!command`
    Sh,
    /// `%run`
    Run,
    /// `%pip`, `%conda`
    Pip,
    Scala,
    R,
    /// A Jupyter notebook's raw cell: kept, never run.
    Raw,
}

impl CellLanguage {
    /// A cell's language by its magic, or the notebook's; and where its body begins, in bytes
    /// of `source`: behind the magic's word.
    ///
    /// The magic is the first thing in a cell: `%sql`, or `%%sql` as Jupyter writes it. A word
    /// that names no language here belongs to the body (`%timeit`).
    pub fn of(source: &str, default: Language) -> (CellLanguage, usize) {
        let own = match default {
            Language::Python => CellLanguage::Python,
            Language::Sql => CellLanguage::Sql,
            Language::Scala => CellLanguage::Scala,
            Language::R => CellLanguage::R,
        };
        let start = source.len() - source.trim_start().len();
        let rest = source.get(start..).unwrap_or_default();
        let Some(word) = rest.strip_prefix("%%").or_else(|| rest.strip_prefix('%')) else {
            return (own, 0);
        };
        let length = word
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(word.len());
        let name = word.get(..length).unwrap_or_default();
        let language = match name.to_ascii_lowercase().as_str() {
            "python" => CellLanguage::Python,
            "sql" => CellLanguage::Sql,
            "md" | "md-sandbox" | "markdown" => CellLanguage::Markdown,
            "fs" => CellLanguage::Fs,
            "sh" | "bash" => CellLanguage::Sh,
            "run" => CellLanguage::Run,
            "pip" | "conda" => CellLanguage::Pip,
            "scala" => CellLanguage::Scala,
            "r" => CellLanguage::R,
            "raw" => CellLanguage::Raw,
            _ => return (own, 0),
        };
        (language, source.len() - word.len() + length)
    }
}

/// A notebook in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotebookEntry {
    /// `/Multihop/Multihop Architecture`
    pub path: String,
    pub language: Language,
}

/// An open notebook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotebookView {
    pub path: String,
    pub language: Language,
    pub cells: Vec<CellView>,
    /// What values stand for `$name`, and how people set them.
    pub widgets: Vec<WidgetView>,
    /// What cells showed before the engine began; each once, when the notebook is first opened.
    pub shown: Vec<CellShown>,
}

/// What a cell showed, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellShown {
    pub cell: u32,
    pub outputs: Vec<CellOutput>,
    pub end: Option<CellEnd>,
}

/// How a cell ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellEnd {
    /// How long it ran.
    pub ms: f64,
    /// When it ended: milliseconds since the epoch.
    pub at_ms: f64,
    pub error: Option<ErrorInfo>,
}

/// A cell of an open notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellView {
    /// Names it in its notebook, as long as that is open. The page chooses those of new cells,
    /// above all that it was given.
    pub id: u32,
    pub source: String,
    pub title: Option<String>,
}

/// A widget: a value that people set above the notebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WidgetView {
    pub name: String,
    pub label: String,
    pub value: String,
    /// What can be chosen; none for a free text.
    pub choices: Vec<String>,
}

/// A file format that a notebook can be saved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotebookFormat {
    /// Databricks' source file.
    Source,
    /// Jupyter's `.ipynb`.
    Jupyter,
    /// The one that it was read in.
    Own,
}

/// A file format that rows can be saved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowsFormat {
    Csv,
    Parquet,
    /// A list of rows, each a list of its values, as `multihop run --json` writes them.
    Json,
}

/// One thing that a cell shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CellOutput {
    /// Printed text: it follows what was printed before it.
    Text { text: String },
    /// What `displayHTML` was given. Hostile: shown in a frame of its own, without scripts.
    Html { html: String },
    /// Rows. The page frees the relation once it no longer shows it.
    Table {
        relation: RelationView,
        /// The run of the stream that it shows, if it does.
        stream: Option<String>,
    },
}

/// A name that may come next in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    pub label: String,
    /// `table`, `column`, `function`, `method`, `keyword`, `variable`.
    pub kind: String,
    /// A column's type, a function's usage.
    pub detail: String,
}

/// Bytes of printed text that are kept of a cell: the newest.
const MOST_TEXT: usize = 200_000;

/// Adds what a cell prints to what it printed before.
pub fn add_printed(before: &mut String, more: &str) {
    before.push_str(more);
    keep_newest(before);
}

/// Leaves out the beginning of a lot of printed text, with a sign for it.
pub fn keep_newest(text: &mut String) {
    if text.len() > MOST_TEXT {
        let cut = (text.len() - MOST_TEXT..text.len()).find(|at| text.is_char_boundary(*at));
        text.replace_range(..cut.unwrap_or(0), "…");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_lot_of_printed_text_the_newest_is_kept() {
        let mut text = "a".repeat(10);
        add_printed(&mut text, "b");
        assert_eq!(text, "aaaaaaaaaab");
        for _ in 0..2 {
            add_printed(&mut text, &"ä".repeat(MOST_TEXT / 2 - 1));
            add_printed(&mut text, "end");
            assert!(text.starts_with("…ä") && text.ends_with("äend"));
            assert!(text.len() <= MOST_TEXT + "…".len());
        }
    }
}
