//! The statements that declare the pipeline.

use leptos::prelude::*;

use crate::page::app::App;

/// The pipeline's statements, as they were given.
#[component]
pub fn Statements() -> impl IntoView {
    let app = App::get();
    let statements = Memo::new(move |_| {
        app.with_pipeline(|pipeline| {
            pipeline
                .map(|pipeline| pipeline.statements.clone())
                .unwrap_or_default()
        })
    });
    move || {
        let statements = statements.get();
        (!statements.is_empty()).then(|| {
            view! {
                <section class="box" aria-labelledby="statements-title">
                    <h3 id="statements-title">"How this pipeline is declared"</h3>
                    <div class="statements">
                        {statements
                            .into_iter()
                            .map(|(title, text)| {
                                view! {
                                    <details class="statement">
                                        <summary>{title}</summary>
                                        <pre class="code" tabindex="0">{text.trim().to_owned()}</pre>
                                    </details>
                                }
                            })
                            .collect_view()}
                    </div>
                </section>
            }
        })
    }
}
