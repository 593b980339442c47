//! Any text is a schema, as DDL or as JSON, or an error; a schema survives its own text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multihop::sql::parse::{parse_ddl, parse_schema};
use multihop::types::StructType;

fuzz_target!(|text: &str| {
    let _ = parse_ddl(text);
    let _ = StructType::from_json_str(text);
    if let Ok(schema) = parse_schema(text) {
        assert!(parse_schema(&schema.to_ddl()).is_ok(), "{text}");
    }
});
