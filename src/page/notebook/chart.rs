//! What a chart draws of a table's rows.

use serde::Serialize;

use crate::protocol::{Cell, ColumnInfo};

/// Rows that a chart is made of, at most.
pub const MOST_ROWS: u32 = 2000;

/// The kinds, with their names.
pub const KINDS: [(&str, &str); 4] = [
    ("bar", "Bars"),
    ("line", "Lines"),
    ("area", "Areas"),
    ("scatter", "Points"),
];

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spec {
    pub kind: String,
    pub x: Axis,
    pub series: Vec<Axis>,
}

/// A column's values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Axis {
    pub name: String,
    pub values: Vec<Point>,
}

/// A value; a number where it is one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Point {
    None,
    Number(f64),
    Text(String),
}

/// Which columns a chart begins with: along the axis the first that is no number, upwards the
/// first that is.
pub fn choose(columns: &[ColumnInfo]) -> (usize, usize) {
    let x = columns.iter().position(|c| !c.is_numeric).unwrap_or(0);
    let y = columns
        .iter()
        .enumerate()
        .position(|(i, c)| c.is_numeric && i != x)
        .unwrap_or(0);
    (x, y)
}

/// The chart of `y` by `x`. Rows of one `x` are added up, but for a chart of points.
pub fn spec(kind: &str, columns: &[ColumnInfo], rows: &[Vec<Cell>], x: usize, y: usize) -> Spec {
    let name = |at: usize| columns.get(at).map(|c| c.name.clone()).unwrap_or_default();
    let numeric = |at: usize| columns.get(at).is_some_and(|c| c.is_numeric);
    let point = |row: &[Cell], at: usize, is_number: bool| match row.get(at) {
        Some(Cell::Text(text)) => match text.parse::<f64>() {
            Ok(number) if is_number => Point::Number(number),
            _ => Point::Text(text.clone()),
        },
        Some(Cell::Nested(json)) => Point::Text(json.clone()),
        Some(Cell::Null) | None => Point::None,
    };
    let mut xs: Vec<Point> = Vec::new();
    let mut ys: Vec<Point> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for row in rows {
        let (x, y) = (point(row, x, numeric(x)), point(row, y, true));
        let key = format!("{x:?}");
        match places.get(&key).copied() {
            Some(at) if kind != "scatter" => {
                if let (Some(Point::Number(sum)), Point::Number(more)) = (ys.get_mut(at), &y) {
                    *sum += more;
                }
            }
            _ => {
                places.insert(key, xs.len());
                xs.push(x);
                ys.push(if matches!(y, Point::Text(_)) {
                    Point::None
                } else {
                    y
                });
            }
        }
    }
    Spec {
        kind: kind.to_owned(),
        x: Axis {
            name: name(x),
            values: xs,
        },
        series: vec![Axis {
            name: name(y),
            values: ys,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<ColumnInfo> {
        [
            ("n", "int", true),
            ("city", "string", false),
            ("q", "double", true),
        ]
        .map(|(name, data_type, is_numeric)| ColumnInfo {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
            is_numeric,
        })
        .to_vec()
    }

    fn row(n: &str, city: &str, q: &str) -> Vec<Cell> {
        [n, city, q]
            .map(|text| Cell::Text(text.to_owned()))
            .to_vec()
    }

    #[test]
    fn a_chart_begins_with_a_category_and_a_number() {
        assert_eq!(choose(&columns()), (1, 0));
        assert_eq!(choose(&[]), (0, 0));
    }

    #[test]
    fn rows_of_one_category_are_added_up() {
        let rows = [
            row("1", "Oslo", "2.5"),
            row("2", "Bergen", "1"),
            row("3", "Oslo", "4"),
        ];
        let bars = spec("bar", &columns(), &rows, 1, 2);
        assert_eq!(
            bars.x.values,
            [
                Point::Text("Oslo".to_owned()),
                Point::Text("Bergen".to_owned())
            ]
        );
        assert_eq!(
            bars.series[0].values,
            [Point::Number(6.5), Point::Number(1.0)]
        );
        let points = spec("scatter", &columns(), &rows, 0, 2);
        assert_eq!(points.x.values.len(), 3);
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        let rows = [row("1", "Oslo", "NaN?"), vec![Cell::Null]];
        let bars = spec("bar", &columns(), &rows, 1, 2);
        assert_eq!(bars.series[0].values, [Point::None, Point::None]);
    }
}
