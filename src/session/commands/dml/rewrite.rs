//! Writing the rows of files anew, and what happened to them.

use std::sync::Arc;

use polars_core::prelude::BooleanChunked;

use crate::delta::{
    AddCdcFile, AddFile, DeltaLog, FileWriter, Metadata, Transaction, generation_expression,
    has_change_data_feed,
};
use crate::session::{SessionError, SessionState};
use crate::sql::SqlError;
use crate::sql::constraints::Constraints;
use crate::types::{DataType, Frame, FrameError, SchemaRef, StructField, StructType, Value};

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Copy,
    Update,
    Delete,
    Insert,
    /// It is no row of the table, and won't be.
    Skip,
}

/// Writes rows after a change. Its frames have the columns after it, those before it if the table
/// records its changes, and an INT that says which of its fates a row has.
pub(super) struct Rewriter {
    after: SchemaRef,
    before: SchemaRef,
    fates: Vec<Fate>,
    writer: FileWriter,
    changes: Option<FileWriter>,
    counts: Vec<u64>,
}

/// What a rewriter wrote.
pub(super) struct Rewritten {
    /// Rows by their fate's number.
    pub counts: Vec<u64>,
    pub files: usize,
    pub bytes: i64,
    pub change_files: usize,
}

/// The columns that an update writes: all but those that the table computes and nobody assigns.
pub(super) fn written_columns(schema: &StructType, assigned: &[usize]) -> Vec<usize> {
    (0..schema.len())
        .filter(|i| {
            let field = schema.fields.get(*i);
            assigned.contains(i) || field.is_some_and(|f| generation_expression(f).is_none())
        })
        .collect()
}

impl Rewriter {
    /// Writes the columns `after` of the table that `metadata` describes.
    pub fn new(
        state: &SessionState,
        log: &DeltaLog,
        metadata: &Metadata,
        after: &[usize],
        fates: &[Fate],
    ) -> Result<Self, SessionError> {
        let env = &state.env;
        let fs = log.file_system().clone();
        let rules = Constraints::rules(metadata, &state.shared_context())?;
        let table = log.table_path();
        let writer = FileWriter::new(fs.clone(), table.clone(), metadata, env)?.with_rules(rules);
        let changes = match has_change_data_feed(&metadata.configuration) {
            true => Some(FileWriter::change_data(fs, table.clone(), metadata, env)?),
            false => None,
        };
        let schema = StructType::from_json_str(&metadata.schema_string)
            .map_err(crate::delta::DeltaError::from)?;
        let fields = after.iter().filter_map(|i| schema.fields.get(*i));
        let after = StructType::new(fields.map(nullable).collect());
        let before = StructType::new(schema.fields.iter().map(nullable).collect());
        Ok(Rewriter {
            after: Arc::new(after),
            before: Arc::new(before),
            counts: vec![0; fates.len()],
            fates: fates.to_vec(),
            writer,
            changes,
        })
    }

    /// Whether frames have the columns before the change.
    pub fn wants_before(&self) -> bool {
        self.changes.is_some()
    }

    /// Writes the rows of a frame.
    pub fn take(&mut self, frame: &Frame) -> Result<(), SessionError> {
        let height = frame.height();
        let Some(fates) = frame.columns().last().filter(|_| height > 0) else {
            return Ok(());
        };
        let numbers = fates.i32().map_err(frame_error)?;
        let fate_of = |number: Option<i32>| {
            let number = usize::try_from(number?).ok()?;
            self.fates.get(number).copied()
        };
        let fates: Vec<Fate> = numbers
            .iter()
            .map(|number| fate_of(number).unwrap_or(Fate::Skip))
            .collect();
        for number in numbers.iter().flatten() {
            if let Some(count) = usize::try_from(number)
                .ok()
                .and_then(|n| self.counts.get_mut(n))
            {
                *count += 1;
            }
        }
        let mask = |test: &dyn Fn(Fate) -> bool| {
            BooleanChunked::from_iter(fates.iter().map(|f| Some(test(*f))))
        };
        let stays = mask(&|f| matches!(f, Fate::Copy | Fate::Update | Fate::Insert));
        let after = part(frame, 0, &self.after)?;
        self.writer
            .write(&after.filter(&stays).map_err(SqlError::from)?)?;
        let Some(changes) = &mut self.changes else {
            return Ok(());
        };
        let before = part(frame, self.after.len(), &self.before)?;
        for (fate, rows, name) in [
            (Fate::Delete, &before, "delete"),
            (Fate::Update, &before, "update_preimage"),
            (Fate::Update, &after, "update_postimage"),
            (Fate::Insert, &after, "insert"),
        ] {
            let rows = rows.filter(&mask(&|f| f == fate)).map_err(SqlError::from)?;
            if rows.height() > 0 {
                changes.write(&with_change_type(&rows, name)?)?;
            }
        }
        Ok(())
    }

    /// Closes the files and gives them to a transaction.
    pub fn finish(self, transaction: &mut Transaction) -> Result<Rewritten, SessionError> {
        if let Some(changed) = self.writer.changed_metadata()? {
            transaction.set_metadata(changed);
        }
        let files: Vec<AddFile> = self.writer.finish()?;
        let changes: Vec<AddCdcFile> = match self.changes {
            Some(changes) => changes.finish_changes()?,
            None => Vec::new(),
        };
        let rewritten = Rewritten {
            counts: self.counts,
            files: files.len(),
            bytes: files.iter().map(|f| f.size).sum(),
            change_files: changes.len(),
        };
        for file in files {
            transaction.add(file);
        }
        for file in changes {
            transaction.add_change(file);
        }
        Ok(rewritten)
    }
}

impl Rewritten {
    /// How many rows had the fate of that number.
    pub fn count(&self, number: usize) -> u64 {
        self.counts.get(number).copied().unwrap_or(0)
    }
}

fn nullable(field: &StructField) -> StructField {
    StructField {
        nullable: true,
        ..field.clone()
    }
}

/// The columns of a frame from `offset` on, under a schema.
fn part(frame: &Frame, offset: usize, schema: &SchemaRef) -> Result<Frame, SessionError> {
    let columns = frame.columns().iter().skip(offset).take(schema.len());
    let part = Frame::new(schema.clone(), columns.cloned().collect(), frame.height());
    Ok(part.map_err(SqlError::from)?)
}

fn with_change_type(rows: &Frame, name: &str) -> Result<Frame, SessionError> {
    let mut fields = rows.schema().fields.clone();
    fields.push(StructField::new("_change_type", DataType::String));
    let mut columns = rows.columns().to_vec();
    let value = Value::String(name.into()).to_series(&DataType::String);
    columns.push(
        value
            .map_err(SqlError::from)?
            .new_from_index(0, rows.height()),
    );
    let schema = Arc::new(StructType::new(fields));
    let frame = Frame::new(schema, columns, rows.height());
    Ok(frame.map_err(SqlError::from)?)
}

fn frame_error(error: polars_core::error::PolarsError) -> SqlError {
    FrameError::from(error).into()
}
