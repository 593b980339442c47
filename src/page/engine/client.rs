//! The worker that the engine runs in.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ErrorEvent, File, MessageEvent, Worker, WorkerOptions};

use super::{Pending, Store};
use crate::page::storage;
use crate::protocol::{ErrorInfo, Event, FromEngine, Reply, Request, ToEngine};

/// The key of the workspace that was open last.
const WORKSPACE: &str = "multihop.workspace";

/// How often, within how many milliseconds, an engine is started again by itself.
const DEATHS: usize = 3;
const DEATHS_WITHIN_MS: f64 = 60_000.0;

/// Where the worker's program lies, beside the page.
const WORKER: &str = "./engine_loader.js";

#[wasm_bindgen]
extern "C" {
    /// Web Locks: calls `callback` with the lock, and holds it until that has returned.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, callback: &Function) -> Result<Promise, JsValue>;
}

/// A reply, with the bytes that came beside it.
#[derive(Debug)]
pub struct Answer {
    pub reply: Reply,
    pub bytes: Option<Uint8Array>,
    /// The same where the browser keeps them for us.
    pub blob: Option<Blob>,
}

/// A request that waits for its reply: who waits, and what it does, in words for a person.
#[derive(Debug)]
struct Asked {
    waiting: Waiting,
    doing: Option<&'static str>,
}

/// Who waits for a reply.
#[derive(Debug)]
enum Waiting {
    Page(oneshot::Sender<Result<Answer, ErrorInfo>>),
    /// A script's promise, of the reply as it came.
    Script {
        resolve: Function,
        reject: Function,
    },
}

impl Waiting {
    /// Hands on a reply: as it was read for the page, as it came for a script.
    fn answer(self, result: Result<Answer, ErrorInfo>, came: &JsValue) {
        match self {
            // Who asked may be gone by now, with the view that did.
            Waiting::Page(sender) => drop(sender.send(result)),
            Waiting::Script { resolve, reject } => {
                let result = part(came, &["message", "Reply", "result"]);
                // A promise's functions don't fail.
                let _ = match part(&result, &["Err"]) {
                    error if error.is_undefined() => {
                        let answer = Array::of2(&part(&result, &["Ok"]), &part(came, &["bytes"]));
                        resolve.call1(&JsValue::NULL, &answer)
                    }
                    error => reject.call1(&JsValue::NULL, &error),
                };
            }
        }
    }

    fn fail(self, error: ErrorInfo) {
        match self {
            Waiting::Page(sender) => drop(sender.send(Err(error))),
            Waiting::Script { reject, .. } => {
                let error = serde_wasm_bindgen::to_value(&error).unwrap_or_default();
                let _ = reject.call1(&JsValue::NULL, &error);
            }
        }
    }
}

/// The engine, as the page talks to it. A copy names the same engine.
#[derive(Debug, Clone, Copy)]
pub struct Engine(StoredValue<Rc<RefCell<Connection>>, LocalStorage>);

#[derive(Debug)]
struct Connection {
    store: Store,
    /// Counts engines that ended: names the one that runs.
    ended: u32,
    worker: Option<Worker>,
    pending: Pending<Asked>,
    /// When engines died that were started again by themselves, in milliseconds since the epoch.
    deaths: Vec<f64>,
    /// Requests made before the engine answers any.
    early: Vec<JsValue>,
    is_ready: bool,
    /// Scripts' functions that hear every event as it came.
    listeners: Vec<Function>,
    /// Kept while the worker may call them.
    on_message: Option<Closure<dyn FnMut(MessageEvent)>>,
    on_error: Option<Closure<dyn FnMut(ErrorEvent)>>,
}

impl Engine {
    /// Starts the worker. What it tells unasked goes to `store`.
    pub fn start(store: Store) -> Engine {
        let engine = Engine(StoredValue::new_local(Rc::new(RefCell::new(Connection {
            store,
            ended: 0,
            worker: None,
            pending: Pending::default(),
            deaths: Vec::new(),
            early: Vec::new(),
            is_ready: false,
            listeners: Vec::new(),
            on_message: None,
            on_error: None,
        }))));
        engine.restart();
        engine
    }

