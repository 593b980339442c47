//! The files that a journal is kept in.

/// A file that is held open, read and written at any place. One journal has it for itself.
///
/// A writer looks at every count: a full disk is fewer bytes in one browser, [`SegmentError::Full`] in another.
pub trait Segment: Send {
    /// Its name, which no other segment has.
    fn name(&self) -> &str;

    /// Its bytes.
    ///
    /// # Errors
    /// [`SegmentError::Failed`].
    fn size(&self) -> Result<u64, SegmentError>;

    /// Reads from `offset`. Gives how many bytes there were.
    ///
    /// # Errors
    /// [`SegmentError::Failed`].
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, SegmentError>;

    /// Writes at `offset`. Gives how many bytes found room.
    ///
    /// # Errors
    /// [`SegmentError::Full`], [`SegmentError::Failed`].
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<usize, SegmentError>;

    /// Cuts it off at `size`.
    ///
    /// # Errors
    /// [`SegmentError::Failed`].
    fn truncate(&self, size: u64) -> Result<(), SegmentError>;

    /// Makes what was written and cut durable.
    ///
    /// # Errors
    /// [`SegmentError::Full`], [`SegmentError::Failed`].
    fn flush(&self) -> Result<(), SegmentError>;
}

/// Why a segment could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    #[error("no space is left")]
    Full,
    #[error("what is stored isn't what was written")]
    Damaged,
    #[error("{0}")]
    Failed(String),
}
