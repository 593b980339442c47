//! The worker that the engine runs in.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use js_sys::{Array, Object, Reflect, Uint8Array};
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

type Waiting = oneshot::Sender<Result<Answer, ErrorInfo>>;

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
        let connection = self.0.get_value();
        let mut connection = connection.borrow_mut();
        if connection.worker.is_none() {
            // The receiver learns it from the dropped sender.
            return Call { id: 0, receiver };
        }
        let id = connection.pending.add(sender);
        let sent = envelope(&ToEngine { id, request }, files).and_then(|message| {
            match (&connection.worker, connection.is_ready) {
                (Some(worker), true) => worker.post_message(&message),
                _ => {
                    connection.early.push(message);
                    Ok(())
                }
            }
        });
        if let Err(error) = sent
            && let Some(waiting) = connection.pending.take(id)
        {
            let _ = waiting.send(Err(page_error(
                "MessageNotSent",
                &format!(
                    "The request could not be sent to the engine: {}",
                    text_of(&error)
                ),
            )));
        }
        Call { id, receiver }
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
                    // Who asked may be gone by now, with the view that did.
                    let _ = waiting.send(result.map(|reply| Answer { reply, bytes }));
                }
                self.0.get_value().borrow().store.ended(id);
            }
            FromEngine::Event {
                event: Event::Panicked { message },
            } => self.stopped(message),
            FromEngine::Event { event } => {
                let is_ready = matches!(event, Event::Ready { .. });
                let store = self.0.get_value().borrow().store;
                store.take(event);
                if is_ready {
                    self.send_early();
                }
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
            let _ = waiting.send(Err(stopped_error(why)));
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

/// `{message, files}`.
fn envelope(message: &ToEngine, files: &[File]) -> Result<JsValue, JsValue> {
    let envelope = Object::new();
    let message = message.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
    Reflect::set(&envelope, &"message".into(), &message)?;
    let list: Array = files.iter().collect();
    Reflect::set(&envelope, &"files".into(), &list)?;
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
