//! The list of shortcuts.

use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::{Command, Group};
use crate::page::notebook::keys::KEYS;
use crate::page::ui::Dialog;

/// Keys of the parts that have keys of their own.
const WITHIN: [(&str, &str); 6] = [
    ("← →", "Move between tabs"),
    (
        "↑ ↓ ← →",
        "Move in a grid of rows; PageUp, PageDown, Home, End as well",
    ),
    ("Ctrl Home / Ctrl End", "First and last row of a grid"),
    ("Enter", "Open a card, or a nested value in a grid"),
    ("Ctrl Enter", "Run the SQL text"),
    ("Escape", "Close what is open"),
];

/// Lists every shortcut, and switches those of a single key.
#[component]
pub fn ShortcutsDialog(on_close: Callback<()>) -> impl IntoView {
    let app = App::get();
    let groups = Group::ALL.map(|group| {
        let lines: Vec<_> = Command::ALL
            .into_iter()
            .filter(|command| command.group() == group)
            .filter_map(|command| command.shortcut().map(|shortcut| (command, shortcut)))
            .map(|(command, shortcut)| {
                view! {
                    <div class="shortcut">
                        <dt>{command.text()}</dt>
                        <dd>{shortcut.keys().into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view()}</dd>
                    </div>
                }
            })
            .collect();
        view! {
            <section>
                <h3>{group.title()}</h3>
                <dl>{lines}</dl>
            </section>
        }
    });
    let listed = |title: &'static str, lines: Vec<(String, &'static str)>| {
        let lines = lines.into_iter().map(|(keys, text)| {
            view! {
                <div class="shortcut">
                    <dt>{text}</dt>
                    <dd><kbd>{keys}</kbd></dd>
                </div>
            }
        });
        view! {
            <section>
                <h3>{title}</h3>
                <dl>{lines.collect_view()}</dl>
            </section>
        }
    };
    let notebook = KEYS
        .map(|(key, _, text)| (key.replace('+', " ").replace("Arrow", ""), text))
        .to_vec();
    view! {
        <Dialog title="Keyboard shortcuts" class="wide" on_close=on_close>
            <div class="shortcut-groups">
                {groups.into_iter().collect_view()}
                {listed("Within a view", WITHIN.map(|(keys, text)| (keys.to_owned(), text)).to_vec())}
                {listed("On the cells of a notebook", notebook)}
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || app.single_keys.get()
                    on:change=move |event| app.set_single_keys(event_target_checked(&event))
                />
                "Use shortcuts of a single key"
            </label>
        </Dialog>
    }
    .into_any()
}
