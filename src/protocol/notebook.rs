//! Notebooks as both sides speak of them.

use serde::{Deserialize, Serialize};

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
