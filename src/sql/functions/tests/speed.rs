//! How long the pipeline's own functions take over a million rows:
//! `cargo test --release --lib functions::tests::speed -- --ignored --nocapture`.

use std::time::Instant;

use polars_core::prelude::*;

use super::{DataType as T, call};
use crate::sql::functions::{EvalMode, cast};
use crate::types::Value;

const ROWS: usize = 1_000_000;

fn timed(what: &str, f: impl Fn() -> Series) -> Series {
    let _ = f();
    let start = Instant::now();
    let column = f();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    column
}

#[test]
#[ignore = "a measurement"]
fn a_million_rows() {
    let seconds: Int64Chunked = (0..ROWS as i64)
        .map(|i| Some(1_640_995_200 + i * 7))
        .collect();
    let seconds = seconds.into_series();
    let text = |t: &str| Value::from(t).to_series(&T::String).unwrap();
    let pattern = text("yyyy-MM-dd HH:mm:ss");
    let times = timed("from_unixtime", || {
        call(
            "from_unixtime",
            &[seconds.clone(), pattern.clone()],
            &[&T::Long, &T::String],
            &T::String,
        )
    });
    let stamps = timed("cast as timestamp", || {
        cast::cast(
            &times,
            &T::String,
            &T::Timestamp,
            EvalMode::Ansi,
            chrono_tz::UTC,
        )
        .unwrap()
    });
    let _ = timed("date_trunc", || {
        call(
            "date_trunc",
            &[text("DD"), stamps.clone()],
            &[&T::String, &T::Timestamp],
            &T::Timestamp,
        )
    });
    let profiles: Vec<String> = (0..1700)
        .map(|i| format!(r#"{{"first_name":"Name{i}","last_name":"Last{i}","gender":"Male","address":{{"street":"06 Boulevard Victor Hugo","city":"Paris","country":"France"}}}}"#))
        .collect();
    let column: StringChunked = (0..ROWS)
        .map(|i| profiles.get(i * 7919 % 1700).map(String::as_str))
        .collect();
    let column = column.into_series();
    let _ = timed("get_json_path", || {
        call(
            "get_json_path",
            &[column.clone(), text("last_name")],
            &[&T::String, &T::String],
            &T::String,
        )
    });
    let _ = timed("a > 0", || {
        let zero = Value::Long(0).to_series(&T::Long).unwrap();
        call(
            ">",
            &[seconds.clone(), zero],
            &[&T::Long, &T::Long],
            &T::Boolean,
        )
    });
    let _ = timed("a + a", || {
        call(
            "+",
            &[seconds.clone(), seconds.clone()],
            &[&T::Long, &T::Long],
            &T::Long,
        )
    });
    let _ = timed("cast as string", || {
        cast::cast(
            &stamps,
            &T::Timestamp,
            &T::String,
            EvalMode::Ansi,
            chrono_tz::UTC,
        )
        .unwrap()
    });
}
