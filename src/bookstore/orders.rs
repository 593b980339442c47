//! Orders.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Int32Builder, Int64Builder, LargeListArray, StringViewBuilder, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType as ArrowType, Field};
use bytes::Bytes;

use super::dice::{Dice, Shuffle};
use super::titles::BOOKS;
use super::{CUSTOMERS, IDLE_CUSTOMERS, NEW_CUSTOMERS, generate_customers, to_json};
use crate::formats::FormatError;
use crate::formats::parquet::{FRAME_ROWS, ParquetWriteOptions, ParquetWriter};
use crate::types::arrow::{ArrowConversionError, schema_to_arrow};
use crate::types::{DataType, Frame, SchemaRef, StructType};

/// Orders in a file.
pub const ORDERS_PER_FILE: usize = 1000;
/// Of each file's orders, those without items: `quantity` 0, no `books`.
pub const EMPTY_ORDERS: usize = 30;
/// Of each file's orders, those of customers that aren't in `customers-json`.
pub const UNKNOWN_CUSTOMERS: usize = 10;

/// The five days on which orders come, from 2024-03-04 00:00 UTC, in epoch seconds.
const FIRST_DAY: i64 = 1_709_510_400;
const DAYS: usize = 5;
const DAY_SECONDS: i64 = 86_400;

/// The orders' schema.
pub fn orders_schema() -> SchemaRef {
    let book = StructType::of([
        ("book_id", DataType::String),
        ("quantity", DataType::Integer),
        ("subtotal", DataType::Long),
    ]);
    Arc::new(StructType::of([
        ("order_id", DataType::String),
        ("order_timestamp", DataType::Long),
        ("customer_id", DataType::String),
        ("quantity", DataType::Long),
        ("total", DataType::Integer),
        ("books", DataType::array(DataType::Struct(book))),
    ]))
}

/// A parquet file of `rows` orders. Beyond the sample's 10 000 the customers grow with the rows, so
/// that a customer still has about ten orders a day.
///
/// # Errors
/// None, unless this module has a defect.
pub fn generate_orders(rows: usize, seed: u64) -> Result<Bytes, FormatError> {
    let mut writer = ParquetWriter::new(&orders_schema(), &ParquetWriteOptions::default())?;
    for frame in order_frames(rows, FRAME_ROWS, seed) {
        writer.write(&frame?)?;
    }
    writer.finish()
}

/// `rows` orders in frames of `frame_rows`.
pub fn order_frames(
    rows: usize,
    frame_rows: usize,
    seed: u64,
) -> impl Iterator<Item = Result<Frame, FormatError>> {
    let orders = Orders::new(rows, seed);
    let frame_rows = frame_rows.max(1);
    (0..rows.div_ceil(frame_rows)).map(move |i| {
        let first = i * frame_rows;
        orders.frame(first..rows.min(first + frame_rows))
    })
}

/// How many customers `rows` orders come from, numbered from 1.
fn ordering_customers(rows: usize) -> usize {
    (CUSTOMERS - IDLE_CUSTOMERS).max(rows / 10 / DAYS)
}

/// The customers that `rows` orders of [`generate_orders`] come from, as a file of JSON lines.
///
/// # Errors
/// None, unless this module has a defect.
pub fn generate_customers_of(rows: usize, seed: u64) -> Result<Bytes, FormatError> {
    to_json(&generate_customers(1..=ordering_customers(rows), seed)?)
}

/// Makes orders by their position.
struct Orders {
    seed: u64,
    customers: usize,
    /// Customer and day pairs. Orders go over all pairs in turn, each time in another order: so a
    /// customer's daily count grows evenly with every file.
    pairs: usize,
}

struct Order {
    timestamp: i64,
    customer: usize,
    /// Book, quantity.
    books: Vec<(usize, usize)>,
}

impl Orders {
    fn new(rows: usize, seed: u64) -> Self {
        let customers = ordering_customers(rows);
        Orders {
            seed,
            customers,
            pairs: customers * DAYS,
        }
    }

