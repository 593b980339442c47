//! Files with something wrong.

use std::sync::Arc;

use bytes::Bytes;

use super::customers::generate_customers;
use super::{ORDERS_PER_FILE, SEED, generate_books, order_frames, to_json, to_parquet};
use crate::formats::FormatError;
use crate::types::{DataType, Frame, StructType};

/// The files of `fixtures/broken`: name and content. `fixtures/README.md` says what is wrong with
/// each, and what should come of it.
///
/// # Errors
/// None, unless this module has a defect.
pub fn broken_files() -> Result<Vec<(String, Bytes)>, FormatError> {
    let mut frames = order_frames(ORDERS_PER_FILE, 20, SEED);
    let orders = match frames.next() {
        Some(frame) => frame?,
        None => Frame::empty(Arc::new(StructType::default())),
    };
    let parquet = to_parquet(&orders)?;
    let json = to_json(&orders)?;
    let lines: Vec<&[u8]> = json.split_inclusive(|b| *b == b'\n').collect();
    let half_line = json.slice(..json.len().saturating_sub(40));

    let mut bad_utf8 = lines.first().map(|l| l.to_vec()).unwrap_or_default();
    bad_utf8.extend(b"{\"order_id\":\"caf\xe9\",\"quantity\":1}\n");
    bad_utf8.extend(lines.get(1).copied().unwrap_or_default());

    let mut new_column = json.to_vec();
    new_column.extend(b"{\"order_id\":\"000000000009999\",\"order_timestamp\":1709600000,\"customer_id\":\"C00001\",\"quantity\":1,\"total\":20,\"books\":[],\"currency\":\"USD\"}\n");

    let mut mismatch = json.to_vec();
    mismatch.extend(b"{\"order_id\":\"000000000009999\",\"order_timestamp\":\"yesterday\",\"customer_id\":\"C00001\",\"quantity\":\"three\",\"total\":20,\"books\":{}}\n");

    let mut flipped = parquet.to_vec();
    for byte in flipped.iter_mut().skip(40).take(400) {
        *byte ^= 0x5a;
    }

    let mut bad_length = parquet.to_vec();
    let at = bad_length.len().saturating_sub(8);
    for byte in bad_length.iter_mut().skip(at).take(4) {
        *byte = 0x7f;
    }

    let renamed = StructType::of(orders.schema().fields.iter().map(|f| {
        let name = if f.name == "total" {
            "Total_Amount"
        } else {
            &f.name
        };
        (name.to_string(), f.data_type.clone())
    }));
    let renamed = orders
        .clone()
        .with_schema(Arc::new(renamed))
        .map_err(crate::types::arrow::ArrowConversionError::Frame)?;

    let texts: [(&str, &[u8]); 9] = [
        ("empty.parquet", b""),
        ("empty.json", b""),
        ("blank.json", b"\n\n   \n"),
        (
            "not-json.json",
            b"Dear customer,\nyour order is on its way.\n",
        ),
        ("scalar.json", b"42\n"),
        (
            "trailing-comma.json",
            b"{\"order_id\":\"1\",}\n{\"order_id\":\"2\"}\n",
        ),
        (
            "ragged.csv",
            b"book_id;title;price\nB01;One;10\nB02;Two\nB03;Three;30;more\nB04;Four;dear\n",
        ),
        ("png-named.parquet", PNG),
        ("text-named.parquet", b"order_id,quantity\n1,2\n"),
    ];
    let mut files: Vec<(String, Bytes)> = texts
        .into_iter()
        .map(|(name, content)| (name.to_string(), Bytes::copy_from_slice(content)))
        .collect();
    let mut add = |name: &str, content: Bytes| files.push((name.to_string(), content));
    add("truncated.parquet", parquet.slice(..parquet.len() / 2));
    add("flipped-bytes.parquet", Bytes::from(flipped));
    add("footer-too-long.parquet", Bytes::from(bad_length));
    add("other-schema.parquet", to_parquet(&generate_books()?)?);
    add(
        "other-types.parquet",
        to_parquet(&with_text_quantity(&orders)?)?,
    );
    add("new-column.parquet", to_parquet(&renamed)?);
    add("half-a-line.json", half_line);
    add("bad-utf8.json", Bytes::from(bad_utf8));
    add("new-column.json", Bytes::from(new_column));
    add("other-types.json", Bytes::from(mismatch));
    add(
        "other-schema.json",
        to_json(&generate_customers(1..=5, SEED)?)?,
    );
    add(
        "deep.json",
        Bytes::from(format!("{}{}\n", "[".repeat(5000), "]".repeat(5000))),
    );
    add(
        "json-named.parquet",
        json.slice(..lines.first().map_or(0, |l| l.len())),
    );
    files.sort();
    Ok(files)
}

/// The same orders with their quantity as STRING.
fn with_text_quantity(orders: &Frame) -> Result<Frame, FormatError> {
    let customer = orders.schema().index_of("customer_id");
    let mut schema = orders.schema().as_ref().clone();
    let mut columns = orders.columns().to_vec();
    if let (Some(quantity), Some(text)) = (
        schema.index_of("quantity"),
        customer.and_then(|i| orders.column(i)),
    ) && let (Some(field), Some(column)) =
        (schema.fields.get_mut(quantity), columns.get_mut(quantity))
    {
        field.data_type = DataType::String;
        *column = text.clone().with_name("quantity".into());
    }
    Ok(Frame::new(Arc::new(schema), columns, orders.height())
        .map_err(crate::types::arrow::ArrowConversionError::Frame)?)
}

/// An image of one transparent pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82";
