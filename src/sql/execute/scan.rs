//! Where rows come from.

use std::cmp::Reverse;
use std::sync::Arc;

use polars_core::prelude::{Int64Chunked, IntoSeries, PlSmallStr, Series};

use super::stream::{self, chunks};
use super::{CHUNK_ROWS, ExecContext, ExecuteError, FrameStream};
use crate::delta::{AddFile, ColumnBound, TableScan};
use crate::formats::partitions::partition_values;
use crate::formats::{FileBytes, FormatError, ReadRequest, read_file};
use crate::sql::SqlError;
use crate::sql::functions::cast::cast;
use crate::sql::plan::{DeltaScan, EvalMode, FileScan, metadata_attribute};
use crate::storage::FileStatus;
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType, Value, physical_type};

/// Rows at hand, under the plan's names.
pub(super) fn local(
    frame: Frame,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> Result<FrameStream, SqlError> {
    let mut columns = frame.columns().to_vec();
    if columns.len() + 1 == schema.len() {
        // A batch of rows at hand, in the place of a source whose `_metadata` could be asked for.
        if let Some(field) = schema.fields.last() {
            let physical = physical_type(&field.data_type);
            columns.push(Series::full_null(
                PlSmallStr::EMPTY,
                frame.height(),
                &physical,
            ));
        }
    }
    let origin = frame.origin().cloned();
    let frame = Frame::new(schema, columns, frame.height())?.with_origin(origin);
    Ok(stream::map(chunks(frame), move |frame| {
        ctx.count_read(frame.height());
        Ok(frame)
    }))
}

/// `range(start, end, step)`, made as it is pulled.
pub(super) fn range(
    start: i64,
    end: i64,
    step: i64,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    let mut next = Some(start);
    let inside = move |id: i64| if step > 0 { id < end } else { id > end };
    Box::new(std::iter::from_fn(move || {
        let mut ids = Vec::new();
        while let Some(id) = next
            && step != 0
            && inside(id)
            && ids.len() < CHUNK_ROWS
        {
            ids.push(id);
            next = id.checked_add(step);
        }
        if ids.is_empty() {
            return None;
        }
        let rows = ids.len();
        ctx.count_read(rows);
        let column = Int64Chunked::from_vec(PlSmallStr::EMPTY, ids).into_series();
        Some(Frame::new(schema.clone(), vec![column], rows).map_err(SqlError::from))
    }))
}

/// Files of a format, one after another: the largest first, as Spark's tasks have them
/// (`FileSourceScanExec.createReadRDD` sorts by size to fill its partitions).
pub(super) fn files(scan: FileScan, ctx: Arc<ExecContext>) -> FrameStream {
    let reader = FileReader::new(scan, ctx);
    let mut files = reader.scan.files.clone();
    files.sort_by_key(|file| Reverse(file.size));
    let mut files = files.into_iter();
    let mut open: Option<FrameStream> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(frames) = &mut open {
                match frames.next() {
                    Some(frame) => return Some(frame),
                    None => open = None,
                }
            }
            match reader.open(files.next()?) {
                Ok(frames) => open = Some(frames),
                Err(error) => return Some(Err(error)),
            }
        }
    }))
}

/// How the files of a scan are read.
struct FileReader {
    scan: FileScan,
    request: ReadRequest,
    columns: Arc<Vec<Source>>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
}

/// Where an output column comes from.
enum Source {
    /// The file's column at this position of the request.
    Data(usize),
    Partition(StructField),
    Metadata,
}

impl FileReader {
    fn new(scan: FileScan, ctx: Arc<ExecContext>) -> Self {
        let width = scan.schema.len();
        let data_width = width.saturating_sub(scan.partition_columns);
        let all = || (0..=width).collect();
        let (mut columns, mut projection, mut output) = (Vec::new(), Vec::new(), Vec::new());
        for position in scan.projection.clone().unwrap_or_else(all) {
            match scan.schema.fields.get(position) {
                Some(field) if position < data_width => {
                    columns.push(Source::Data(projection.len()));
                    projection.push(position);
                    output.push(field.clone());
                }
                Some(field) => {
                    columns.push(Source::Partition(field.clone()));
                    output.push(field.clone());
                }
                None => {
                    columns.push(Source::Metadata);
                    output.push(metadata_field());
                }
            }
        }
        let data = scan.schema.fields.iter().take(data_width).cloned();
        let mut request = ReadRequest::new(Arc::new(StructType::new(data.collect())));
        request.options = scan.options.clone();
        request.rescued_column = scan.rescued_column.clone();
        request.projection = Some(projection);
        request.unknown = scan.unknown.clone().unwrap_or_default();
        FileReader {
            scan,
            request,
            columns: Arc::new(columns),
            schema: Arc::new(StructType::new(output)),
            ctx,
        }
    }

