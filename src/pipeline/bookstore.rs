//! The bookstore pipeline: orders through bronze, silver and gold, statement by statement.

use super::{Declared, Landing, Pipeline, Sample};
use crate::session::{Reader, Statement, StreamWriter, TriggerSpec};

/// Where the sample data lies.
pub const DATASET: &str = "dbfs:/mnt/demo-datasets/bookstore";

// The time of arrival has no alias on purpose: its name needs column mapping, which is worth a look.
const ENRICH_BRONZE: &str = "CREATE OR REPLACE TEMPORARY VIEW orders_tmp AS
SELECT *, current_timestamp(), input_file_name() AS source_file
FROM orders_raw_temp";

const ENRICH_SILVER: &str = "CREATE OR REPLACE TEMPORARY VIEW orders_enriched_tmp AS
SELECT
  o.order_id,
  o.quantity,
  o.customer_id,
  c.profile:first_name AS f_name,
  c.profile:last_name AS l_name,
  timestamp_seconds(o.order_timestamp) AS order_timestamp,
  o.books
FROM orders_bronze_tmp o
JOIN customers_lookup c ON c.customer_id = o.customer_id
WHERE o.quantity > 0";

const AGGREGATE_GOLD: &str = "CREATE OR REPLACE TEMPORARY VIEW daily_customer_books_tmp AS
SELECT
  customer_id,
  f_name,
  l_name,
  date_trunc('day', order_timestamp) AS order_date,
  sum(quantity) AS books_counts
FROM orders_silver_tmp
GROUP BY ALL";

/// The pipeline over the sample data at [`DATASET`].
pub fn bookstore() -> Pipeline {
    let declared = |title: &str, statement| Declared {
        title: title.into(),
        statement,
    };
    let orders_raw = format!("{DATASET}/orders-raw");
    let customers = format!("{DATASET}/customers-json");
    Pipeline {
        id: "bookstore".into(),
        title: "Bookstore".into(),
        start: vec![
            declared(
                "Read arriving order files with Auto Loader",
                Statement::ReadStream {
                    reader: Reader::load("cloudFiles", &orders_raw)
                        .option("cloudFiles.format", "parquet")
                        .option(
                            "cloudFiles.schemaLocation",
                            "dbfs:/mnt/demo/checkpoints/orders_raw",
                        ),
                    view: "orders_raw_temp".into(),
                },
            ),
            declared(
                "Add arrival time and source file",
                Statement::Sql(ENRICH_BRONZE.into()),
            ),
            declared(
                "Write the bronze table",
                Statement::WriteStream {
                    from: "orders_tmp".into(),
                    writer: StreamWriter::table(
                        "orders_bronze",
                        "dbfs:/mnt/demo/checkpoints/orders_bronze",
                    ),
                },
            ),
            declared(
                "Look up customers",
                Statement::Read {
                    reader: Reader::load("json", &customers),
                    view: "customers_lookup".into(),
                },
            ),
            declared(
                "Read the bronze table as a stream",
                Statement::ReadStream {
                    reader: Reader::table("orders_bronze"),
                    view: "orders_bronze_tmp".into(),
                },
            ),
            declared(
                "Join customers, parse times, drop empty orders",
                Statement::Sql(ENRICH_SILVER.into()),
            ),
            declared(
                "Write the silver table",
                Statement::WriteStream {
                    from: "orders_enriched_tmp".into(),
                    writer: StreamWriter::table(
                        "orders_silver",
                        "dbfs:/mnt/demo/checkpoints/orders_silver",
                    ),
                },
            ),
            declared(
                "Read the silver table as a stream",
                Statement::ReadStream {
                    reader: Reader::table("orders_silver"),
                    view: "orders_silver_tmp".into(),
                },
            ),
            declared(
                "Count each customer's books a day",
                Statement::Sql(AGGREGATE_GOLD.into()),
            ),
        ],
        update: vec![declared(
            "Write the gold table",
            Statement::WriteStream {
                from: "daily_customer_books_tmp".into(),
                writer: StreamWriter::table(
                    "daily_customer_books",
                    "dbfs:/mnt/demo/checkpoints/daily_customer_books",
                )
                .output_mode("complete")
                .trigger(TriggerSpec::AvailableNow),
            },
        )],
        landing: vec![
            Landing {
                path: orders_raw.clone(),
                format: "parquet".into(),
            },
            Landing {
                path: customers,
                format: "json".into(),
            },
        ],
        sample: Some(Sample {
            from: format!("{DATASET}/orders-streaming"),
            to: orders_raw,
        }),
    }
}