    /// Opens another workspace.
    pub fn open_workspace(self, id: &str) {
        storage::keep(WORKSPACE, id);
        self.restart();
    }

    /// Ends the worker, if there is one, and starts another over the same workspace. Requests that wait end with an error;
    /// streams, temporary views and Python's variables are gone.
    pub fn restart(self) {
        let connection = self.0.get_value();
        let store = connection.borrow().store;
        self.end("the engine was restarted");
        store.begin();
        let options = WorkerOptions::new();
        options.set_name(&workspace());
        let worker = match Worker::new_with_options(WORKER, &options) {
            Ok(worker) => worker,
            Err(error) => {
                store.stopped(format!(
                    "The browser could not start a worker: {}",
                    text_of(&error)
                ));
                return;
            }
        };
        let on_message = Closure::new(move |event: MessageEvent| self.received(&event));
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            let message = event.message();
            let message = match message.is_empty() {
                true => "Its program could not be loaded.".to_owned(),
                false => message,
            };
            self.stopped(message, None);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let mut connection = connection.borrow_mut();
        connection.worker = Some(worker);
        connection.on_message = Some(on_message);
        connection.on_error = Some(on_error);
    }

    /// Sends a request.
    pub fn call(self, request: Request) -> Call {
        self.call_with_files(request, &[])
    }

    /// Sends a request that the worker answers before its engine is ready: one about workspaces.
    pub fn call_at_once(self, request: Request) -> Call {
        self.call_at_once_with_files(request, &[])
    }

    /// The same with files beside it.
    pub fn call_at_once_with_files(self, request: Request, files: &[File]) -> Call {
        let call = self.call_with_files(request, files);
        let connection = self.0.get_value();
        let mut connection = connection.borrow_mut();
        if !connection.is_ready
            && let Some(message) = connection.early.pop()
            && let Some(worker) = &connection.worker
            && let Err(error) = worker.post_message(&message)
        {
            web_sys::console::error_1(&error);
        }
        call
    }

    /// Sends a request with files beside it.
    pub fn call_with_files(self, request: Request, files: &[File]) -> Call {
        let (sender, receiver) = oneshot::channel();
        let files = files.iter().collect();
        let doing = doing(&request);
        let id = self.send(Waiting::Page(sender), doing, |id| {
            let message = ToEngine { id, request };
            let message = message.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
            envelope(&message, &files)
        });
        Call { id, receiver }
    }

    /// Sends a script's request, in the protocol's form in JavaScript. Gives a promise of the
    /// reply and its bytes in that form, or of the error.
    pub fn call_of_script(self, request: &JsValue, files: &Array) -> Promise {
        Promise::new(&mut |resolve, reject| {
            let waiting = Waiting::Script { resolve, reject };
            self.send(waiting, Some("a script's request"), |id| {
                let message = Object::new();
                Reflect::set(&message, &"id".into(), &id.into())?;
                Reflect::set(&message, &"request".into(), request)?;
                envelope(&message, files)
            });
        })
    }

    /// Lets a script's function hear every event, in the protocol's form in JavaScript.
    pub fn listen(self, listener: Function) {
        self.0.get_value().borrow_mut().listeners.push(listener);
    }

    /// Posts the message that `make` makes with the request's id. Gives that id.
    fn send(
        self,
        waiting: Waiting,
        doing: Option<&'static str>,
        make: impl FnOnce(u32) -> Result<JsValue, JsValue>,
    ) -> u32 {
        let connection = self.0.get_value();
        let mut connection = connection.borrow_mut();
        if connection.worker.is_none() {
            waiting.fail(stopped_error("the engine does not run"));
            return 0;
        }
        let id = connection.pending.add(Asked { waiting, doing });
        let sent = make(id).and_then(|message| match (&connection.worker, connection.is_ready) {
            (Some(worker), true) => worker.post_message(&message),
            _ => {
                connection.early.push(message);
                Ok(())
            }
        });
        if let Err(error) = sent
            && let Some(asked) = connection.pending.take(id)
        {
            asked.waiting.fail(page_error(
                "MessageNotSent",
                &format!(
                    "The request could not be sent to the engine: {}",
                    text_of(&error)
                ),
            ));
        }
        id
    }

