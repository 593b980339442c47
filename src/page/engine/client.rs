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
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

use super::{Pending, Store};
use crate::protocol::{ErrorInfo, Event, FromEngine, Reply, Request, ToEngine};

/// Where the worker's program lies, beside the page.
const WORKER: &str = "./engine_loader.js";

/// A reply, with the bytes that came beside it.
#[derive(Debug)]
pub struct Answer {
    pub reply: Reply,
    pub bytes: Option<Uint8Array>,
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
    worker: Option<Worker>,
    pending: Pending<Waiting>,
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
            worker: None,
            pending: Pending::default(),
            early: Vec::new(),
            is_ready: false,
            listeners: Vec::new(),
            on_message: None,
            on_error: None,
        }))));
        engine.restart();
        engine
    }

    /// Ends the worker, if there is one, and starts another. Requests that wait end with an
    /// error; what the engine held in memory is gone.
    pub fn restart(self) {
        let connection = self.0.get_value();
        let store = connection.borrow().store;
        self.end("the engine was restarted");
        store.begin();
        let worker = match Worker::new(WORKER) {
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
            self.stopped(if message.is_empty() {
                "Its program could not be loaded.".to_owned()
            } else {
                message
            });
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

    /// Sends a request with files beside it.
    pub fn call_with_files(self, request: Request, files: &[File]) -> Call {
        let (sender, receiver) = oneshot::channel();
        let files = files.iter().collect();
        let id = self.send(Waiting::Page(sender), |id| {
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
            self.send(Waiting::Script { resolve, reject }, |id| {
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
    fn send(self, waiting: Waiting, make: impl FnOnce(u32) -> Result<JsValue, JsValue>) -> u32 {
        let connection = self.0.get_value();
        let mut connection = connection.borrow_mut();
        if connection.worker.is_none() {
            waiting.fail(stopped_error("the engine does not run"));
            return 0;
        }
        let id = connection.pending.add(waiting);
        let sent = make(id).and_then(|message| match (&connection.worker, connection.is_ready) {
            (Some(worker), true) => worker.post_message(&message),
            _ => {
                connection.early.push(message);
                Ok(())
            }
        });
        if let Err(error) = sent
            && let Some(waiting) = connection.pending.take(id)
        {
            waiting.fail(page_error(
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
                let bytes = Reflect::get(&data, &"bytes".into())
                    .ok()
                    .and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok());
                let waiting = self.0.get_value().borrow_mut().pending.take(id);
                if let Some(waiting) = waiting {
                    waiting.answer(result.map(|reply| Answer { reply, bytes }), &data);
                }
                self.0.get_value().borrow().store.ended(id);
            }
            FromEngine::Event {
                event: Event::Panicked { message },
            } => self.stopped(message),
            FromEngine::Event { event } => {
                self.tell_scripts(&data);
                let is_ready = matches!(event, Event::Ready { .. });
                let store = self.0.get_value().borrow().store;
                store.take(event);
                if is_ready {
                    self.send_early();
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

    fn stopped(self, message: String) {
        self.end("the engine stopped");
        self.0.get_value().borrow().store.stopped(message);
    }

    /// Ends the worker and every request that waits.
    fn end(self, why: &str) {
        let connection = self.0.get_value();
        let waiting = {
            let mut connection = connection.borrow_mut();
            if let Some(worker) = connection.worker.take() {
                worker.set_onmessage(None);
                worker.set_onerror(None);
                worker.terminate();
            }
            connection.is_ready = false;
            connection.early.clear();
            connection.pending.drain()
        };
        for waiting in waiting {
            waiting.fail(stopped_error(why));
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
