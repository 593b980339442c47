//! The reference pages of `docs/`, which `examples/reference` writes.

use std::path::{Path, PathBuf};

use regex::Regex;

#[path = "../../examples/reference/pages/mod.rs"]
mod pages;

#[test]
fn the_reference_pages_come_out_the_same_each_time() {
    let first = pages::pages().unwrap();
    assert_eq!(first, pages::pages().unwrap());
    for (name, text) in first {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
    }
}

/// The source files of the library, without tests.
fn sources(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn every_table_of_options_is_on_the_page() {
    let pages = pages::pages().unwrap();
    let (_, page) = pages
        .iter()
        .find(|(name, _)| *name == "options.md")
        .unwrap();
    let quoted =
        Regex::new(r#"OptionSpec::(?:new|without_effect)\(\s*(?://[^\n]*\s*)*"([^"]+)""#).unwrap();
    let mut names = 0;
    for (path, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for found in quoted.captures_iter(&text) {
            names += 1;
            let row = format!("\n| `{}`", &found[1]);
            assert!(page.contains(&row), "{} of {}", &found[1], path.display());
        }
    }
    assert!(names > 100, "{names} options");
}

/// Options are read by their constants, since `Options::get` takes nothing else; settings and properties have names
/// that could be written anywhere.
#[test]
fn settings_and_table_properties_are_named_in_their_tables_alone() {
    let name =
        Regex::new(r#""(spark\.(?:sql|databricks)\.[A-Za-z.]+|delta\.(?:[a-z]+[A-Z])[A-Za-z.]+)""#)
            .unwrap();
    // In a column's metadata, not among a table's properties.
    let of_columns = [
        "delta.columnMapping.id",
        "delta.columnMapping.physicalName",
        "delta.generationExpression",
        "delta.identity.highWaterMark",
        "delta.identity.allowExplicitInsert",
    ];
    // Written by the session itself, or refused.
    let internal = [
        "delta.columnMapping.maxColumnId",
        "spark.sql.catalogImplementation",
        "spark.sql.extensions",
        "delta.columnMapping.",
        // What `SET TIME ZONE` sets, as the parser says it.
        "spark.sql.session.timeZone",
    ];
    let mut elsewhere = Vec::new();
    for (path, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        if path.ends_with("session/conf.rs") || path.ends_with("delta/properties.rs") {
            continue;
        }
        for found in name.captures_iter(&text) {
            let name = &found[1];
            if !of_columns.contains(&name) && !internal.contains(&name) {
                elsewhere.push(format!("{name} in {}", path.display()));
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}
