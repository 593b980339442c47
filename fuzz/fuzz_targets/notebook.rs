//! Any bytes are a notebook of any format, whose cells have steps, or an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multihop::notebook::{Format, Notebook};

fuzz_target!(|bytes: &[u8]| {
    for name in ["a.py", "a.sql", "a.ipynb", "a.r", "a.scala"] {
        if let Ok(notebook) = Notebook::read(name, bytes) {
            for cell in &notebook.cells {
                let _ = cell.steps(notebook.language);
            }
            let _ = notebook.write(Format::Source);
            let _ = notebook.write(Format::Jupyter);
        }
    }
});
