//! What a cell shows: text, rows, charts, HTML in a frame.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::chart;
use super::state::{CellState, Output, TableState};
use crate::page::app::App;
use crate::page::relation::Grid;
use crate::page::text;
use crate::page::ui::{ErrorView, download};
use crate::protocol::{Request, RowsFormat};

/// All that a cell shows.
#[component]
pub fn Outputs(cell: CellState) -> impl IntoView {
    let show = |(_, output): (usize, Output)| {
        match output {
        Output::Text(text) => {
            view! { <pre class="nb-text" tabindex="0" aria-label="Printed text">{text}</pre> }.into_any()
        }
        // No scripts, no forms, no links out of the frame.
        Output::Html(html) => view! {
            <iframe class="nb-html" title="HTML that the cell shows" sandbox="" srcdoc=html></iframe>
        }
        .into_any(),
        Output::Table(table) => view! { <TableOutput table=table/> }.into_any(),
    }
    };
    let numbered = move || {
        let outputs = cell.outputs.get();
        outputs.into_iter().enumerate().collect::<Vec<_>>()
    };
    view! {
        <div class="nb-outputs">
            // A table keeps its place and state; a text that grew is drawn anew.
            <For
                each=numbered
                key=|(at, output)| match output {
                    Output::Text(text) => (*at, text.len()),
                    Output::Html(html) => (*at, html.len()),
                    Output::Table(table) => (*at, table.handle as usize),
                }
                children=show
            />
        </div>
    }
    .into_any()
}

#[component]
fn TableOutput(table: TableState) -> impl IntoView {
    let app = App::get();
    let view = table.relation.get_value();
    let columns = StoredValue::new(view.columns.clone());
    let kind = RwSignal::new(String::new());
    let stream = move || {
        table.stream.get().map(|stream| {
            let words = if stream.is_active {
                format!(
                    "Live: {} in the last batch, {} rows/s",
                    text::counted(stream.batch_rows, "row"),
                    text::count(stream.rows_per_second.round()),
                )
            } else {
                "The stream has ended.".to_owned()
            };
            let run_id = stream.run_id.clone();
            view! {
                <span class="nb-live" class:active=stream.is_active>{words}</span>
                {stream
                    .is_active
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button small"
                                on:click=move |_| app.send(Request::StopRun { run_id: run_id.clone() })
                            >
                                "Cancel"
                            </button>
                        }
                    })}
                {stream.error.map(|error| view! { <div role="alert"><ErrorView error=error/></div> })}
            }
        })
    };
    let sort = move |event| {
        let value = event_target_value(&event);
        let Some((order, column)) = value.split_at_checked(1) else {
            return;
        };
        let request = Request::SortRelation {
            handle: table.handle,
            column: column.parse().unwrap_or(0),
            descending: order == "-",
        };
        spawn_local(async move {
            match app.engine.run(request).await {
                Ok(()) => table
                    .changed
                    .update(|changed| changed.0 = changed.0.wrapping_add(1)),
                Err(error) => app.store.fail(error),
            }
        });
    };
    let save = move |event| {
        let value = event_target_value(&event);
        let select: web_sys::HtmlSelectElement = event_target(&event);
        select.set_value("");
        let (format, name) = match value.as_str() {
            "parquet" => (RowsFormat::Parquet, "result.parquet"),
            "csv" | "copy" => (RowsFormat::Csv, "result.csv"),
            _ => return,
        };
        let request = Request::ExportRows {
            handle: table.handle,
            format,
        };
        spawn_local(async move {
            match app.engine.call(request).await {
                Err(error) => app.store.fail(error),
                Ok(answer) => {
                    let Some(bytes) = answer.bytes else { return };
                    if value == "copy" {
                        let text = String::from_utf8_lossy(&bytes.to_vec()).into_owned();
                        let _ = window().navigator().clipboard().write_text(&text);
                        app.store.tell("Copied as CSV.");
                    } else {
                        download(app, name, &bytes);
                    }
                }
            }
        });
    };
    let sorts = columns.with_value(|columns| {
        columns
            .iter()
            .enumerate()
            .flat_map(|(at, column)| {
                [("+", "↑"), ("-", "↓")].map(|(order, arrow)| {
                    view! { <option value=format!("{order}{at}")>{format!("{} {arrow}", column.name)}</option> }
                })
            })
            .collect_view()
    });
    let kinds = chart::KINDS
        .map(|(key, title)| view! { <option value=key>{title}</option> })
        .into_iter()
        .collect_view();
    let shown = move || {
        let kind = kind.get();
        if kind.is_empty() {
            let view = table.relation.get_value();
            view! { <Grid view=view changed=table.changed/> }.into_any()
        } else {
            view! { <ChartOutput table=table kind=kind/> }.into_any()
        }
    };
    let rows = view.row_count.unwrap_or(20.0);
    let is_short = rows <= 12.0 && table.stream.with_untracked(Option::is_none);
    view! {
        <div class="nb-table" style=("--rows", if is_short { rows.to_string() } else { "12".to_owned() })>
            <div class="nb-table-tools">
                <select
                    class="select small"
                    aria-label="Show as"
                    on:change=move |event| kind.set(event_target_value(&event))
                >
                    <option value="">"Table"</option>
                    {kinds}
                </select>
                <select class="select small" aria-label="Sort by" on:change=sort>
                    <option value="">"Sort by…"</option>
                    {sorts}
                </select>
                <select class="select small" aria-label="Save rows" on:change=save>
                    <option value="">"Save…"</option>
                    <option value="csv">"Download as CSV"</option>
                    <option value="parquet">"Download as parquet"</option>
                    <option value="copy">"Copy as CSV"</option>
                </select>
                {stream}
            </div>
            {shown}
        </div>
    }
    .into_any()
}

#[component]
fn ChartOutput(table: TableState, kind: String) -> impl IntoView {
    let app = App::get();
    let columns = StoredValue::new(table.relation.get_value().columns);
    let (x, y) = columns.with_value(|columns| chart::choose(columns));
    let (x, y) = (RwSignal::new(x), RwSignal::new(y));
    let rows = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        table.changed.track();
        spawn_local(async move {
            match app.engine.rows(table.handle, 0.0, chart::MOST_ROWS).await {
                Ok((found, _)) => {
                    rows.try_set(found);
                }
                Err(error) => app.store.fail(error),
            }
        });
    });
    let element: NodeRef<html::Div> = NodeRef::new();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let spec = rows.with(|rows| {
            columns.with_value(|columns| chart::spec(&kind, columns, rows, x.get(), y.get()))
        });
        app.notebook.script.with(|script| {
            if let Some(script) = script {
                script.chart(&element, &spec);
            }
        });
    });
    let select = move |label: &'static str, chosen: RwSignal<usize>| {
        let options = columns.with_value(|columns| {
            columns
                .iter()
                .enumerate()
                .map(|(at, column)| {
                    view! {
                        <option value=at.to_string() selected=at == chosen.get_untracked()>{column.name.clone()}</option>
                    }
                })
                .collect_view()
        });
        view! {
            <label class="field nb-axis">
                {label}
                <select
                    class="select small"
                    on:change=move |event| chosen.set(event_target_value(&event).parse().unwrap_or(0))
                >
                    {options}
                </select>
            </label>
        }
    };
    view! {
        <div class="nb-chart-box">
            <div class="nb-table-tools">{select("Along", x)} {select("Upwards", y)}</div>
            <div node_ref=element></div>
        </div>
    }
    .into_any()
}
