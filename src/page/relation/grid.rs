//! A grid of rows: only those on screen are in the document, fetched as they come into view.

use std::time::Duration;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use::{UseElementSizeReturn, use_element_size};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::cells::TreeView;
use super::columns::{self, LEAST};
use super::json;
use super::pages::{PAGE_ROWS, Pages};
use super::scroll::{Scroll, Visible};
use crate::page::app::App;
use crate::page::text;
use crate::page::ui::{Dialog, ErrorView};
use crate::protocol::{Cell, ColumnInfo, ErrorInfo, RelationView};

/// Height of the header row, in CSS pixels.
const HEADER: f64 = 48.0;
/// How long the window has to rest before rows are fetched, so that a thumb can be dragged past
/// thousands of pages.
const REST: Duration = Duration::from_millis(40);

/// What the parts of a grid share.
#[derive(Debug, Clone, Copy)]
struct State {
    handle: u32,
    columns: StoredValue<Vec<ColumnInfo>>,
    pages: StoredValue<Pages, LocalStorage>,
    /// Counts pages that came.
    arrivals: RwSignal<u32>,
    total: RwSignal<Option<u64>>,
    /// The furthest row fetched, while nobody knows how many there are.
    seen: RwSignal<u64>,
    widths: RwSignal<Vec<f64>>,
    active: RwSignal<(u64, usize)>,
    opened: RwSignal<Option<(u64, usize)>>,
    error: RwSignal<Option<ErrorInfo>>,
}

impl State {
    /// Rows to scroll through: all of them, or those known and some more.
    fn rows(self) -> u64 {
        match self.total.get() {
            Some(total) => total,
            None => self.seen.get() + PAGE_ROWS,
        }
    }

    fn fetch(self, app: App, first: u64, end: u64) {
        let wanted = self
            .pages
            .try_update_value(|pages| pages.request(first, end))
            .unwrap_or_default();
        for page in wanted {
            spawn_local(async move {
                let offset = page * PAGE_ROWS;
                match app
                    .engine
                    .rows(self.handle, offset as f64, PAGE_ROWS as u32)
                    .await
                {
                    Ok((rows, total)) => self.arrived(page, rows, total),
                    Err(error) => {
                        self.pages.try_update_value(|pages| pages.failed(page));
                        let _ = self.error.try_set(Some(error));
                    }
                }
            });
        }
    }

    /// The grid may be gone when a page comes, so nothing here insists.
    fn arrived(self, page: u64, rows: Vec<Vec<Cell>>, total: Option<f64>) {
        let offset = page * PAGE_ROWS;
        let length = rows.len() as u64;
        let stored = self.pages.try_update_value(|pages| {
            if page == 0 {
                let widths = self
                    .columns
                    .with_value(|columns| columns::fit(columns, &rows));
                let _ = self.widths.try_set(widths);
            }
            pages.insert(page, rows);
        });
        if stored.is_none() {
            return;
        }
        match total {
            Some(total) => self.total.set(Some(total as u64)),
            None if length < PAGE_ROWS => self.total.set(Some(offset + length)),
            None => self
                .seen
                .update(|seen| *seen = (*seen).max(offset + length)),
        }
        self.error.set(None);
        self.arrivals
            .update(|arrivals| *arrivals = arrivals.wrapping_add(1));
    }

    fn cell(self, row: u64, column: usize) -> Option<Cell> {
        self.pages
            .try_with_value(|pages| pages.row(row).and_then(|cells| cells.get(column).cloned()))
            .flatten()
    }
}

