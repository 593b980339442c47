//! The engine in a web worker: messages in, messages out, steps in between.

mod archive;
mod desk;
mod python;
mod workspaces;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use futures_channel::oneshot;
use js_sys::{Object, Promise, Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    DedicatedWorkerGlobalScope, File, FileReaderSync, MessageChannel, MessagePort, Response,
};

use super::{Engine, Outgoing};
use crate::env::{Clock, Env, SeededIds};
use crate::protocol::{Event, FromEngine, ToEngine};
use crate::storage::Content;
use desk::Desk;
use workspaces::{Keeper, Workspace};

/// Milliseconds between two looks at streams whose trigger waits for its time.
const IDLE_MS: i32 = 100;

/// Milliseconds of work between two looks at the page's messages.
const SLICE_MS: f64 = 12.0;

/// Starts the engine: listens at once, opens the workspace that the worker's name says, loads the sample data, then
/// answers.
///
/// # Errors
/// If the browser refuses something that every browser has.
pub fn start() -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics();
    let mut seed = [0_u8; 16];
    getrandom::fill(&mut seed).map_err(|e| JsValue::from_str(&e.to_string()))?;
    let env = Env {
        clock: Arc::new(BrowserClock),
        ids: Arc::new(SeededIds::new(u128::from_le_bytes(seed))),
    };
    let desk = Desk::listen(scope, env.clone())?;
    // The one is fetched while the other is opened.
    let (sender, sample) = oneshot::channel();
    let loader = desk.clone();
    spawn_local(async move {
        // Who waits for it may have failed.
        let _ = sender.send(load_sample(&loader).await);
    });
    spawn_local(async move {
        if let Err(error) = begin(&desk, env, sample).await {
            desk.post_event(Event::Panicked {
                message: text_of(&error),
                file: None,
            });
        }
    });
    Ok(())
}

type Sample = Result<Vec<(String, Bytes)>, JsValue>;

async fn begin(
    desk: &Rc<Desk>,
    env: Env,
    sample: oneshot::Receiver<Sample>,
) -> Result<(), JsValue> {
    let name = desk.scope.name();
    let mut workspace = workspaces::open(desk, &name, &env).await?;
    workspace.view.life = workspaces::live(&env).await;
    let files = sample
        .await
        .unwrap_or_else(|_| Err("it was not asked for".into()))
        .map_err(|error| {
            let text = format!("The sample data could not be loaded: {}", text_of(&error));
            JsValue::from_str(&text)
        })?;
    desk.files.replace(Some(workspace.fs.clone()));
    let mut engine = Engine::open(workspace.fs.clone(), env);
    engine
        .add_bookstore(files)
        .map_err(|error| JsValue::from_str(&error.to_string()))?;
    let worker = Rc::new(Worker::new(desk.clone(), engine, &workspace)?);
    worker.clone().listen()?;
    worker.engine.borrow_mut().ready(workspace.view);
    worker.send();
    desk.serve(worker);
    Ok(())
}

/// The file that is being decoded. The worker's loader asks for it when the program has trapped: it is over then, but its
/// memory isn't.
#[wasm_bindgen]
pub fn file_being_read() -> Option<String> {
    crate::formats::parquet::file_being_read().map(|path| path.to_string())
}

/// A panic's text reaches the page before the engine is gone.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let event = Event::Panicked {
            message: info.to_string(),
            file: file_being_read(),
        };
        if let Ok(message) = to_js(&FromEngine::Event { event }, None) {
            // Nobody is left to hear of a failure.
            let _ = scope.post_message(&message);
        }
    }));
}

struct Worker {
    desk: Rc<Desk>,
    engine: RefCell<Engine>,
    keeper: Option<Rc<Keeper>>,
    /// A channel to ourselves: its message comes after those of the page that wait already.
    wake: MessagePort,
    woken: MessagePort,
    is_awake: RefCell<bool>,
    python: python::Python,
}

