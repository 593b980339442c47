//! The command palette: finds a command by its name.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::{Command, search};
use crate::page::ui::Dialog;

/// A text box, and the commands that match it; arrow keys choose, Enter runs.
#[component]
pub fn Palette(on_close: Callback<()>) -> impl IntoView {
    let app = App::get();
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| query.with(|query| search(query)));
    let run = move |command: Command| {
        on_close.run(());
        // In the frame after the one that gives the focus back: commands open dialogs, and those
        // remember what had the focus.
        request_animation_frame(move || request_animation_frame(move || app.run(command)));
    };
    let on_key = move |event: KeyboardEvent| {
        let last = found.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => at.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            "Enter" => {
                if let Some(command) =
                    found.with_untracked(|found| found.get(at.get_untracked()).copied())
                {
                    run(command);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option_id = |command: Command| format!("palette-{command:?}");
    let active = move || found.with(|found| found.get(at.get()).map(|command| option_id(*command)));
    view! {
        <Dialog title="Commands" class="palette" on_close=on_close>
            <input
                class="input"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=active
                aria-label="Find a command"
                placeholder="Find a command…"
                autocomplete="off"
                spellcheck="false"
                autofocus
                on:input=move |event| {
                    at.set(0);
                    query.set(event_target_value(&event));
                }
                on:keydown=on_key
            />
            <ul class="palette-list" id="palette-list" role="listbox" aria-label="Commands">
                {move || {
                    found
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, command)| {
                            let reason = app.refusal(command);
                            let is_refused = reason.is_some();
                            view! {
                                <li
                                    id=option_id(command)
                                    role="option"
                                    class="palette-item"
                                    aria-selected=move || (at.get() == index).to_string()
                                    aria-disabled=is_refused.to_string()
                                    on:click=move |_| run(command)
                                    on:pointermove=move |_| {
                                        if at.get_untracked() != index {
                                            at.set(index);
                                        }
                                    }
                                >
                                    <span class="palette-text">
                                        <span class="strong">{command.text()}</span>
                                        <span class="muted">
                                            {reason.unwrap_or_else(|| command.tooltip().to_owned())}
                                        </span>
                                    </span>
                                    <span class="keys" aria-hidden="true">
                                        {command
                                            .shortcut()
                                            .map(|shortcut| {
                                                shortcut
                                                    .keys()
                                                    .into_iter()
                                                    .map(|key| view! { <kbd>{key}</kbd> })
                                                    .collect_view()
                                            })}
                                    </span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            {move || found.with(Vec::is_empty).then(|| view! { <p class="empty">"No command has that name."</p> })}
        </Dialog>
    }
    .into_any()
}
