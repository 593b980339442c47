//! Notebooks in folders, and which of them a `%run` means.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Format, Language, Notebook, NotebookError, split_extension};

/// How deep notebooks may run one another.
pub const MAX_RUN_DEPTH: usize = 20;

/// Notebooks by path: `/Course/4.6 Multihop`, without the extension of the file that they came
/// from, as in a Databricks workspace.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    notebooks: BTreeMap<String, Notebook>,
}

/// The notebook that a `%run` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub path: String,
    /// What to tell people where the name wasn't quite right.
    pub note: Option<String>,
}

/// A file of Python, as `import` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    pub path: String,
    pub source: String,
    /// A folder, whose source is that of its `__init__.py`, if it has one.
    pub is_package: bool,
}

impl Module {
    /// What Python's importer reads.
    pub fn into_json(self) -> Value {
        json!({"path": self.path, "source": self.source, "package": self.is_package})
    }
}

impl Workspace {
    /// The module that `import name` means in the notebook at `from`: a Python file (not a notebook) or a
    /// folder, looked for in `folders` relative to the notebook's own.
    pub fn module(&self, from: &str, folders: &[String], name: &str) -> Option<Module> {
        let relative = name.replace('.', "/");
        let source = |path: &str| {
            let file = self.notebooks.get(path)?;
            let is_file = file.format == Format::Plain && file.language == Language::Python;
            is_file.then(|| file.write(Format::Plain))
        };
        folders.iter().find_map(|folder| {
            let path = resolve_path(from, &format!("{folder}/{relative}"));
            if let Some(source) = source(&path) {
                return Some(Module {
                    path: format!("{path}.py"),
                    source,
                    is_package: false,
                });
            }
            let below = format!("{path}/");
            let mut inside = self.notebooks.range(below.clone()..);
            let is_folder = inside.next().is_some_and(|(p, _)| p.starts_with(&below));
            is_folder.then(|| Module {
                source: source(&format!("{below}__init__")).unwrap_or_default(),
                path: format!("{below}__init__.py"),
                is_package: true,
            })
        })
    }

    /// Puts a notebook in the folder `folder` (`/`, `/Course`), in place of one of that name.
    /// Gives its path.
    pub fn put(&mut self, folder: &str, notebook: Notebook) -> String {
        let path = resolve_path("/", &format!("{folder}/{}", notebook.name));
        self.notebooks.insert(path.clone(), notebook);
        path
    }

    /// The notebook at a path.
    pub fn get(&self, path: &str) -> Option<&Notebook> {
        self.notebooks.get(path)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut Notebook> {
        self.notebooks.get_mut(path)
    }

    /// Removes a notebook. Gives it, if there was one.
    pub fn remove(&mut self, path: &str) -> Option<Notebook> {
        self.notebooks.remove(path)
    }

    /// All notebooks, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Notebook)> {
        self.notebooks.iter().map(|(path, n)| (path.as_str(), n))
    }

    /// The notebooks' paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.notebooks.keys().map(String::as_str)
    }

    /// A path in that folder that no notebook has: the name, with a number where it is taken.
    pub fn free_path(&self, folder: &str, name: &str) -> String {
        let path = |name: &str| resolve_path("/", &format!("{folder}/{name}"));
        let mut free = path(name);
        let mut n = 1;
        while self.notebooks.contains_key(&free) {
            n += 1;
            free = path(&format!("{name} ({n})"));
        }
        free
    }

    /// The notebook that `target` means in the notebook at `from`: relative to its folder, or
    /// from the root; with or without extension. A name that is one letter off, where only one
    /// notebook in that folder is so close, means that one, and the note says so.
    ///
    /// # Errors
    /// [`NotebookError::NotFound`], with the notebooks of the same name elsewhere as a hint.
    pub fn resolve(&self, from: &str, target: &str) -> Result<Resolved, NotebookError> {
        let wanted = resolve_path(from, target);
        let (bare, _) = split_extension(&wanted);
        for path in [wanted.as_str(), bare] {
            if self.notebooks.contains_key(path) {
                return Ok(Resolved {
                    path: path.into(),
                    note: None,
                });
            }
        }
        let (folder, name) = bare.rsplit_once('/').unwrap_or(("", bare));
        let mut close = self.notebooks.keys().filter(|path| {
            path.rsplit_once('/')
                .is_some_and(|(f, n)| f == folder && is_one_off(n, name))
        });
        if let (Some(path), None) = (close.next(), close.next()) {
            return Ok(Resolved {
                path: path.clone(),
                note: Some(format!("There is no notebook {bare}: {path} was run.")),
            });
        }
        let elsewhere: Vec<&str> = self
            .notebooks
            .keys()
            .filter(|path| path.rsplit('/').next() == Some(name))
            .map(String::as_str)
            .collect();
        Err(NotebookError::NotFound {
            hint: if elsewhere.is_empty() {
                String::new()
            } else {
                format!(" Did you mean {}?", elsewhere.join(" or "))
            },
            path: bare.into(),
        })
    }
}

/// The path that `target` means in the notebook at `from`, which both begin at the root: `..`
/// goes no higher than it.
pub fn resolve_path(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        parts.extend(folder.split('/').filter(|part| !part.is_empty()));
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether one letter more, less or other makes one name of the other, letter case aside.
fn is_one_off(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (
        a.to_lowercase().chars().collect(),
        b.to_lowercase().chars().collect(),
    );
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let ends = |x: &[char], y: &[char]| x.iter().rev().eq(y.iter().rev());
    let rest = |chars: &'_ [char], skip: usize| chars.get(same + skip..).map(<[char]>::to_vec);
    let (a0, a1, b0, b1) = (rest(&a, 0), rest(&a, 1), rest(&b, 0), rest(&b, 1));
    let equal = |x: Option<Vec<char>>, y: Option<Vec<char>>| match (x, y) {
        (Some(x), Some(y)) => ends(&x, &y),
        _ => false,
    };
    equal(a0.clone(), b0.clone()) || equal(a1.clone(), b1.clone()) || equal(a1, b0) || equal(a0, b1)
}
