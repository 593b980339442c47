//! What outlives the engine beside the files: the catalog, notebooks with what their cells showed, the pipelines that
//! people made.
//!
//! They are files, too, in the workspace's system directory, so that they are as durable as tables and travel with them.

use serde::{Deserialize, Serialize};

use super::flow::PipelineRun;
use super::{Engine, error};
use crate::notebook::{Notebook, Workspace, samples};
use crate::pipeline::Pipeline;
use crate::protocol::Event;
use crate::session::SessionError;
use crate::storage;

/// Says that all that a new workspace begins with is there.
const BEGUN: &str = "begun.json";
const PIPELINES: &str = "pipelines.json";
const NOTEBOOKS: &str = "notebooks";

/// What was written down last.
#[derive(Default)]
pub(super) struct Kept {
    /// Whether an earlier engine had this workspace, and lived until it had put its samples there.
    is_old: bool,
    /// Whether that is written down.
    has_begun: bool,
    pipelines: Pipelines,
    was_running: Vec<String>,
    /// What could not be written down, to tell it once.
    failure: Option<String>,
}

/// The pipelines' file.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Pipelines {
    /// Those that people made.
    custom: Vec<Pipeline>,
    /// The ids of those whose streams run.
    running: Vec<String>,
}

impl Kept {
    /// Whether no earlier engine had this workspace.
    pub fn is_new(&self) -> bool {
        !self.is_old
    }

    /// The pipelines whose streams ran when the workspace was left.
    pub fn was_running(&self) -> Vec<String> {
        self.was_running.clone()
    }
}

impl Engine {
    /// Takes up what an earlier engine left. A part that can't be read doesn't keep the others away. A new workspace gets
    /// the samples that it lacks.
    pub(super) fn restore(&mut self) {
        let begun = storage::read_kept::<bool>(self.fs.as_ref(), BEGUN);
        self.kept.is_old = matches!(begun, Ok(Some(_)));
        self.kept.has_begun = self.kept.is_old;
        let restored = [
            self.session.restore(),
            self.restore_notebooks(),
            self.restore_pipelines(),
        ];
        for error in restored.into_iter().filter_map(Result::err) {
            self.event(Event::Failed {
                query: None,
                error: error::info(&error),
            });
        }
        if self.kept.is_new() {
            // Without its samples, a workspace is empty; a test says that they can be read.
            let samples = samples().unwrap_or_default();
            for (path, notebook) in samples.iter() {
                if self.notebooks.workspace.get(path).is_none() {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    self.notebooks.workspace.put(folder, notebook.clone());
                    self.notebooks.changed.insert(path.to_owned());
                }
            }
        }
    }

    /// Writes down what changed. What doesn't fit is told once, and tried again.
    pub(super) fn keep(&mut self) {
        let kept = self
            .session
            .keep()
            .and_then(|()| self.keep_pipelines())
            .and_then(|()| self.keep_notebooks())
            .and_then(|()| self.keep_shown())
            .and_then(|()| self.note_begun());
        self.tell_failure(kept);
    }

    fn note_begun(&mut self) -> Result<(), SessionError> {
        if !self.kept.has_begun {
            storage::keep(self.fs.as_ref(), BEGUN, &true)?;
            self.kept.has_begun = true;
        }
        Ok(())
    }

    /// Makes durable what was written.
    pub(super) fn sync(&mut self) {
        let synced = self.fs.sync().map_err(SessionError::from);
        if synced.is_err() {
            self.tell_failure(synced);
        }
    }

    fn tell_failure(&mut self, result: Result<(), SessionError>) {
        let failure = result.err();
        let text = failure.as_ref().map(ToString::to_string);
        if text == self.kept.failure {
            return;
        }
        self.kept.failure = text;
        if let Some(failure) = failure {
            self.event(Event::Failed {
                query: None,
                error: error::info(&failure),
            });
        }
    }

    // Pipelines

    fn restore_pipelines(&mut self) -> Result<(), SessionError> {
        let kept = storage::read_kept(self.fs.as_ref(), PIPELINES)?;
        let pipelines: Pipelines = kept.unwrap_or_default();
        let runs = pipelines
            .custom
            .iter()
            .map(|pipeline| PipelineRun::new(pipeline.clone(), true));
        self.pipelines.extend(runs);
        self.kept.was_running.clone_from(&pipelines.running);
        self.kept.pipelines = pipelines;
        Ok(())
    }

    fn keep_pipelines(&mut self) -> Result<(), SessionError> {
        let is_running = |run: &&PipelineRun| {
            let mut queries = run.queries.iter();
            queries.any(|q| q.query(&self.session).is_some_and(|q| q.is_active()))
        };
        let running: Vec<&str> = self
            .pipelines
            .iter()
            .filter(is_running)
            .map(|run| run.pipeline.id.as_str())
            .collect();
        let custom = || {
            let runs = self.pipelines.iter().filter(|run| run.is_declared());
            runs.map(|run| &run.pipeline)
        };
        let kept = &self.kept.pipelines;
        let is_same = running.iter().eq(kept.running.iter())
            && custom()
                .map(|p| &p.id)
                .eq(kept.custom.iter().map(|p| &p.id));
        if is_same {
            return Ok(());
        }
        let pipelines = Pipelines {
            custom: custom().cloned().collect(),
            running: running.into_iter().map(str::to_owned).collect(),
        };
        storage::keep(self.fs.as_ref(), PIPELINES, &pipelines)?;
        self.kept.pipelines = pipelines;
        Ok(())
    }

    // Notebooks

    fn restore_notebooks(&mut self) -> Result<(), SessionError> {
        let root = storage::kept_path(NOTEBOOKS)?;
        let mut workspace = Workspace::default();
        for file in self.fs.list_recursive(&root)? {
            let Some(path) = file.path.relative_to(&root) else {
                continue;
            };
            let bytes = self.fs.read(&file.path)?;
            let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
            match Notebook::read(path, &bytes) {
                Ok(notebook) => {
                    let path = workspace.put(&format!("/{folder}"), notebook);
                    self.notebooks.is_unseen.insert(path.clone());
                    self.notebooks.files.insert(path, file.path);
                }
                Err(error) => self.event(Event::Failed {
                    query: None,
                    error: error::notebook_info(&error),
                }),
            }
        }
        self.notebooks.workspace = workspace;
        Ok(())
    }

    /// Writes changed notebooks, each as a file of its own format, and deletes the files of those that are gone.
    fn keep_notebooks(&mut self) -> Result<(), SessionError> {
        while let Some(path) = self.notebooks.changed.first().cloned() {
            let old = self.notebooks.files.get(&path).cloned();
            let new = match self.notebooks.workspace.get(&path) {
                None => None,
                Some(notebook) => {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let name = notebook.file_name(notebook.format);
                    let file = storage::kept_path(&format!("{NOTEBOOKS}{folder}/{name}"))?;
                    self.fs.put(&file, notebook.write(notebook.format).into())?;
                    Some(file)
                }
            };
            if let Some(old) = old.filter(|old| Some(old) != new.as_ref()) {
                self.fs.delete(&old)?;
            }
            match new {
                Some(file) => self.notebooks.files.insert(path.clone(), file),
                None => self.notebooks.files.remove(&path),
            };
            self.notebooks.changed.remove(&path);
        }
        Ok(())
    }
}
