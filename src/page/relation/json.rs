//! JSON for people: a nested value as a tree, a commit as its actions.

use serde_json::Value;

/// A node of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The field's name or the element's number; empty at the root.
    pub label: String,
    /// What it is: a value's text, or how much is in it.
    pub text: String,
    pub is_null: bool,
    pub children: Vec<Tree>,
    /// Children that were left out because there are too many.
    pub more: usize,
}

/// Children shown of one node.
const MOST_CHILDREN: usize = 500;
/// Levels shown: deeper ones are JSON text.
const DEEPEST: usize = 32;

/// The tree of a nested value. What isn't JSON is shown as the text it is.
pub fn tree(json: &str) -> Tree {
    match serde_json::from_str::<Value>(json) {
        Ok(value) => branch(String::new(), &value, 0),
        Err(_) => Tree {
            label: String::new(),
            text: json.to_owned(),
            is_null: false,
            children: Vec::new(),
            more: 0,
        },
    }
}

fn branch(label: String, value: &Value, depth: usize) -> Tree {
    let leaf = |text: String| Tree {
        label: label.clone(),
        text,
        is_null: value.is_null(),
        children: Vec::new(),
        more: 0,
    };
    match value {
        Value::Null => leaf("NULL".to_owned()),
        Value::String(text) => leaf(text.clone()),
        Value::Bool(_) | Value::Number(_) => leaf(value.to_string()),
        Value::Array(_) | Value::Object(_) if depth >= DEEPEST => leaf(value.to_string()),
        Value::Array(items) => Tree {
            text: many(items.len(), "element"),
            children: items
                .iter()
                .take(MOST_CHILDREN)
                .enumerate()
                .map(|(at, item)| branch(at.to_string(), item, depth + 1))
                .collect(),
            more: items.len().saturating_sub(MOST_CHILDREN),
            ..leaf(String::new())
        },
        Value::Object(fields) => Tree {
            text: many(fields.len(), "field"),
            children: fields
                .iter()
                .take(MOST_CHILDREN)
                .map(|(name, field)| branch(name.clone(), field, depth + 1))
                .collect(),
            more: fields.len().saturating_sub(MOST_CHILDREN),
            ..leaf(String::new())
        },
    }
}

fn many(count: usize, noun: &str) -> String {
    crate::page::text::counted(count as f64, noun)
}

/// An action of a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitAction {
    /// `add`, `commitInfo`, …; `line 3` for what is no action.
    pub name: String,
    /// Its JSON, indented; JSON inside strings (`schemaString`, `stats`) stays a string, as in
    /// the file.
    pub text: String,
}

/// The actions of a commit file, one for each line.
pub fn commit_actions(text: &str) -> Vec<CommitAction> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| match serde_json::from_str::<Value>(line) {
            Ok(value) => CommitAction {
                name: value
                    .as_object()
                    .and_then(|fields| fields.keys().next().cloned())
                    .unwrap_or_else(|| format!("line {}", at + 1)),
                text: indented(&value),
            },
            Err(_) => CommitAction {
                name: format!("line {}", at + 1),
                text: line.to_owned(),
            },
        })
        .collect()
}

/// JSON text indented; text that isn't JSON as it is.
pub fn pretty(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| indented(&value))
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_become_trees_with_null_marked() {
        let tree = tree(r#"[{"book_id":"B09","quantity":2,"gift":null}]"#);
        assert_eq!(tree.text, "1 element");
        let book = &tree.children[0];
        assert_eq!((book.label.as_str(), book.text.as_str()), ("0", "3 fields"));
        assert_eq!(book.children[0].text, "B09");
        assert_eq!(book.children[1].text, "2");
        assert!(book.children[2].is_null);
    }

    #[test]
    fn a_deep_value_ends_as_text_and_a_long_one_is_cut() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let mut at = &tree(&deep);
        let mut depth = 0;
        while let Some(child) = at.children.first() {
            at = child;
            depth += 1;
        }
        assert_eq!(depth, DEEPEST);
        let long = format!("[{}0]", "0,".repeat(999));
        assert_eq!(tree(&long).more, 500);
    }

    #[test]
    fn what_is_not_json_is_shown_as_it_is() {
        assert_eq!(tree("<script>").text, "<script>");
        assert_eq!(pretty("{oops"), "{oops");
    }

    #[test]
    fn a_commit_is_split_into_its_actions() {
        let actions = commit_actions(
            "{\"commitInfo\":{\"operation\":\"WRITE\"}}\n{\"add\":{\"path\":\"a\"}}\n\nhalf a li",
        );
        let names: Vec<_> = actions.iter().map(|action| action.name.as_str()).collect();
        assert_eq!(names, ["commitInfo", "add", "line 4"]);
        assert!(actions[1].text.contains("\n    \"path\": \"a\""));
    }
}