    fn order(&self, index: usize) -> Order {
        let (file, in_file) = (index / ORDERS_PER_FILE, index % ORDERS_PER_FILE);
        let (turn, in_turn) = (index / self.pairs, index % self.pairs);
        let mut dice = Dice::new(self.seed, 1, index as u64);
        let rank = Shuffle::new(ORDERS_PER_FILE, Dice::new(self.seed, 2, file as u64)).at(in_file);
        let pair = Shuffle::new(self.pairs, Dice::new(self.seed, 3, turn as u64)).at(in_turn);

        let empty = rank < EMPTY_ORDERS;
        let unknown = !empty && rank < EMPTY_ORDERS + UNKNOWN_CUSTOMERS;
        let customer = match unknown {
            false => 1 + pair / DAYS,
            true => 1 + self.customers.max(CUSTOMERS) + dice.below(NEW_CUSTOMERS),
        };
        // The shop is open from 8 to 22.
        let second = 8 * 3600 + dice.below(14 * 3600) as i64;
        let timestamp = FIRST_DAY + (pair % DAYS) as i64 * DAY_SECONDS + second;
        let lines = if empty {
            0
        } else {
            1 + dice.weighted(&[60, 35, 5])
        };
        let first = dice.below(BOOKS.len());
        let step = 1 + dice.below(BOOKS.len() / 4);
        let books = (0..lines)
            .map(|i| {
                let book = (first + i * step) % BOOKS.len();
                (book, 1 + dice.weighted(&[60, 35, 5]))
            })
            .collect();
        Order {
            timestamp,
            customer,
            books,
        }
    }

    fn frame(&self, range: std::ops::Range<usize>) -> Result<Frame, FormatError> {
        let height = range.len();
        let mut ids = StringViewBuilder::with_capacity(height);
        let mut timestamps = Int64Builder::with_capacity(height);
        let mut customers = StringViewBuilder::with_capacity(height);
        let mut quantities = Int64Builder::with_capacity(height);
        let mut totals = Int32Builder::with_capacity(height);
        let mut lengths = Vec::with_capacity(height);
        let mut book_ids = StringViewBuilder::with_capacity(height * 2);
        let mut book_quantities = Int32Builder::with_capacity(height * 2);
        let mut subtotals = Int64Builder::with_capacity(height * 2);
        for index in range {
            let order = self.order(index);
            let (mut quantity, mut total) = (0, 0);
            for (book, count) in &order.books {
                let price = BOOKS.get(*book).map_or(0, |b| b.price);
                let subtotal = *count as i64 * price;
                book_ids.append_value(book_id(*book));
                book_quantities.append_value(*count as i32);
                subtotals.append_value(subtotal);
                quantity += *count as i64;
                total += subtotal;
            }
            ids.append_value(format!("{:015}", 3001 + index));
            timestamps.append_value(order.timestamp);
            customers.append_value(customer_id(order.customer));
            quantities.append_value(quantity);
            totals.append_value(i32::try_from(total).unwrap_or(i32::MAX));
            lengths.push(order.books.len());
        }
        let parts: Vec<ArrayRef> = vec![
            Arc::new(book_ids.finish()),
            Arc::new(book_quantities.finish()),
            Arc::new(subtotals.finish()),
        ];
        let books = list_of_books(parts, lengths).map_err(ArrowConversionError::Arrow)?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(ids.finish()),
            Arc::new(timestamps.finish()),
            Arc::new(customers.finish()),
            Arc::new(quantities.finish()),
            Arc::new(totals.finish()),
            books,
        ];
        Ok(Frame::from_arrow_columns(
            &columns,
            &orders_schema(),
            height,
        )?)
    }
}

fn list_of_books(
    parts: Vec<ArrayRef>,
    lengths: Vec<usize>,
) -> Result<ArrayRef, arrow::error::ArrowError> {
    let schema = schema_to_arrow(&orders_schema());
    let element = match schema.field_with_name("books")?.data_type() {
        ArrowType::LargeList(element) => element.clone(),
        other => Arc::new(Field::new("element", other.clone(), true)),
    };
    let ArrowType::Struct(fields) = element.data_type().clone() else {
        return Err(arrow::error::ArrowError::SchemaError("books".into()));
    };
    let books = StructArray::try_new(fields, parts, None)?;
    let offsets = OffsetBuffer::<i64>::from_lengths(lengths);
    let list = LargeListArray::try_new(element, offsets, Arc::new(books), None)?;
    Ok(Arc::new(list))
}

/// `C00617`
pub(super) fn customer_id(number: usize) -> String {
    format!("C{number:05}")
}

/// `B01`, for the book at position 0.
pub(super) fn book_id(position: usize) -> String {
    format!("B{:02}", position + 1)
}
