//! Rows as `df.show()` prints them (Spark's `Dataset.showString`).

use chrono_tz::Tz;

use super::ConnectError;
use crate::types::{Frame, FrameError, values_from_series};

/// The box of the first `rows` rows; cells longer than `truncate` characters are cut, 0 keeps
/// them whole. The frame has one row more if there are more.
///
/// # Errors
/// If a column can't be read.
pub fn show(frame: &Frame, rows: usize, truncate: usize, zone: Tz) -> Result<String, ConnectError> {
    let names: Vec<String> = frame
        .schema()
        .names()
        .iter()
        .map(|n| cut(n, truncate))
        .collect();
    let columns = texts(frame, rows, truncate, zone)?;
    let mut out = boxed(&names, &columns, truncate > 0);
    if names.is_empty() {
        // Rows without cells aren't among the columns.
        let lines = "||\n".repeat(frame.height().min(rows));
        out = format!("++\n||\n++\n{lines}++\n");
    }
    push_more(&mut out, frame, rows);
    Ok(out)
}

/// Cells in a box, column by column.
pub fn boxed(names: &[String], columns: &[Vec<String>], to_the_right: bool) -> String {
    let widths: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let cells = columns.get(i).into_iter().flatten();
            cells.map(|c| width(c)).fold(width(name).max(3), usize::max)
        })
        .collect();
    let mut out = String::new();
    let rule: String = widths.iter().map(|w| "-".repeat(*w) + "+").collect();
    let line = |cells: Vec<&str>| {
        let mut line = String::from("|");
        for (cell, w) in cells.iter().zip(&widths) {
            let pad = " ".repeat(w.saturating_sub(width(cell)));
            if to_the_right {
                line.push_str(&pad);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&pad);
            }
            line.push('|');
        }
        line.push('\n');
        line
    };
    out.push_str(&format!("+{rule}\n"));
    out.push_str(&line(names.iter().map(String::as_str).collect()));
    out.push_str(&format!("+{rule}\n"));
    for row in 0..columns.first().map_or(0, Vec::len) {
        let cells = columns.iter().filter_map(|c| c.get(row));
        out.push_str(&line(cells.map(String::as_str).collect()));
    }
    out.push_str(&format!("+{rule}\n"));
    out
}

/// The same with a line for each value (`vertical=True`).
///
/// # Errors
/// As for [`show`].
pub fn show_vertical(
    frame: &Frame,
    rows: usize,
    truncate: usize,
    zone: Tz,
) -> Result<String, ConnectError> {
    let names: Vec<String> = frame
        .schema()
        .names()
        .iter()
        .map(|n| cut(n, truncate))
        .collect();
    let columns = texts(frame, rows, truncate, zone)?;
    let longest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|t| width(t)).max().unwrap_or(0).max(3)
    };
    let name_width = longest(&mut names.iter());
    let value_width = longest(&mut columns.iter().flatten());
    let mut out = String::new();
    let count = frame.height().min(rows);
    for row in 0..count {
        let header = format!("-RECORD {row}");
        let dashes = (name_width + value_width + 5).saturating_sub(width(&header));
        out.push_str(&format!("{header}{}\n", "-".repeat(dashes)));
        for (name, column) in names.iter().zip(&columns) {
            let value = column.get(row).map_or("", String::as_str);
            out.push_str(&format!(
                " {name}{} | {value}{} \n",
                " ".repeat(name_width.saturating_sub(width(name))),
                " ".repeat(value_width.saturating_sub(width(value)))
            ));
        }
    }
    if count == 0 {
        out.push_str("(0 rows)\n");
    }
    push_more(&mut out, frame, rows);
    Ok(out)
}

fn push_more(out: &mut String, frame: &Frame, rows: usize) {
    if frame.height() > rows {
        let word = if rows == 1 { "row" } else { "rows" };
        out.push_str(&format!("only showing top {rows} {word}"));
    }
}

/// The cells of each column.
fn texts(
    frame: &Frame,
    rows: usize,
    truncate: usize,
    zone: Tz,
) -> Result<Vec<Vec<String>>, FrameError> {
    let shown = frame.slice(0, frame.height().min(rows));
    let schema = shown.schema().clone();
    let columns = shown.columns().iter().zip(&schema.fields);
    columns
        .map(|(series, field)| {
            let values = values_from_series(series, &field.data_type)?;
            Ok(values
                .iter()
                .map(|v| cut(&escaped(&v.show(&field.data_type, zone)), truncate))
                .collect())
        })
        .collect()
}

/// A cell is one line.
fn escaped(text: &str) -> String {
    text.replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t")
}

fn cut(text: &str, truncate: usize) -> String {
    if truncate == 0 || text.chars().count() <= truncate {
        return text.to_owned();
    }
    if truncate < 4 {
        return text.chars().take(truncate).collect();
    }
    let kept: String = text.chars().take(truncate - 3).collect();
    kept + "..."
}

/// How many half-widths a text takes: East Asian wide characters take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| {
            let wide = matches!(u32::from(c),
                0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
                | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6);
            if wide { 2 } else { 1 }
        })
        .sum()
}
