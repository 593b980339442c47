//! An error, the same everywhere.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use crate::page::catalog::caret;
use crate::protocol::ErrorInfo;

/// An error: its condition, a sentence, what to do, and details that unfold.
#[component]
pub fn ErrorView(
    error: ErrorInfo,
    /// The SQL text that it is about: its line is shown with a caret.
    #[prop(optional, into)]
    source: Option<String>,
) -> impl IntoView {
    let place = match (error.line, error.column) {
        (Some(line), Some(column)) => Some((line, column)),
        (Some(line), None) => Some((line, 1)),
        _ => None,
    };
    let excerpt = source
        .zip(place)
        .and_then(|(source, (line, column))| caret::excerpt(&source, line, column));
    let condition = error
        .condition
        .clone()
        .unwrap_or_else(|| error.class.clone());
    let has_details = !error.details.is_empty() && error.details != error.message;
    view! {
        <div class="error-view">
            <p class="error-condition">
                <Icon shape=Shape::Alert/>
                <code>{condition}</code>
                {place.map(|(line, column)| view! { <span class="error-place">{format!("line {line}, column {column}")}</span> })}
            </p>
            {error.file.clone().map(|file| view! { <p class="error-file">{file}</p> })}
            <p class="error-message">{error.message.clone()}</p>
            {excerpt.map(|text| view! { <pre class="error-excerpt">{text}</pre> })}
            {error.hint.clone().map(|hint| view! { <p class="error-hint">{hint}</p> })}
            {has_details
                .then(|| {
                    view! {
                        <details class="error-details">
                            <summary>"Details"</summary>
                            <pre>{error.details.clone()}</pre>
                        </details>
                    }
                })}
        </div>
    }
    .into_any()
}
