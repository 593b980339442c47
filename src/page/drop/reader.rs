//! Files out of what the browser hands over: dropped files and folders, chosen files.

use std::future::Future;

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry,
};

use super::model::relative_name;

/// Files taken of one drop: beyond it, the rest of a folder is left out.
const MOST_FILES: usize = 10_000;

/// The files of a drop, each with its name below what was dropped. What the drop holds is taken
/// at once, as the browser asks for; folders are walked later, by the future.
pub fn dropped(transfer: &DataTransfer) -> impl Future<Output = Vec<(String, File)>> + use<> {
    let items = transfer.items();
    let mut entries = Vec::new();
    let mut files = Vec::new();
    for at in 0..items.length() {
        let Some(item) = items.get(at) else { continue };
        if item.kind() != "file" {
            continue;
        }
        match item.webkit_get_as_entry() {
            Ok(Some(entry)) => entries.push(entry),
            // Files that scripts made have no entry.
            _ => files.extend(
                item.get_as_file()
                    .ok()
                    .flatten()
                    .map(|file| (file.name(), file)),
            ),
        }
    }
    async move {
        files.extend(walk(entries).await);
        files
    }
}

/// The files that a person chose; those of a folder with their path in it.
pub fn chosen(list: &FileList) -> Vec<(String, File)> {
    (0..list.length())
        .filter_map(|at| list.get(at))
        .map(|file| {
            let path = js_sys::Reflect::get(&file, &JsValue::from_str("webkitRelativePath"))
                .ok()
                .and_then(|path| path.as_string())
                .filter(|path| !path.is_empty());
            (path.unwrap_or_else(|| file.name()), file)
        })
        .take(MOST_FILES)
        .collect()
}

async fn walk(entries: Vec<FileSystemEntry>) -> Vec<(String, File)> {
    let mut files = Vec::new();
    let mut left: Vec<FileSystemEntry> = entries.into_iter().rev().collect();
    while let Some(entry) = left.pop() {
        if files.len() >= MOST_FILES {
            break;
        }
        let name = entry.full_path();
        if entry.is_file() {
            if let Some(file) = file_of(entry.unchecked_ref()).await {
                files.push((relative_name(&name).to_owned(), file));
            }
        } else if entry.is_directory() {
            let mut inside = entries_of(entry.unchecked_ref()).await;
            inside.sort_by_key(|entry| std::cmp::Reverse(entry.name()));
            left.extend(inside);
        }
    }
    files
}

async fn file_of(entry: &FileSystemFileEntry) -> Option<File> {
    let promise = Promise::new(&mut |resolve, reject| {
        entry.file_with_callback_and_callback(&resolve, &reject)
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

/// A reader gives a part of the entries at a time, and none at the end.
async fn entries_of(directory: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = directory.create_reader();
    let mut entries = Vec::new();
    loop {
        let promise = Promise::new(&mut |resolve, reject| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
                let _ = reject.call1(&JsValue::UNDEFINED, &error);
            }
        });
        let Some(part) = JsFuture::from(promise)
            .await
            .ok()
            .and_then(|part| part.dyn_into::<Array>().ok())
        else {
            return entries;
        };
        if part.length() == 0 {
            return entries;
        }
        entries.extend(part.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
    }
}
