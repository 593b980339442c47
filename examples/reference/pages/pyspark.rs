//! `pyspark.md`: classes and functions of the Python package, from its sources.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use multihop::sql::functions::lookup;

use super::markdown::{code, contents};
use super::python::{Class, Member, MemberKind, Module, module, modules};

/// The modules that readers look for first; the others follow by name.
const FIRST: &[&str] = &[
    "pyspark.sql.session",
    "pyspark.sql.dataframe",
    "pyspark.sql.column",
    "pyspark.sql.functions",
    "pyspark.sql.types",
    "pyspark.sql.group",
    "pyspark.sql.window",
    "pyspark.sql.readwriter",
    "pyspark.sql.merge",
    "pyspark.sql.streaming.readwriter",
    "pyspark.sql.streaming.query",
    "pyspark.sql.streaming.listener",
    "pyspark.sql.catalog",
    "pyspark.sql.conf",
    "pyspark.sql.udf",
    "delta.tables",
];

/// Modules whose classes users make themselves, so that it matters with what.
const WITH_CONSTRUCTORS: &[&str] = &[
    "pyspark.sql.types",
    "pyspark.context",
    "pyspark.storagelevel",
];

const FUNCTIONS: &str = "pyspark.sql.functions";
const NOTEBOOK: &str = "Names in every notebook";
const DBUTILS: &str = "dbutils";

/// The widest line of a listing.
const WIDTH: usize = 118;

/// The page.
pub fn page() -> Result<String, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/lib");
    let mut all = modules(&root, &root.join("pyspark"))?;
    all.extend(modules(&root, &root.join("delta"))?);
    let notebook = module(&root, &root.join("_notebook.py"))?;
    let mut sections = vec![
        (NOTEBOOK.to_owned(), notebook_names(&notebook)),
        (DBUTILS.to_owned(), dbutils(&notebook)),
    ];
    for name in in_order(&all) {
        let text = match name {
            FUNCTIONS => functions(&all),
            _ => module_text(name, &all),
        };
        if !text.is_empty() {
            sections.push((name.to_owned(), text));
        }
    }
    let mut page = String::from(
        "# PySpark\n\n\
        The classes, methods and functions that Python cells can use: `pyspark`, `delta` and what every notebook finds. Names\n\
        and parameters are those of PySpark 4.0, and they do the same unless a note says otherwise. For Python itself and for\n\
        `dbutils`, see [Notebooks](notebooks.md); for what is missing, see [Differences from Spark](differences.md).\n\n",
    );
    page.push_str(&contents(sections.iter().map(|(title, _)| title.as_str())));
    for (title, text) in sections {
        page.push_str(&format!("\n## {title}\n\n{text}"));
    }
    Ok(page)
}

fn is_public(module: &Module) -> bool {
    !module.name.split('.').any(|part| part.starts_with('_'))
}

fn in_order(all: &[Module]) -> Vec<&str> {
    let place = |name: &str| FIRST.iter().position(|f| *f == name);
    let mut names: Vec<&str> = all
        .iter()
        .filter(|m| is_public(m))
        .map(|m| m.name.as_str())
        .collect();
    names.sort_by_key(|name| (place(name).unwrap_or(FIRST.len()), *name));
    names
}

/// A class with the name of the module that documents it.
fn home<'m>(class: &Class, owner: &'m Module, all: &'m [Module]) -> Option<&'m str> {
    let outer = class.name.split('.').next().unwrap_or_default();
    let is_listed = |module: &Module| match &module.all {
        Some(listed) => listed.iter().any(|name| name == outer),
        None => !module.is_package && module.name == owner.name && !outer.starts_with('_'),
    };
    if is_public(owner) {
        return is_listed(owner).then_some(owner.name.as_str());
    }
    let mut others = all.iter().filter(|m| is_public(m) && is_listed(m));
    let first = others.clone().find(|m| !m.is_package).or(others.next());
    first.map(|m| m.name.as_str())
}

