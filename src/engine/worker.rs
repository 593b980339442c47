//! The engine in a web worker: messages in, messages out, steps in between.

mod python;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    DedicatedWorkerGlobalScope, File, FileReaderSync, MessageChannel, MessageEvent, MessagePort,
    Response,
};

use super::{Content, Engine, Outgoing};
use crate::env::{Clock, Env, SeededIds};
use crate::protocol::{Event, FromEngine, ToEngine};

/// Bytes of files that the engine holds at most. WebAssembly's memory ends at 4 GiB, and frames
/// need room beside the files.
const CAPACITY: u64 = 2 << 30;

/// Milliseconds between two looks at streams whose trigger waits for its time.
const IDLE_MS: i32 = 100;

/// Milliseconds of work between two looks at the page's messages.
const SLICE_MS: f64 = 12.0;

/// Starts the engine: listens at once, loads the sample data, then answers.
///
/// # Errors
/// If the browser refuses something that every browser has.
pub fn start() -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics();
    let worker = Rc::new(Worker::new(scope)?);
    worker.clone().listen()?;
    spawn_local(async move {
        match worker.load_sample().await {
            Ok(files) => worker.begin(files),
            Err(error) => worker.post_event(Event::Panicked {
                message: format!("The sample data could not be loaded: {}", text_of(&error)),
            }),
        }
    });
    Ok(())
}

/// A panic's text reaches the page before the engine is gone.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let event = Event::Panicked {
            message: info.to_string(),
        };
        if let Ok(message) = to_js(&FromEngine::Event { event }, None) {
            // Nobody is left to hear of a failure.
            let _ = scope.post_message(&message);
        }
    }));
}

/// A request with the files that came beside it.
type Waiting = (ToEngine, Vec<File>);

struct Worker {
    scope: DedicatedWorkerGlobalScope,
    engine: RefCell<Engine>,
    /// Requests that came before the sample data.
    waiting: RefCell<Option<Vec<Waiting>>>,
    /// A channel to ourselves: its message comes after those of the page that wait already.
    wake: MessagePort,
    woken: MessagePort,
    is_awake: RefCell<bool>,
    python: python::Python,
}

