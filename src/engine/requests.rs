//! What each request does.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::drops::{LandingSchema, Looking};
use super::flow::{PipelineRun, remaining_sample, table_log};
use super::jobs::{Job, Outcome};
use super::relations::Opened;
use super::{Engine, error};
use crate::formats::{FileFormat, Options};
use crate::notebook::NotebookError;
use crate::pipeline::{Declared, HopTexts, Pipeline, custom, landing, root};
use crate::protocol::{
    CatalogEntry, ErrorInfo, FileInfo, HistoryEntry, NewPipeline, NodeKind, RelationKind,
    RelationRef, Reply, Request,
};
use crate::session::{Ran, SessionError, Statement, parse_name};
use crate::sql::plan::Plan;
use crate::storage::{Content, DbfsPath, unreadable};
use crate::types::Frame;

#[expect(clippy::panic, reason = "what was asked for")]
fn crash() -> ! {
    panic!("It was asked to.")
}

impl Engine {
    /// Answers a request, or begins a job that will.
    pub(super) fn request(
        &mut self,
        request: Request,
        files: Vec<Arc<dyn Content>>,
    ) -> Result<Outcome, ErrorInfo> {
        let reply = match request {
            Request::Flow => Ok(Reply::Flow { flow: self.flow() }),
            Request::Start { pipeline } => self.start(&pipeline).map(|()| Reply::Done),
            Request::UpdateGold { pipeline } => self.update_gold(&pipeline).map(|()| Reply::Done),
            Request::LoadNewData { pipeline, all } => self.load_new_data(&pipeline, all),
            Request::Stop { query } => self.stop(query.as_deref()),
            Request::Reset { pipeline } => self.reset(&pipeline).map(|()| Reply::Done),
            Request::DeletePipeline { pipeline } => self.delete(&pipeline).map(|()| Reply::Done),
            Request::PreviewDrop { files: names } => {
                let landings = self.landings();
                let looking = Looking::new(names.into_iter().zip(files).collect());
                return Ok(Outcome::Job(Job::Look { looking, landings }));
            }
            Request::LandDrop { drop, target } => return self.land_drop(drop, &target),
            Request::CreatePipeline { drop, pipeline } => {
                let pipeline = self.create_pipeline(drop, &pipeline)?;
                self.streams_idle = false;
                return Ok(Outcome::Job(Job::FirstRun { pipeline }));
            }
            Request::DiscardDrop { drop } => {
                self.drops.retain(|d| d.id != drop);
                Ok(Reply::Done)
            }
            Request::OpenRelation { relation } => self.open_relation(&relation),
            Request::FetchRows {
                handle,
                offset,
                limit,
            } => {
                return Ok(Outcome::Job(Job::Fetch {
                    handle,
                    offset: offset.max(0.0) as usize,
                    limit: limit as usize,
                }));
            }
            Request::CloseRelation { handle } => {
                self.relations.close(handle);
                Ok(Reply::Done)
            }
            Request::History { table } => self.history(&table),
            Request::Commit { table, version } => self.commit_text(&table, version as u64),
            Request::Files { relation, version } => {
                self.files(&relation, version.map(|v| v as u64))
            }
            Request::ListDirectory { path } => self.list_directory(&path),
            Request::Progress { query } => self.progress(&query),
            Request::Sql { text } => self.sql(&text),
            Request::Catalog => self.catalog(),
            Request::ReadFile { path } => {
                let bytes = DbfsPath::parse(&path)
                    .and_then(|path| self.quarantine.beneath().read(&path))
                    .map_err(|e| error::info(&e.into()))?;
                return Ok(Outcome::Bytes(bytes));
            }
            Request::Quarantine { path } => DbfsPath::parse(&path)
                .and_then(|path| self.quarantine.put_under(&path))
                .map(|()| Reply::Done)
                .map_err(SessionError::from),
            Request::ReadAgain { path } => DbfsPath::parse(&path)
                .and_then(|path| self.quarantine.release(&path))
                .map(|()| Reply::Done)
                .map_err(SessionError::from),
            Request::Crash => crash(),
            Request::PutFile { path } => self.put_file(&path, &files).map(|()| Reply::Done),
            Request::Notebooks => Ok(self.notebooks()),
            Request::OpenNotebook { path } => return notebook_reply(self.open_notebook(&path)),
            Request::NewNotebook { folder, language } => {
                return notebook_reply(self.new_notebook(&folder, language));
            }
            Request::ImportNotebook { folder, name } => {
                return notebook_reply(self.import_notebook(&folder, &name, &files));
            }
            Request::PutNotebook {
                path,
                extension,
                text,
            } => return notebook_reply(self.put_notebook(&path, &extension, &text)),
            Request::SaveNotebook { path, cells } => {
                return notebook_reply(self.save_notebook(&path, cells));
            }
            Request::MoveNotebook { path, to } => {
                return notebook_reply(self.move_notebook(&path, &to));
            }
            Request::DeleteNotebook { path } => return notebook_reply(self.delete_notebook(&path)),
            Request::ExportNotebook { path, format } => {
                return notebook_reply(self.export_notebook(&path, format));
            }
            Request::RunCell {
                notebook,
                cell,
                source,
                settle,
            } => return self.run_cell(notebook, cell, source, settle),
            Request::ResetNotebook { notebook } => {
                self.notebooks.forget(&notebook);
                Ok(Reply::Done)
            }
            Request::SetWidget {
                notebook,
                name,
                value,
            } => {
                self.notebooks.connect(&notebook).set_widget(&name, &value);
                Ok(Reply::Done)
            }
            Request::Complete { language, before } => self
                .complete(language, &before)
                .map(|items| Reply::Completions { items }),
            Request::StopRun { run_id } => self.session.stop(&run_id).map(|()| Reply::Done),
            Request::SortRelation {
                handle,
                column,
                descending,
            } => {
                return Ok(Outcome::Job(Job::Sort {
                    handle,
                    column: column as usize,
                    descending,
                }));
            }
            Request::ExportRows { handle, format } => {
                return Ok(Outcome::Job(Job::Export { handle, format }));
            }
            // The worker does these by itself: they are about more than one engine's files.
            Request::TakeOver
            | Request::Workspaces
            | Request::CreateWorkspace { .. }
            | Request::DuplicateWorkspace { .. }
            | Request::UnpackWorkspace { .. }
            | Request::SaveWorkspace
            | Request::RenameWorkspace { .. }
            | Request::DeleteWorkspace { .. } => {
                return Err(error::plain(
                    "IllegalStateException",
                    "There is one workspace here.",
                ));
            }
            Request::Cancel { .. } => Ok(Reply::Done),
        };
        reply.map(Outcome::Reply).map_err(|e| error::info(&e))
    }

