//! Where messages come in and go out, before there is an engine and after.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::workspaces::{self, entry};
use super::{Worker, archive, get, text_error, text_of, to_js};
use crate::engine::error;
use crate::env::Env;
use crate::protocol::{ErrorInfo, Event, FromEngine, Reply, Request, ToEngine};
use crate::storage::opfs::Workspaces;
use crate::storage::{FileSystem, JournalFileSystem, contents, copy};

/// A request with the files that came beside it.
type Waiting = (ToEngine, Vec<File>);

/// Takes the page's messages. What is about workspaces it does itself; the rest waits for the engine.
pub struct Desk {
    pub scope: DedicatedWorkerGlobalScope,
    env: Env,
    worker: OnceCell<Rc<Worker>>,
    /// Requests that came before the engine.
    waiting: RefCell<Vec<Waiting>>,
    /// None in a browser that keeps no files.
    pub workspaces: RefCell<Option<Rc<Workspaces>>>,
    /// The id of the open workspace.
    pub open: RefCell<Option<String>>,
    /// The open workspace's files.
    pub files: RefCell<Option<Arc<dyn FileSystem>>>,
    pub journal: RefCell<Option<Arc<JournalFileSystem>>>,
    /// Hears that the person takes over the workspace.
    pub take_over: RefCell<Option<oneshot::Sender<()>>>,
    left: Cell<bool>,
    /// Whether the engine waits, so that all files are of one moment.
    holds: Cell<bool>,
}

