//! Writes the sample data and the broken files: `cargo run --example generate_bookstore [dir]`.
//!
//! Without a directory they go to `fixtures/`, where they are committed; a test asserts that they
//! are what the generator makes.

use std::error::Error;
use std::path::{Path, PathBuf};

use multihop::bookstore;

fn main() -> Result<(), Box<dyn Error>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let root = std::env::args().nth(1).map_or(fixtures, PathBuf::from);
    let trees = [
        ("bookstore", bookstore::files(bookstore::SEED)?),
        ("broken", bookstore::broken_files()?),
    ];
    for (dir, files) in trees {
        let mut size = 0;
        for (path, bytes) in &files {
            let path = root.join(dir).join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, bytes)?;
            size += bytes.len();
        }
        println!("{dir}: {} files, {} KB", files.len(), size / 1000);
    }
    Ok(())
}