    /// Puts the file beside the message at a path.
    fn put_file(&self, path: &str, files: &[Arc<dyn Content>]) -> Result<(), SessionError> {
        let path = DbfsPath::parse(path)?;
        let file = files.first();
        let file = file.ok_or_else(|| unreadable(&path, "it didn't arrive".into()))?;
        Ok(self.fs.put_content(&path, file.as_ref(), None)?)
    }

    // Pipelines

    fn run_of(&self, pipeline: &str) -> Result<usize, SessionError> {
        self.pipelines
            .iter()
            .position(|run| run.pipeline.id == pipeline)
            .ok_or_else(|| SessionError::NoSuchPipeline {
                name: pipeline.into(),
            })
    }

    /// Runs a pipeline's views and continuous streams. Streams that run go on.
    fn start(&mut self, pipeline: &str) -> Result<(), SessionError> {
        let index = self.run_of(pipeline)?;
        let statements = self
            .pipelines
            .get(index)
            .map(|run| run.pipeline.start.clone())
            .unwrap_or_default();
        for declared in &statements {
            self.run_declared(index, declared)?;
        }
        Ok(())
    }

    /// Runs a pipeline's queries that stop by themselves, starting it if it never was.
    pub(super) fn update_gold(&mut self, pipeline: &str) -> Result<(), SessionError> {
        let index = self.run_of(pipeline)?;
        let Some(run) = self.pipelines.get(index) else {
            return Ok(());
        };
        let declared = run.pipeline.update.clone();
        let is_declared = declared.iter().all(|d| match &d.statement {
            Statement::WriteStream { from, .. } => self.session.state().view(from).is_some(),
            _ => true,
        });
        if !is_declared {
            self.start(pipeline)?;
        }
        for declared in &declared {
            self.run_declared(index, declared)?;
        }
        Ok(())
    }

