//! Which workspace the engine works in: found or made, locked against other tabs, opened.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Desk, Pauses, text_error, text_of};
use crate::env::Env;
use crate::protocol::{Event, WorkspaceEntry, WorkspaceView};
use crate::storage::opfs::{About, Workspaces, estimate};
use crate::storage::{FileSystem, JournalFileSystem, MemoryFileSystem, Recovery, Segment, Sizes};

/// What the worker's name says for a workspace in memory.
const IN_MEMORY: &str = "memory";

/// What the first workspace is called.
const FIRST: &str = "My workspace";

/// Bytes of files that fit in memory. WebAssembly's memory ends at 4 GiB, and frames need room beside the files.
const MEMORY: u64 = 2 << 30;

/// Empty segments that are held ready.
const SPARES: usize = 2;

/// Milliseconds that a lock or a file may still be held by a worker that has just ended.
const PATIENCE_MS: i32 = 2_000;

/// The same, for a worker that another tab was told to leave: it may be in the middle of something.
const TAKE_OVER_MS: i32 = 30_000;

/// Milliseconds between two looks at the browser's quota.
const QUOTA_MS: f64 = 10_000.0;

/// Bytes copied at once by compaction.
const COMPACTION: u64 = 256 << 10;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = locks)]
    static LOCKS: Option<JsValue>;

    /// Web Locks: `callback` is called with the lock, which is held until its promise is settled.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, options: &Object, callback: &Function) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout)]
    fn abort_after(ms: i32) -> JsValue;
}

/// An open workspace.
pub struct Workspace {
    pub fs: Arc<dyn FileSystem>,
    pub view: WorkspaceView,
    pub keeper: Option<Rc<Keeper>>,
}

/// Looks after a durable workspace while it is open.
pub struct Keeper {
    workspaces: Rc<Workspaces>,
    id: String,
    journal: Arc<JournalFileSystem>,
    env: Env,
    is_adding: Cell<bool>,
    estimated_ms: Cell<f64>,
    /// The changes after which compaction found nothing to do.
    compacted_at: Cell<Option<u64>>,
}

/// Opens the workspace that the worker's name says, or the one that was open last. In a browser that keeps no files, and
/// by that name, it is one in memory.
///
/// # Errors
/// What the browser refuses; another worker that doesn't let go.
pub async fn open(desk: &Rc<Desk>, name: &str, env: &Env) -> Result<Workspace, JsValue> {
    if name == IN_MEMORY {
        return Ok(in_memory(env, None));
    }
    let workspaces = match Workspaces::find().await {
        Ok(workspaces) => Rc::new(workspaces),
        Err(error) => return Ok(in_memory(env, Some(text_of(&error)))),
    };
    desk.workspaces.replace(Some(workspaces.clone()));
    let (id, mut about) = choose(&workspaces, name, env).await?;
    desk.open.replace(Some(id.clone()));
    lock(desk, &id, &about.name).await?;
    let segments = open_segments(&workspaces, &id).await?;
    about.opened_ms = env.clock.now_ms() as f64;
    workspaces.describe(&id, &about).await?;

    let (journal, recovery) =
        JournalFileSystem::open(env.clock.clone(), segments, 0, Sizes::default())
            .map_err(|e| text_error(&e))?;
    let journal = Arc::new(journal);
    let view = view(&id, &about, &recovery);
    let keeper = Keeper {
        workspaces,
        id,
        journal: journal.clone(),
        env: env.clone(),
        is_adding: Cell::new(false),
        estimated_ms: Cell::new(0.0),
        compacted_at: Cell::new(None),
    };
    keeper.add_spares().await?;
    keeper.look_at_quota().await;
    desk.journal.replace(Some(journal.clone()));
    Ok(Workspace {
        fs: journal,
        view,
        keeper: Some(Rc::new(keeper)),
    })
}

fn in_memory(env: &Env, reason: Option<String>) -> Workspace {
    Workspace {
        fs: Arc::new(MemoryFileSystem::new(env.clock.clone(), MEMORY)),
        view: WorkspaceView {
            name: "In memory".into(),
            not_kept: Some(match reason {
                Some(reason) => format!("This browser keeps no files here ({reason})."),
                None => "It was opened in memory.".into(),
            }),
            ..WorkspaceView::default()
        },
        keeper: None,
    }
}