    /// Asks the engine to end a request. Its call then gives an error of class `Cancelled`.
    pub fn cancel(self, id: u32) {
        drop(self.call(Request::Cancel { id }));
    }

    fn received(self, event: &MessageEvent) {
        let data = event.data();
        let message = match Reflect::get(&data, &"message".into())
            .map_err(|error| text_of(&error))
            .and_then(|message| {
                serde_wasm_bindgen::from_value::<FromEngine>(message)
                    .map_err(|error| error.to_string())
            }) {
            Ok(message) => message,
            Err(error) => {
                web_sys::console::error_2(
                    &"A message of the engine could not be read:".into(),
                    &error.into(),
                );
                return;
            }
        };
        match message {
            FromEngine::Reply { id, result } => {
                let beside = part(&data, &["bytes"]);
                let blob = beside.clone().dyn_into::<Blob>().ok();
                let bytes = beside.dyn_into::<Uint8Array>().ok();
                let asked = self.0.get_value().borrow_mut().pending.take(id);
                if let Some(asked) = asked {
                    asked
                        .waiting
                        .answer(result.map(|reply| Answer { reply, bytes, blob }), &data);
                }
                self.0.get_value().borrow().store.ended(id);
            }
            FromEngine::Event {
                event: Event::Panicked { message, file },
            } => self.stopped(message, file),
            FromEngine::Event { event } => {
                self.tell_scripts(&data);
                let store = self.0.get_value().borrow().store;
                match &event {
                    Event::Ready { workspace, .. } => {
                        storage::keep(WORKSPACE, &workspace.id);
                        self.watch(&workspace.life);
                        store.take(event);
                        self.send_early();
                    }
                    Event::TakenOver { .. } => {
                        self.end("another tab took over the workspace");
                        store.take(event);
                    }
                    _ => store.take(event),
                }
            }
        }
    }

    fn tell_scripts(self, data: &JsValue) {
        let listeners = self.0.get_value().borrow().listeners.clone();
        let event = part(data, &["message", "Event", "event"]);
        for listener in listeners {
            if let Err(error) = listener.call1(&JsValue::NULL, &event) {
                web_sys::console::error_1(&error);
            }
        }
    }

    fn send_early(self) {
        let connection = self.0.get_value();
        let mut connection = connection.borrow_mut();
        connection.is_ready = true;
        let early = std::mem::take(&mut connection.early);
        if let Some(worker) = &connection.worker {
            for message in early {
                if let Err(error) = worker.post_message(&message) {
                    web_sys::console::error_1(&error);
                }
            }
        }
    }

    /// Waits for the lock that the engine holds as long as it lives: a browser that ends a worker says nothing.
    fn watch(self, life: &str) {
        if life.is_empty() {
            return;
        }
        let ended = self.0.get_value().borrow().ended;
        let on_death = Closure::once_into_js(move |_lock: JsValue| {
            // One that was ended on purpose dies, too.
            if self.0.get_value().borrow().ended == ended {
                self.stopped(
                    "The browser ended it, perhaps for want of memory.".to_owned(),
                    None,
                );
            }
        });
        if let Err(error) = request_lock(life, on_death.unchecked_ref()) {
            web_sys::console::error_1(&error);
        }
    }