/// The rows of an opened relation.
#[component]
pub fn Grid(
    view: RelationView,
    /// Where it is scrolled to; kept by who shows a newer version of the same.
    #[prop(optional)]
    scrolled: Option<RwSignal<f64>>,
    /// Counts changes of the rows behind the handle, and says how many there are.
    #[prop(optional)]
    changed: Option<RwSignal<(u32, Option<f64>)>>,
) -> impl IntoView {
    let app = App::get();
    let label = format!("Rows of {}", view.name);
    let columns = StoredValue::new(view.columns.clone());
    let count = view.columns.len();
    let state = State {
        handle: view.handle,
        columns,
        pages: StoredValue::new_local(Pages::default()),
        arrivals: RwSignal::new(0),
        total: RwSignal::new(view.row_count.map(|rows| rows as u64)),
        seen: RwSignal::new(0),
        widths: RwSignal::new(columns::fit(&view.columns, &[])),
        active: RwSignal::new((0, 0)),
        opened: RwSignal::new(None),
        error: RwSignal::new(None),
    };
    let frame: NodeRef<html::Div> = NodeRef::new();
    let UseElementSizeReturn { height, .. } = use_element_size(frame);
    let scroll_top = scrolled.unwrap_or_else(|| RwSignal::new(0.0));
    let start = scroll_top.get_untracked();
    if start > 0.0 {
        frame.on_load(move |frame| {
            request_animation_frame(move || frame.set_scroll_top(start as i32))
        });
    }
    let scroll = Memo::new(move |_| Scroll {
        rows: state.rows(),
        window: (height.get() - HEADER).max(0.0),
    });
    let visible = Memo::new(move |_| scroll.get().visible(scroll_top.get()));
    Effect::new(move |_| {
        let Visible { first, end, .. } = visible.get();
        set_timeout(
            move || {
                if visible
                    .try_get_untracked()
                    .is_some_and(|now| now.first == first && now.end == end)
                {
                    state.fetch(app, first, end);
                }
            },
            REST,
        );
    });
    if let Some(changed) = changed {
        Effect::new(move |before: Option<u32>| {
            let (version, total) = changed.get();
            if before.is_some_and(|before| before != version) {
                state.pages.update_value(Pages::outdate);
                if let Some(total) = total {
                    state.total.set(Some(total as u64));
                }
                let Visible { first, end, .. } = visible.get_untracked();
                state.fetch(app, first, end.max(first + 1));
            }
            version
        });
    }
    // The first page is wanted however high the window is.
    state.fetch(app, 0, 1);

    let go = move |row: u64, column: usize| {
        state.active.set((row, column));
        if let Some(frame) = frame.get_untracked() {
            let to = scroll
                .get_untracked()
                .reveal(row, scroll_top.get_untracked());
            frame.set_scroll_top(to.round() as i32);
            if let Some(header) = document().get_element_by_id(&header_id(state.handle, column)) {
                reveal_column(&frame, &header);
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let last_row = scroll.get_untracked().rows.saturating_sub(1);
        let last_column = count.saturating_sub(1);
        let (row, column) = state.active.get_untracked();
        let page = scroll.get_untracked().page();
        let far = event.ctrl_key() || event.meta_key();
        let (row, column) = match event.key().as_str() {
            "ArrowDown" => ((row + 1).min(last_row), column),
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowRight" => (row, (column + 1).min(last_column)),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "PageDown" => ((row + page).min(last_row), column),
            "PageUp" => (row.saturating_sub(page), column),
            "Home" if far => (0, 0),
            "End" if far => (last_row, last_column),
            "Home" => (row, 0),
            "End" => (row, last_column),
            "Enter" => {
                event.prevent_default();
                state.opened.set(Some((row, column)));
                return;
            }
            _ => return,
        };
        event.prevent_default();
        go(row, column);
    };
    let template = move || {
        state.widths.with(|widths| {
            widths
                .iter()
                .map(|width| format!("{width:.0}px"))
                .collect::<Vec<_>>()
                .join(" ")
        })
    };
    let body_height = move || format!("{}px", scroll.get().height());
    let shift = move || format!("translateY({:.0}px)", visible.get().top);
    let shown = move || {
        state.arrivals.track();
        let Visible { first, end, .. } = visible.get();
        (first..end)
            .map(|row| {
                state
                    .pages
                    .with_value(|pages| (row, pages.row(row).is_some(), pages.arrivals(row)))
            })
            .collect::<Vec<_>>()
    };
    let active_id = move || {
        let (row, column) = state.active.get();
        cell_id(state.handle, row, column)
    };
    view! {
        <div class="grid-frame">
            <div
                class="grid"
                role="grid"
                tabindex="0"
                aria-label=label
                aria-readonly="true"
                aria-rowcount=move || state.total.get().map_or(-1, |rows| rows as i64 + 1).to_string()
                aria-colcount=count.to_string()
                aria-activedescendant=active_id
                node_ref=frame
                style=("--columns", template)
                on:keydown=on_key
                on:scroll=move |_| {
                    if let Some(frame) = frame.get_untracked() {
                        scroll_top.set(f64::from(frame.scroll_top()));
                    }
                }
            >
                <div class="grid-head" role="rowgroup">
                    <div class="grid-row" role="row" aria-rowindex="1">
                        {(0..count).map(|column| view! { <HeaderCell state=state column=column/> }).collect_view()}
                    </div>
                </div>
                <div class="grid-body" role="rowgroup" style:height=body_height>
                    <div class="grid-rows" role="presentation" style:transform=shift>
                        <For each=shown key=|row| *row let:row>
                            <Row state=state row=row.0 count=count/>
                        </For>
                    </div>
                </div>
            </div>
            {move || {
                (state.total.get() == Some(0)).then(|| view! { <p class="empty grid-empty">"There are no rows."</p> })
            }}
            {move || state.error.get().map(|error| view! { <div role="alert"><ErrorView error=error/></div> })}
            <p class="grid-foot" aria-live="off">
                {move || match state.total.get() {
                    Some(total) => text::counted(total as f64, "row"),
                    None => format!("{} so far", text::counted(state.seen.get() as f64, "row")),
                }}
                {format!(" · {}", text::counted(count as f64, "column"))}
            </p>
        </div>
        {move || state.opened.get().map(|(row, column)| view! { <OpenedCell state=state row=row column=column/> })}
    }
    .into_any()
}

fn header_id(handle: u32, column: usize) -> String {
    format!("grid-{handle}-head-{column}")
}

fn cell_id(handle: u32, row: u64, column: usize) -> String {
    format!("grid-{handle}-{row}-{column}")
}

/// Scrolls sideways until a column is in view.
fn reveal_column(frame: &Element, header: &Element) {
    let (outer, inner) = (
        frame.get_bounding_client_rect(),
        header.get_bounding_client_rect(),
    );
    let move_by = if inner.left() < outer.left() {
        inner.left() - outer.left()
    } else if inner.right() > outer.right() {
        (inner.right() - outer.right()).min(inner.left() - outer.left())
    } else {
        return;
    };
    frame.set_scroll_left(frame.scroll_left() + move_by.round() as i32);
}

/// A column's name and type, and a handle to make it wider.
#[component]
fn HeaderCell(state: State, column: usize) -> impl IntoView {
    let (name, data_type, is_numeric) = state.columns.with_value(|columns| {
        columns
            .get(column)
            .map(|column| {
                (
                    column.name.clone(),
                    column.data_type.clone(),
                    column.is_numeric,
                )
            })
            .unwrap_or_default()
    });
    // Where the pointer took hold, and how wide the column was.
    let held = RwSignal::new(None::<(f64, f64)>);
    let on_down = move |event: PointerEvent| {
        event.prevent_default();
        if let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        let width = state
            .widths
            .with_untracked(|widths| widths.get(column).copied().unwrap_or(LEAST));
        held.set(Some((f64::from(event.client_x()), width)));
    };
    let on_move = move |event: PointerEvent| {
        if let Some((start, width)) = held.get_untracked() {
            let wanted = (width + f64::from(event.client_x()) - start).max(LEAST);
            state.widths.update(|widths| {
                if let Some(width) = widths.get_mut(column) {
                    *width = wanted;
                }
            });
        }
    };
    view! {
        <div
            class="grid-cell grid-header"
            class:number=is_numeric
            role="columnheader"
            id=header_id(state.handle, column)
            aria-colindex=(column + 1).to_string()
            title=format!("{name}: {data_type}")
        >
            <span class="grid-name">{name.clone()}</span>
            <span class="grid-type">{columns::short_type(&data_type)}</span>
            <span
                class="grid-handle"
                aria-hidden="true"
                on:pointerdown=on_down
                on:pointermove=on_move
                on:pointerup=move |_| held.set(None)
                on:pointercancel=move |_| held.set(None)
            ></span>
        </div>
    }
    .into_any()
}

/// A row, or what stands in its place until it comes.
#[component]
fn Row(state: State, row: u64, count: usize) -> impl IntoView {
    let cells = state
        .pages
        .with_value(|pages| pages.row(row).map(<[Cell]>::to_vec));
    let is_loaded = cells.is_some();
    let cells = cells.unwrap_or_default();
    let cells = (0..count)
        .map(|column| {
            let is_numeric = state
                .columns
                .with_value(|columns| columns.get(column).is_some_and(|column| column.is_numeric));
            let content = match cells.get(column) {
                Some(Cell::Null) => view! { <span class="null">"NULL"</span> }.into_any(),
                Some(Cell::Text(text)) => start_of(text).into_any(),
                Some(Cell::Nested(json)) => {
                    let text = start_of(json);
                    view! {
                        <button
                            type="button"
                            class="nested"
                            tabindex="-1"
                            aria-label=format!("Open {text}")
                            on:click=move |_| state.opened.set(Some((row, column)))
                        >
                            {text.clone()}
                        </button>
                    }
                    .into_any()
                }
                None => view! { <span class="skeleton"></span> }.into_any(),
            };
            view! {
                <div
                    class="grid-cell"
                    class:number=is_numeric
                    class:active=move || state.active.get() == (row, column)
                    role="gridcell"
                    id=cell_id(state.handle, row, column)
                    aria-colindex=(column + 1).to_string()
                    on:click=move |_| state.active.set((row, column))
                    on:dblclick=move |_| state.opened.set(Some((row, column)))
                >
                    {content}
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="grid-row" role="row" aria-rowindex=(row + 2).to_string() aria-busy=(!is_loaded).to_string()>
            {cells}
        </div>
    }
    .into_any()
}

/// What a cell has room for.
fn start_of(text: &str) -> String {
    text.chars().take(200).collect()
}

/// A cell's whole value.
#[component]
fn OpenedCell(state: State, row: u64, column: usize) -> impl IntoView {
    let close = Callback::new(move |()| state.opened.set(None));
    let (name, data_type) = state.columns.with_value(|columns| {
        columns
            .get(column)
            .map(|column| (column.name.clone(), column.data_type.clone()))
            .unwrap_or_default()
    });
    let content = match state.cell(row, column) {
        None => view! { <p class="empty">"This row is not here yet."</p> }.into_any(),
        Some(Cell::Null) => view! { <p class="null">"NULL"</p> }.into_any(),
        Some(Cell::Text(text)) => view! { <pre class="code" tabindex="0">{text}</pre> }.into_any(),
        Some(Cell::Nested(text)) => view! { <TreeView tree=json::tree(&text)/> }.into_any(),
    };
    view! {
        <Dialog title=format!("{name}, row {}", text::count((row + 1) as f64)) on_close=close>
            <p class="muted mono">{data_type}</p>
            <div class="dialog-scroll">{content}</div>
        </Dialog>
    }
    .into_any()
}