impl Worker {
    fn new(scope: DedicatedWorkerGlobalScope) -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let mut seed = [0_u8; 16];
        getrandom::fill(&mut seed).map_err(|e| JsValue::from_str(&e.to_string()))?;
        let env = Env {
            clock: Arc::new(BrowserClock),
            ids: Arc::new(SeededIds::new(u128::from_le_bytes(seed))),
        };
        let engine = Engine::new(env, CAPACITY);
        let page = scope.clone();
        engine.report_to(move |message| {
            // What is lost here was only about a moment.
            let _ = to_js(&message, None).and_then(|value| page.post_message(&value));
        });
        Ok(Worker {
            scope,
            engine: RefCell::new(engine),
            waiting: RefCell::new(Some(Vec::new())),
            wake: channel.port1(),
            woken: channel.port2(),
            is_awake: RefCell::new(false),
            python: python::Python::default(),
        })
    }

    fn listen(self: Rc<Self>) -> Result<(), JsValue> {
        let worker = self.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            worker.receive(&event.data());
        });
        self.scope
            .add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref())?;
        on_message.forget();

        let worker = self.clone();
        let on_wake = Closure::<dyn Fn()>::new(move || {
            worker.work();
            worker.serve_python();
        });
        self.woken
            .set_onmessage(Some(on_wake.as_ref().unchecked_ref()));
        on_wake.forget();

        let worker = self.clone();
        let on_tick = Closure::<dyn Fn()>::new(move || worker.wake());
        self.scope
            .set_interval_with_callback_and_timeout_and_arguments_0(
                on_tick.as_ref().unchecked_ref(),
                IDLE_MS,
            )?;
        on_tick.forget();
        Ok(())
    }

    /// Takes a message of the page: `{message, files}`.
    fn receive(&self, data: &JsValue) {
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
        if let Some(waiting) = self.waiting.borrow_mut().as_mut() {
            waiting.push((message, files));
            return;
        }
        self.handle(message, files);
    }

    fn handle(&self, message: ToEngine, files: Vec<File>) {
        let contents = files
            .into_iter()
            .map(|file| Box::new(BrowserFile(file)) as Box<dyn Content>)
            .collect();
        self.engine.borrow_mut().handle(message, contents);
        self.send();
        self.wake();
    }

    /// Says that work may be waiting.
    fn wake(&self) {
        if self.waiting.borrow().is_none() && !self.is_awake.replace(true) {
            // Posting to our own channel doesn't fail.
            let _ = self.wake.post_message(&JsValue::NULL);
        }
    }

    /// Works for a moment, and goes on after the page's messages if there is more.
    fn work(&self) {
        self.is_awake.replace(false);
        let start = js_sys::Date::now();
        let mut more = true;
        while more && js_sys::Date::now() - start < SLICE_MS {
            more = self.engine.borrow_mut().step();
        }
        self.send();
        if more {
            self.wake();
        }
    }

    fn send(&self) {
        let messages = self.engine.borrow_mut().take_messages();
        for Outgoing { message, bytes } in messages {
            self.post(&message, bytes);
        }
    }

    fn post_event(&self, event: Event) {
        self.post(&FromEngine::Event { event }, None);
    }

    fn post(&self, message: &FromEngine, bytes: Option<Bytes>) {
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

    /// Fetches the sample data from the page's own site: `bookstore/manifest.json` names it.
    async fn load_sample(&self) -> Result<Vec<(String, Bytes)>, JsValue> {
        let manifest = self.fetch("bookstore/manifest.json").await?;
        let paths: Vec<String> =
            serde_json::from_slice(&manifest).map_err(|e| JsValue::from_str(&e.to_string()))?;
        let count = paths.len();
        let mut files = Vec::with_capacity(count);
        // Asked for together: a static host far away answers them in one round trip.
        let requests: Vec<_> = paths
            .iter()
            .map(|path| self.scope.fetch_with_str(&format!("bookstore/{path}")))
            .collect();
        for (i, (path, request)) in paths.into_iter().zip(requests).enumerate() {
            let bytes = body(JsFuture::from(request).await?).await?;
            files.push((path, bytes));
            self.post_event(Event::Loading {
                what: "Loading the sample data".into(),
                fraction: (i + 1) as f64 / count as f64,
            });
        }
        Ok(files)
    }

    async fn fetch(&self, path: &str) -> Result<Bytes, JsValue> {
        let response = JsFuture::from(self.scope.fetch_with_str(path)).await?;
        body(response).await
    }

    fn begin(&self, files: Vec<(String, Bytes)>) {
        let added = self.engine.borrow_mut().add_bookstore(files);
        if let Err(error) = added {
            self.post_event(Event::Panicked {
                message: error.to_string(),
            });
            return;
        }
        self.engine.borrow_mut().ready();
        self.send();
        let waiting = self.waiting.take();
        for (message, files) in waiting.into_iter().flatten() {
            self.handle(message, files);
        }
        self.wake();
    }
}

async fn body(response: JsValue) -> Result<Bytes, JsValue> {
    let response: Response = response.dyn_into()?;
    if !response.ok() {
        let text = format!("{} gave status {}", response.url(), response.status());
        return Err(JsValue::from_str(&text));
    }
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Bytes::from(Uint8Array::new(&buffer).to_vec()))
}

/// `{message, bytes}`
fn to_js(message: &FromEngine, bytes: Option<&Uint8Array>) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    let value = message.serialize(&serializer)?;
    let object = Object::new();
    Reflect::set(&object, &"message".into(), &value)?;
    if let Some(bytes) = bytes {
        Reflect::set(&object, &"bytes".into(), bytes)?;
    }
    Ok(object.into())
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

fn text_of(error: &JsValue) -> String {
    error
        .as_string()
        .or_else(|| get(error, "message").as_string())
        .unwrap_or_else(|| "unknown error".into())
}

/// The browser's clock, which may be set back: never shown to run backwards.
struct BrowserClock;

impl Clock for BrowserClock {
    fn now_ms(&self) -> i64 {
        use std::sync::atomic::{AtomicI64, Ordering};
        static LAST: AtomicI64 = AtomicI64::new(0);
        let now = js_sys::Date::now() as i64;
        LAST.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

/// A dropped file, read by the worker itself.
struct BrowserFile(File);

impl Content for BrowserFile {
    fn size(&self) -> u64 {
        self.0.size() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        let slice = self
            .0
            .slice_with_f64_and_f64(offset as f64, (offset + length) as f64);
        let buffer = FileReaderSync::new()
            .and_then(|reader| reader.read_as_array_buffer(&slice?))
            .map_err(|e| text_of(&e))?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}
