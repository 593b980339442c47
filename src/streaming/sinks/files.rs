//! A folder of files as a sink. What counts is the folder's log: a batch is there when the log
//! names its files.
//!
//! Source: Spark's `FileStreamSink`.

use std::sync::Arc;

use super::Sink;
use crate::env::Env;
use crate::formats::{FileFormat, FolderEncoder, Options, SinkLog};
use crate::sql::execute::OutputMode;
use crate::storage::{DbfsPath, FileStatus, FileSystem, PutResult};
use crate::streaming::StreamError;
use crate::types::{Frame, SchemaRef};

/// How files are written.
#[derive(Debug, Clone)]
pub struct FileSinkOptions {
    pub format: FileFormat,
    pub options: Options,
    /// Positions of the partition columns.
    pub partitions: Vec<usize>,
    /// `spark.sql.session.timeZone`.
    pub time_zone: chrono_tz::Tz,
}

/// Writes batches as files.
pub struct FileSink {
    fs: Arc<dyn FileSystem>,
    env: Env,
    folder: DbfsPath,
    schema: SchemaRef,
    options: FileSinkOptions,
    batch: Option<(i64, FolderEncoder)>,
}

impl FileSink {
    /// A sink for rows of `schema`. From now on the folder's log says what is in it: not even a
    /// file of a first batch that fails is read.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(
        fs: Arc<dyn FileSystem>,
        env: Env,
        folder: DbfsPath,
        schema: SchemaRef,
        options: FileSinkOptions,
    ) -> Result<Self, StreamError> {
        SinkLog::of(fs.as_ref(), &folder)?.begin()?;
        Ok(FileSink {
            fs,
            env,
            folder,
            schema,
            options,
            batch: None,
        })
    }
}

impl Sink for FileSink {
    fn description(&self) -> String {
        format!("FileSink[{}]", self.folder)
    }

    fn begin(&mut self, batch_id: i64, _: OutputMode) -> Result<bool, StreamError> {
        self.batch = None;
        if SinkLog::of(self.fs.as_ref(), &self.folder)?.latest()? >= Some(batch_id) {
            return Ok(false);
        }
        let FileSinkOptions {
            format,
            options,
            partitions,
            time_zone,
        } = &self.options;
        let encoder = FolderEncoder::new(
            *format,
            &self.schema,
            partitions.clone(),
            options,
            *time_zone,
            self.env.new_uuid(),
        )?;
        self.batch = Some((batch_id, encoder));
        Ok(true)
    }

    fn write(&mut self, frame: &Frame) -> Result<(), StreamError> {
        if let Some((_, encoder)) = &mut self.batch {
            encoder.write(frame)?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StreamError> {
        let Some((batch_id, encoder)) = self.batch.take() else {
            return Ok(());
        };
        let mut files: Vec<FileStatus> = Vec::new();
        for file in encoder.finish()? {
            let path = self.folder.join(&file.directory)?.join(&file.name)?;
            self.fs.put(&path, file.bytes)?;
            files.extend(self.fs.status(&path)?);
        }
        match SinkLog::of(self.fs.as_ref(), &self.folder)?.add(batch_id, files)? {
            PutResult::Created => Ok(()),
            PutResult::Exists => Err(StreamError::ConcurrentQuery { batch_id }),
        }
    }

    fn abort(&mut self) {
        self.batch = None;
    }
}
