//! The list of shortcuts.

use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::{Command, Group};
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
    view! {
        <Dialog title="Keyboard shortcuts" class="wide" on_close=on_close>
            <div class="shortcut-groups">
                {groups.into_iter().collect_view()}
                <section>
                    <h3>"Within a view"</h3>
                    <dl>
                        {WITHIN
                            .map(|(keys, text)| {
                                view! {
                                    <div class="shortcut">
                                        <dt>{text}</dt>
                                        <dd><kbd>{keys}</kbd></dd>
                                    </div>
                                }
                            })
                            .into_iter()
                            .collect_view()}
                    </dl>
                </section>
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
