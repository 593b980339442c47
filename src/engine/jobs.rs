//! Requests that take longer than one step.

use bytes::Bytes;
use chrono_tz::Tz;

use super::drops::{Drop, LandingSchema, Looked, Looking, check_name};
use super::notebook::CellRun;
use super::relations::Opened;
use super::{Engine, error};
use crate::formats::Options;
use crate::formats::csv::{self, CsvOptions};
use crate::formats::parquet::{ParquetWriteOptions, ParquetWriter};
use crate::notebook::json_rows;
use crate::pipeline::{HopTexts, suggest};
use crate::protocol::{DropPreview, ErrorInfo, Event, NewPipeline, Reply, RowsFormat, TaskUnit};
use crate::session::SessionError;
use crate::storage::{Content, DbfsPath};
use crate::types::{Frame, StructType};

/// What handling a request came to.
pub(super) enum Outcome {
    Reply(Reply),
    /// Bytes beside the reply.
    Bytes(Bytes),
    /// It goes on in steps.
    Job(Job),
}

/// A request under way.
pub(super) enum Job {
    /// Dropped files are read and looked at.
    Look {
        looking: Looking,
        landings: Vec<LandingSchema>,
    },
    /// Looked-at files are put in a directory, one a step.
    Land {
        files: std::vec::IntoIter<Looked>,
        target: DbfsPath,
        done: usize,
        total: usize,
    },
    /// A new pipeline's first rows flow to silver; then gold is made of them.
    FirstRun { pipeline: String },
    /// Rows are pulled until those that were asked for are there.
    Fetch {
        handle: u32,
        offset: usize,
        limit: usize,
    },
    /// All rows are pulled, then put in the order of a column.
    Sort {
        handle: u32,
        column: usize,
        descending: bool,
    },
    /// All rows are pulled, then written as a file.
    Export { handle: u32, format: RowsFormat },
    /// A notebook's cell runs.
    Cell(Box<CellRun>),
}

impl Job {
    /// Whether it waits for something else than its turn.
    pub fn waits(&self) -> bool {
        matches!(self, Job::Cell(run) if run.waits())
    }
}

impl Engine {
    /// Moves a job on. Gives its reply once it is done.
    pub(super) fn step_job(
        &mut self,
        id: u32,
        job: &mut Job,
    ) -> Result<Option<(Reply, Option<Bytes>)>, ErrorInfo> {
        let reply = match job {
            Job::Export { handle, format } => {
                let (handle, format) = (*handle, *format);
                if self.notebooks.is_live(handle) && !self.streams_idle {
                    return Ok(None);
                }
                if self.pull_rows(id, handle, usize::MAX)? {
                    return Ok(None);
                }
                let bytes = self.export_rows(handle, format)?;
                return Ok(Some((Reply::Done, Some(bytes))));
            }
            job => self.step_to_reply(id, job)?,
        };
        Ok(reply.map(|reply| (reply, None)))
    }

    fn step_to_reply(&mut self, id: u32, job: &mut Job) -> Result<Option<Reply>, ErrorInfo> {
        match job {
            Job::Cell(run) => self.step_cell(run),
            Job::Sort {
                handle,
                column,
                descending,
            } => {
                let (handle, column, descending) = (*handle, *column, *descending);
                if self.pull_rows(id, handle, usize::MAX)? {
                    return Ok(None);
                }
                self.opened(handle)?
                    .sort(column, descending)
                    .map_err(|e| error::info(&crate::sql::SqlError::from(e).into()))?;
                Ok(Some(Reply::Done))
            }
            // Its reply has bytes beside it.
            Job::Export { .. } => Ok(None),
            Job::Look { looking, landings } => {
                let usage = self.fs.usage();
                if looking.step(usage.capacity.saturating_sub(usage.used), landings) {
                    self.event(Event::Task {
                        id,
                        title: "Reading dropped files".into(),
                        done: looking.done as f64,
                        total: Some(looking.total as f64),
                        unit: TaskUnit::Bytes,
                    });
                    return Ok(None);
                }
                let looked = std::mem::take(&mut looking.looked);
                Ok(Some(self.preview(looked)))
            }
            Job::Land {
                files,
                target,
                done,
                total,
            } => {
                let Some(file) = files.next() else {
                    return Ok(Some(Reply::Done));
                };
                if let Some(content) = file.content {
                    self.land(target, &file.preview.name, content.as_ref())
                        .map_err(|e| error::info(&e))?;
                }
                *done += 1;
                self.event(Event::Task {
                    id,
                    title: format!("Landing files in {}", target.name()),
                    done: *done as f64,
                    total: Some(*total as f64),
                    unit: TaskUnit::Files,
                });
                Ok(None)
            }
            Job::FirstRun { pipeline } => {
                if !self.streams_idle {
                    return Ok(None);
                }
                match self.update_gold(pipeline) {
                    Ok(()) => Ok(Some(Reply::Done)),
                    Err(e) => {
                        let mut refused = error::info(&e);
                        refused.file = Some("gold_sql".into());
                        self.delete(pipeline).map_err(|e| error::info(&e))?;
                        Err(refused)
                    }
                }
            }
            Job::Fetch {
                handle,
                offset,
                limit,
            } => {
                if self.pull_rows(id, *handle, offset.saturating_add(*limit))? {
                    return Ok(None);
                }
                let opened = self.opened(*handle)?;
                let rows = opened
                    .rows(*offset, *limit)
                    .map_err(|e| error::info(&crate::sql::SqlError::from(e).into()))?;
                Ok(Some(Reply::Rows {
                    offset: *offset as f64,
                    rows,
                    total: opened.count().map(|n| n as f64),
                }))
            }
        }
    }

