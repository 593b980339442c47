//! The chart of rows over time.

use leptos::prelude::*;

use super::chart::{self, BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH};
use super::model;
use crate::page::app::App;
use crate::page::text;
use crate::protocol::HopPoint;

/// Rows over time per hop, as a chart and as a table.
#[component]
pub fn ChartView() -> impl IntoView {
    let app = App::get();
    let points: Memo<Vec<HopPoint>> = Memo::new(move |_| {
        app.with_pipeline(|pipeline| pipeline.map(|it| it.points.clone()).unwrap_or_default())
    });
    let drawn = move || points.with(|points| chart::chart(points));
    view! {
        <section class="box chart-box" aria-labelledby="chart-title">
            <h3 id="chart-title">"Rows over time"</h3>
            {move || match drawn() {
                None => view! { <p class="empty">"Start the streams to see rows arrive."</p> }.into_any(),
                Some(chart) => view! { <Drawing chart=chart/> <PointsTable points=points/> }.into_any(),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Drawing(chart: chart::Chart) -> impl IntoView {
    let rows = chart.rows.into_iter().map(|(y, label)| {
        view! {
            <line class="grid-line" x1=LEFT.to_string() x2=(WIDTH - RIGHT).to_string() y1=y.to_string() y2=y.to_string()/>
            <text class="axis" x=(LEFT - 8.0).to_string() y=(y + 4.0).to_string() text-anchor="end">{label}</text>
        }
    });
    let times = chart.times.into_iter().map(|(x, label)| {
        view! {
            <text class="axis" x=x.to_string() y=(HEIGHT - BOTTOM + 18.0).to_string() text-anchor="middle">{label}</text>
        }
    });
    let lines = chart.series.iter().map(|series| {
        view! {
            <g class=format!("series lane-{}", model::lane_class(series.lane))>
                <path d=series.line.clone()/>
                <circle cx=series.end.0.to_string() cy=series.end.1.to_string() r="3.5"/>
            </g>
        }
    });
    let legend = chart.series.iter().map(|series| {
        view! {
            <li class=format!("lane-{}", model::lane_class(series.lane))>
                <span class="swatch"></span>
                {model::lane_title(series.lane)}
                <span class="figure">{text::count(series.rows)}</span>
            </li>
        }
    });
    view! {
        <ul class="legend">{legend.collect_view()}</ul>
        <svg class="chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-labelledby="chart-svg-title chart-svg-desc">
            <title id="chart-svg-title">"Rows over time per hop"</title>
            <desc id="chart-svg-desc">{chart.summary}</desc>
            {rows.collect_view()}
            {times.collect_view()}
            {lines.collect_view()}
        </svg>
    }
    .into_any()
}

#[component]
fn PointsTable(points: Memo<Vec<HopPoint>>) -> impl IntoView {
    let lines = move || {
        points.with(|points| {
            let start = points.first().map_or(0.0, |point| point.time_ms);
            chart::table_points(points, 20)
                .into_iter()
                .map(|point| {
                    view! {
                        <tr>
                            <td class="number">{text::duration(point.time_ms - start)}</td>
                            <td class="number">{text::count(point.bronze)}</td>
                            <td class="number">{text::count(point.silver)}</td>
                            <td class="number">{text::count(point.gold)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <details class="as-table">
            <summary>"As a table"</summary>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col" class="number">"After"</th>
                        <th scope="col" class="number">"Bronze"</th>
                        <th scope="col" class="number">"Silver"</th>
                        <th scope="col" class="number">"Gold"</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </details>
    }
    .into_any()
}
