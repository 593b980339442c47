//! Multihop runs the Delta Lake multi-hop pipeline (bronze, silver, gold) in a browser tab.
//!
//! | module | what it is |
//! |---|---|
//! | [`env`] | time and ids, injected so that a run can be replayed |
//! | [`types`] | Spark types, schemas, values, frames; Arrow and Polars |
//! | [`storage`] | the file system under `dbfs:/` |
//! | [`formats`] | parquet, JSON, CSV, text: bytes and frames; schema inference; rescued data |
//! | [`delta`] | the transaction log: actions, snapshots, transactions, checkpoints, history |
//! | [`sql`] | parse, analyze, plan, optimize, execute; functions; errors with Spark's conditions |
//! | [`streaming`] | queries, triggers, micro-batches, checkpoints, state; sources and sinks |
//! | [`session`] | `SparkSession`: conf, catalog, views, streams |
//! | [`connect`] | the PySpark API's messages: DataFrames by number, columns, waiting |
//! | [`bookstore`] | the sample data, generated from a seed |
//! | [`protocol`] | the messages between page and engine |
//! | [`python`] | Python cells: RustPython and the `pyspark` package |
//! | [`notebook`] | notebooks: cells, their formats, what a cell means and shows |
//! | [`pipeline`] | pipelines as lists of statements; their lineage |
//! | [`engine`] | answers the page's requests, moves streams; the web worker |
//! | [`cli`] | the command line |
//! | `page` | the Leptos app |
//!
//! Dependencies point down only: a module uses those above it in the table, never those below;
//! `page` knows `protocol` alone.

#[cfg(feature = "engine")]
pub mod bookstore;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "engine")]
pub mod connect;
#[cfg(feature = "engine")]
pub mod delta;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod env;
#[cfg(feature = "engine")]
pub mod formats;
#[cfg(feature = "engine")]
pub mod notebook;
#[cfg(feature = "engine")]
pub mod pipeline;
pub mod protocol;
#[cfg(feature = "python")]
pub mod python;
#[cfg(feature = "engine")]
pub mod session;
#[cfg(feature = "engine")]
pub mod sql;
#[cfg(feature = "engine")]
pub mod storage;
#[cfg(feature = "engine")]
pub mod streaming;
pub mod types;

#[cfg(any(test, feature = "page"))] // tests run what needs no browser natively
pub mod page;
