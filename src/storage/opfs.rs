//! Workspaces in the browser's origin private file system: each a directory with the segments of a journal.
//!
//! Opening files is asynchronous, reading and writing them is not, in a worker. So everything that will be written is
//! open beforehand, and held for this program alone.

use js_sys::{AsyncIterator, IteratorNext, Promise, Reflect};
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemRemoveOptions,
    FileSystemSyncAccessHandle, StorageManager,
};

use super::{Segment, SegmentError};

/// The directory of all workspaces.
const WORKSPACES: &str = "multihop-workspaces";

/// What is known of a workspace without opening it: a file of this name.
const ABOUT: &str = "about.json";

/// The directory of a workspace's segments.
const SEGMENTS: &str = "segments";

/// What Chromium counts where no space is left: see [`count`].
const NO_SPACE: usize = (u32::MAX - 7) as usize;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = storage)]
    static STORAGE: Option<StorageManager>;
}

/// What is known of a workspace without opening it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub name: String,
    /// Milliseconds since the epoch.
    pub created_ms: f64,
    pub opened_ms: f64,
}

/// The workspaces of this origin.
pub struct Workspaces {
    root: FileSystemDirectoryHandle,
}

impl Workspaces {
    /// Where they are.
    ///
    /// # Errors
    /// If the browser keeps no files, as in some private windows, and why.
    pub async fn find() -> Result<Workspaces, JsValue> {
        let storage = STORAGE.with(Clone::clone);
        let storage = storage.ok_or_else(|| JsValue::from_str("it has no file system"))?;
        let root: FileSystemDirectoryHandle = wait(storage.get_directory()).await?;
        let root = directory(&root, WORKSPACES).await?;
        Ok(Workspaces { root })
    }

    /// Whether there is a workspace of that id.
    ///
    /// # Errors
    /// What the browser refuses.
    pub async fn has(&self, id: &str) -> Result<bool, JsValue> {
        Ok(names(&self.root).await?.iter().any(|name| name == id))
    }

    /// All workspaces by id, the last opened first.
    ///
    /// # Errors
    /// What the browser refuses.
    pub async fn list(&self) -> Result<Vec<(String, About)>, JsValue> {
        let mut found = Vec::new();
        for id in names(&self.root).await? {
            found.push((id.clone(), self.about(&id).await?));
        }
        found.sort_by(|a, b| b.1.opened_ms.total_cmp(&a.1.opened_ms));
        Ok(found)
    }

    /// What is known of a workspace. One whose description a crash has torn has a name all the same.
    ///
    /// # Errors
    /// What the browser refuses.
    pub async fn about(&self, id: &str) -> Result<About, JsValue> {
        let directory = directory(&self.root, id).await?;
        let unknown = || About {
            name: "Workspace".into(),
            created_ms: 0.0,
            opened_ms: 0.0,
        };
        let Ok(file) = wait::<FileSystemFileHandle>(directory.get_file_handle(ABOUT)).await else {
            return Ok(unknown());
        };
        let file: web_sys::File = wait(file.get_file()).await?;
        let text = JsFuture::from(file.text()).await?;
        let text = text.as_string().unwrap_or_default();
        Ok(serde_json::from_str(&text).unwrap_or_else(|_| unknown()))
    }

    /// Makes a workspace, or describes one anew.
    ///
    /// # Errors
    /// What the browser refuses.
    pub async fn describe(&self, id: &str, about: &About) -> Result<(), JsValue> {
        let directory = directory(&self.root, id).await?;
        let mut text =
            serde_json::to_string(about).map_err(|e| JsValue::from_str(&e.to_string()))?;
        let segment = open(&directory, ABOUT).await?;
        // Written over what is there, so that there is no moment without a name.
        let written = segment
            .size()
            .and_then(|size| {
                let blanks = usize::try_from(size)
                    .unwrap_or(0)
                    .saturating_sub(text.len());
                text.extend(std::iter::repeat_n(' ', blanks));
                segment.write(0, text.as_bytes())
            })
            .and_then(|_| segment.flush());
        written.map_err(|e| JsValue::from_str(&e.to_string()))
    }

    /// Deletes a workspace with all it holds.
    ///
    /// # Errors
    /// If it is open.
    pub async fn delete(&self, id: &str) -> Result<(), JsValue> {
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        JsFuture::from(self.root.remove_entry_with_options(id, &options)).await?;
        Ok(())
    }

