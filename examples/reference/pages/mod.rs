//! The pages' texts.

mod functions;
mod markdown;
mod options;
mod pyspark;
mod python;

use std::error::Error;

/// The last line of each page.
const FOOTER: &str =
    "\n---\n\n`make docs` writes this page from the source; changes made by hand are lost.\n";

/// Each page's file name and text.
pub fn pages() -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let pages = [
        ("functions.md", functions::page()),
        ("options.md", options::page()),
        ("pyspark.md", pyspark::page()?),
    ];
    Ok(pages.map(|(name, text)| (name, text + FOOTER)).into())
}
