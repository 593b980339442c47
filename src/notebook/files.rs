//! `%fs` in the words of `dbutils.fs`: what a command asks of the session, and what it shows.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::FsCommand;
use crate::types::{DataType, Frame, FrameError, StructType, Value, series_from_values};

/// The most bytes that `head` shows, as on Databricks.
const HEAD_BYTES: u32 = 65_536;

/// What a `%fs` command shows.
pub enum FsShown {
    /// A listing.
    Rows(Frame),
    Text(String),
}

impl FsCommand {
    /// The request of `dbutils.fs` that a command stands for.
    pub fn request(&self) -> Json {
        match self {
            FsCommand::Ls { path } => json!({"op": "fs.ls", "path": path}),
            FsCommand::Head { path } => {
                json!({"op": "fs.head", "path": path, "maxBytes": HEAD_BYTES})
            }
            FsCommand::Mkdirs { path } => json!({"op": "fs.mkdirs", "path": path}),
            FsCommand::Rm { path, recurse } => {
                json!({"op": "fs.rm", "path": path, "recurse": recurse})
            }
            FsCommand::Cp { from, to, recurse } => {
                json!({"op": "fs.cp", "from": from, "to": to, "recurse": recurse})
            }
            FsCommand::Mv { from, to, recurse } => {
                json!({"op": "fs.mv", "from": from, "to": to, "recurse": recurse})
            }
            FsCommand::Put {
                path,
                contents,
                overwrite,
            } => {
                json!({"op": "fs.put", "path": path, "contents": contents, "overwrite": overwrite})
            }
        }
    }

    /// What it shows of the answer's value.
    ///
    /// # Errors
    /// None, unless columns and schema differ: a defect.
    pub fn shown(&self, value: Json) -> Result<FsShown, FrameError> {
        Ok(match (self, value) {
            (FsCommand::Ls { .. }, listed) => FsShown::Rows(listing(&listed)?),
            (_, Json::String(text)) => FsShown::Text(text),
            (_, value) => FsShown::Text(value.to_string()),
        })
    }
}

/// What `fs.ls` gives, as rows: the columns of `FileInfo`.
fn listing(listed: &Json) -> Result<Frame, FrameError> {
    let files = listed.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |name: &str| {
        let values = files.iter().map(|file| {
            let text = file.get(name).and_then(Json::as_str);
            Value::String(Arc::from(text.unwrap_or_default()))
        });
        values.collect::<Vec<_>>()
    };
    let number = |name: &str| {
        let values = files.iter().map(|file| {
            let number = file.get(name).and_then(Json::as_i64);
            number.map_or(Value::Null, Value::Long)
        });
        values.collect::<Vec<_>>()
    };
    let columns = [
        ("path", DataType::String, text("path")),
        ("name", DataType::String, text("name")),
        ("size", DataType::Long, number("size")),
        (
            "modificationTime",
            DataType::Long,
            number("modificationTime"),
        ),
    ];
    let schema = StructType::of(columns.iter().map(|(name, t, _)| (*name, t.clone())));
    let series = columns
        .iter()
        .map(|(name, data_type, values)| series_from_values(name, values, data_type))
        .collect::<Result<Vec<_>, _>>()?;
    Frame::new(Arc::new(schema), series, files.len())
}
