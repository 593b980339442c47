//! What becomes of dropped files.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use super::model::{is_litter, targets};
use crate::page::app::{App, OpenDialog};
use crate::page::notebook::tree::is_notebook;
use crate::page::text;
use crate::protocol::{DropPreview, DroppedFile, ErrorInfo, Reply, Request};

/// Drops that are still on screen, the latest first. A copy names the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct Drops {
    pub trays: RwSignal<Vec<Tray>>,
}

/// A drop.
#[derive(Debug, Clone, PartialEq)]
pub struct Tray {
    /// The page's own number of it.
    pub id: u32,
    pub files: usize,
    pub stage: Stage,
}

/// How far a drop is.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The engine looks at the files; the request's id.
    Looking(u32),
    Failed(ErrorInfo),
    Seen {
        preview: DropPreview,
        landings: Vec<Landing>,
        /// Whether the files that fit nowhere went into a pipeline of their own.
        made: Option<String>,
    },
}

/// Files on their way into a directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Landing {
    pub target: String,
    pub files: usize,
    pub progress: Progress,
}

/// How far a landing is.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The request's id.
    Running(u32),
    Landed,
    /// The person ended it; what had landed by then stays.
    Cancelled,
    Failed(ErrorInfo),
}

impl Drops {
    /// Takes up dropped or chosen files: the engine looks at them, those that fit a directory
    /// land there, and for the others a dialog opens.
    pub fn take(self, app: App, files: Vec<(String, File)>) {
        let (notebooks, files): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(name, _)| is_notebook(name));
        if !notebooks.is_empty() {
            app.notebook.import(app, notebooks);
            if files.is_empty() {
                return;
            }
        }
        let (names, files): (Vec<DroppedFile>, Vec<File>) = files
            .into_iter()
            .filter(|(name, _)| !is_litter(name))
            .map(|(name, file)| {
                (
                    DroppedFile {
                        name,
                        size: file.size(),
                    },
                    file,
                )
            })
            .unzip();
        if names.is_empty() {
            app.store.tell("There are no files in what was dropped.");
            return;
        }
        if let Some(reason) = untrack(|| app.refusal(crate::page::command::Command::AddFiles)) {
            app.store.tell(reason);
            return;
        }
        app.has_own_files.set_value(true);
        let count = names.len();
        let call = app
            .engine
            .call_with_files(Request::PreviewDrop { files: names }, &files);
        let id = call.id;
        self.trays.update(|trays| {
            trays.insert(
                0,
                Tray {
                    id,
                    files: count,
                    stage: Stage::Looking(id),
                },
            );
            trays.truncate(4);
        });
        spawn_local(async move {
            match call.await {
                Ok(answer) => match answer.reply {
                    Reply::Drop { preview } => self.seen(app, id, preview),
                    _ => self.remove(id),
                },
                Err(error) if error.class == "Cancelled" => self.remove(id),
                Err(error) => self.stage(id, Stage::Failed(error)),
            }
        });
    }

    fn seen(self, app: App, id: u32, preview: DropPreview) {
        let drop = preview.drop;
        let wants_pipeline = preview.new_pipeline.is_some();
        let targets = targets(&preview);
        let calls: Vec<_> = targets
            .into_iter()
            .map(|(target, files)| {
                let call = app.engine.call(Request::LandDrop {
                    drop,
                    target: target.clone(),
                });
                (
                    Landing {
                        target,
                        files,
                        progress: Progress::Running(call.id),
                    },
                    call,
                )
            })
            .collect();
        let landings = calls.iter().map(|(landing, _)| landing.clone()).collect();
        self.stage(
            id,
            Stage::Seen {
                preview,
                landings,
                made: None,
            },
        );
        spawn_local(async move {
            for (landing, call) in calls {
                let progress = match call.await {
                    Ok(_) => {
                        app.store.tell(format!(
                            "{} landed in {}.",
                            text::counted(landing.files as f64, "file"),
                            super::directory_name(&landing.target)
                        ));
                        Progress::Landed
                    }
                    Err(error) if error.class == "Cancelled" => Progress::Cancelled,
                    Err(error) => Progress::Failed(error),
                };
                self.landing(id, &landing.target, progress);
            }
            if !wants_pipeline {
                app.send(Request::DiscardDrop { drop });
            }
        });
        if wants_pipeline && app.dialog.get_untracked().is_none() {
            app.dialog.set(Some(OpenDialog::NewPipeline(drop)));
        }
    }

    /// The preview of a drop, by the engine's number.
    pub fn preview(self, drop: u32) -> Option<DropPreview> {
        self.trays.with_untracked(|trays| {
            trays.iter().find_map(|tray| match &tray.stage {
                Stage::Seen { preview, .. } if preview.drop == drop => Some(preview.clone()),
                _ => None,
            })
        })
    }

    /// The files of a drop that fit nowhere went into that pipeline.
    pub fn made(self, drop: u32, pipeline: &str) {
        self.trays.update(|trays| {
            for tray in trays {
                if let Stage::Seen { preview, made, .. } = &mut tray.stage
                    && preview.drop == drop
                {
                    *made = Some(pipeline.to_owned());
                }
            }
        });
    }

    /// Takes a drop off the screen; the engine forgets what it still holds of it.
    pub fn dismiss(self, app: App, id: u32) {
        let waiting = self.trays.with_untracked(|trays| {
            trays
                .iter()
                .find(|tray| tray.id == id)
                .and_then(|tray| match &tray.stage {
                    Stage::Seen {
                        preview,
                        made: None,
                        ..
                    } if preview.new_pipeline.is_some() => Some(preview.drop),
                    _ => None,
                })
        });
        if let Some(drop) = waiting {
            app.send(Request::DiscardDrop { drop });
        }
        self.remove(id);
    }

    /// Takes all drops off the screen.
    pub fn clear(self) {
        self.trays.update(Vec::clear);
    }

    fn remove(self, id: u32) {
        self.trays
            .update(|trays| trays.retain(|tray| tray.id != id));
    }

    fn stage(self, id: u32, stage: Stage) {
        self.trays.update(|trays| {
            if let Some(tray) = trays.iter_mut().find(|tray| tray.id == id) {
                tray.stage = stage;
            }
        });
    }

    fn landing(self, id: u32, target: &str, progress: Progress) {
        self.trays.update(|trays| {
            for tray in trays.iter_mut().filter(|tray| tray.id == id) {
                if let Stage::Seen { landings, .. } = &mut tray.stage {
                    for landing in landings
                        .iter_mut()
                        .filter(|landing| landing.target == target)
                    {
                        landing.progress = progress.clone();
                    }
                }
            }
        });
    }
}
