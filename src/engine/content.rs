//! Contents of dropped files, read piece by piece.

use bytes::{Bytes, BytesMut};

/// Bytes that are read in one piece, so that reading a big file can be cancelled.
const PIECE: u64 = 8 << 20;

/// A file that isn't in the engine's file system yet: a browser's `File`, or bytes in a test.
pub trait Content {
    /// Its size in bytes.
    fn size(&self) -> u64;

    /// `length` bytes from `offset`.
    ///
    /// # Errors
    /// A sentence that says why it can't be read (it was deleted meanwhile).
    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, String>;
}

impl Content for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.len());
        let end = usize::try_from(offset + length)
            .unwrap_or(usize::MAX)
            .min(self.len());
        Ok(self.slice(start..end).to_vec())
    }
}

/// A content being read.
pub(super) struct Reading {
    content: Box<dyn Content>,
    bytes: BytesMut,
}

impl Reading {
    pub fn new(content: Box<dyn Content>) -> Self {
        Reading {
            content,
            bytes: BytesMut::new(),
        }
    }

    pub fn size(&self) -> u64 {
        self.content.size()
    }

    /// Bytes read so far.
    pub fn done(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Reads the next piece. Gives whether there is more.
    pub fn step(&mut self) -> Result<bool, String> {
        let (done, size) = (self.done(), self.size());
        if self.bytes.is_empty() {
            self.bytes
                .reserve(usize::try_from(size).map_err(|_| "it is too big".to_owned())?);
        }
        let piece = self.content.read(done, PIECE.min(size - done))?;
        if piece.is_empty() && done < size {
            return Err("it is shorter than it was said to be".into());
        }
        self.bytes.extend_from_slice(&piece);
        Ok(self.done() < size)
    }

    /// All of it.
    pub fn finish(self) -> Bytes {
        self.bytes.freeze()
    }
}