    fn open(&self, file: FileStatus) -> Result<FrameStream, SqlError> {
        let stored = FileBytes::stored(&self.ctx.fs, &file.path);
        let stored = stored.map_err(FormatError::of_missing_file)?;
        let size = stored.size();
        let read = read_file(self.scan.format, stored, &file, &self.request)?;
        self.ctx.metrics.add_file(size);
        let constants = self.constants(&file)?;
        let origin: Arc<str> = file.path.to_string().into();
        let (columns, schema, ctx) = (self.columns.clone(), self.schema.clone(), self.ctx.clone());
        Ok(Box::new(read.frames.map(move |frame| {
            let frame = frame?;
            ctx.count_read(frame.height());
            let columns = columns
                .iter()
                .zip(&constants)
                .filter_map(|(source, constant)| match (source, constant) {
                    (Source::Data(i), _) => frame.column(*i).cloned(),
                    (_, constant) => constant
                        .as_ref()
                        .map(|c| c.new_from_index(0, frame.height())),
                })
                .collect();
            let frame = Frame::new(schema.clone(), columns, frame.height())?;
            Ok(frame.with_origin(Some(origin.clone())))
        })))
    }

    /// For each output column: the one value that all rows of `file` have in it.
    fn constants(&self, file: &FileStatus) -> Result<Vec<Option<Series>>, SqlError> {
        let values = match self.scan.paths.iter().find(|p| file.path.is_in(p)) {
            Some(base) => partition_values(base, &file.path),
            None => Vec::new(),
        };
        self.columns
            .iter()
            .map(|source| match source {
                Source::Data(_) => Ok(None),
                Source::Partition(field) => {
                    let value = values.iter().find(|(name, _)| *name == field.name);
                    let text = match value {
                        Some((_, Some(text))) => Value::from(text.as_str()),
                        _ => Value::Null,
                    };
                    let text = text.to_series(&DataType::String)?;
                    let value = cast(
                        &text,
                        &DataType::String,
                        &field.data_type,
                        EvalMode::Legacy,
                        self.ctx.time_zone,
                    )?;
                    Ok(Some(value))
                }
                Source::Metadata => Ok(Some(file_metadata(file)?)),
            })
            .collect()
    }
}

/// The value of `_metadata`, as [`metadata_attribute`] has it.
fn file_metadata(file: &FileStatus) -> Result<Series, SqlError> {
    let size = Value::Long(i64::try_from(file.size).unwrap_or(i64::MAX));
    let value = Value::Struct(vec![
        Value::from(file.path.to_string().as_str()),
        Value::from(file.path.name()),
        size.clone(),
        Value::Long(0),
        size,
        Value::Timestamp(file.modification_time.saturating_mul(1000)),
    ]);
    Ok(value.to_series(&metadata_attribute().data_type)?)
}

/// A Delta table's files, one after another: those that were given, or those of the version
/// that may hold rows within `bounds`, the largest first.
pub(super) fn delta(
    scan: DeltaScan,
    bounds: Vec<ColumnBound>,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    let mut started: Option<(DeltaReader, std::vec::IntoIter<Arc<AddFile>>)> = None;
    let mut open: Option<FrameStream> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(frames) = &mut open {
                match frames.next() {
                    Some(frame) => return Some(frame),
                    None => open = None,
                }
            }
            let opened = match &mut started {
                None => match DeltaReader::start(&scan, &bounds, &ctx) {
                    Ok((reader, files)) => {
                        started = Some((reader, files.into_iter()));
                        continue;
                    }
                    Err(error) => return Some(Err(error)),
                },
                Some((reader, files)) => {
                    let file: Arc<AddFile> = files.next()?;
                    reader.open(&file)
                }
            };
            match opened {
                Ok(frames) => open = Some(frames),
                Err(error) => return Some(Err(error)),
            }
        }
    }))
}

