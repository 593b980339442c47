use std::collections::HashMap;
use std::path::Path;

use super::*;
use crate::formats::parquet::ParquetReader;
use crate::storage::DbfsPath;
use crate::types::values_from_series;

/// Rows of the orders' files `from..to`: customer, day, quantity.
fn orders(from: usize, to: usize) -> Vec<(String, i64, i64)> {
    let frames = order_frames(ORDER_FILES * ORDERS_PER_FILE, ORDERS_PER_FILE, SEED);
    let mut rows = Vec::new();
    for frame in frames.skip(from).take(to - from) {
        let frame = frame.unwrap();
        let column = |name: &str| {
            let i = frame.schema().index_of(name).unwrap();
            let field = &frame.schema().fields[i];
            values_from_series(&frame.columns()[i], &field.data_type).unwrap()
        };
        let columns = column("customer_id")
            .into_iter()
            .zip(column("order_timestamp"))
            .zip(column("quantity"));
        for ((customer, time), quantity) in columns {
            rows.push((
                customer.as_str().unwrap().to_string(),
                time.as_i64().unwrap() / 86_400,
                quantity.as_i64().unwrap(),
            ));
        }
    }
    rows
}

fn is_known(customer: &str) -> bool {
    customer[1..].parse::<usize>().unwrap() <= CUSTOMERS
}

/// The gold table's counts after the first `files` files.
fn daily_counts(files: usize) -> Vec<i64> {
    let mut counts: HashMap<(String, i64), i64> = HashMap::new();
    for (customer, day, quantity) in orders(0, files) {
        if quantity > 0 && is_known(&customer) {
            *counts.entry((customer, day)).or_default() += quantity;
        }
    }
    counts.into_values().collect()
}

#[test]
fn the_committed_files_are_those_that_the_generator_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let trees = [("bookstore", files(SEED)), ("broken", broken_files())];
    for (dir, files) in trees {
        let files = files.unwrap();
        for (path, bytes) in &files {
            let path = root.join(dir).join(path);
            let committed = std::fs::read(&path).unwrap_or_default();
            assert!(
                committed == *bytes,
                "{} differs: cargo run --example generate_bookstore",
                path.display()
            );
        }
    }
}

#[test]
fn the_files_have_the_counts_that_the_walk_through_shows() {
    let files = files(SEED).unwrap();
    let in_dir = |dir: &str| {
        let prefix = format!("{dir}/");
        let of_dir = files
            .iter()
            .filter(move |(path, _)| path.starts_with(&prefix));
        of_dir.collect::<Vec<_>>()
    };
    assert_eq!(in_dir("orders-raw").len(), 3);
    assert_eq!(in_dir("orders-streaming").len(), 10);
    for (path, bytes) in in_dir("orders-raw")
        .iter()
        .chain(&in_dir("orders-streaming"))
    {
        let path = DbfsPath::parse(path).unwrap();
        let reader = ParquetReader::open(bytes.clone(), &path).unwrap();
        assert_eq!(reader.row_count(), 1000);
        assert_eq!(&reader.schema().unwrap(), orders_schema().as_ref());
    }
    assert_eq!(in_dir("orders-raw")[0].1, in_dir("orders-streaming")[0].1);
    for (_, bytes) in in_dir("orders-json-streaming") {
        assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), 1000);
    }
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(size <= 3_000_000, "{size}");
}

#[test]
fn silver_drops_forty_orders_of_each_file() {
    for file in 0..ORDER_FILES {
        let rows = orders(file, file + 1);
        let empty = rows
            .iter()
            .filter(|(_, _, quantity)| *quantity == 0)
            .count();
        let unknown = rows.iter().filter(|(c, _, _)| !is_known(c)).count();
        assert_eq!(
            (rows.len(), empty, unknown),
            (1000, EMPTY_ORDERS, UNKNOWN_CUSTOMERS)
        );
    }
}

#[test]
fn daily_counts_lie_between_five_and_ten_at_first_and_grow() {
    let first = daily_counts(4);
    let middle = first.iter().filter(|c| (5..=10).contains(*c)).count();
    assert!(middle * 4 > first.len() * 3, "{middle} of {}", first.len());
    assert!(first.iter().all(|c| *c <= 20), "{:?}", first.iter().max());
    let last = daily_counts(10);
    let higher = last.iter().filter(|c| **c > 10).count();
    assert!(higher * 10 > last.len() * 9, "{higher} of {}", last.len());
}

#[test]
fn some_customers_never_order_and_some_have_no_email() {
    let ordering: std::collections::HashSet<String> =
        orders(0, 10).into_iter().map(|(c, _, _)| c).collect();
    let known = ordering.iter().filter(|c| is_known(c)).count();
    assert_eq!(known, CUSTOMERS - IDLE_CUSTOMERS);
    let customers = generate_customers(1..=CUSTOMERS, SEED).unwrap();
    let emails = customers.columns()[1].null_count();
    assert!((15..=50).contains(&emails), "{emails}");
    let ids = customers.columns()[0].n_unique().unwrap();
    assert_eq!(ids, CUSTOMERS);
    let profiles = values_from_series(&customers.columns()[2], &DataType::String).unwrap();
    for profile in profiles {
        let profile: serde_json::Value = serde_json::from_str(profile.as_str().unwrap()).unwrap();
        assert!(profile["first_name"].is_string() && profile["address"]["city"].is_string());
    }
}

#[test]
fn orders_follow_from_the_seed_in_any_number() {
    let read = |bytes: Bytes| {
        let path = DbfsPath::root();
        ParquetReader::open(bytes, &path).unwrap().row_count()
    };
    assert_eq!(read(generate_orders(2500, 1).unwrap()), 2500);
    assert_eq!(
        generate_orders(50, 1).unwrap(),
        generate_orders(50, 1).unwrap()
    );
    assert_ne!(
        generate_orders(50, 1).unwrap(),
        generate_orders(50, 2).unwrap()
    );
    assert_eq!(read(generate_orders(0, 1).unwrap()), 0);
}
