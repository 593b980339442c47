//! The chart of rows over time per hop, as SVG coordinates.

use crate::page::text;
use crate::protocol::{HopPoint, Lane};

/// Width of the drawing, in its own units.
pub const WIDTH: f64 = 640.0;
/// Height of the drawing.
pub const HEIGHT: f64 = 200.0;
/// Where the plot lies in the drawing.
pub const LEFT: f64 = 48.0;
pub const RIGHT: f64 = 12.0;
pub const TOP: f64 = 12.0;
pub const BOTTOM: f64 = 26.0;

/// A drawn chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub series: Vec<Series>,
    /// Horizontal lines: where, and what is written beside them.
    pub rows: Vec<(f64, String)>,
    /// Places on the time axis: where, and seconds since the first point.
    pub times: Vec<(f64, String)>,
    /// What it shows, in a sentence, for those who don't see it.
    pub summary: String,
}

/// A hop's line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub lane: Lane,
    /// For an SVG path's `d`.
    pub line: String,
    /// Its last point, and the rows there.
    pub end: (f64, f64),
    pub rows: f64,
}

/// Reads a hop's rows from a point.
type RowsOf = fn(&HopPoint) -> f64;

/// Draws the points; `None` while there are fewer than two. Lines are steps: rows come in
/// batches, and in between nothing changes.
pub fn chart(points: &[HopPoint]) -> Option<Chart> {
    let (first, last) = (points.first()?, points.last()?);
    if points.len() < 2 {
        return None;
    }
    let span = (last.time_ms - first.time_ms).max(1.0);
    let most = points
        .iter()
        .flat_map(|point| [point.bronze, point.silver, point.gold])
        .fold(1.0, f64::max);
    let step = nice_step(most / 4.0);
    let top = (most / step).ceil() * step;
    let x = |time: f64| LEFT + (time - first.time_ms) / span * (WIDTH - LEFT - RIGHT);
    let y = |rows: f64| HEIGHT - BOTTOM - rows / top * (HEIGHT - TOP - BOTTOM);
    let hops: [(Lane, RowsOf); 3] = [
        (Lane::Bronze, |point| point.bronze),
        (Lane::Silver, |point| point.silver),
        (Lane::Gold, |point| point.gold),
    ];
    let series = hops
        .into_iter()
        .map(|(lane, rows)| {
            let mut line = format!("M {:.1} {:.1}", x(first.time_ms), y(rows(first)));
            let mut previous = rows(first);
            for point in points.iter().skip(1) {
                let here = rows(point);
                if here != previous {
                    line.push_str(&format!(" H {:.1} V {:.1}", x(point.time_ms), y(here)));
                    previous = here;
                }
            }
            line.push_str(&format!(" H {:.1}", x(last.time_ms)));
            Series {
                lane,
                line,
                end: (x(last.time_ms), y(rows(last))),
                rows: rows(last),
            }
        })
        .collect();
    let lines = (top / step).round() as u32;
    let time_step = nice_step(span / 1000.0 / 5.0);
    let times = (0..12_u32)
        .map(|at| f64::from(at) * time_step)
        .take_while(|seconds| seconds * 1000.0 <= span)
        .map(|seconds| (x(first.time_ms + seconds * 1000.0), seconds_text(seconds)))
        .collect();
    Some(Chart {
        series,
        rows: (0..=lines)
            .map(|at| f64::from(at) * step)
            .map(|rows| (y(rows), text::short_count(rows)))
            .collect(),
        times,
        summary: format!(
            "Rows after {}: bronze {}, silver {}, gold {}.",
            text::duration(span),
            text::count(last.bronze),
            text::count(last.silver),
            text::count(last.gold)
        ),
    })
}

fn seconds_text(seconds: f64) -> String {
    if seconds < 120.0 {
        // Steps of short runs are parts of a second.
        let text = format!("{seconds:.2}");
        format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `least`.
fn nice_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * 0.999)
        .unwrap_or(10.0 * power)
}

/// Points for the table that says the same in numbers: at most `limit`, evenly chosen, with the
/// first and the last.
pub fn table_points(points: &[HopPoint], limit: usize) -> Vec<&HopPoint> {
    if points.len() <= limit || limit < 2 {
        return points.iter().collect();
    }
    (0..limit)
        .filter_map(|at| points.get(at * (points.len() - 1) / (limit - 1)))
        .collect()
}
