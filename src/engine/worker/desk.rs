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
use super::{Worker, get, text_of, to_js};
use crate::engine::error;
use crate::env::Env;
use crate::protocol::{ErrorInfo, Event, FromEngine, Reply, Request, ToEngine};
use crate::storage::opfs::Workspaces;
use crate::storage::{DbfsPath, FileSystem, JournalFileSystem};

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
    pub journal: RefCell<Option<Arc<JournalFileSystem>>>,
    /// Hears that the person takes over the workspace.
    pub take_over: RefCell<Option<oneshot::Sender<()>>>,
    left: Cell<bool>,
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
            journal: RefCell::default(),
            take_over: RefCell::default(),
            left: Cell::new(false),
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
        for (message, files) in self.waiting.take() {
            worker.handle(message, files);
        }
        worker.wake();
        // There is one engine.
        let _ = self.worker.set(worker);
    }

    /// Whether the workspace is another tab's now.
    pub fn has_left(&self) -> bool {
        self.left.get()
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
        let message = get(data, "message");
        let files: Vec<File> = Array::from(&get(data, "files"))
            .iter()
            .filter_map(|file| file.dyn_into().ok())
            .collect();
        let message: ToEngine = match serde_wasm_bindgen::from_value(message) {
            Ok(message) => message,
            Err(error) => {
                self.post_event(Event::Panicked {
                    message: format!("The page sent what the engine doesn't understand: {error}"),
                });
                return;
            }
        };
        let ToEngine { id, request } = message;
        let Some(request) = self.about_workspaces(id, request) else {
            return;
        };
        let message = ToEngine { id, request };
        match self.worker.get() {
            Some(worker) if !self.has_left() => worker.handle(message, files),
            Some(_) => {}
            None => self.waiting.borrow_mut().push((message, files)),
        }
    }

    /// Does a request about workspaces. Gives back any other.
    fn about_workspaces(self: &Rc<Self>, id: u32, request: Request) -> Option<Request> {
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
            | Request::RenameWorkspace { .. }
            | Request::DeleteWorkspace { .. } => {
                let desk = self.clone();
                spawn_local(async move {
                    let result = desk.change_workspaces(request).await;
                    let result =
                        result.map_err(|e| error::plain("IllegalStateException", &text_of(&e)));
                    desk.reply(id, result);
                });
            }
            other => return Some(other),
        }
        None
    }

    async fn change_workspaces(&self, request: Request) -> Result<Reply, JsValue> {
        let workspaces = self.workspaces.borrow().clone();
        let workspaces = workspaces.ok_or("This browser keeps no workspaces.")?;
        let text = |text: String| Ok(Reply::Text { text });
        let named = |name: String| match name.trim() {
            "" => Err(JsValue::from_str("A workspace needs a name.")),
            name => Ok(name.chars().take(100).collect::<String>()),
        };
        match request {
            Request::CreateWorkspace { name } => {
                let none = std::iter::empty();
                text(workspaces::copy(&workspaces, &self.env, &named(name)?, none).await?)
            }
            Request::DuplicateWorkspace { name } => {
                let journal = self.journal.borrow().clone();
                let journal = journal.ok_or("No workspace is open.")?;
                let fail = |e: &dyn std::fmt::Display| JsValue::from_str(&e.to_string());
                let all = journal
                    .list_recursive(&DbfsPath::root())
                    .map_err(|e| fail(&e))?;
                let files = all.into_iter().map(|file| {
                    let bytes = journal.read(&file.path)?;
                    Ok((file, bytes))
                });
                text(workspaces::copy(&workspaces, &self.env, &named(name)?, files).await?)
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
        let posted = to_js(message, bytes.as_ref())
            .and_then(|value| self.scope.post_message_with_transfer(&value, &transfer));
        if let Err(error) = posted {
            web_sys::console::error_1(&error);
        }
    }
}
