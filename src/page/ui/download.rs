//! Bytes to a file of the person's.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::page::app::App;

/// Lets the browser save bytes as a file of that name.
pub fn download(app: App, name: &str, bytes: &Uint8Array) {
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options);
    download_blob(app, name, blob.ok());
}

/// The same for a blob.
pub fn download_blob(app: App, name: &str, blob: Option<Blob>) {
    let saved = || -> Option<()> {
        let url = Url::create_object_url_with_blob(&blob?).ok()?;
        let link = document()
            .create_element("a")
            .ok()?
            .dyn_into::<HtmlAnchorElement>()
            .ok()?;
        link.set_href(&url);
        link.set_download(name);
        link.click();
        set_timeout(
            move || {
                let _ = Url::revoke_object_url(&url);
            },
            std::time::Duration::from_secs(10),
        );
        Some(())
    };
    if saved().is_none() {
        app.store
            .tell("The browser did not take the file for download.");
    }
}