    fn run_declared(&mut self, index: usize, declared: &Declared) -> Result<(), SessionError> {
        let key = match &declared.statement {
            Statement::WriteStream { writer, .. } => match &writer.to {
                crate::session::WriteTo::Table(name) | crate::session::WriteTo::Path(name) => {
                    Some(name.clone())
                }
                crate::session::WriteTo::InsertInto(_)
                | crate::session::WriteTo::ForeachBatch(_)
                | crate::session::WriteTo::Nowhere => None,
            },
            _ => None,
        };
        let slot = |engine: &Engine| {
            let run = engine.pipelines.get(index)?;
            run.queries
                .iter()
                .position(|q| Some(&q.key) == key.as_ref())
        };
        if let Some(query) = slot(self).and_then(|i| self.pipelines.get(index)?.queries.get(i))
            && query.query(&self.session).is_some_and(|q| q.is_active())
        {
            return Ok(());
        }
        let ran = self.session.run(&declared.statement)?;
        self.flow_is_stale = true;
        let (Ran::Started { run_id }, Some(i)) = (ran, slot(self)) else {
            return Ok(());
        };
        if let Some(query) = self
            .pipelines
            .get_mut(index)
            .and_then(|run| run.queries.get_mut(i))
        {
            query.adopt(&run_id, &self.session);
        }
        Ok(())
    }

    fn load_new_data(&mut self, pipeline: &str, all: bool) -> Result<Reply, SessionError> {
        let index = self.run_of(pipeline)?;
        let Some(run) = self.pipelines.get(index) else {
            return Ok(Reply::Done);
        };
        let remaining = remaining_sample(&run.pipeline, &self.session)?;
        let Some(sample) = run.pipeline.sample.clone() else {
            return Ok(Reply::Done);
        };
        if remaining.is_empty() {
            return Ok(Reply::Text {
                text: "All files have arrived.".into(),
            });
        }
        let to = DbfsPath::parse(&sample.to)?;
        let mut lines = Vec::new();
        let count = if all { remaining.len() } else { 1 };
        for from in remaining.into_iter().take(count) {
            let bytes = self.fs.read(&from)?;
            self.fs.put(&to.join(from.name())?, bytes)?;
            lines.push(format!("{} has arrived.", from.name()));
        }
        Ok(Reply::Text {
            text: lines.join("\n"),
        })
    }

    fn stop(&mut self, query: Option<&str>) -> Result<Reply, SessionError> {
        self.flow_is_stale = true;
        let Some(key) = query else {
            self.session.stop_all();
            return Ok(Reply::Done);
        };
        let run_id = self
            .pipelines
            .iter()
            .flat_map(|run| &run.queries)
            .find(|q| q.key == key)
            .and_then(|q| q.run_id.clone())
            .ok_or_else(|| SessionError::NoSuchQuery { name: key.into() })?;
        self.session.stop(&run_id)?;
        Ok(Reply::Done)
    }

    /// Back to the beginning: no tables, no checkpoints, the landing directories as they were.
    fn reset(&mut self, pipeline: &str) -> Result<(), SessionError> {
        let index = self.run_of(pipeline)?;
        self.clear(index)?;
        if let Some(run) = self.pipelines.get_mut(index) {
            *run = PipelineRun::new(run.pipeline.clone(), run.is_custom);
        }
        Ok(())
    }