impl Worker {
    fn new(desk: Rc<Desk>, engine: Engine, workspace: &Workspace) -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let page = desk.scope.clone();
        engine.report_to(move |message| {
            // What is lost here was only about a moment.
            let _ = to_js(&message, None).and_then(|value| page.post_message(&value));
        });
        Ok(Worker {
            desk,
            engine: RefCell::new(engine),
            keeper: workspace.keeper.clone(),
            wake: channel.port1(),
            woken: channel.port2(),
            is_awake: RefCell::new(false),
            python: python::Python::default(),
        })
    }

    fn listen(self: Rc<Self>) -> Result<(), JsValue> {
        let worker = self.clone();
        let on_wake = Closure::<dyn Fn()>::new(move || {
            worker.is_awake.replace(false);
            if !worker.desk.is_still() {
                worker.work();
                worker.serve_python();
            }
        });
        self.woken
            .set_onmessage(Some(on_wake.as_ref().unchecked_ref()));
        on_wake.forget();

        let worker = self.clone();
        let on_tick = Closure::<dyn Fn()>::new(move || worker.wake());
        self.desk
            .scope
            .set_interval_with_callback_and_timeout_and_arguments_0(
                on_tick.as_ref().unchecked_ref(),
                IDLE_MS,
            )?;
        on_tick.forget();
        Ok(())
    }

    fn handle(&self, message: ToEngine, files: Vec<File>) {
        let contents = files
            .into_iter()
            .map(|file| Arc::new(BrowserFile::new(file)) as Arc<dyn Content>)
            .collect();
        self.engine.borrow_mut().handle(message, contents);
        self.send();
        self.wake();
    }

    /// Says that work may be waiting.
    fn wake(&self) {
        if !self.desk.is_still() && !self.is_awake.replace(true) {
            // Posting to our own channel doesn't fail.
            let _ = self.wake.post_message(&JsValue::NULL);
        }
    }

    /// Works for a moment, and goes on after the page's messages if there is more. Once there is nothing to do, the
    /// workspace is tidied up.
    fn work(&self) {
        let start = js_sys::Date::now();
        let mut more = true;
        while more && js_sys::Date::now() - start < SLICE_MS {
            more = self.engine.borrow_mut().step();
        }
        self.send();
        if let Some(keeper) = &self.keeper {
            keeper.look();
            while !more && keeper.compact() && js_sys::Date::now() - start < SLICE_MS {}
        }
        if more {
            self.wake();
        }
    }

    fn send(&self) {
        let messages = self.engine.borrow_mut().take_messages();
        for Outgoing { message, bytes } in messages {
            self.desk.post(&message, bytes);
        }
    }
}

/// Fetches the sample data from the page's own site: `bookstore/manifest.json` names it.
async fn load_sample(desk: &Desk) -> Sample {
    let manifest = JsFuture::from(desk.scope.fetch_with_str("bookstore/manifest.json")).await?;
    let manifest = body(manifest).await?;
    let paths: Vec<String> =
        serde_json::from_slice(&manifest).map_err(|e| JsValue::from_str(&e.to_string()))?;
    let count = paths.len();
    let mut files = Vec::with_capacity(count);
    // Asked for together: a static host far away answers them in one round trip.
    let requests: Vec<_> = paths
        .iter()
        .map(|path| desk.scope.fetch_with_str(&format!("bookstore/{path}")))
        .collect();
    for (i, (path, request)) in paths.into_iter().zip(requests).enumerate() {
        let bytes = body(JsFuture::from(request).await?).await?;
        files.push((path, bytes));
        desk.post_event(Event::Loading {
            what: "Loading the sample data".into(),
            fraction: (i + 1) as f64 / count as f64,
        });
    }
    Ok(files)
}

/// Between the pieces of long work: the page's messages come in from time to time.
#[derive(Default)]
struct Pauses {
    last_ms: f64,
}

impl Pauses {
    async fn let_others_in(&mut self) -> Result<(), JsValue> {
        if js_sys::Date::now() - self.last_ms > SLICE_MS {
            sleep(0).await?;
            self.last_ms = js_sys::Date::now();
        }
        Ok(())
    }
}

/// Waits so many milliseconds.
async fn sleep(ms: i32) -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let promise = Promise::new(&mut |resolve, _| {
        // A timer that can't be set never ends; none can't be.
        let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    JsFuture::from(promise).await?;
    Ok(())
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
fn to_js(message: &FromEngine, bytes: Option<&JsValue>) -> Result<JsValue, JsValue> {
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

fn text_error(error: &dyn std::fmt::Display) -> JsValue {
    JsValue::from_str(&error.to_string())
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
struct BrowserFile(SendWrapper<File>);

impl BrowserFile {
    fn new(file: File) -> Self {
        BrowserFile(SendWrapper::new(file))
    }
}

impl Content for BrowserFile {
    fn size(&self) -> u64 {
        self.0.size() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Bytes, String> {
        let slice = self
            .0
            .slice_with_f64_and_f64(offset as f64, (offset + length) as f64);
        let buffer = FileReaderSync::new()
            .and_then(|reader| reader.read_as_array_buffer(&slice?))
            .map_err(|e| text_of(&e))?;
        Ok(Uint8Array::new(&buffer).to_vec().into())
    }
}