fn view(id: &str, about: &About, recovery: &Recovery) -> WorkspaceView {
    WorkspaceView {
        id: id.into(),
        name: about.name.clone(),
        damaged_bytes: recovery.damaged_bytes as f64,
        ..WorkspaceView::default()
    }
}

/// A workspace as people choose it.
pub fn entry(id: &str, about: &About) -> WorkspaceEntry {
    WorkspaceEntry {
        id: id.into(),
        name: about.name.clone(),
        opened_ms: about.opened_ms,
    }
}

/// The workspace of that id; the last opened one if it is gone; a first one if there is none.
async fn choose(
    workspaces: &Workspaces,
    name: &str,
    env: &Env,
) -> Result<(String, About), JsValue> {
    if workspaces.has(name).await? {
        return Ok((name.to_owned(), workspaces.about(name).await?));
    }
    match workspaces.list().await?.into_iter().next() {
        Some(found) => Ok(found),
        None => {
            let now = env.clock.now_ms() as f64;
            let about = About {
                name: FIRST.into(),
                created_ms: now,
                opened_ms: now,
            };
            let id = env.new_uuid();
            workspaces.describe(&id, &about).await?;
            Ok((id, about))
        }
    }
}

/// Takes the workspace's lock. While another tab has it, the page asks the person.
async fn lock(desk: &Rc<Desk>, id: &str, name: &str) -> Result<(), JsValue> {
    let lock = format!("multihop-workspace-{id}");
    let options = Object::new();
    // A worker that has just ended holds it for a moment.
    Reflect::set(&options, &"signal".into(), &abort_after(PATIENCE_MS))?;
    if hold(desk, &lock, &options, name).await {
        return Ok(());
    }
    let (sender, taken_over) = oneshot::channel();
    desk.take_over.replace(Some(sender));
    desk.post_event(Event::Occupied { name: name.into() });
    if taken_over.await.is_err() {
        return Err(JsValue::from_str("another tab has this workspace"));
    }
    let options = Object::new();
    Reflect::set(&options, &"steal".into(), &JsValue::TRUE)?;
    if hold(desk, &lock, &options, name).await {
        return Ok(());
    }
    Err(JsValue::from_str(
        "the other tab could not be asked to leave",
    ))
}

/// Asks for a lock and holds it as long as the worker lives. Gives whether it was granted. If another tab takes it later,
/// this engine is over.
async fn hold(desk: &Rc<Desk>, lock: &str, options: &Object, name: &str) -> bool {
    request(lock, options, {
        let (desk, name) = (desk.clone(), name.to_owned());
        move || desk.leave(Event::TakenOver { name })
    })
    .await
}

/// Takes the lock that ends with this worker. Gives its name; empty where there are no locks.
pub async fn live(env: &Env) -> String {
    let name = format!("multihop-engine-{}", env.new_uuid());
    let is_held = LOCKS.with(Option::is_some) && request(&name, &Object::new(), || {}).await;
    if is_held { name } else { String::new() }
}

async fn request(name: &str, options: &Object, on_lost: impl FnOnce() + 'static) -> bool {
    let (sender, granted) = oneshot::channel::<bool>();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let answer = sender.clone();
    let callback = Closure::once_into_js(move |_lock: JsValue| {
        if let Some(sender) = answer.take() {
            // Who asked waits below.
            let _ = sender.send(true);
        }
        // Never settled: the browser gives the lock back when the worker ends.
        Promise::new(&mut |_, _| {})
    });
    let Ok(promise) = request_lock(name, options, callback.unchecked_ref()) else {
        // Without Web Locks, the files themselves can only be opened once.
        return true;
    };
    spawn_local(async move {
        if JsFuture::from(promise).await.is_err() {
            match sender.take() {
                Some(sender) => {
                    let _ = sender.send(false);
                }
                None => on_lost(),
            }
        }
    });
    granted.await.unwrap_or(false)
}

/// Opens the segments, as soon as nobody else has them.
async fn open_segments(
    workspaces: &Workspaces,
    id: &str,
) -> Result<Vec<Box<dyn Segment>>, JsValue> {
    let mut waited = 0;
    loop {
        match workspaces.segments(id).await {
            Ok(segments) => return Ok(segments),
            Err(error) if waited >= TAKE_OVER_MS => return Err(error),
            Err(_) => {
                super::sleep(20).await?;
                waited += 20;
            }
        }
    }
}