    /// Deletes a pipeline with all it has.
    pub(super) fn delete(&mut self, pipeline: &str) -> Result<(), SessionError> {
        // Its streams are its own, also those that nobody has looked at yet.
        self.adopt_streams();
        let index = self.run_of(pipeline)?;
        self.clear(index)?;
        self.fs.delete(&DbfsPath::parse(&root(pipeline))?)?;
        self.pipelines.remove(index);
        Ok(())
    }

    /// Stops a pipeline's queries and deletes what they made.
    fn clear(&mut self, index: usize) -> Result<(), SessionError> {
        self.flow_is_stale = true;
        let Some(run) = self.pipelines.get(index) else {
            return Ok(());
        };
        let is_custom = run.is_custom;
        let run_ids: Vec<String> = run
            .queries
            .iter()
            .filter_map(|q| q.run_id.clone())
            .collect();
        let statements: Vec<Declared> = run.pipeline.statements().cloned().collect();
        let landings = run.pipeline.landing.clone();
        let nodes = run.lineage.nodes.clone();
        for run_id in run_ids {
            self.session.stop(&run_id)?;
        }
        for node in &nodes {
            match node.kind {
                NodeKind::View | NodeKind::StreamingView => {
                    self.session.state_mut().drop_view(&node.id);
                }
                NodeKind::Table => {
                    let name = self.session.state().table_name(&parse_name(&node.id)?)?;
                    self.session.state_mut().drop_table(&name)?;
                }
                NodeKind::Directory => {}
            }
        }
        for path in statements.iter().flat_map(|d| d.statement.checkpoints()) {
            self.fs.delete(&DbfsPath::parse(path)?)?;
        }
        if !is_custom {
            for landing in landings {
                self.restore_sample(&DbfsPath::parse(&landing.path)?)?;
            }
        }
        Ok(())
    }

    /// Puts a directory of the sample data back as it was.
    fn restore_sample(&mut self, dir: &DbfsPath) -> Result<(), SessionError> {
        let is_initial = |path: &DbfsPath| self.initial.iter().any(|(p, _)| p == path);
        for file in self.fs.list_recursive(dir)? {
            if !is_initial(&file.path) {
                self.fs.delete(&file.path)?;
            }
        }
        for (path, bytes) in self.initial.iter().filter(|(path, _)| path.is_in(dir)) {
            if self.fs.status(path)?.is_none() {
                self.fs.put(path, bytes.clone())?;
            }
        }
        Ok(())
    }

    // Dropped files

    /// The landing directories, with the columns that their files have.
    fn landings(&self) -> Vec<LandingSchema> {
        let mut schemas = Vec::new();
        for landing in self.pipelines.iter().flat_map(|run| &run.pipeline.landing) {
            let format = FileFormat::from_name(&landing.format);
            let (Some(format), Ok(path)) = (format, DbfsPath::parse(&landing.path)) else {
                continue;
            };
            let mut options = Options::new();
            if format == FileFormat::Csv {
                options.set("header", "true");
            }
            // A directory whose files can't be read takes no files by itself.
            if let Ok(plan) = self.session.state().files(format, &path, &options, None) {
                let columns: BTreeSet<String> = plan
                    .schema()
                    .fields
                    .iter()
                    .map(|f| f.name.to_lowercase())
                    .collect();
                schemas.push(LandingSchema {
                    path: landing.path.clone(),
                    format,
                    columns,
                });
            }
        }
        schemas
    }

