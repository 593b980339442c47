//! `dbutils.fs`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{ConnectError, Reply, Request};
use crate::session::Session;
use crate::storage::{DbfsPath, FileStatus, FileSystem};
use crate::types::{base64, from_base64};

pub(super) fn answer(session: &mut Session, what: &str, r: &Request<'_>) -> Reply {
    let fs = session.state().fs.clone();
    let fs = fs.as_ref();
    match what {
        "ls" => {
            let path = path_of(r.text("path")?)?;
            let status = need(fs, &path)?;
            let listed = if status.is_dir {
                fs.list(&path)?
            } else {
                vec![status]
            };
            Ok(listed.iter().map(info).collect())
        }
        "cp" | "mv" => {
            let (from, to) = (path_of(r.text("from")?)?, path_of(r.text("to")?)?);
            let status = need(fs, &from)?;
            if status.is_dir && !r.flag("recurse") {
                return Err(ConnectError::Files {
                    message: format!(
                        "java.io.IOException: Cannot {what} directory {from} unless recurse is set to true"
                    ),
                });
            }
            copy(fs, &from, &to, status.is_dir)?;
            if what == "mv" {
                fs.delete(&from)?;
            }
            Ok(json!(true))
        }
        "rm" => {
            let path = path_of(r.text("path")?)?;
            let Some(status) = fs.status(&path)? else {
                return Ok(json!(false));
            };
            if status.is_dir && !r.flag("recurse") && !fs.list(&path)?.is_empty() {
                return Err(ConnectError::Files {
                    message: format!(
                        "java.io.IOException: Cannot delete a non-empty directory without recurse: {path}"
                    ),
                });
            }
            Ok(json!(fs.delete(&path)?))
        }
        "mkdirs" => {
            fs.mkdirs(&path_of(r.text("path")?)?)?;
            Ok(json!(true))
        }
        "put" => {
            let path = path_of(r.text("path")?)?;
            if fs.status(&path)?.is_some() && !r.flag("overwrite") {
                return Err(ConnectError::Files {
                    message: format!(
                        "org.apache.hadoop.fs.FileAlreadyExistsException: {path} already exists"
                    ),
                });
            }
            let contents = r.text("contents")?;
            fs.put(&path, Bytes::from(contents.to_owned()))?;
            Ok(json!(contents.len()))
        }
        "exists" => {
            let path = path_of(r.text("path")?)?;
            Ok(json!(fs.status(&path)?.is_some()))
        }
        "read" => {
            let path = path_of(r.text("path")?)?;
            Ok(json!(base64(&fs.read(&path)?)))
        }
        "write" => {
            let path = path_of(r.text("path")?)?;
            let mut bytes = if r.flag("append") && fs.status(&path)?.is_some() {
                fs.read(&path)?.to_vec()
            } else {
                Vec::new()
            };
            let given = from_base64(r.text("base64")?);
            bytes.extend(given.ok_or(ConnectError::Field { name: "base64" })?);
            fs.put(&path, bytes.into())?;
            Ok(Value::Null)
        }
        "head" => {
            let path = path_of(r.text("path")?)?;
            let most = r.number("maxBytes").unwrap_or(65_536);
            let bytes = fs.read_range(&path, 0, most)?;
            Ok(json!(String::from_utf8_lossy(&bytes)))
        }
        _ => Err(ConnectError::UnknownRequest {
            op: format!("fs.{what}"),
        }),
    }
}

/// A path of `dbutils`: `dbfs:/…`, `/…`, or `/dbfs/…` as the local mount has it.
fn path_of(text: &str) -> Result<DbfsPath, ConnectError> {
    Ok(DbfsPath::parse(text)?)
}

fn need(fs: &dyn FileSystem, path: &DbfsPath) -> Result<FileStatus, ConnectError> {
    fs.status(path)?.ok_or_else(|| ConnectError::FileNotFound {
        path: path.to_string(),
    })
}

fn copy(
    fs: &dyn FileSystem,
    from: &DbfsPath,
    to: &DbfsPath,
    is_dir: bool,
) -> Result<(), ConnectError> {
    if is_dir {
        fs.mkdirs(to)?;
        for file in fs.list_recursive(from)? {
            let Some(relative) = file.path.relative_to(from) else {
                continue;
            };
            let mut target = to.clone();
            for part in relative.split('/') {
                target = target.join(part)?;
            }
            fs.put(&target, fs.read(&file.path)?)?;
        }
        return Ok(());
    }
    let into_dir = fs.status(to)?.is_some_and(|s| s.is_dir);
    let target = if into_dir {
        to.join(from.name())?
    } else {
        to.clone()
    };
    fs.put(&target, fs.read(from)?)?;
    Ok(())
}

/// `FileInfo`: a directory's path and name end in a slash.
fn info(status: &FileStatus) -> Value {
    let slash = if status.is_dir { "/" } else { "" };
    json!({
        "path": format!("{}{slash}", status.path),
        "name": format!("{}{slash}", status.path.name()),
        "size": status.size,
        "modificationTime": status.modification_time,
    })
}
