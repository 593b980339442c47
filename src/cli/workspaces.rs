//! `multihop workspace`: what can be done with the directories that `--dbfs` works in.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::CliError;
use crate::storage::{
    DirectoryFileSystem, FileSystem, Opening, SYSTEM_DIRECTORY, Saving, Usage, contents, copy,
};

#[derive(Subcommand)]
pub enum WorkspaceCommand {
    /// Lists the workspaces in a directory: name, bytes, when it was changed last.
    List {
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Writes all of a workspace to one .zip: files, tables with their logs, checkpoints, catalog, notebooks.
    Save {
        dir: PathBuf,
        /// The workspace's name with .zip, if it isn't given.
        zip: Option<PathBuf>,
    },
    /// Makes a workspace of a saved one.
    Open {
        zip: PathBuf,
        /// A directory that isn't there yet, or is empty.
        dir: PathBuf,
    },
    /// Makes a workspace that holds what another one holds.
    Duplicate { dir: PathBuf, new: PathBuf },
    /// Gives a workspace another name, or another place.
    Rename { dir: PathBuf, new: PathBuf },
    /// Deletes a workspace with all it holds.
    Delete { dir: PathBuf },
}

impl WorkspaceCommand {
    /// Does it. Nothing is done to a workspace that another program has open.
    ///
    /// # Errors
    /// [`CliError`]
    pub fn run(self) -> Result<(), CliError> {
        match self {
            WorkspaceCommand::List { dir } => list(&dir),
            WorkspaceCommand::Save { dir, zip } => save(&dir, zip),
            WorkspaceCommand::Open { zip, dir } => open(&zip, &dir),
            WorkspaceCommand::Duplicate { dir, new } => {
                let from = existing(&dir)?;
                let to = empty(&new)?;
                for file in contents(&from)? {
                    copy(&from, &file, &to)?;
                }
                Ok(())
            }
            WorkspaceCommand::Rename { dir, new } => {
                // Held until it has moved.
                let _open = existing(&dir)?;
                if new.exists() {
                    return Err(refused(&new, "it is there already"));
                }
                fs::rename(&dir, &new).map_err(|error| host(&dir, error))
            }
            WorkspaceCommand::Delete { dir } => {
                let _open = existing(&dir)?;
                fs::remove_dir_all(&dir).map_err(|error| host(&dir, error))
            }
        }
    }
}

fn list(dir: &Path) -> Result<(), CliError> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| host(dir, error))? {
        let path = entry.map_err(|error| host(dir, error))?.path();
        if is_workspace(&path) {
            found.push(path);
        }
    }
    found.sort();
    for path in found {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let row = match DirectoryFileSystem::open(&path) {
            Ok(files) => {
                let Usage { used, .. } = files.usage();
                let times = contents(&files)?.into_iter();
                let last = times.map(|file| file.modification_time).max();
                let last = last.and_then(chrono::DateTime::from_timestamp_millis);
                let last = last.map_or_else(String::new, |t| t.format("%F %T UTC").to_string());
                format!("{name}\t{used}\t{last}")
            }
            Err(error) => format!("{name}\t\t{error}"),
        };
        println!("{row}");
    }
    Ok(())
}

fn save(dir: &Path, zip: Option<PathBuf>) -> Result<(), CliError> {
    let files = existing(dir)?;
    let zip = match zip {
        Some(zip) => zip,
        None => {
            let whole = dir.canonicalize().map_err(|error| host(dir, error))?;
            let name = whole.file_name().unwrap_or_default().to_string_lossy();
            PathBuf::from(format!("{name}.zip"))
        }
    };
    // Whole or not at all: what was there stays until the new one is complete.
    let mut name = zip.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = zip.with_file_name(name);
    let written = File::create(&part)
        .map_err(|error| host(&part, error))
        .and_then(|file| {
            let mut saving = Saving::begin(&files, BufWriter::new(file))?;
            while saving.step()? {}
            let file = saving.finish()?.into_inner();
            file.map_err(|error| host(&part, error.into_error()))?
                .sync_all()
                .map_err(|error| host(&part, error))?;
            fs::rename(&part, &zip).map_err(|error| host(&zip, error))
        });
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written?;
    println!("{}", zip.display());
    Ok(())
}

fn open(zip: &Path, dir: &Path) -> Result<(), CliError> {
    let file = File::open(zip).map_err(|error| host(zip, error))?;
    let mut opening = Opening::begin(BufReader::new(file))?;
    let files = empty(dir)?;
    while opening.step(&files)? {}
    Ok(())
}

/// A directory that is a workspace, for this program alone.
fn existing(dir: &Path) -> Result<DirectoryFileSystem, CliError> {
    if !is_workspace(dir) {
        return Err(refused(dir, "there is no workspace here"));
    }
    DirectoryFileSystem::open(dir).map_err(|error| host(dir, error))
}

/// A new workspace.
fn empty(dir: &Path) -> Result<DirectoryFileSystem, CliError> {
    let is_empty = fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(refused(dir, "it is there already, and not empty"));
    }
    DirectoryFileSystem::open(dir).map_err(|error| host(dir, error))
}

fn is_workspace(dir: &Path) -> bool {
    dir.join(SYSTEM_DIRECTORY.trim_start_matches('/')).is_dir()
}

fn refused(dir: &Path, reason: &'static str) -> CliError {
    host(dir, io::Error::other(reason))
}

fn host(path: &Path, error: io::Error) -> CliError {
    CliError::Host {
        path: path.into(),
        error,
    }
}