    fn land_drop(&mut self, drop: u32, target: &str) -> Result<Outcome, ErrorInfo> {
        let path = DbfsPath::parse(target).map_err(|e| error::info(&e.into()))?;
        let is_landing = self
            .pipelines
            .iter()
            .flat_map(|run| &run.pipeline.landing)
            .any(|landing| landing.path == target);
        if !is_landing {
            return Err(error::plain(
                "IllegalArgumentException",
                "Files can only land in a pipeline's source directory.",
            ));
        }
        // Files that fit elsewhere, or nowhere yet, stay for a request of their own.
        let Some(dropped) = self.drops.iter_mut().find(|d| d.id == drop) else {
            return Err(error::plain(
                "IllegalArgumentException",
                "These files aren't here any more: drop them again.",
            ));
        };
        let (here, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut dropped.files)
            .into_iter()
            .partition(|file| file.preview.target.as_deref() == Some(target));
        dropped.files = rest;
        let files: Vec<_> = here.into_iter().filter(|f| f.content.is_some()).collect();
        Ok(Outcome::Job(Job::Land {
            total: files.len(),
            files: files.into_iter(),
            target: path,
            done: 0,
        }))
    }

    fn create_pipeline(&mut self, drop: u32, new: &NewPipeline) -> Result<String, ErrorInfo> {
        let name = new.name.trim().to_lowercase();
        let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_plain {
            return Err(error::plain(
                "IllegalArgumentException",
                "A pipeline's name begins with a letter and has letters, digits and _ only.",
            ));
        }
        if self.pipelines.iter().any(|run| run.pipeline.id == name) {
            return Err(error::plain(
                "IllegalArgumentException",
                &format!("There is a pipeline called {name} already: choose another name."),
            ));
        }
        let Some(dropped) = self.drops.iter().find(|d| d.id == drop) else {
            return Err(error::plain(
                "IllegalArgumentException",
                "These files aren't here any more: drop them again.",
            ));
        };
        let homeless: Vec<_> = dropped
            .files
            .iter()
            .filter(|f| f.preview.target.is_none() && f.content.is_some())
            .collect();
        let Some(format) = homeless.iter().find_map(|f| f.format) else {
            return Err(error::plain(
                "IllegalArgumentException",
                "There is no file to make a pipeline of.",
            ));
        };
        let files: Vec<_> = homeless
            .iter()
            .filter(|f| f.format == Some(format))
            .filter_map(|f| Some((f.preview.name.clone(), f.content.clone()?)))
            .collect();
        let texts = HopTexts {
            bronze: new.bronze_sql.clone(),
            silver: new.silver_sql.clone(),
            gold: new.gold_sql.clone(),
        };
        let options = homeless.iter().find(|f| f.format == Some(format));
        let options = options.map(|f| f.options.clone()).unwrap_or_default();
        let pipeline = custom(&name, format.name(), &options, &texts);
        let made = self.try_create(&name, pipeline, files);
        match made {
            Ok(()) => {
                self.drops.retain(|d| d.id != drop);
                Ok(name)
            }
            Err(refused) => {
                // What was half made goes away; the files stay dropped for another try.
                if let Err(e) = self.delete(&name) {
                    return Err(error::info(&e));
                }
                Err(refused)
            }
        }
    }

    fn try_create(
        &mut self,
        name: &str,
        pipeline: Pipeline,
        files: Vec<(String, Arc<dyn Content>)>,
    ) -> Result<(), ErrorInfo> {
        let statements = pipeline.start.clone();
        self.pipelines.push(PipelineRun::new(pipeline, true));
        let index = self.pipelines.len() - 1;
        let dir = DbfsPath::parse(&landing(name)).map_err(|e| error::info(&e.into()))?;
        for (file, content) in files {
            self.land(&dir, &file, content.as_ref())
                .map_err(|e| error::info(&e))?;
        }
        for declared in &statements {
            self.run_declared(index, declared).map_err(|e| {
                let mut info = error::info(&e);
                // The texts stand one line below the view's first.
                if let Statement::Sql(_) = declared.statement {
                    info.line = info.line.map(|line| line.saturating_sub(1).max(1));
                    info.file = Some(format!("{}_sql", declared.title.to_lowercase()));
                }
                info
            })?;
        }
        Ok(())
    }

    // Relations

