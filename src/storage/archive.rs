//! All files of a file system as one `.zip`, and back: a workspace that a person keeps, hands on or takes apart.
//!
//! The archive is an ordinary one. Each file lies under its path below `dbfs:/`, so that another engine opens the tables in
//! the unpacked folder. Beside them is a file with the files' times to the millisecond, which `.zip` itself rounds to two
//! seconds: a table's history and time travel go by them.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};

use bytes::Bytes;
use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use serde::{Deserialize, Serialize};
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use super::content::{Stored, exactly, pieces, unreadable};
use super::{Content, DbfsPath, FileStatus, FileSystem, StorageError, contents};

/// The file that says what the archive is, in the workspace's system directory.
const ABOUT: &str = ".multihop/archive.json";

/// Bytes of one file in an archive, at most: more don't fit into a browser's memory at once.
const LARGEST: u64 = 1 << 30;

/// Names with these endings hold what is compressed already.
const COMPRESSED: [&str; 6] = [".parquet", ".gz", ".zst", ".zip", ".avro", ".orc"];

/// Why an archive could not be written or opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("This is no .zip file, or a part of it is missing.")]
    NotAnArchive,
    #[error("This .zip is damaged: {reason}. Save the workspace again.")]
    Damaged { reason: String },
    #[error("{name} in this .zip is encrypted. Save it without a password.")]
    Encrypted { name: String },
    #[error("{name} in this .zip has {size} bytes: more than a file here can have.")]
    TooLarge { name: String, size: u64 },
    #[error("Writing the .zip failed: {reason}")]
    Write { reason: String },
}

/// [`ABOUT`]
#[derive(Serialize, Deserialize)]
struct About {
    /// When each file was changed, by its name in the archive: milliseconds since the epoch.
    times: BTreeMap<String, i64>,
}

/// A file system being written as an archive, file by file.
pub struct Saving<'a, W: Write + Seek> {
    fs: &'a dyn FileSystem,
    files: std::vec::IntoIter<FileStatus>,
    zip: ZipWriter<W>,
}

impl<'a, W: Write + Seek> Saving<'a, W> {
    /// Begins with the files that are there now. In `out` it goes back to where the file that it has just written begins,
    /// and never behind that.
    ///
    /// # Errors
    /// [`ArchiveError::Storage`], [`ArchiveError::Write`].
    pub fn begin(fs: &'a dyn FileSystem, out: W) -> Result<Self, ArchiveError> {
        let files = contents(fs)?;
        let times = files
            .iter()
            .filter(|file| !file.is_dir)
            .map(|file| (name_of(&file.path), file.modification_time));
        let about = About {
            times: times.collect(),
        };
        let about = serde_json::to_vec(&about).map_err(|e| write_error(&e))?;
        let zip = ZipWriter::new(out);
        let mut saving = Saving {
            fs,
            files: files.into_iter(),
            zip,
        };
        saving.put(&DbfsPath::root().join(ABOUT)?, &Bytes::from(about), 0)?;
        Ok(saving)
    }

    /// Writes the next file. Gives whether there may be more.
    ///
    /// # Errors
    /// [`ArchiveError::Storage`], [`ArchiveError::Write`].
    pub fn step(&mut self) -> Result<bool, ArchiveError> {
        let Some(file) = self.files.next() else {
            return Ok(false);
        };
        let name = name_of(&file.path);
        if file.is_dir {
            let options = SimpleFileOptions::default();
            self.zip
                .add_directory(name, options)
                .map_err(|e| write_error(&e))?;
        } else if name != ABOUT {
            // What was deleted meanwhile isn't needed by what is listed later.
            if let Some(file) = self.fs.status(&file.path)? {
                let content = Stored {
                    fs: self.fs,
                    file: &file,
                };
                self.put(&file.path, &content, file.modification_time)?;
            }
        }
        Ok(true)
    }

    /// Writes the archive's directory, and gives what it was written to.
    ///
    /// # Errors
    /// [`ArchiveError::Write`].
    pub fn finish(self) -> Result<W, ArchiveError> {
        self.zip.finish().map_err(|e| write_error(&e))
    }

