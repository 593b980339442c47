//! The sample data: a bookstore's orders, customers and books, generated from a seed.
//!
//! [`files`] gives the tree of `fixtures/bookstore`, [`broken_files`] that of `fixtures/broken`;
//! `cargo run --example generate_bookstore` writes both. [`generate_orders`] makes orders in any
//! number, for benches and tests. All names, addresses and titles are invented.
//!
//! Each file of 1000 orders has [`EMPTY_ORDERS`] orders without items and
//! [`UNKNOWN_CUSTOMERS`] orders of customers that only [`files`]' `customers-json-new` knows; so
//! an inner join with the customers that keeps orders with items keeps 960 of 1000.

mod broken;
mod customers;
mod dice;
mod orders;
#[cfg(test)]
mod tests;
mod titles;

use bytes::Bytes;
use chrono_tz::Tz;

pub use broken::broken_files;
pub use customers::generate_customers;
pub use orders::{
    EMPTY_ORDERS, ORDERS_PER_FILE, UNKNOWN_CUSTOMERS, generate_customers_of, generate_orders,
    order_frames, orders_schema,
};
pub use titles::generate_books;

use crate::formats::FormatError;
use crate::formats::parquet::{ParquetWriteOptions, ParquetWriter};
use crate::types::arrow::ArrowConversionError;
use crate::types::{DataType, Frame, StructType};

/// The seed of the committed files.
pub const SEED: u64 = 4;

/// How many files of orders there are in all, and how many have arrived at the start.
pub const ORDER_FILES: usize = 10;
const ORDER_FILES_AT_START: usize = 3;

/// Customers that the orders' customers are drawn from; the last [`IDLE_CUSTOMERS`] never order.
const CUSTOMERS: usize = 300;
const IDLE_CUSTOMERS: usize = 100;
const NEW_CUSTOMERS: usize = 100;

/// The files of the bookstore: path below its root, and content.
///
/// # Errors
/// None, unless this module has a defect.
pub fn files(seed: u64) -> Result<Vec<(String, Bytes)>, FormatError> {
    let mut files = Vec::new();
    for (i, frame) in order_frames(ORDER_FILES * ORDERS_PER_FILE, ORDERS_PER_FILE, seed).enumerate()
    {
        let frame = frame?;
        let (parquet, json) = (to_parquet(&frame)?, to_json(&frame)?);
        let number = i + 1;
        if i < ORDER_FILES_AT_START {
            files.push((format!("orders-raw/{number:02}.parquet"), parquet.clone()));
            files.push((format!("orders-json-raw/{number:02}.json"), json.clone()));
        }
        files.push((format!("orders-streaming/{number:02}.parquet"), parquet));
        files.push((format!("orders-json-streaming/{number:02}.json"), json));
    }
    for (i, ids) in [1..=100, 101..=200, 201..=CUSTOMERS]
        .into_iter()
        .enumerate()
    {
        let frame = generate_customers(ids, seed)?;
        files.push((
            format!("customers-json/export_{:03}.json", i + 1),
            to_json(&frame)?,
        ));
    }
    let (first, last) = (CUSTOMERS + 1, CUSTOMERS + NEW_CUSTOMERS);
    for (i, ids) in [first..=first + 49, first + 50..=last]
        .into_iter()
        .enumerate()
    {
        let frame = generate_customers(ids, seed)?;
        files.push((
            format!("customers-json-new/{:02}.json", i + 1),
            to_json(&frame)?,
        ));
    }
    files.extend(titles::files(seed)?);
    files.sort();
    Ok(files)
}

fn to_parquet(frame: &Frame) -> Result<Bytes, FormatError> {
    let mut writer = ParquetWriter::new(frame.schema(), &ParquetWriteOptions::default())?;
    writer.write(frame)?;
    writer.finish()
}

fn to_json(frame: &Frame) -> Result<Bytes, FormatError> {
    let text = crate::formats::json::write(frame, Tz::UTC).map_err(ArrowConversionError::Frame)?;
    Ok(Bytes::from(text))
}

fn strings(names: &[&str]) -> StructType {
    StructType::of(names.iter().map(|name| (*name, DataType::String)))
}
