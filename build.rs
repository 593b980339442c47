//! Gathers the Python files that the module `python` embeds: our own in src/python/lib, and those of the standard
//! library that notebooks import, without comments and documentation.

#![allow(
    clippy::indexing_slicing,
    reason = "a build stops at a panic, and says where"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "it runs on the machine that builds, not in the browser"
)]

#[cfg(feature = "python")]
use std::fs;
#[cfg(feature = "python")]
use std::path::{Path, PathBuf};
use std::{env, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/python/lib");
    #[cfg(feature = "python")]
    write_library()?;
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        // Python calls go deep; what lies below the stack is guarded.
        println!("cargo:rustc-link-arg-bin=python=-zstack-size=8388608");
        // A cell that wants more gets an error, before the browser ends the tab.
        println!("cargo:rustc-link-arg-bin=python=--max-memory=2147483648");
    }
    Ok(())
}

/// Modules of CPython's library that are taken as they are. Others that a notebook may import are built into the
/// interpreter or are in src/python/lib.
#[cfg(feature = "python")]
const STANDARD: &str = "__future__ _collections_abc _py_warnings _pydatetime _pydecimal _strptime _weakrefset abc base64 \
    bisect calendar collections/__init__ collections/_defaultdict contextlib copy dataclasses datetime decimal enum \
    fractions functools genericpath heapq json/__init__ json/decoder json/encoder \
    json/scanner keyword numbers operator posixpath pprint random re/__init__ re/_casefix re/_compiler \
    re/_constants re/_parser reprlib stat statistics string/__init__ textwrap types typing urllib/__init__ \
    urllib/parse uuid warnings weakref annotationlib ast timeit shlex fnmatch csv secrets difflib argparse \
    unittest/__init__ unittest/_log unittest/case unittest/loader unittest/main unittest/result unittest/runner \
    unittest/suite unittest/util graphlib";

#[cfg(feature = "python")]
fn write_library() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let standard = Path::new(rustpython_pylib::LIB_PATH);
    let own = Path::new("src/python/lib");
    let mut files: Vec<(String, PathBuf, bool)> = Vec::new();
    find(own, own, &mut files)?;
    for name in STANDARD.split_whitespace() {
        let path = standard.join(format!("{name}.py"));
        let module = name.trim_end_matches("/__init__").replace('/', ".");
        if files.iter().all(|(taken, _, _)| *taken != module) && path.exists() {
            files.push((module, path, name.ends_with("/__init__")));
        }
    }
    files.sort();
    let mut table = String::from("&[\n");
    for (index, (module, path, package)) in files.iter().enumerate() {
        let file = out.join(format!("{index}.py"));
        fs::write(&file, bare(&fs::read_to_string(path)?))?;
        table.push_str(&format!(
            "    ({module:?}, {package}, include_str!({file:?})),\n"
        ));
    }
    table.push(']');
    fs::write(out.join("library.rs"), table)
}

#[cfg(feature = "python")]
fn find(root: &Path, dir: &Path, files: &mut Vec<(String, PathBuf, bool)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            find(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "py") {
            let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
            let name = name.to_string_lossy().replace('/', ".");
            let module = name.trim_end_matches(".__init__").to_string();
            let package = module.len() < name.len();
            files.push((module, path, package));
        }
    }
    Ok(())
}

/// The source without comments, and with empty texts in place of documentation. Lines keep their numbers.
#[cfg(feature = "python")]
fn bare(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut depth = 0_usize;
    // Nothing but blanks since the line began, and the line begins a statement.
    let mut fresh = true;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
                while out.last().is_some_and(|b| *b == b' ') && !fresh {
                    out.pop();
                }
            }
            b'"' | b'\'' => {
                let triple = bytes.get(at..at + 3) == Some(&[byte; 3][..]);
                let end = string_end(bytes, at, byte, triple);
                let raw_prefix = out.last().is_some_and(u8::is_ascii_alphabetic);
                let rest = &bytes[end..];
                let ends_line = rest
                    .iter()
                    .find(|b| **b != b' ')
                    .is_none_or(|b| *b == b'\n');
                if fresh && depth == 0 && triple && ends_line && !raw_prefix {
                    out.extend(b"''");
                    let lines = bytes[at..end].iter().filter(|b| **b == b'\n').count();
                    out.extend(std::iter::repeat_n(b'\n', lines));
                } else {
                    out.extend(&bytes[at..end]);
                }
                at = end;
                fresh = false;
            }
            b'\n' => {
                fresh = depth == 0 && out.last() != Some(&b'\\');
                while out.last() == Some(&b' ') {
                    out.pop();
                }
                out.push(byte);
                at += 1;
            }
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                fresh &= byte == b' ' || byte == b'\t';
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| source.to_string())
}

#[cfg(feature = "python")]
fn string_end(bytes: &[u8], start: usize, quote: u8, triple: bool) -> usize {
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b if b == quote && !triple => return at + 1,
            b if b == quote && bytes.get(at..at + 3) == Some(&[quote; 3][..]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
