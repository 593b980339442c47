//! A value on screen.

use leptos::prelude::*;

use super::json::Tree;

/// A nested value as a tree that unfolds; its first levels are open.
#[component]
pub fn TreeView(tree: Tree) -> impl IntoView {
    view! { <div class="tree">{branch(tree, 0)}</div> }.into_any()
}

fn branch(tree: Tree, depth: usize) -> AnyView {
    let label = (!tree.label.is_empty())
        .then(|| view! { <span class="tree-label">{tree.label.clone()}</span> });
    if tree.children.is_empty() {
        let class = if tree.is_null { "null" } else { "tree-text" };
        return view! { <p class="tree-leaf">{label} <span class=class>{tree.text}</span></p> }
            .into_any();
    }
    let more = (tree.more > 0).then(|| {
        view! { <p class="muted">{format!("… and {} more", tree.more)}</p> }
    });
    view! {
        <details class="tree-branch" open=depth < 3>
            <summary>{label} <span class="muted">{tree.text}</span></summary>
            <div class="tree-children">
                {tree.children.into_iter().map(|child| branch(child, depth + 1)).collect_view()}
                {more}
            </div>
        </details>
    }
    .into_any()
}