/// How the files of a version are read.
struct DeltaReader {
    scan: TableScan,
    /// For each output column: its place in the scan's frames; `None` for `_metadata`.
    columns: Arc<Vec<Option<usize>>>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
}

impl DeltaReader {
    fn start(
        scan: &DeltaScan,
        bounds: &[ColumnBound],
        ctx: &Arc<ExecContext>,
    ) -> Result<(Self, Vec<Arc<AddFile>>), SqlError> {
        let log = ctx.delta_logs.open(&scan.table);
        let snapshot = match scan.version {
            Some(version) => log.snapshot_at(version)?,
            None => log.snapshot()?,
        };
        let width = scan.schema.len();
        let positions = scan.projection.clone();
        let positions = positions.unwrap_or_else(|| (0..=width).collect());
        let (mut columns, mut read, mut output) = (Vec::new(), Vec::new(), Vec::new());
        let mut has_change_type = false;
        for position in positions {
            let Some(field) = scan.schema.fields.get(position) else {
                columns.push(None);
                output.push(metadata_field());
                continue;
            };
            if scan.files.is_some() && field.name == "_change_type" {
                // Change data files have it after the table's columns.
                columns.push(Some(read.len()));
                output.push(field.clone());
                has_change_type = true;
                continue;
            }
            // The table may have got columns since the relation was analysed.
            let found = snapshot.schema().index_of(&field.name).filter(|i| {
                let now = snapshot.schema().fields.get(*i);
                now.is_some_and(|f| physical_type(&f.data_type) == physical_type(&field.data_type))
            });
            let found = found.ok_or_else(|| ExecuteError::SchemaChanged {
                column: field.name.clone(),
            })?;
            columns.push(Some(read.len()));
            read.push(found);
            output.push(field.clone());
        }
        let mut table = TableScan::new(ctx.fs.clone(), &snapshot, Some(&read))?;
        if has_change_type {
            table = table.with_change_type();
        }
        let files = match &scan.files {
            Some(files) => files.clone(),
            None => {
                let mut files: Vec<_> = table
                    .prune(&snapshot, bounds)
                    .into_iter()
                    .cloned()
                    .collect();
                files.sort_by_key(|file| Reverse(file.size));
                ctx.metrics
                    .add_pruned(snapshot.num_files().saturating_sub(files.len()));
                files
            }
        };
        let reader = DeltaReader {
            scan: table,
            columns: Arc::new(columns),
            schema: Arc::new(StructType::new(output)),
            ctx: ctx.clone(),
        };
        Ok((reader, files))
    }

    fn open(&self, file: &AddFile) -> Result<FrameStream, SqlError> {
        let frames = self.scan.read(file)?;
        self.ctx.metrics.add_file(file.size.unsigned_abs());
        let metadata = if self.columns.contains(&None) {
            Some(file_metadata(&FileStatus {
                path: self.scan.path_of(file)?,
                size: file.size.unsigned_abs(),
                modification_time: file.modification_time,
                is_dir: false,
            })?)
        } else {
            None
        };
        let (columns, schema, ctx) = (self.columns.clone(), self.schema.clone(), self.ctx.clone());
        Ok(Box::new(frames.map(move |frame| {
            let frame = frame?;
            ctx.count_read(frame.height());
            let columns = columns
                .iter()
                .filter_map(|column| match column {
                    Some(i) => frame.column(*i).cloned(),
                    None => metadata
                        .as_ref()
                        .map(|m| m.new_from_index(0, frame.height())),
                })
                .collect();
            let out = Frame::new(schema.clone(), columns, frame.height())?;
            Ok(out.with_origin(frame.origin().cloned()))
        })))
    }
}

fn metadata_field() -> StructField {
    let attribute = metadata_attribute();
    StructField {
        nullable: false,
        ..StructField::new(attribute.name, attribute.data_type)
    }
}
