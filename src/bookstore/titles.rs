//! Books, and the changes to them.

use bytes::Bytes;
use chrono_tz::Tz;

use super::customers::frame_of;
use super::dice::Dice;
use super::orders::book_id;
use super::{strings, to_json};
use crate::formats::csv::{self, CsvOptions};
use crate::formats::{FormatError, Options};
use crate::types::{DataType, Frame, StructField, StructType, Value};

pub(super) struct Book {
    pub title: &'static str,
    pub author: &'static str,
    pub category: &'static str,
    /// In whole units of money.
    pub price: i64,
}

/// Books in an export.
const EXPORT: usize = 8;
/// Files of changes, and changes in each.
const CHANGE_FILES: usize = 3;
const CHANGES: usize = 16;

/// All books: `book_id`, `title`, `author`, `category`, `price`.
///
/// # Errors
/// None, unless this module has a defect.
pub fn generate_books() -> Result<Frame, FormatError> {
    books(0..BOOKS.len())
}

fn books(positions: std::ops::Range<usize>) -> Result<Frame, FormatError> {
    let rows = positions.filter_map(|i| {
        let book = BOOKS.get(i)?;
        Some([
            book_id(i).into(),
            book.title.into(),
            book.author.into(),
            book.category.into(),
            Value::Double(book.price as f64),
        ])
    });
    frame_of(book_schema(), rows.collect())
}

fn book_schema() -> StructType {
    let mut schema = strings(&["book_id", "title", "author", "category"]);
    let price = StructField::new("price", DataType::Double);
    schema.fields.push(price);
    schema
}

/// `books-csv`, `books-streaming` and `books-cdc`.
pub(super) fn files(seed: u64) -> Result<Vec<(String, Bytes)>, FormatError> {
    let mut files = Vec::new();
    let options = Options::new().with("header", "true").with("sep", ";");
    let options = CsvOptions::from_options(&options)?;
    for (i, first) in (0..BOOKS.len()).step_by(EXPORT).enumerate() {
        let text = csv::write(&books(first..first + EXPORT)?, &options, true, Tz::UTC)?;
        let path = format!("books-csv/export_{:03}.csv", i + 1);
        files.push((path, Bytes::from(text)));
    }
    for number in 1..=CHANGE_FILES {
        let inserts = changes(number, seed, &[6, 4, 0])?;
        files.push((
            format!("books-streaming/{number:02}.json"),
            to_json(&inserts)?,
        ));
        let all = changes(number + CHANGE_FILES, seed, &[4, 8, 4])?;
        files.push((format!("books-cdc/{number:02}.json"), to_json(&all)?));
    }
    Ok(files)
}

/// A file of changes: a book's columns with `row_status` (INSERT, UPDATE, DELETE, drawn with these
/// weights) and `row_time`. A deletion has the book's id alone.
fn changes(number: usize, seed: u64, weights: &[usize; 3]) -> Result<Frame, FormatError> {
    let mut schema = book_schema();
    for name in ["row_status", "row_time"] {
        schema.fields.push(StructField::new(name, DataType::String));
    }
    let rows = (0..CHANGES).filter_map(|i| {
        let mut dice = Dice::new(seed, 5, (number * CHANGES + i) as u64);
        let position = dice.below(BOOKS.len());
        let book = BOOKS.get(position)?;
        let status = ["INSERT", "UPDATE", "DELETE"].get(dice.weighted(weights))?;
        let price = book.price - 3 + dice.below(7) as i64;
        let time = format!(
            "2024-03-{:02}T{:02}:{:02}:{:02}.000Z",
            3 + number,
            8 + i / 2,
            dice.below(60),
            dice.below(60)
        );
        let known = |text: &str| match *status {
            "DELETE" => Value::Null,
            _ => text.into(),
        };
        Some([
            book_id(position).into(),
            known(book.title),
            known(book.author),
            known(book.category),
            match *status {
                "DELETE" => Value::Null,
                _ => Value::Double(price as f64),
            },
            (*status).into(),
            time.into(),
        ])
    });
    frame_of(schema, rows.collect())
}

const fn book(
    title: &'static str,
    author: &'static str,
    category: &'static str,
    price: i64,
) -> Book {
    Book {
        title,
        author,
        category,
        price,
    }
}

pub(super) const BOOKS: &[Book] = &[
    book("Rivers of Records", "Hanne Quist", "Computer Science", 34),
    book(
        "The Patient Compiler",
        "Marek Novotny",
        "Computer Science",
        45,
    ),
    book("Tables That Remember", "Ines Sandoval", "Databases", 39),
    book("A Log and Nothing Else", "Otto Kestrel", "Databases", 28),
    book("Counting Without Loss", "Rhea Lindqvist", "Statistics", 31),
    book(
        "Small Samples, Big Mistakes",
        "Emil Caspari",
        "Statistics",
        26,
    ),
    book("Bread for a Winter", "Lotte Abendroth", "Cooking", 22),
    book("Thirty Soups", "Carla Marchetti", "Cooking", 19),
    book("The Lighthouse at Grey Point", "Vera Thorsby", "Novel", 18),
    book("What the Ferryman Kept", "Goran Zelenka", "Novel", 17),
    book("An Orchard in the Snow", "Oona Halvard", "Novel", 21),
    book("Seven Keys, One Door", "Nils Rosenvinge", "Novel", 16),
    book("Maps of Imaginary Coasts", "Silke Birkholm", "Travel", 33),
    book("By Night Train to the Sea", "Ruben Pellegrin", "Travel", 24),
    book("The Streaming Mind", "Tamar Irving", "Computer Science", 41),
    book(
        "Queues, Clocks and Watermarks",
        "Karel Ostrander",
        "Computer Science",
        52,
    ),
    book("Garden Moths", "Frieda Juhl", "Nature", 29),
    book("The Slow Life of Lichen", "Simo Ekdal", "Nature", 27),
    book("Copper, Salt and Glass", "Dario Vasquez", "History", 36),
    book("The Town That Moved", "Edith Wetherby", "History", 25),
    book("Knots for Beginners", "Timur Ulvang", "Crafts", 14),
    book("A Loom of One's Own", "Petra Dunkel", "Crafts", 23),
    book("Songs for Two Voices", "Mirja Fennimore", "Music", 20),
    book("The Quiet Metronome", "Levin Gravenhorst", "Music", 30),
];
