//! A workspace as one `.zip`, from and to the browser's own files.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, File};

use super::{BrowserFile, Pauses, text_error, text_of, workspaces};
use crate::env::Env;
use crate::storage::opfs::Workspaces;
use crate::storage::{Content, DbfsPath, FileSystem, Opening, Saving, StorageError};

/// Bytes that are read of an archive at once.
const BUFFER: usize = 256 << 10;

/// Bytes of an archive that are given to the browser at once, at least.
const PIECE: usize = 1 << 20;

/// All files of a workspace as one `.zip`.
///
/// # Errors
/// A file that can't be read.
pub async fn save(files: &dyn FileSystem) -> Result<Blob, JsValue> {
    let mut saving = Saving::begin(files, Blobs::default()).map_err(|e| text_error(&e))?;
    let mut pauses = Pauses::default();
    while saving.step().map_err(|e| text_error(&e))? {
        pauses.let_others_in().await?;
    }
    saving.finish().map_err(|e| text_error(&e))?.finish()
}

/// Makes a workspace of a saved one. Gives its id.
///
/// # Errors
/// What isn't such a file; what doesn't fit.
pub async fn unpack(
    workspaces: &Rc<Workspaces>,
    env: &Env,
    name: &str,
    file: File,
) -> Result<String, JsValue> {
    let reader = BufReader::with_capacity(BUFFER, ContentReader::new(BrowserFile::new(file)));
    let mut opening = Opening::begin(reader).map_err(|e| text_error(&e))?;
    let needed = opening.size().unwrap_or(0);
    workspaces::make(workspaces, env, name, |into| {
        let usage = into.usage();
        if usage.used == 0 && needed > usage.capacity {
            return Err(text_error(&StorageError::Full {
                path: DbfsPath::root(),
                needed,
                free: usage.capacity,
                capacity: usage.capacity,
                largest: String::new(),
            }));
        }
        opening.step(into).map_err(|e| text_error(&e))
    })
    .await
}

/// A content as the standard library reads: from any place in it.
struct ContentReader {
    content: Box<dyn Content>,
    at: u64,
}

impl ContentReader {
    fn new(content: impl Content + 'static) -> Self {
        ContentReader {
            content: Box::new(content),
            at: 0,
        }
    }
}

impl Read for ContentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.content.size().saturating_sub(self.at);
        let length = left.min(buffer.len() as u64);
        let bytes = self
            .content
            .read(self.at, length)
            .map_err(io::Error::other)?;
        let (Some(target), true) = (buffer.get_mut(..bytes.len()), bytes.len() as u64 <= length)
        else {
            return Err(io::Error::other("more was read than was asked for"));
        };
        target.copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}

impl Seek for ContentReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.content.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::other("a place before the beginning"))?;
        Ok(self.at)
    }
}

/// What is written becomes blobs, which the browser may keep on its disk. What lies before a place that is gone back to is
/// not gone back to again.
#[derive(Default)]
struct Blobs {
    blobs: Array,
    /// Bytes in the blobs.
    done: u64,
    tail: Vec<u8>,
    /// The place in the tail at which is written.
    at: usize,
}

impl Blobs {
    /// Makes a blob of the tail up to a place.
    fn put_aside(&mut self, to: usize) -> Result<(), JsValue> {
        let bytes = self.tail.get(..to).unwrap_or_default();
        let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
        self.blobs.push(&blob);
        self.tail.drain(..to);
        self.done += to as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<Blob, JsValue> {
        self.put_aside(self.tail.len())?;
        let options = BlobPropertyBag::new();
        options.set_type("application/zip");
        Blob::new_with_blob_sequence_and_options(&self.blobs, &options)
    }
}

impl Write for Blobs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let over = bytes.len().min(self.tail.len() - self.at);
        let (inside, after) = bytes.split_at(over);
        if let Some(target) = self.tail.get_mut(self.at..self.at + over) {
            target.copy_from_slice(inside);
        }
        self.tail.extend_from_slice(after);
        self.at += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Blobs {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.done + self.tail.len() as u64;
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => (self.done + self.at as u64).checked_add_signed(by),
        };
        let place = place.filter(|place| (self.done..=end).contains(place));
        let place = place.ok_or_else(|| io::Error::other("a place that is no longer there"))?;
        self.at = usize::try_from(place - self.done).map_err(io::Error::other)?;
        if place < end && self.at >= PIECE {
            self.put_aside(self.at)
                .map_err(|error| io::Error::other(text_of(&error)))?;
            self.at = 0;
        }
        Ok(place)
    }
}
