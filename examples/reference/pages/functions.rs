//! `functions.md`: every function and operator, from the registry.

use multihop::sql::functions::{Function, grouped_functions};

use super::markdown::{code, contents, table};

const OPERATORS: &str = "Operators";

/// A function with those that are the same under another name.
struct Entry {
    function: &'static Function,
    aliases: Vec<&'static Function>,
}

/// A section of the page.
struct Group {
    title: &'static str,
    entries: Vec<Entry>,
}

/// The page.
pub fn page() -> String {
    let groups = groups();
    let count: usize = groups
        .iter()
        .flat_map(|group| &group.entries)
        .map(|entry| 1 + entry.aliases.len())
        .sum();
    let mut text = format!(
        "# Functions\n\n\
        The {count} functions and operators of Multihop's SQL. They have the names, types and results of Spark 4.0. Most can\n\
        also be called from Python; see the [PySpark reference](pyspark.md). For functions that stand in `FROM`, such as\n\
        `range` and `read_files`, see [Table functions](sql.md#table-functions).\n\n\
        An example shows what follows `SELECT`, and the value that it gives. Where it gives several rows, they are separated\n\
        by semicolons, and their columns by commas. An example without a value depends on the time, on chance or on the\n\
        session. `DESCRIBE FUNCTION EXTENDED name` shows the same in a notebook.\n\n"
    );
    text.push_str(&contents(groups.iter().map(|g| g.title)));
    for group in groups {
        text.push_str(&format!("\n## {}\n\n", group.title));
        let rows = group.entries.iter().map(row);
        text.push_str(&table(&["call", "what it gives", "example"], rows));
    }
    text
}

/// Operators first, in the order of the registry; then the registry's groups, each in that of the alphabet.
fn groups() -> Vec<Group> {
    let mut groups = vec![Group {
        title: OPERATORS,
        entries: Vec::new(),
    }];
    for (title, function) in grouped_functions() {
        let title = match function.is_operator() {
            true => OPERATORS,
            false => title,
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => add(&mut group.entries, function),
            None => {
                let mut entries = Vec::new();
                add(&mut entries, function);
                groups.push(Group { title, entries });
            }
        }
    }
    for group in groups.iter_mut().skip(1) {
        group.entries.sort_by_key(|entry| entry.function.name);
    }
    groups
}

/// Adds a function, or the name that it is to one that is there.
fn add(entries: &mut Vec<Entry>, function: &'static Function) {
    let same = entries
        .iter_mut()
        .find(|entry| form(entry.function) == form(function));
    match same {
        Some(entry) => entry.aliases.push(function),
        None => entries.push(Entry {
            function,
            aliases: Vec::new(),
        }),
    }
}

/// What functions have in common of which one is an alias.
fn form(function: &Function) -> (String, &str) {
    let usage = function.usage.to_lowercase();
    (usage.replacen(function.name, "·", 1), function.description)
}

fn row(entry: &Entry) -> Vec<String> {
    let mut what = entry.function.description.to_owned();
    if !entry.aliases.is_empty() {
        let names: Vec<String> = entry.aliases.iter().map(|f| code(f.name)).collect();
        what.push_str(&format!(" Also {}.", names.join(", ")));
    }
    let example = match entry.function.example_parts() {
        (expression, Some(value)) => format!("{} → {}", code(expression), code(value)),
        (expression, None) => code(expression),
    };
    vec![code(entry.function.usage), what, example]
}
