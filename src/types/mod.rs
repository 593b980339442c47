//! Spark's types, schemas and frames, and how they look in Arrow and Polars.
//!
//! `data_type` and `json` need no engine; `frame`, `arrow` and `value` belong to it.

#[cfg(feature = "engine")]
pub mod arrow;
#[cfg(feature = "engine")]
pub mod calendar;
mod data_type;
mod ddl;
#[cfg(feature = "engine")]
mod frame;
mod json;
#[cfg(feature = "engine")]
mod value;

pub use data_type::{
    DataType, Metadata, SchemaRef, StructField, StructType, quote, quote_if_needed,
};
#[cfg(feature = "engine")]
pub use frame::{Frame, FrameError, physical_type};
pub use json::{SchemaJsonError, type_from_json, type_to_json};
#[cfg(feature = "engine")]
pub use value::{
    ListParts, Value, base64, decimal_text, double_text, float_text, from_base64, list_from_parts,
    series_from_values, take, values_from_series,
};
