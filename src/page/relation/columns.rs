//! How wide a grid's columns are. All lengths are CSS pixels.

use crate::protocol::{Cell, ColumnInfo};

const CHARACTER: f64 = 8.4;
const PADDING: f64 = 28.0;
/// The narrowest a column can be made.
pub const LEAST: f64 = 64.0;
const MOST: f64 = 360.0;

/// Widths that fit the header and the given rows, within bounds.
pub fn fit(columns: &[ColumnInfo], rows: &[Vec<Cell>]) -> Vec<f64> {
    columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let header = column
                .name
                .chars()
                .count()
                .max(short_type(&column.data_type).chars().count().min(24));
            let longest = rows
                .iter()
                .filter_map(|row| row.get(at))
                .map(|cell| match cell {
                    Cell::Null => 4,
                    Cell::Text(text) => text.chars().take(80).count(),
                    Cell::Nested(json) => json.chars().take(80).count() + 2,
                })
                .max()
                .unwrap_or(0);
            (header.max(longest) as f64 * CHARACTER + PADDING).clamp(LEAST, MOST)
        })
        .collect()
}

/// A type as a header has room for: what is nested, without its fields.
pub fn short_type(data_type: &str) -> String {
    match data_type.find('<') {
        Some(at) if data_type.chars().count() > 24 => {
            format!("{}<…>", data_type.get(..at).unwrap_or(data_type))
        }
        _ => data_type.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: &str) -> ColumnInfo {
        ColumnInfo {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
            is_numeric: false,
        }
    }

    #[test]
    fn a_column_is_as_wide_as_its_longest_value_within_bounds() {
        let columns = [
            column("id", "int"),
            column("note", "string"),
            column("x", "int"),
        ];
        let rows = [vec![
            Cell::Text("12".to_owned()),
            Cell::Text("a".repeat(5000)),
            Cell::Null,
        ]];
        let widths = fit(&columns, &rows);
        assert_eq!(widths, [LEAST, MOST, LEAST]);
    }

    #[test]
    fn a_row_with_too_few_cells_is_no_harm() {
        assert_eq!(
            fit(
                &[column("a", "int"), column("b", "int")],
                &[vec![Cell::Null]]
            )
            .len(),
            2
        );
    }

    #[test]
    fn long_nested_types_are_shortened() {
        assert_eq!(
            short_type("array<struct<book_id:string,quantity:int>>"),
            "array<…>"
        );
        assert_eq!(short_type("array<string>"), "array<string>");
    }
}