    /// The engine died, perhaps of a file: that isn't read again. One that had worked is started again at once over the
    /// same workspace, unless that has happened too often lately.
    fn stopped(self, message: String, file: Option<String>) {
        let connection = self.0.get_value();
        let (store, doing, again) = {
            let mut connection = connection.borrow_mut();
            let doing = connection.pending.oldest().and_then(|asked| asked.doing);
            let now = js_sys::Date::now();
            connection
                .deaths
                .retain(|death| now - death < DEATHS_WITHIN_MS);
            let again = connection.is_ready && connection.deaths.len() < DEATHS;
            connection.deaths.push(now);
            (connection.store, doing, again)
        };
        if again {
            self.restart();
            if let Some(path) = file.clone() {
                drop(self.call(Request::Quarantine { path }));
            }
            store.died(message, file, doing);
        } else {
            self.end("the engine stopped");
            store.stopped(message);
        }
    }

    /// Ends the worker and every request that waits.
    fn end(self, why: &str) {
        let connection = self.0.get_value();
        let waiting = {
            let mut connection = connection.borrow_mut();
            connection.ended = connection.ended.wrapping_add(1);
            if let Some(worker) = connection.worker.take() {
                worker.set_onmessage(None);
                worker.set_onerror(None);
                worker.terminate();
            }
            connection.is_ready = false;
            connection.early.clear();
            connection.pending.drain()
        };
        for asked in waiting {
            asked.waiting.fail(stopped_error(why));
        }
    }
}

/// A request on its way: a future of its reply.
#[derive(Debug)]
pub struct Call {
    /// What [`Engine::cancel`] and the store's tasks name it by.
    pub id: u32,
    receiver: oneshot::Receiver<Result<Answer, ErrorInfo>>,
}

impl Future for Call {
    type Output = Result<Answer, ErrorInfo>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver)
            .poll(context)
            .map(|result| result.unwrap_or_else(|_| Err(stopped_error("the engine does not run"))))
    }
}

/// A property within what came, by the names that lead to it; `undefined` where it has none.
fn part(of: &JsValue, names: &[&str]) -> JsValue {
    let property = |of: JsValue, name: &&str| Reflect::get(&of, &(*name).into());
    let found = names.iter().try_fold(of.clone(), property);
    found.unwrap_or_default()
}

/// The id of the workspace to open: the one in the address (`?workspace=…`), or the last.
fn workspace() -> String {
    let search = window().location().search().unwrap_or_default();
    let asked = search
        .trim_start_matches('?')
        .split('&')
        .find_map(|part| part.strip_prefix("workspace="));
    asked.map_or_else(
        || storage::kept(WORKSPACE).unwrap_or_default(),
        str::to_owned,
    )
}

/// What a request does, for what computes.
fn doing(request: &Request) -> Option<&'static str> {
    Some(match request {
        Request::RunCell { .. } => "a cell",
        Request::Sql { .. } => "a SQL statement",
        Request::PreviewDrop { .. } => "looking at dropped files",
        Request::LandDrop { .. } | Request::CreatePipeline { .. } => "landing dropped files",
        Request::OpenRelation { .. } | Request::FetchRows { .. } => "showing rows",
        Request::SortRelation { .. } => "sorting rows",
        Request::ExportRows { .. } => "saving rows",
        Request::Start { .. } | Request::UpdateGold { .. } => "starting streams",
        _ => return None,
    })
}

/// `{message, files}`.
fn envelope(message: &JsValue, files: &Array) -> Result<JsValue, JsValue> {
    let envelope = Object::new();
    Reflect::set(&envelope, &"message".into(), message)?;
    Reflect::set(&envelope, &"files".into(), files)?;
    Ok(envelope.into())
}

/// An error of the page's own, in the shape of the engine's.
pub(super) fn page_error(class: &str, message: &str) -> ErrorInfo {
    ErrorInfo {
        condition: None,
        class: class.to_owned(),
        message: message.to_owned(),
        hint: None,
        details: message.to_owned(),
        file: None,
        line: None,
        column: None,
    }
}

fn stopped_error(why: &str) -> ErrorInfo {
    ErrorInfo {
        hint: Some("Restart the engine, then try again.".to_owned()),
        ..page_error("EngineStopped", &format!("This could not be done: {why}."))
    }
}

fn text_of(value: &JsValue) -> String {
    value
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| value.as_string())
        .unwrap_or_else(|| format!("{value:?}"))
}
