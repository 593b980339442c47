//! Tabs: a list of them, of which one is chosen.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A tab of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tab {
    /// Unique in its list; part of ids.
    pub key: &'static str,
    pub text: &'static str,
    /// Its shortcut, for `aria-keyshortcuts` and to show.
    pub shortcut: Option<&'static str>,
}

/// The id of a tab's button.
pub fn tab_id(list: &str, key: &str) -> String {
    format!("{list}-tab-{key}")
}

/// The id that the panel of a tab has to have.
pub fn panel_id(list: &str, key: &str) -> String {
    format!("{list}-panel-{key}")
}

/// The buttons of tabs: arrow keys, Home and End move and choose, as the ARIA pattern asks.
#[component]
pub fn TabList(
    /// Prefix of the ids.
    id: &'static str,
    /// What the tabs are of, for those who don't see it.
    label: &'static str,
    #[prop(into)] tabs: Signal<Vec<Tab>>,
    /// The chosen tab's key.
    #[prop(into)]
    chosen: Signal<&'static str>,
    on_choose: Callback<&'static str>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        let tabs = tabs.get_untracked();
        let last = tabs.len().saturating_sub(1);
        let at = tabs
            .iter()
            .position(|tab| tab.key == chosen.get_untracked())
            .unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => {
                if at == last {
                    0
                } else {
                    at + 1
                }
            }
            "ArrowLeft" => {
                if at == 0 {
                    last
                } else {
                    at - 1
                }
            }
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(tab) = tabs.get(to) {
            on_choose.run(tab.key);
            if let Some(button) = document().get_element_by_id(&tab_id(id, tab.key))
                && let Ok(button) = button.dyn_into::<HtmlElement>()
            {
                let _ = button.focus();
            }
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=on_key>
            <For each=move || tabs.get() key=|tab| tab.key let:tab>
                <button
                    type="button"
                    role="tab"
                    class="tab"
                    id=tab_id(id, tab.key)
                    aria-controls=panel_id(id, tab.key)
                    aria-selected=move || (chosen.get() == tab.key).to_string()
                    aria-keyshortcuts=tab.shortcut
                    tabindex=move || if chosen.get() == tab.key { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(tab.key)
                >
                    {tab.text}
                    {tab.shortcut.map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}
                </button>
            </For>
        </div>
    }
    .into_any()
}
