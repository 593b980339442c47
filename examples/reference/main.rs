//! Writes the reference pages of `docs/` from what the code knows: `cargo run --example reference`.
//!
//! With `--check` it writes nothing, and fails if a page isn't what it would write.

mod pages;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let only_check = std::env::args().nth(1).is_some_and(|arg| arg == "--check");
    let mut stale = 0;
    for (name, text) in pages::pages()? {
        let path = docs.join(name);
        // A page that isn't there is stale too.
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        match only_check {
            true => eprintln!("docs/{name} is stale: `make docs` writes it anew"),
            false => {
                fs::write(&path, text)?;
                println!("docs/{name} is written");
            }
        }
        stale += 1;
    }
    Ok(match only_check && stale > 0 {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}
