//! The built engine in its worker, asked as the page asks it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use multihop::protocol::{
    ErrorInfo, Event, FlowState, FromEngine, NodeView, Reply, Request, ToEngine,
};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, File, MessageEvent, Response, Url, Worker};

/// The test server hands out the checkout beside the test's own files.
const LOADER: &str = "/target/site/engine_loader.js";

/// Where the site is served besides, if it is: `tools/test.sh` writes it. The test server hands out what is large in
/// small pieces, which has taken minutes for the engine's program.
const SITE: &str = "/target/web-site";

/// Longer than the engine is silent while it does anything below, on a slow and busy machine.
const PATIENCE_MS: f64 = 120_000.0;

/// A running engine. Dropping it ends the worker.
pub struct Engine {
    worker: Worker,
    inbox: Rc<RefCell<VecDeque<FromEngine>>>,
    /// What the engine told last, unasked.
    flow: RefCell<FlowState>,
    /// How far loading was, each time the engine told.
    pub loading: RefCell<Vec<f64>>,
    /// Counts what the engine told.
    told: Cell<u32>,
    last_id: Cell<u32>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Engine {
    /// Starts the engine and waits until it is ready.
    pub async fn start() -> Engine {
        let worker = new_worker().await;
        let inbox = Rc::new(RefCell::new(VecDeque::new()));
        let box_in = Rc::clone(&inbox);
        let on_message = Closure::new(move |event: MessageEvent| {
            let message = Reflect::get(&event.data(), &"message".into()).unwrap();
            let message = serde_wasm_bindgen::from_value(message).unwrap();
            box_in.borrow_mut().push_back(message);
        });
        let box_in = Rc::clone(&inbox);
        let on_error = Closure::new(move |event: ErrorEvent| {
            let message = Reflect::get(&event, &"message".into())
                .ok()
                .and_then(|message| message.as_string())
                .unwrap_or_else(|| "its script could not be loaded".into());
            box_in.borrow_mut().push_back(FromEngine::Event {
                event: Event::Panicked {
                    message,
                    file: None,
                },
            });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let engine = Engine {
            worker,
            inbox,
            flow: RefCell::default(),
            loading: RefCell::default(),
            told: Cell::new(0),
            last_id: Cell::new(0),
            _on_message: on_message,
            _on_error: on_error,
        };
        let ready = |message| match message {
            FromEngine::Event {
                event: Event::Ready { .. },
            } => Some(()),
            _ => None,
        };
        engine.until_told("the engine is ready", ready).await;
        engine
    }

    /// Asks, and waits for the reply.
    pub async fn ask(&self, request: Request) -> Result<Reply, ErrorInfo> {
        self.ask_with_files(request, &[]).await
    }

    /// Asks with files beside the message.
    pub async fn ask_with_files(
        &self,
        request: Request,
        files: &[File],
    ) -> Result<Reply, ErrorInfo> {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let message = ToEngine { id, request }
            .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
            .unwrap();
        let envelope = Object::new();
        Reflect::set(&envelope, &"message".into(), &message).unwrap();
        let files: Array = files.iter().collect();
        Reflect::set(&envelope, &"files".into(), &files).unwrap();
        self.worker.post_message(&envelope).unwrap();
        let reply = |message| match message {
            FromEngine::Reply { id: of, result } if of == id => Some(result),
            _ => None,
        };
        self.until_told(&format!("request {id} is answered"), reply)
            .await
    }

    /// Waits until Flow shows what is asked for.
    pub async fn until(&self, what: &str, is_so: impl Fn(&FlowState) -> bool) {
        // Each state that the engine told counts, not only the last.
        let look = || -> Option<()> {
            while !is_so(&self.flow.borrow()) {
                self.take()?;
            }
            Some(())
        };
        poll(what, &self.told, look, || {
            format!("{:#?}", self.flow.borrow())
        })
        .await;
    }

    /// Waits until the table or directory of that name has as many rows.
    pub async fn until_rows(&self, name: &str, rows: f64) {
        self.until(&format!("{name} has {rows} rows"), |flow| {
            node(flow, name).is_some_and(|node| node.rows == Some(rows))
        })
        .await;
    }

    /// Rows of a node now.
    pub fn rows(&self, name: &str) -> Option<f64> {
        node(&self.flow.borrow(), name).and_then(|node| node.rows)
    }

    /// The id of the first pipeline.
    pub fn pipeline(&self) -> String {
        self.flow.borrow().pipelines[0].id.clone()
    }

    /// Waits for a message that `pick` makes something of, and takes those before it.
    async fn until_told<T>(&self, what: &str, pick: impl Fn(FromEngine) -> Option<T>) -> T {
        let others = Cell::new(0);
        let look = || -> Option<T> {
            loop {
                let picked = pick(self.take()?);
                if picked.is_some() {
                    return picked;
                }
                others.set(others.get() + 1);
            }
        };
        poll(what, &self.told, look, || {
            let loading = self.loading.borrow();
            format!("{} other messages, of loading {loading:?}", others.get())
        })
        .await
    }

    /// The next message, if one has come. That the engine panicked ends the test.
    fn take(&self) -> Option<FromEngine> {
        let message = self.inbox.borrow_mut().pop_front()?;
        self.told.set(self.told.get() + 1);
        match &message {
            FromEngine::Event {
                event: Event::Panicked { message, .. },
            } => panic!("the engine panicked: {message}"),
            FromEngine::Event {
                event: Event::Flow { flow } | Event::Ready { flow, .. },
            } => *self.flow.borrow_mut() = flow.clone(),
            FromEngine::Event {
                event: Event::Loading { fraction, .. },
            } => self.loading.borrow_mut().push(*fraction),
            _ => {}
        }
        Some(message)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn node<'a>(flow: &'a FlowState, name: &str) -> Option<&'a NodeView> {
    let pipeline = flow.pipelines.first()?;
    pipeline.nodes.iter().find(|node| node.name == name)
}

/// A worker as the page makes it. The test runner puts a `Worker` of its own in the window, which
/// starts scripts from a `blob:` URL, where nothing relative can be loaded. It shares the prototype
/// of the browser's, and that one's constructor is the browser's.
async fn new_worker() -> Worker {
    let mut constructor: JsValue = js_sys::global().into();
    for name in ["Worker", "prototype", "constructor"] {
        constructor = Reflect::get(&constructor, &name.into()).unwrap();
    }
    let constructor: Function = constructor.unchecked_into();
    let source = String::from(constructor.to_string());
    assert!(
        source.contains("[native code]"),
        "the test runner's Worker hides the browser's: {source}"
    );
    let script = match site().await {
        Some(site) => loader_of(&site),
        None => LOADER.to_owned(),
    };
    // Each engine has a workspace of its own.
    let options = Object::new();
    Reflect::set(&options, &"name".into(), &"memory".into()).unwrap();
    Reflect::construct(&constructor, &Array::of2(&script.into(), &options))
        .unwrap()
        .unchecked_into()
}

/// The address of the site's own server, if there is one.
async fn site() -> Option<String> {
    let window = web_sys::window().unwrap();
    let response: Response = JsFuture::from(window.fetch_with_str(SITE))
        .await
        .unwrap()
        .unchecked_into();
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().unwrap()).await.unwrap();
    Some(text.as_string().unwrap().trim().to_owned())
}

/// A worker's script must come from the page's own origin. This one takes all else from the site.
fn loader_of(site: &str) -> String {
    let script = format!(
        r#"
        const there = (path) => new URL(path, "{site}").href;
        const [get, load] = [self.fetch, self.importScripts];
        self.fetch = (path, options) => get.call(self, there(path), options);
        self.importScripts = (...paths) => load.call(self, ...paths.map(there));
        self.importScripts("./engine_loader.js");
        "#
    );
    let parts = Array::of1(&script.into());
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).unwrap();
    Url::create_object_url_with_blob(&blob).unwrap()
}

/// A file of the checkout, as a browser's `File`.
pub async fn file(path: &str, name: &str) -> File {
    let window = web_sys::window().unwrap();
    let response = JsFuture::from(window.fetch_with_str(path)).await.unwrap();
    let bytes: Function = Reflect::get(&response, &"arrayBuffer".into())
        .unwrap()
        .unchecked_into();
    let bytes: Promise = bytes.call0(&response).unwrap().unchecked_into();
    let bytes = JsFuture::from(bytes).await.unwrap();
    File::new_with_buffer_source_sequence(&Array::of1(&bytes), name).unwrap()
}

/// Looks again and again until there is what is looked for: all waiting is done here, for what a
/// test needs and never for a time. Patience ends when `told` hasn't grown for long; `seen` tells what there was
/// instead.
async fn poll<T>(
    what: &str,
    told: &Cell<u32>,
    look: impl Fn() -> Option<T>,
    seen: impl Fn() -> String,
) -> T {
    let mut start = js_sys::Date::now();
    let mut before = told.get();
    loop {
        if let Some(found) = look() {
            return found;
        }
        if told.get() > before {
            (start, before) = (js_sys::Date::now(), told.get());
        }
        let waited = js_sys::Date::now() - start;
        assert!(
            waited < PATIENCE_MS,
            "waited {waited} ms until {what}, in vain: {}",
            seen()
        );
        let pause = Promise::new(&mut |resolve, _| {
            web_sys::window()
                .unwrap()
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 10)
                .unwrap();
        });
        JsFuture::from(pause).await.unwrap();
    }
}