impl Desk {
    /// Begins to take messages.
    ///
    /// # Errors
    /// If the browser refuses something that every browser has.
    pub fn listen(scope: DedicatedWorkerGlobalScope, env: Env) -> Result<Rc<Desk>, JsValue> {
        let desk = Rc::new(Desk {
            scope,
            env,
            worker: OnceCell::new(),
            waiting: RefCell::default(),
            workspaces: RefCell::default(),
            open: RefCell::default(),
            files: RefCell::default(),
            journal: RefCell::default(),
            take_over: RefCell::default(),
            left: Cell::new(false),
            holds: Cell::new(false),
        });
        let listener = desk.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            listener.receive(&event.data());
        });
        desk.scope
            .add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref())?;
        on_message.forget();
        Ok(desk)
    }

    /// Hands the engine what waits for it, and what comes from now on.
    pub fn serve(&self, worker: Rc<Worker>) {
        // There is one engine.
        let _ = self.worker.set(worker);
        self.go_on();
    }

    fn go_on(&self) {
        let Some(worker) = self.worker.get() else {
            return;
        };
        for (message, files) in self.waiting.take() {
            worker.handle(message, files);
        }
        worker.wake();
    }

    /// Whether the engine is to do nothing: for now, or because the workspace is another tab's.
    pub fn is_still(&self) -> bool {
        self.left.get() || self.holds.get()
    }

    /// Gives the workspace up, and says so: nothing is read or written from now on.
    pub fn leave(&self, event: Event) {
        self.left.set(true);
        if let Some(journal) = self.journal.take() {
            journal.close();
        }
        self.post_event(event);
    }

    /// Takes a message of the page: `{message, files}`.
    fn receive(self: &Rc<Self>, data: &JsValue) {
        let sent = get(data, "message");
        let files: Vec<File> = Array::from(&get(data, "files"))
            .iter()
            .filter_map(|file| file.dyn_into().ok())
            .collect();
        let message: ToEngine = match serde_wasm_bindgen::from_value(sent.clone()) {
            Ok(message) => message,
            // A script's mistake; the engine goes on.
            Err(error) => {
                let text = format!("The engine doesn't understand this request: {error}");
                let id = get(&sent, "id").as_f64().unwrap_or_default() as u32;
                let error = error::plain("IllegalArgumentException", &text);
                self.reply(id, Err(error));
                return;
            }
        };
        let ToEngine { id, request } = message;
        let Some(request) = self.about_workspaces(id, request, &files) else {
            return;
        };
        let message = ToEngine { id, request };
        match self.worker.get() {
            Some(_) if self.left.get() => {}
            Some(worker) if !self.holds.get() => worker.handle(message, files),
            _ => self.waiting.borrow_mut().push((message, files)),
        }
    }

    /// Does a request about workspaces. Gives back any other.
    fn about_workspaces(
        self: &Rc<Self>,
        id: u32,
        request: Request,
        files: &[File],
    ) -> Option<Request> {
        match request {
            Request::TakeOver => {
                if let Some(sender) = self.take_over.take() {
                    // Who waits for it is there as long as the sender.
                    let _ = sender.send(());
                }
                self.reply(id, Ok(Reply::Done));
            }
            Request::Workspaces
            | Request::CreateWorkspace { .. }
            | Request::DuplicateWorkspace { .. }
            | Request::UnpackWorkspace { .. }
            | Request::RenameWorkspace { .. }
            | Request::DeleteWorkspace { .. } => {
                let desk = self.clone();
                let file = files.first().cloned();
                spawn_local(async move {
                    let result = desk.change_workspaces(request, file).await;
                    desk.reply(id, result.map_err(|e| failure(&e)));
                });
            }
            Request::SaveWorkspace => {
                let desk = self.clone();
                spawn_local(async move {
                    let saved = desk.with_files(archive::save).await;
                    let (blob, result) = match saved {
                        Ok(blob) => (Some(blob.into()), Ok(Reply::Done)),
                        Err(error) => (None, Err(failure(&error))),
                    };
                    desk.post_beside(
                        &FromEngine::Reply { id, result },
                        blob.as_ref(),
                        &Array::new(),
                    );
                });
            }
            other => return Some(other),
        }
        None
    }

    /// Does something with all of the open workspace's files. The engine waits meanwhile.
    async fn with_files<T>(
        &self,
        work: impl AsyncFnOnce(&dyn FileSystem) -> Result<T, JsValue>,
    ) -> Result<T, JsValue> {
        let files = self.files.borrow().clone();
        let files = files.ok_or("No workspace is open.")?;
        if self.holds.replace(true) {
            return Err("It is being saved or copied already.".into());
        }
        let done = work(files.as_ref()).await;
        self.holds.set(false);
        self.go_on();
        done
    }

    /// Makes a workspace that holds what the open one holds.
    async fn duplicate(&self, workspaces: &Rc<Workspaces>, name: &str) -> Result<String, JsValue> {
        self.with_files(async |files| {
            let all = contents(files).map_err(|e| text_error(&e))?;
            let mut all = all.iter();
            let next = |into: &dyn FileSystem| match all.next() {
                None => Ok(false),
                Some(file) => copy(files, file, into)
                    .map(|()| true)
                    .map_err(|e| text_error(&e)),
            };
            workspaces::make(workspaces, &self.env, name, next).await
        })
        .await
    }

    async fn change_workspaces(
        &self,
        request: Request,
        file: Option<File>,
    ) -> Result<Reply, JsValue> {
        let workspaces = self.workspaces.borrow().clone();
        let workspaces = workspaces.ok_or("This browser keeps no workspaces.")?;
        let text = |text: String| Ok(Reply::Text { text });
        let named = |name: String| match name.trim() {
            "" => Err(JsValue::from_str("A workspace needs a name.")),
            name => Ok(name.chars().take(100).collect::<String>()),
        };
        match request {
            Request::CreateWorkspace { name } => {
                let nothing = |_: &dyn FileSystem| Ok(false);
                text(workspaces::make(&workspaces, &self.env, &named(name)?, nothing).await?)
            }
            Request::DuplicateWorkspace { name } => {
                text(self.duplicate(&workspaces, &named(name)?).await?)
            }
            Request::UnpackWorkspace { name } => {
                let file = file.ok_or("No file came with it.")?;
                text(archive::unpack(&workspaces, &self.env, &named(name)?, file).await?)
            }
            Request::RenameWorkspace { id, name } => {
                let mut about = workspaces.about(&id).await?;
                about.name = named(name)?;
                workspaces.describe(&id, &about).await?;
                Ok(Reply::Done)
            }
            Request::DeleteWorkspace { id } => {
                if self.open.borrow().as_ref() == Some(&id) {
                    return Err("It is open: open another one first.".into());
                }
                workspaces.delete(&id).await?;
                Ok(Reply::Done)
            }
            _ => {
                let all = workspaces.list().await?;
                Ok(Reply::Workspaces {
                    workspaces: all.iter().map(|(id, about)| entry(id, about)).collect(),
                })
            }
        }
    }

    fn reply(&self, id: u32, result: Result<Reply, ErrorInfo>) {
        self.post(&FromEngine::Reply { id, result }, None);
    }

    pub fn post_event(&self, event: Event) {
        self.post(&FromEngine::Event { event }, None);
    }

    pub fn post(&self, message: &FromEngine, bytes: Option<Bytes>) {
        let bytes = bytes.map(|b| Uint8Array::from(b.as_ref()));
        let transfer = Array::new();
        if let Some(bytes) = &bytes {
            transfer.push(&bytes.buffer());
        }
        self.post_beside(message, bytes.map(JsValue::from).as_ref(), &transfer);
    }

    /// Posts a message with bytes or a blob beside it.
    fn post_beside(&self, message: &FromEngine, beside: Option<&JsValue>, transfer: &Array) {
        let posted = to_js(message, beside)
            .and_then(|value| self.scope.post_message_with_transfer(&value, transfer));
        if let Err(error) = posted {
            web_sys::console::error_1(&error);
        }
    }
}

fn failure(error: &JsValue) -> ErrorInfo {
    error::plain("WorkspaceError", &text_of(error))
}