impl Keeper {
    /// Does what is due, unless it is under way: empty segments for what will be written, the browser's quota.
    pub fn look(self: &Rc<Self>) {
        if self.journal.spares() < SPARES && !self.is_adding.replace(true) {
            let keeper = self.clone();
            spawn_local(async move {
                // Without another segment, the last one grows.
                let _ = keeper.add_spares().await;
                keeper.is_adding.set(false);
            });
        }
        let now = self.env.clock.now_ms() as f64;
        if now - self.estimated_ms.get() > QUOTA_MS {
            self.estimated_ms.set(now);
            let keeper = self.clone();
            spawn_local(async move { keeper.look_at_quota().await });
        }
    }

    /// Does a piece of compaction. Gives whether there may be more.
    pub fn compact(&self) -> bool {
        let changes = self.journal.change_count();
        if self.compacted_at.get() == Some(changes) {
            return false;
        }
        // A segment that can't be compacted stays as it is; who reads from it is told.
        let more = self.journal.compact(COMPACTION).unwrap_or(false);
        if !more {
            self.compacted_at.set(Some(changes));
        }
        more
    }

    async fn add_spares(&self) -> Result<(), JsValue> {
        // One more is kept back for a full disk.
        for _ in 0..=SPARES {
            if self.journal.spares() >= SPARES {
                break;
            }
            let name = self.env.new_uuid();
            let segment = self.workspaces.add_segment(&self.id, &name).await?;
            self.journal
                .add_spare(segment)
                .map_err(|e| text_error(&e))?;
        }
        Ok(())
    }

    async fn look_at_quota(&self) {
        self.estimated_ms.set(self.env.clock.now_ms() as f64);
        // A browser that doesn't say leaves the last estimate.
        if let Ok((usage, quota)) = estimate().await {
            let free = (quota - usage).max(0.0) as u64;
            let dead = self
                .journal
                .journal_bytes()
                .saturating_sub(self.journal.usage().used);
            self.journal
                .set_capacity(self.journal.usage().used + dead + free);
        }
    }
}

/// Makes a workspace: `fill` puts one file after another into it, until it says that there are no more. While it isn't
/// whole its name says so; if that fails it is gone again. Gives its id.
pub async fn make(
    workspaces: &Rc<Workspaces>,
    env: &Env,
    name: &str,
    fill: impl FnMut(&dyn FileSystem) -> Result<bool, JsValue>,
) -> Result<String, JsValue> {
    let now = env.clock.now_ms() as f64;
    let id = env.new_uuid();
    let mut about = About {
        name: format!("{name} (not complete)"),
        created_ms: now,
        opened_ms: now,
    };
    workspaces.describe(&id, &about).await?;
    if let Err(error) = fill_with(workspaces, env, &id, fill).await {
        // What can't be deleted now is in the list, to be deleted there.
        let _ = workspaces.delete(&id).await;
        return Err(error);
    }
    about.name = name.into();
    workspaces.describe(&id, &about).await?;
    Ok(id)
}

async fn fill_with(
    workspaces: &Rc<Workspaces>,
    env: &Env,
    id: &str,
    mut fill: impl FnMut(&dyn FileSystem) -> Result<bool, JsValue>,
) -> Result<(), JsValue> {
    let (journal, _) = JournalFileSystem::open(env.clock.clone(), Vec::new(), 0, Sizes::default())
        .map_err(|e| text_error(&e))?;
    let keeper = Keeper {
        workspaces: workspaces.clone(),
        id: id.into(),
        journal: Arc::new(journal),
        env: env.clone(),
        is_adding: Cell::new(false),
        estimated_ms: Cell::new(0.0),
        compacted_at: Cell::new(None),
    };
    keeper.look_at_quota().await;
    let filled = async {
        let mut pauses = Pauses::default();
        loop {
            keeper.add_spares().await?;
            if !fill(keeper.journal.as_ref())? {
                return keeper.journal.sync().map_err(|e| text_error(&e));
            }
            pauses.let_others_in().await?;
        }
    };
    let filled = filled.await;
    keeper.journal.close();
    filled
}
