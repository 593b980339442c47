//! Databricks' source format.
//!
//! The first line says that it is one; `COMMAND` parts the cells; a cell in another language
//! stands behind `MAGIC`; a title behind `DBTITLE`. All four are comments of the notebook's
//! language, so that the file is a program.

use super::{Cell, Format, Language, Notebook, comment, lines};

const HEADER: &str = "Databricks notebook source";
const SEPARATOR: &str = "COMMAND ----------";

/// Reads the format; `None` if the first line doesn't say that it is one.
pub(super) fn read(text: &str, language: Language) -> Option<Notebook> {
    let comment = comment(language);
    let mut lines = lines(text);
    let first = lines.next()?.trim_end();
    if first.strip_prefix(comment)?.trim() != HEADER {
        return None;
    }
    let separator = format!("{comment} {SEPARATOR}");
    let mut cells = Vec::new();
    let mut cell: Vec<&str> = Vec::new();
    for line in lines {
        if line.trim_end() == separator {
            // An empty line before the separator, and one behind it, belong to it.
            cells.push(read_cell(&cell, comment, cells.is_empty()));
            cell.clear();
        } else {
            cell.push(line);
        }
    }
    let is_only_header = cells.is_empty() && matches!(cell.as_slice(), [] | [""]);
    if !is_only_header {
        // The last cell ends with the file's last line break, which looks the same.
        cells.push(read_cell(&cell, comment, cells.is_empty()));
    }
    Some(Notebook {
        language,
        cells,
        format: Format::Source,
        ..Notebook::default()
    })
}

fn read_cell(lines: &[&str], comment: &str, is_first: bool) -> Cell {
    let mut lines = lines;
    if let [first, rest @ ..] = lines
        && !is_first
        && first.is_empty()
    {
        lines = rest;
    }
    if let [rest @ .., last] = lines
        && last.is_empty()
    {
        lines = rest;
    }
    let mut title = None;
    if let [first, rest @ ..] = lines
        && let Some(text) = read_title(first, comment)
    {
        title = Some(text.to_owned());
        lines = rest;
    }
    let magic = format!("{comment} MAGIC");
    let is_magic = lines
        .iter()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| after_magic(line, &magic).is_some());
    let source: Vec<&str> = lines
        .iter()
        .map(|line| match after_magic(line, &magic) {
            Some(rest) if is_magic => rest,
            _ => line,
        })
        .collect();
    Cell {
        source: source.join("\n"),
        title,
        ..Cell::default()
    }
}

/// What stands behind `# MAGIC`, which one space may follow.
fn after_magic<'l>(line: &'l str, magic: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(magic)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix(' ')
}

/// `# DBTITLE 1,text`: the number says whether the title shows.
fn read_title<'l>(line: &'l str, comment: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(comment)?.strip_prefix(" DBTITLE ")?;
    let (number, title) = rest.split_once(',')?;
    number.parse::<u8>().ok().map(|_| title)
}

/// Writes the format.
pub(super) fn write(notebook: &Notebook) -> String {
    let comment = comment(notebook.language);
    let mut text = format!("{comment} {HEADER}\n");
    for (i, cell) in notebook.cells.iter().enumerate() {
        if i > 0 {
            text.push_str(&format!("\n{comment} {SEPARATOR}\n\n"));
        }
        if let Some(title) = &cell.title {
            let title = title.replace(['\n', '\r'], " ");
            text.push_str(&format!("{comment} DBTITLE 1,{title}\n"));
        }
        let is_magic = cell.source.trim_start().starts_with('%');
        for line in lines(&cell.source) {
            if is_magic {
                text.push_str(comment);
                text.push_str(" MAGIC");
                if !line.is_empty() {
                    text.push(' ');
                }
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