    fn opened(&mut self, handle: u32) -> Result<&mut Opened, ErrorInfo> {
        self.relations
            .get_mut(handle)
            .ok_or_else(|| error::plain("Cancelled", "The relation was closed."))
    }

    /// Pulls a frame of a relation unless `rows` rows are there. Gives whether there is more to
    /// pull, and says how far it is.
    fn pull_rows(&mut self, id: u32, handle: u32, rows: usize) -> Result<bool, ErrorInfo> {
        let opened = self.opened(handle)?;
        if !opened.pull_up_to(rows).map_err(|e| error::info(&e))? {
            return Ok(false);
        }
        let (pulled, total) = (opened.pulled(), opened.count());
        self.event(Event::Task {
            id,
            title: "Reading rows".into(),
            done: pulled as f64,
            total: total.map(|n| n as f64),
            unit: TaskUnit::Rows,
        });
        Ok(true)
    }

    /// All rows of a relation as a file's bytes.
    fn export_rows(&mut self, handle: u32, format: RowsFormat) -> Result<Bytes, ErrorInfo> {
        let opened = self.opened(handle)?;
        let zone = opened.zone();
        let written = opened
            .whole()
            .map_err(|e| SessionError::from(crate::sql::SqlError::from(e)))
            .and_then(|frame| match frame {
                None if format == RowsFormat::Json => Ok(Bytes::from_static(b"[]")),
                None => Ok(Bytes::new()),
                Some(frame) => write_rows(&frame, format, zone),
            });
        written.map_err(|e| error::info(&e))
    }

    /// Keeps looked-at files and says what was seen.
    fn preview(&mut self, looked: Vec<Looked>) -> Reply {
        self.last_drop += 1;
        let id = self.last_drop;
        let homeless: Option<(&str, &StructType)> = looked
            .iter()
            .filter(|f| f.preview.target.is_none())
            .find_map(|f| Some((f.preview.name.as_str(), f.schema.as_ref()?)));
        let new_pipeline = homeless.map(|(file, schema)| {
            let name = self.free_name(file);
            let HopTexts {
                bronze,
                silver,
                gold,
            } = suggest(&name, schema);
            NewPipeline {
                name,
                bronze_sql: bronze,
                silver_sql: silver,
                gold_sql: gold,
            }
        });
        let files = looked.iter().map(|f| f.preview.clone()).collect();
        self.drops.push(Drop { id, files: looked });
        Reply::Drop {
            preview: DropPreview {
                drop: id,
                files,
                new_pipeline,
            },
        }
    }

    /// A pipeline's name after a file's: a plain identifier that no pipeline has.
    fn free_name(&self, file: &str) -> String {
        let own = file.rsplit('/').next().unwrap_or_default();
        let stem = own.split('.').next().unwrap_or_default().to_lowercase();
        let mut name: String = stem
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        name = name.trim_matches('_').to_owned();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name = format!("data_{name}").trim_end_matches('_').to_owned();
        }
        let taken = |name: &str| self.pipelines.iter().any(|run| run.pipeline.id == name);
        if !taken(&name) {
            return name;
        }
        (2..)
            .map(|n| format!("{name}_{n}"))
            .find(|name| !taken(name))
            .unwrap_or(name)
    }

    /// Whether a sample file of that name is still to come to a directory: it would not arrive
    /// where another file has its name.
    fn is_sample_name(&self, dir: &DbfsPath, name: &str) -> Result<bool, SessionError> {
        for sample in self
            .pipelines
            .iter()
            .filter_map(|run| run.pipeline.sample.as_ref())
        {
            let (from, to) = (DbfsPath::parse(&sample.from)?, DbfsPath::parse(&sample.to)?);
            if to == *dir && self.fs.status(&from.join(name)?)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts a file in a directory, under its own name or, where that is taken, a similar one:
    /// Auto Loader would ignore a path that it knows.
    pub(super) fn land(
        &self,
        dir: &DbfsPath,
        name: &str,
        content: &dyn Content,
    ) -> Result<DbfsPath, SessionError> {
        let name = check_name(name)?;
        let mut path = dir.join(&name)?;
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) => (stem, format!(".{extension}")),
            None => (name.as_str(), String::new()),
        };
        let mut n = 1;
        while self.fs.status(&path)?.is_some() || self.is_sample_name(dir, path.name())? {
            n += 1;
            path = dir.join(&format!("{stem}-{n}{extension}"))?;
        }
        self.fs.put_content(&path, content, None)?;
        Ok(path)
    }
}

fn write_rows(frame: &Frame, format: RowsFormat, zone: Tz) -> Result<Bytes, SessionError> {
    Ok(match format {
        RowsFormat::Csv => {
            let mut options = Options::new();
            options.set("header", "true");
            let options = CsvOptions::from_options(&options)?;
            csv::write(frame, &options, true, zone)?.into()
        }
        RowsFormat::Parquet => {
            let mut writer = ParquetWriter::new(frame.schema(), &ParquetWriteOptions::default())?;
            writer.write(frame)?;
            writer.finish()?
        }
        RowsFormat::Json => {
            let rows = json_rows(frame, zone, usize::MAX).map_err(crate::sql::SqlError::from)?;
            let rows = rows.iter().map(|row| {
                let cells: Vec<&str> = row.iter().map(|cell| cell.get()).collect();
                format!("[{}]", cells.join(","))
            });
            let rows: Vec<String> = rows.collect();
            format!("[{}]", rows.join(",\n")).into()
        }
    })
}