    fn open_relation(&mut self, relation: &RelationRef) -> Result<Reply, SessionError> {
        let state = self.session.state();
        let (name, kind, plan, count, versions) = match relation {
            RelationRef::Directory { path, format } => {
                let format = FileFormat::from_name(format).unwrap_or(FileFormat::Text);
                let path = DbfsPath::parse(path)?;
                let mut options = Options::new();
                if format == FileFormat::Csv {
                    options.set("header", "true");
                }
                let plan = state.files(format, &path, &options, None)?;
                let name = path.name().to_owned();
                (name, RelationKind::Directory, plan, None, None)
            }
            RelationRef::View { name } => {
                let plan = state
                    .view(name)
                    .ok_or_else(|| SessionError::RelationNotFound {
                        name: crate::types::quote(name),
                    })?;
                let plan = self.session.as_batch(plan)?;
                (name.clone(), RelationKind::View, plan, None, None)
            }
            RelationRef::Table { name, version } => {
                let table = state.table_name(&parse_name(name)?)?;
                let log = state.table_log(&table)?;
                let newest = log.snapshot()?.version();
                let version = version.map(u64::from);
                let plan = crate::session::delta_plan(&log, Some(table.full()), version)?;
                let count = match version {
                    None => self.counts.of(&log)?.map(|c| c.rows),
                    Some(version) => {
                        let snapshot = log.snapshot_at(version)?;
                        let counts: Option<Vec<u64>> =
                            snapshot.files().map(|f| f.num_records()).collect();
                        counts.map(|counts| counts.iter().sum())
                    }
                };
                let earliest = log.earliest_version()?.unwrap_or(0);
                let versions = (earliest as u32, newest as u32);
                (
                    name.clone(),
                    RelationKind::Table,
                    plan,
                    count,
                    Some(versions),
                )
            }
        };
        self.open_plan(name, kind, &plan, count, versions)
    }

    fn open_plan(
        &mut self,
        name: String,
        kind: RelationKind,
        plan: &Plan,
        count: Option<u64>,
        versions: Option<(u32, u32)>,
    ) -> Result<Reply, SessionError> {
        let stream = self.session.rows(plan)?;
        let opened = Opened::new(stream, self.session.state().conf.time_zone(), count);
        Ok(Reply::Relation {
            relation: self
                .relations
                .open(name, kind, &plan.schema(), versions, opened),
        })
    }

    fn sql(&mut self, text: &str) -> Result<Reply, SessionError> {
        self.flow_is_stale = true;
        let mut last = None;
        for ran in self.session.sql(text)? {
            last = Some(ran);
        }
        let name = "Result".to_owned();
        match last {
            Some(Ran::Rows(plan)) => self.open_plan(name, RelationKind::Result, &plan, None, None),
            Some(Ran::Frame(frame)) => {
                let schema = frame.schema().clone();
                let rows = frame.height() as u64;
                let stream = Box::new(std::iter::once(Ok::<Frame, crate::sql::SqlError>(frame)));
                let zone = self.session.state().conf.time_zone();
                let opened = Opened::new(stream, zone, Some(rows));
                let relation =
                    self.relations
                        .open(name, RelationKind::Result, &schema, None, opened);
                Ok(Reply::Relation { relation })
            }
            Some(Ran::Started { .. }) | None => Ok(Reply::Done),
        }
    }

    fn history(&self, table: &str) -> Result<Reply, SessionError> {
        let log = table_log(&self.session, table)?;
        let entries = log
            .history(None)?
            .into_iter()
            .map(|entry| {
                let pairs = |map: &indexmap::IndexMap<String, serde_json::Value>| {
                    map.iter()
                        .map(|(name, value)| {
                            let text = value.as_str().map(str::to_owned);
                            (name.clone(), text.unwrap_or_else(|| value.to_string()))
                        })
                        .collect()
                };
                HistoryEntry {
                    version: entry.version as f64,
                    timestamp_ms: entry.timestamp_ms as f64,
                    operation: entry.commit_info.operation.clone(),
                    parameters: pairs(&entry.commit_info.operation_parameters),
                    metrics: pairs(&entry.commit_info.operation_metrics),
                    is_blind_append: entry.commit_info.is_blind_append,
                }
            })
            .collect();
        Ok(Reply::History { entries })
    }