/// A module's classes and functions; empty if others document them.
fn module_text(name: &str, all: &[Module]) -> String {
    let mut text = String::new();
    let mut plain: BTreeSet<&str> = BTreeSet::new();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    // A module's own classes stand before those that it takes from others.
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|m| m.name == name);
    for owner in own.into_iter().chain(others) {
        for class in &owner.classes {
            if home(class, owner, all) != Some(name) || class.name.contains("._") {
                continue;
            }
            shown.insert(&class.name);
            let constructor = constructor_of(class, all);
            let constructor = constructor.filter(|_| WITH_CONSTRUCTORS.contains(&name));
            let listing = listing(&members_of(class, all), constructor.as_deref());
            match (&class.about, listing.is_empty()) {
                (None, true) => {
                    plain.insert(&class.name);
                }
                (about, _) => {
                    text.push_str(&format!("### {}\n\n", class.name));
                    if let Some(about) = about {
                        text.push_str(&format!("{about}\n\n"));
                    }
                    text.push_str(&listing);
                }
            }
        }
    }
    let Some(module) = all.iter().find(|m| m.name == name) else {
        return finished(text, &plain);
    };
    let functions: Vec<Member> = module
        .members
        .iter()
        .filter(|m| match &module.all {
            Some(listed) => listed.contains(&m.name),
            None => matches!(m.kind, MemberKind::Method(_)) && !m.name.starts_with('_'),
        })
        .cloned()
        .collect();
    let functions = listing(&functions, None);
    if !functions.is_empty() {
        text.insert_str(0, &functions);
    }
    // Names that the module makes as it is loaded.
    for listed in module.all.iter().flatten() {
        let is_class = |m: &Module| m.classes.iter().any(|c| c.name == *listed);
        let part = format!("{name}.{listed}");
        let is_elsewhere = all.iter().any(|m| is_class(m) || m.name == part);
        let is_member = module.members.iter().any(|m| m.name == *listed);
        if !shown.contains(listed.as_str()) && !is_elsewhere && !is_member {
            plain.insert(listed);
        }
    }
    finished(text, &plain)
}

/// A section's text, with the classes of which there is no more to say.
fn finished(mut text: String, plain: &BTreeSet<&str>) -> String {
    if !plain.is_empty() {
        let names: Vec<String> = plain.iter().map(|name| code(name)).collect();
        let label = match text.is_empty() {
            true => "Classes",
            false => "Also",
        };
        text.push_str(&wrapped(&format!("{label}: {}.", names.join(", "))));
        text.push('\n');
    }
    match text.strip_suffix("\n\n") {
        Some(rest) => format!("{rest}\n"),
        None => text,
    }
}

/// A class and its bases, each with whether the page documents it by itself.
fn lineage<'m>(class: &'m Class, all: &'m [Module]) -> Vec<(&'m Class, bool)> {
    let mut found = vec![(class, false)];
    let mut next = 0;
    while let Some((class, _)) = found.get(next).copied() {
        next += 1;
        for base in &class.bases {
            let base = all.iter().find_map(|m| {
                let class = m.classes.iter().find(|c| c.name == *base)?;
                Some((class, home(class, m, all).is_some()))
            });
            // A class may have the name of its base from elsewhere.
            found.extend(base.filter(|(b, _)| found.iter().all(|(known, _)| known.name != b.name)));
        }
    }
    found
}

/// A class's public members by name, with those of its bases that aren't documented by themselves, and without what a
/// base's documentation already says.
fn members_of(class: &Class, all: &[Module]) -> Vec<Member> {
    let mut found: BTreeMap<String, Member> = BTreeMap::new();
    let (documented, own): (Vec<_>, Vec<_>) =
        lineage(class, all).into_iter().partition(|(_, d)| *d);
    for (class, _) in own {
        for member in &class.members {
            found
                .entry(member.name.clone())
                .or_insert_with(|| member.clone());
        }
    }
    for member in documented.iter().flat_map(|(class, _)| &class.members) {
        found.remove(&member.name);
    }
    found.into_values().collect()
}