    /// Opens a workspace's segments.
    ///
    /// # Errors
    /// `NoModificationAllowedError` while another program has them.
    pub async fn segments(&self, id: &str) -> Result<Vec<Box<dyn Segment>>, JsValue> {
        let directory = self.segment_directory(id).await?;
        let mut segments: Vec<Box<dyn Segment>> = Vec::new();
        for name in names(&directory).await? {
            segments.push(Box::new(open(&directory, &name).await?));
        }
        Ok(segments)
    }

    /// Adds an empty segment to a workspace.
    ///
    /// # Errors
    /// What the browser refuses.
    pub async fn add_segment(&self, id: &str, name: &str) -> Result<Box<dyn Segment>, JsValue> {
        let directory = self.segment_directory(id).await?;
        Ok(Box::new(open(&directory, name).await?))
    }

    async fn segment_directory(&self, id: &str) -> Result<FileSystemDirectoryHandle, JsValue> {
        directory(&directory(&self.root, id).await?, SEGMENTS).await
    }
}

/// Bytes that this origin uses, and may use at most.
///
/// # Errors
/// If the browser doesn't say.
pub async fn estimate() -> Result<(f64, f64), JsValue> {
    let storage = STORAGE.with(Clone::clone);
    let storage = storage.ok_or_else(|| JsValue::from_str("no storage"))?;
    let estimate = JsFuture::from(storage.estimate()?).await?;
    let number = |name: &str| Reflect::get(&estimate, &name.into()).map(|v| v.as_f64());
    Ok((
        number("usage")?.unwrap_or_default(),
        number("quota")?.unwrap_or_default(),
    ))
}

async fn wait<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    JsFuture::from(promise).await?.dyn_into()
}

async fn directory(
    of: &FileSystemDirectoryHandle,
    name: &str,
) -> Result<FileSystemDirectoryHandle, JsValue> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(true);
    wait(of.get_directory_handle_with_options(name, &options)).await
}

async fn names(of: &FileSystemDirectoryHandle) -> Result<Vec<String>, JsValue> {
    let keys: AsyncIterator = of.keys();
    let mut names = Vec::new();
    loop {
        let next: IteratorNext = JsFuture::from(keys.next()?).await?.unchecked_into();
        if next.done() {
            return Ok(names);
        }
        names.extend(next.value().as_string());
    }
}

async fn open(of: &FileSystemDirectoryHandle, name: &str) -> Result<OpfsSegment, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file: FileSystemFileHandle = wait(of.get_file_handle_with_options(name, &options)).await?;
    let handle: FileSystemSyncAccessHandle = wait(file.create_sync_access_handle()).await?;
    Ok(OpfsSegment {
        name: name.into(),
        handle: SendWrapper::new(handle),
    })
}

/// A file that is held open. It is closed with this.
struct OpfsSegment {
    name: String,
    handle: SendWrapper<FileSystemSyncAccessHandle>,
}

impl Drop for OpfsSegment {
    fn drop(&mut self) {
        self.handle.close();
    }
}

impl Segment for OpfsSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn size(&self) -> Result<u64, SegmentError> {
        let size = self.handle.get_size().map_err(|e| error(&e))?;
        Ok(size as u64)
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, SegmentError> {
        let read = self
            .handle
            .read_with_u8_array_and_options(into, &at(offset));
        count(read.map_err(|e| error(&e))?, into.len())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<usize, SegmentError> {
        let written = self
            .handle
            .write_with_u8_array_and_options(bytes, &at(offset));
        count(written.map_err(|e| error(&e))?, bytes.len())
    }

    fn truncate(&self, size: u64) -> Result<(), SegmentError> {
        self.handle
            .truncate_with_f64(size as f64)
            .map_err(|e| error(&e))
    }

    fn flush(&self) -> Result<(), SegmentError> {
        self.handle.flush().map_err(|e| error(&e))
    }
}

fn at(offset: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(offset as f64);
    options
}

/// The bytes that were read or written, of `most`. In its private windows, Chromium 156 gives the code of an error as if it
/// were a count: 2³² - 8 where no space is left.
fn count(bytes: f64, most: usize) -> Result<usize, SegmentError> {
    match bytes as usize {
        count if count <= most => Ok(count),
        NO_SPACE => Err(SegmentError::Full),
        _ => Err(SegmentError::Failed(format!("error {bytes}"))),
    }
}

fn error(error: &JsValue) -> SegmentError {
    let text = |name: &str| {
        let value = Reflect::get(error, &name.into()).unwrap_or(JsValue::UNDEFINED);
        value.as_string().unwrap_or_default()
    };
    match text("name").as_str() {
        "QuotaExceededError" => SegmentError::Full,
        name => SegmentError::Failed(format!("{name}: {}", text("message"))),
    }
}