    fn commit_text(&self, table: &str, version: u64) -> Result<Reply, SessionError> {
        let bytes = table_log(&self.session, table)?.raw_commit(version)?;
        Ok(Reply::Text {
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    fn files(&self, relation: &RelationRef, version: Option<u64>) -> Result<Reply, SessionError> {
        let mut files = Vec::new();
        match relation {
            RelationRef::Table { name, .. } => {
                let log = table_log(&self.session, name)?;
                let snapshot = match version {
                    Some(version) => log.snapshot_at(version)?,
                    None => log.snapshot()?,
                };
                for file in snapshot.files() {
                    files.push(FileInfo {
                        path: file.path.clone(),
                        full_path: format!("{}/{}", log.table_path(), file.path),
                        size: file.size as f64,
                        modification_time_ms: file.modification_time as f64,
                        rows: file.num_records().map(|n| n as f64),
                        stats: file.stats.clone(),
                        is_quarantined: false,
                    });
                }
            }
            RelationRef::Directory { path, .. } => {
                let dir = DbfsPath::parse(path)?;
                for file in self.fs.list_recursive(&dir)? {
                    let relative = file.path.relative_to(&dir).unwrap_or_default();
                    files.push(FileInfo {
                        path: relative.into(),
                        full_path: file.path.to_string(),
                        size: file.size as f64,
                        modification_time_ms: file.modification_time as f64,
                        rows: None,
                        stats: None,
                        is_quarantined: self.quarantine.holds(&file.path),
                    });
                }
            }
            RelationRef::View { .. } => {}
        }
        Ok(Reply::Files { files })
    }

    fn list_directory(&self, path: &str) -> Result<Reply, SessionError> {
        let dir = DbfsPath::parse(path)?;
        let files = self
            .fs
            .list(&dir)?
            .into_iter()
            .map(|entry| {
                let slash = if entry.is_dir { "/" } else { "" };
                FileInfo {
                    path: format!("{}{slash}", entry.path.name()),
                    full_path: format!("{}{slash}", entry.path),
                    size: entry.size as f64,
                    modification_time_ms: entry.modification_time as f64,
                    rows: None,
                    stats: None,
                    is_quarantined: self.quarantine.holds(&entry.path),
                }
            })
            .collect();
        Ok(Reply::Files { files })
    }

    fn progress(&self, key: &str) -> Result<Reply, SessionError> {
        let query = self
            .pipelines
            .iter()
            .flat_map(|run| &run.queries)
            .find(|q| q.key == key)
            .and_then(|q| q.query(&self.session));
        let texts = query.map_or_else(Vec::new, |query| {
            query
                .recent_progress()
                .rev()
                .filter_map(|p| serde_json::to_string_pretty(p).ok())
                .collect()
        });
        Ok(Reply::Texts { texts })
    }

    fn catalog(&self) -> Result<Reply, SessionError> {
        let state = self.session.state();
        let mut relations = Vec::new();
        for database in state.databases()? {
            for table in state.tables(&database)? {
                let name = if database == state.current_database {
                    table.table.clone()
                } else {
                    format!("{database}.{}", table.table)
                };
                relations.push(CatalogEntry {
                    relation: RelationRef::Table {
                        name: name.clone(),
                        version: None,
                    },
                    name,
                    kind: RelationKind::Table,
                    is_streaming: false,
                });
            }
        }
        for (name, plan) in state.views() {
            relations.push(CatalogEntry {
                name: name.into(),
                relation: RelationRef::View { name: name.into() },
                kind: RelationKind::View,
                is_streaming: Plan::is_streaming(Arc::as_ref(plan)),
            });
        }
        Ok(Reply::Catalog { relations })
    }
}

fn notebook_reply(reply: Result<Reply, NotebookError>) -> Result<Outcome, ErrorInfo> {
    reply
        .map(Outcome::Reply)
        .map_err(|e| error::notebook_info(&e))
}