/// How a class's values are made: its own parameters, or those of a base that isn't documented by itself.
fn constructor_of(class: &Class, all: &[Module]) -> Option<String> {
    let lineage = lineage(class, all);
    let mut own = lineage.iter().filter(|(_, documented)| !documented);
    let parameters = own.find_map(|(class, _)| class.constructor.as_ref())?;
    Some(format!("{}({parameters})", class.name))
}

/// Members as Python, one a line: properties, methods, and a note of those that refuse.
fn listing(members: &[Member], constructor: Option<&str>) -> String {
    let mut lines: Vec<String> = constructor.map(str::to_owned).into_iter().collect();
    let public = || members.iter().filter(|m| !m.name.starts_with('_'));
    for member in public().filter(|m| matches!(m.kind, MemberKind::Property)) {
        lines.extend(commented(member.name.clone(), member));
    }
    for member in public() {
        match &member.kind {
            MemberKind::Method(parameters) => {
                lines.extend(commented(format!("{}({parameters})", member.name), member));
            }
            MemberKind::Alias(of) => {
                lines.extend(commented(format!("{} = {of}", member.name), member))
            }
            MemberKind::Property | MemberKind::Refused => {}
        }
    }
    let mut text = match lines.is_empty() {
        true => String::new(),
        false => format!("```python\n{}\n```\n\n", lines.join("\n")),
    };
    let refused: Vec<String> = public()
        .filter(|m| matches!(m.kind, MemberKind::Refused))
        .map(|m| code(&m.name))
        .collect();
    if !refused.is_empty() {
        text.push_str(&wrapped(&format!(
            "Not implemented, and they say so: {}.",
            refused.join(", ")
        )));
        text.push_str("\n\n");
    }
    text
}

/// A line of a listing with its comment, which stands above where there is no room.
fn commented(line: String, member: &Member) -> Vec<String> {
    match &member.about {
        None => vec![line],
        Some(about) => {
            let both = format!("{line}  # {about}");
            match both.chars().count() <= WIDTH {
                true => vec![both],
                false => vec![format!("# {about}"), line],
            }
        }
    }
}

/// A paragraph in lines that fit.
fn wrapped(text: &str) -> String {
    in_lines(text.split(' '))
}

/// Pieces of text in lines that fit; they are not taken apart.
fn in_lines<'t>(pieces: impl Iterator<Item = &'t str>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + piece.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines.join("\n")
}

/// `pyspark.sql.functions`: those of the table, those that are written out, and other names of both.
fn functions(all: &[Module]) -> String {
    let find = |name: &str| all.iter().find(|m| m.name == name);
    let (Some(module), Some(udf), Some(table)) = (
        find(FUNCTIONS),
        find("pyspark.sql.udf"),
        find("pyspark.sql._function_table"),
    ) else {
        return String::new();
    };
    let mut calls: BTreeMap<String, String> = BTreeMap::new();
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    let table = table.texts.iter().find(|(name, _)| name == "TABLE");
    for line in table
        .map(|(_, text)| text.trim().lines())
        .into_iter()
        .flatten()
    {
        let (names, parameters) = line.split_once('|').unwrap_or((line, ""));
        let parameters: Vec<String> = parameters.split_whitespace().map(table_parameter).collect();
        for name in names.split(' ') {
            let (name, sql) = name.split_once('=').unwrap_or((name, name));
            match lookup(sql) {
                Some(_) => {
                    calls.insert(name.into(), format!("{name}({})", parameters.join(", ")));
                }
                None => {
                    unknown.insert(name.into());
                }
            }
        }
    }
    let written = module.members.iter().chain(&udf.members);
    for member in written.filter(|m| !m.name.starts_with('_')) {
        if member.calls.iter().any(|sql| lookup(sql).is_none()) {
            unknown.insert(member.name.clone());
            continue;
        }
        let line = match &member.kind {
            MemberKind::Method(parameters) => format!("{}({parameters})", member.name),
            MemberKind::Alias(of) => format!("{} = {of}", member.name),
            MemberKind::Property | MemberKind::Refused => {
                unknown.insert(member.name.clone());
                continue;
            }
        };
        calls.insert(member.name.clone(), line);
    }
    for (function, texts) in &module.calls {
        if let ("_deprecated", [name, new, ..]) = (function.as_str(), texts.as_slice()) {
            calls.insert(name.clone(), format!("{name} = {new}"));
        }
    }
    unknown.retain(|name| !calls.contains_key(name));
    let unknown: Vec<String> = unknown.iter().map(|name| code(name)).collect();
    format!(
        "What they give is described with the [SQL functions](functions.md) of the same name.\n\n{}\n\n{}\n",
        by_letter(&calls),
        wrapped(&format!(
            "These can be imported and raise an error when they are called: {}.",
            unknown.join(", ")
        ))
    )
}