    fn put(
        &mut self,
        path: &DbfsPath,
        content: &dyn Content,
        time_ms: i64,
    ) -> Result<(), ArchiveError> {
        let name = name_of(path);
        let is_compressed = COMPRESSED.iter().any(|ending| name.ends_with(ending));
        let method = match is_compressed {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(zip_time(time_ms))
            .large_file(content.size() >= u64::from(u32::MAX));
        self.zip
            .start_file(name, options)
            .map_err(|e| write_error(&e))?;
        for (offset, length) in pieces(content.size()) {
            let piece = exactly(content, offset, length).map_err(|e| unreadable(path, e))?;
            self.zip.write_all(&piece).map_err(|e| write_error(&e))?;
        }
        Ok(())
    }
}

/// An archive whose files are put into a file system, one by one.
pub struct Opening<R: Read + Seek> {
    zip: ZipArchive<R>,
    times: BTreeMap<String, i64>,
    /// The folder that the files lie in, where somebody packed the unpacked folder again: `my workspace/`.
    folder: String,
    next: usize,
}

impl<R: Read + Seek> Opening<R> {
    /// Reads what is in an archive, not yet any file.
    ///
    /// # Errors
    /// [`ArchiveError::NotAnArchive`], [`ArchiveError::Damaged`].
    pub fn begin(input: R) -> Result<Self, ArchiveError> {
        let zip = ZipArchive::new(input).map_err(|e| match e {
            ZipError::InvalidArchive(_) => ArchiveError::NotAnArchive,
            other => damaged(&other),
        })?;
        let about = zip
            .file_names()
            .find(|name| *name == ABOUT || name.ends_with(&format!("/{ABOUT}")))
            .and_then(|name| Some((name.to_owned(), zip.index_for_name(name)?)));
        let mut opening = Opening {
            times: BTreeMap::new(),
            folder: String::new(),
            next: 0,
            zip,
        };
        if let Some((name, index)) = about {
            // Without times there are those of the archive.
            let about: Option<About> = serde_json::from_slice(&opening.read(index)?).ok();
            opening.times = about.map(|about| about.times).unwrap_or_default();
            opening.folder = name.strip_suffix(ABOUT).unwrap_or_default().to_owned();
        }
        Ok(opening)
    }

    /// Bytes of all files; `None` if the archive doesn't say.
    pub fn size(&self) -> Option<u64> {
        u64::try_from(self.zip.decompressed_size()?).ok()
    }

    /// Puts the next file in its place. Gives whether there may be more. A path that would leave the root is refused.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn step(&mut self, fs: &dyn FileSystem) -> Result<bool, ArchiveError> {
        let index = self.next;
        if index >= self.zip.len() {
            return Ok(false);
        }
        self.next += 1;
        let entry = self.zip.by_index_raw(index).map_err(|e| damaged(&e))?;
        let packed_ms = entry.last_modified().and_then(time_of);
        let (name, is_dir) = (entry.name().to_owned(), entry.is_dir());
        drop(entry);
        // What another program put beside the workspace's folder isn't part of it.
        let Some(inside) = name.strip_prefix(&self.folder) else {
            return Ok(true);
        };
        if inside == ABOUT || inside.is_empty() {
            return Ok(true);
        }
        let path = DbfsPath::root().join(inside)?;
        if is_dir {
            fs.mkdirs(&path)?;
            return Ok(true);
        }
        let bytes = self.read(index)?;
        let time = self.times.get(inside).copied().or(packed_ms);
        fs.put_content(&path, &bytes, time)?;
        Ok(true)
    }

    fn read(&mut self, index: usize) -> Result<Bytes, ArchiveError> {
        let entry = self.zip.by_index_raw(index).map_err(|e| damaged(&e))?;
        let (name, size) = (entry.name().to_owned(), entry.size());
        if entry.encrypted() {
            return Err(ArchiveError::Encrypted { name });
        }
        drop(entry);
        if size > LARGEST {
            return Err(ArchiveError::TooLarge { name, size });
        }
        let file = self.zip.by_index(index).map_err(|e| damaged(&e))?;
        let mut bytes = Vec::new();
        // What it says of its size may be a lie.
        file.take(size + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| damaged(&e))?;
        if bytes.len() as u64 != size {
            let reason = format!("{name} has another size than it says");
            return Err(ArchiveError::Damaged { reason });
        }
        Ok(bytes.into())
    }
}

/// A file's name in the archive.
fn name_of(path: &DbfsPath) -> String {
    path.without_scheme().trim_start_matches('/').to_owned()
}

/// The time as a `.zip` has it: years from 1980, even seconds.
fn zip_time(ms: i64) -> zip::DateTime {
    let time = DateTime::from_timestamp_millis(ms).map(|time| time.naive_utc());
    time.and_then(|t| {
        zip::DateTime::from_date_and_time(
            u16::try_from(t.year()).ok()?,
            u8::try_from(t.month()).ok()?,
            u8::try_from(t.day()).ok()?,
            u8::try_from(t.hour()).ok()?,
            u8::try_from(t.minute()).ok()?,
            u8::try_from(t.second()).ok()?,
        )
        .ok()
    })
    .unwrap_or_default()
}

fn time_of(time: zip::DateTime) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(
        i32::from(time.year()),
        u32::from(time.month()),
        u32::from(time.day()),
    )?;
    let time = date.and_hms_opt(
        u32::from(time.hour()),
        u32::from(time.minute()),
        u32::from(time.second()),
    )?;
    Some(time.and_utc().timestamp_millis())
}

fn damaged(error: &dyn std::fmt::Display) -> ArchiveError {
    ArchiveError::Damaged {
        reason: error.to_string(),
    }
}

fn write_error(error: &dyn std::fmt::Display) -> ArchiveError {
    ArchiveError::Write {
        reason: error.to_string(),
    }
}
