//! Jupyter's notebooks, version 4: <https://nbformat.readthedocs.io>.
//!
//! Whatever a notebook or a cell has besides sources is kept as it is: metadata, outputs,
//! attachments, ids. A markdown cell's source shows as `%md`, a raw cell's as `%raw`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Cell, CellLanguage, Format, Language, Notebook, NotebookError};

/// Reads a notebook.
pub(super) fn read(name: &str, text: &str) -> Result<Notebook, NotebookError> {
    let unreadable = |reason: String| NotebookError::Unreadable {
        name: name.into(),
        reason,
    };
    let value: Value =
        serde_json::from_str(text).map_err(|e| unreadable(format!("it isn't JSON ({e}).")))?;
    let Value::Object(mut document) = value else {
        return Err(unreadable("it has no cells.".into()));
    };
    let version = document.get("nbformat").and_then(Value::as_u64);
    if version.is_some_and(|version| version != 4) {
        return Err(unreadable(
            "it is of an older version of the format; open it in Jupyter and save it.".into(),
        ));
    }
    let Some(Value::Array(values)) = document.get_mut("cells").map(Value::take) else {
        return Err(unreadable("it has no cells.".into()));
    };
    let mut cells = Vec::with_capacity(values.len());
    for (i, value) in values.into_iter().enumerate() {
        let cell = read_cell(value);
        cells.push(cell.ok_or_else(|| unreadable(format!("cell {} isn't a cell.", i + 1)))?);
    }
    Ok(Notebook {
        language: language(&document),
        cells,
        format: Format::Jupyter,
        metadata: document,
        ..Notebook::default()
    })
}

fn read_cell(value: Value) -> Option<Cell> {
    let Value::Object(mut extra) = value else {
        return None;
    };
    let source = match extra.get_mut("source").map(Value::take) {
        Some(Value::String(text)) => text,
        Some(Value::Array(lines)) => {
            let lines: Option<Vec<&str>> = lines.iter().map(Value::as_str).collect();
            lines?.concat()
        }
        None => String::new(),
        Some(_) => return None,
    };
    let magic = match extra.get("cell_type").and_then(Value::as_str)? {
        "markdown" => "%md\n",
        "raw" => "%raw\n",
        "code" => "",
        _ => return None,
    };
    Some(Cell {
        source: format!("{magic}{source}"),
        title: databricks(&extra)
            .and_then(|m| m.get("title"))
            .and_then(Value::as_str)
            .filter(|title| !title.is_empty())
            .map(str::to_owned),
        extra,
    })
}

/// `metadata["application/vnd.databricks.v1+cell"]`
fn databricks(cell: &Map<String, Value>) -> Option<&Map<String, Value>> {
    cell.get("metadata")?
        .get("application/vnd.databricks.v1+cell")?
        .as_object()
}

fn language(document: &Map<String, Value>) -> Language {
    let metadata = document.get("metadata");
    let name = metadata
        .and_then(|m| {
            m.pointer("/application~1vnd.databricks.v1+notebook/language")
                .or_else(|| m.pointer("/language_info/name"))
                .or_else(|| m.pointer("/kernelspec/language"))
        })
        .and_then(Value::as_str)
        .unwrap_or("python");
    match name.to_ascii_lowercase().as_str() {
        "sql" => Language::Sql,
        "scala" => Language::Scala,
        "r" => Language::R,
        _ => Language::Python,
    }
}

/// Writes a notebook as Jupyter does: indented by one space, with a line break at the end.
pub(super) fn write(notebook: &Notebook) -> String {
    let cells = notebook
        .cells
        .iter()
        .map(|cell| write_cell(cell, notebook.language))
        .collect();
    let mut document = Map::new();
    document.insert("cells".into(), Value::Array(cells));
    if notebook.metadata.is_empty() {
        let name = match notebook.language {
            Language::Python => "python",
            Language::Sql => "sql",
            Language::Scala => "scala",
            Language::R => "r",
        };
        document.insert("metadata".into(), json!({"language_info": {"name": name}}));
        document.insert("nbformat".into(), json!(4));
        document.insert("nbformat_minor".into(), json!(4));
    }
    // What the notebook had before its cells stays before them.
    if notebook.metadata.contains_key("cells") {
        let cells = document.remove("cells").unwrap_or_default();
        document.clone_from(&notebook.metadata);
        document.insert("cells".into(), cells);
    } else {
        document.extend(notebook.metadata.clone());
    }
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // A map of texts and numbers in memory can't fail to be written.
    if document.serialize(&mut serializer).is_err() {
        return String::new();
    }
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

fn write_cell(cell: &Cell, default: Language) -> Value {
    let (language, body) = CellLanguage::of(&cell.source, default);
    let read_as = cell.extra.get("cell_type").and_then(Value::as_str);
    // Only a cell that was one of text loses its magic: `%md` in a code cell stays as it is.
    let kind = match (language, read_as) {
        (CellLanguage::Markdown, Some("markdown") | None) => "markdown",
        (CellLanguage::Raw, Some("raw") | None) => "raw",
        _ => "code",
    };
    let source = if kind == "code" {
        cell.source.as_str()
    } else {
        let body = cell.source.get(body..).unwrap_or_default();
        body.strip_prefix(['\n', ' ']).unwrap_or(body)
    };
    let mut value = if cell.extra.is_empty() {
        let mut value = Map::new();
        value.insert("cell_type".into(), json!(kind));
        value.insert("metadata".into(), json!({}));
        value
    } else {
        cell.extra.clone()
    };
    value.insert("cell_type".into(), json!(kind));
    if kind == "code" {
        value.entry("execution_count").or_insert(Value::Null);
        value.entry("outputs").or_insert_with(|| json!([]));
    } else {
        value.shift_remove("execution_count");
        value.shift_remove("outputs");
    }
    write_title(&mut value, cell.title.as_deref());
    let lines: Vec<Value> = source.split_inclusive('\n').map(Value::from).collect();
    value.insert("source".into(), Value::Array(lines));
    Value::Object(value)
}

/// Puts the title where Databricks keeps it, if it isn't there.
fn write_title(value: &mut Map<String, Value>, title: Option<&str>) {
    let before = databricks(value).and_then(|m| m.get("title"));
    if before.and_then(Value::as_str).unwrap_or_default() == title.unwrap_or_default() {
        return;
    }
    let metadata = value.entry("metadata").or_insert_with(|| json!({}));
    if !metadata.is_object() {
        *metadata = json!({});
    }
    if let Some(metadata) = metadata.as_object_mut() {
        let own = metadata
            .entry("application/vnd.databricks.v1+cell")
            .or_insert_with(|| json!({}));
        if !own.is_object() {
            *own = json!({});
        }
        if let Some(own) = own.as_object_mut() {
            own.insert("title".into(), json!(title.unwrap_or_default()));
        }
    }
}