/// The calls in a paragraph for each letter that they begin with.
fn by_letter(calls: &BTreeMap<String, String>) -> String {
    let mut paragraphs: BTreeMap<char, Vec<String>> = BTreeMap::new();
    for (name, call) in calls {
        let paragraph = paragraphs.entry(name.chars().next().unwrap_or('_'));
        let paragraph = paragraph.or_default();
        if let Some(before) = paragraph.last_mut() {
            before.push(',');
        }
        paragraph.push(code(call));
    }
    let paragraphs = paragraphs.values();
    let paragraphs: Vec<String> = paragraphs
        .map(|p| in_lines(p.iter().map(String::as_str)))
        .collect();
    paragraphs.join("\n\n")
}

/// A parameter of the table as Python: `pad:l` is `pad`, `scale:i?` is `scale=None`, `cols:*c` is `*cols`.
fn table_parameter(text: &str) -> String {
    let (name, kind) = text.split_once(':').unwrap_or((text, ""));
    if kind.starts_with('*') {
        return format!("*{name}");
    }
    if kind.ends_with('?') {
        return format!("{name}=None");
    }
    match kind.split_once('=') {
        None => name.to_owned(),
        Some((_, default)) => {
            let is_word =
                ["True", "False", "None"].contains(&default) || default.parse::<f64>().is_ok();
            match is_word {
                true => format!("{name}={default}"),
                false => format!("{name}=\"{}\"", default.replace('~', " ")),
            }
        }
    }
}

/// What `__main__` begins with.
fn notebook_names(notebook: &Module) -> String {
    const OBJECTS: &str = "spark  # the SparkSession\n\
        sc  # its SparkContext\n\
        sqlContext  # the same session, as Spark 1 called it\n\
        dbutils  # see below";
    let functions: Vec<Member> = notebook
        .members
        .iter()
        .filter(|m| m.name != "names")
        .cloned()
        .collect();
    let listing = listing(&functions, None);
    let text = listing.replacen("```python\n", &format!("```python\n{OBJECTS}\n"), 1);
    finished(text, &BTreeSet::new())
}

/// `dbutils` and its parts.
fn dbutils(notebook: &Module) -> String {
    let mut text = String::new();
    let mut open = vec![("dbutils".to_owned(), "DBUtils".to_owned())];
    while let Some((path, name)) = open.pop() {
        let Some(class) = notebook.classes.iter().find(|c| c.name == name) else {
            continue;
        };
        let parts = &class.parts;
        let members: Vec<Member> = class
            .members
            .iter()
            .filter(|m| parts.iter().all(|(part, _)| *part != m.name))
            .cloned()
            .collect();
        let listing = listing(&members, None);
        if !listing.is_empty() && path != "dbutils" {
            text.push_str(&format!("### {path}\n\n"));
            text.extend(class.about.iter().map(|about| format!("{about}\n\n")));
            text.push_str(&listing);
        }
        let parts = parts
            .iter()
            .rev()
            .filter(|(_, class)| !class.starts_with('_'));
        open.extend(parts.map(|(part, class)| (format!("{path}.{part}"), class.clone())));
    }
    finished(text, &BTreeSet::new())
}
