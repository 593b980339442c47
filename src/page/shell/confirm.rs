//! Asks before something is deleted.

use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::Command;
use crate::page::ui::Dialog;

/// Asks whether to do a command that deletes.
#[component]
pub fn ConfirmDialog(command: Command, on_close: Callback<()>) -> impl IntoView {
    let app = App::get();
    let title =
        untrack(|| app.with_pipeline(|pipeline| pipeline.map(|pipeline| pipeline.title.clone())))
            .unwrap_or_default();
    let run = move |_| {
        on_close.run(());
        app.run_confirmed(command);
    };
    view! {
        <Dialog title=format!("{} {title}?", command.text()) class="small" on_close=on_close>
            <p class="dialog-text">{command.tooltip()} " This can't be undone."</p>
            <footer class="dialog-actions">
                <button type="button" class="button" autofocus on:click=move |_| on_close.run(())>
                    "Cancel"
                </button>
                <button type="button" class="button danger" on:click=run>
                    {command.text()}
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}
