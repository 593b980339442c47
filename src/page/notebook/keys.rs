//! What keys do to cells, as on Databricks and in Jupyter.

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Runs the cell and goes to the next.
    RunAndAdvance,
    /// Runs the cell and stays.
    Run,
    /// Runs the cell and adds one below.
    RunAndInsert,
    Edit,
    Leave,
    InsertAbove,
    InsertBelow,
    Delete,
    /// Takes the last deletion back.
    Undelete,
    /// Makes it a cell of text, or code again.
    Markdown,
    Up,
    Down,
    First,
    Last,
    MoveUp,
    MoveDown,
    Collapse,
    Save,
}

/// Every key, what it does and what the list of keys says of it. Those of an editor first.
pub const KEYS: [(&str, Action, &str); 21] = [
    ("Shift+Enter", Action::RunAndAdvance, "Run the cell, go on"),
    ("Ctrl+Enter", Action::Run, "Run the cell, stay"),
    (
        "Alt+Enter",
        Action::RunAndInsert,
        "Run the cell, add one below",
    ),
    ("Ctrl+s", Action::Save, "Save"),
    ("Escape", Action::Leave, "Leave the editor, choose cells"),
    ("Enter", Action::Edit, "Edit the cell"),
    ("a", Action::InsertAbove, "Add a cell above"),
    ("b", Action::InsertBelow, "Add a cell below"),
    ("d d", Action::Delete, "Delete the cell"),
    ("z", Action::Undelete, "Take the deletion back"),
    ("m", Action::Markdown, "Make it text, or code again"),
    ("o", Action::Collapse, "Hide or show the code"),
    ("ArrowUp", Action::Up, "Choose the cell above"),
    ("ArrowDown", Action::Down, "Choose the cell below"),
    ("k", Action::Up, "Choose the cell above"),
    ("j", Action::Down, "Choose the cell below"),
    ("Home", Action::First, "Choose the first cell"),
    ("End", Action::Last, "Choose the last cell"),
    ("Alt+ArrowUp", Action::MoveUp, "Move the cell up"),
    ("Alt+ArrowDown", Action::MoveDown, "Move the cell down"),
    ("Ctrl+z", Action::Undelete, "Take the deletion back"),
];

/// How many of [`KEYS`] work in an editor too.
const IN_EDITOR: usize = 5;

/// How long two presses of one key may be apart, in milliseconds.
const TWICE: f64 = 800.0;

/// Keys that were pressed on a chosen cell, for those that are pressed twice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Presses {
    last_d: Option<f64>,
}

impl Presses {
    /// What a key asks for where no editor is open.
    pub fn command(&mut self, name: &str, now_ms: f64) -> Option<Action> {
        let pressed_d = self.last_d.take();
        if name == "d" {
            if pressed_d.is_some_and(|at| now_ms - at <= TWICE) {
                return Some(Action::Delete);
            }
            self.last_d = Some(now_ms);
            return None;
        }
        find(name, &KEYS)
    }
}

/// What a key asks for in an editor.
pub fn in_editor(name: &str) -> Option<Action> {
    find(name, KEYS.get(..IN_EDITOR).unwrap_or_default())
}

fn find(name: &str, keys: &[(&str, Action, &str)]) -> Option<Action> {
    keys.iter()
        .find(|(key, ..)| *key == name)
        .map(|(_, action, _)| *action)
}

/// A key press's name: `Ctrl+s`, `Shift+Enter`, `a`. Shift is part of a letter.
pub fn name(key: &str, ctrl: bool, shift: bool, alt: bool) -> String {
    let mut name = String::new();
    let is_letter = key.chars().count() == 1;
    for (is_down, modifier) in [
        (ctrl, "Ctrl+"),
        (alt, "Alt+"),
        (shift && !is_letter, "Shift+"),
    ] {
        if is_down {
            name.push_str(modifier);
        }
    }
    name.push_str(&if is_letter {
        key.to_lowercase()
    } else {
        key.to_owned()
    });
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_deleted_by_d_twice_in_a_row_and_soon() {
        let mut presses = Presses::default();
        assert_eq!(presses.command("d", 0.0), None);
        assert_eq!(presses.command("d", 200.0), Some(Action::Delete));
        assert_eq!(presses.command("d", 300.0), None, "a third d begins anew");
        assert_eq!(presses.command("b", 400.0), Some(Action::InsertBelow));
        assert_eq!(presses.command("d", 500.0), None, "not in a row");
        assert_eq!(presses.command("d", 5000.0), None, "not soon");
    }

    #[test]
    fn letters_are_text_in_an_editor() {
        for letter in ["a", "b", "d", "m", "z"] {
            assert_eq!(in_editor(letter), None);
        }
        assert_eq!(in_editor("Shift+Enter"), Some(Action::RunAndAdvance));
        assert_eq!(in_editor("Escape"), Some(Action::Leave));
        assert_eq!(in_editor("Enter"), None);
    }

    #[test]
    fn keys_are_named_with_their_modifiers() {
        assert_eq!(name("Enter", false, true, false), "Shift+Enter");
        assert_eq!(name("S", true, false, false), "Ctrl+s");
        assert_eq!(name("A", false, true, false), "a");
        assert_eq!(name("ArrowUp", false, false, true), "Alt+ArrowUp");
    }

    #[test]
    fn no_key_means_two_things() {
        for (i, (key, ..)) in KEYS.iter().enumerate() {
            assert!(
                KEYS.iter().skip(i + 1).all(|(other, ..)| other != key),
                "{key}"
            );
        }
    }
}
