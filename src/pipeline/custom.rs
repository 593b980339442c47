//! Pipelines that users make from files they drop: three SQL texts over Auto Loader.

use super::{Declared, Landing, Pipeline};
use crate::session::{Reader, Statement, StreamWriter, TriggerSpec};
use crate::types::{DataType, StructType, quote_if_needed};

/// The three SQL texts of a pipeline: what each hop's view selects.
#[derive(Debug, Clone, PartialEq)]
pub struct HopTexts {
    pub bronze: String,
    pub silver: String,
    pub gold: String,
}

/// The pipeline `name` (a plain identifier) over files of `format` in its landing directory,
/// read with `options`.
pub fn custom(
    name: &str,
    format: &str,
    options: &[(String, String)],
    texts: &HopTexts,
) -> Pipeline {
    let declared = |title: &str, statement| Declared {
        title: title.into(),
        statement,
    };
    let root = root(name);
    let landing = landing(name);
    let view = |hop: &str, text: &str| {
        Statement::Sql(format!(
            "CREATE OR REPLACE TEMPORARY VIEW {name}_{hop} AS\n{}",
            text.trim().trim_end_matches(';')
        ))
    };
    let write = |from: &str, table: &str| {
        let checkpoint = format!("{root}/checkpoints/{table}");
        (
            format!("{name}_{from}"),
            StreamWriter::table(&format!("{name}_{table}"), &checkpoint),
        )
    };
    let (bronze_from, bronze) = write("bronze_query", "bronze");
    let (silver_from, silver) = write("silver_query", "silver");
    let (gold_from, gold) = write("gold_query", "gold");
    let mut reader = Reader::load("cloudFiles", &landing)
        .option("cloudFiles.format", format)
        .option(
            "cloudFiles.schemaLocation",
            &format!("{root}/checkpoints/schema"),
        )
        .option("cloudFiles.inferColumnTypes", "true");
    for (option, value) in options {
        reader = reader.option(option, value);
    }
    Pipeline {
        id: name.into(),
        title: name.into(),
        start: vec![
            declared(
                "Read arriving files with Auto Loader",
                Statement::ReadStream {
                    reader,
                    view: format!("{name}_raw_temp"),
                },
            ),
            declared("Bronze", view("bronze_query", &texts.bronze)),
            declared(
                "Write the bronze table",
                Statement::WriteStream {
                    from: bronze_from,
                    writer: bronze,
                },
            ),
            declared(
                "Read the bronze table as a stream",
                Statement::ReadStream {
                    reader: Reader::table(&format!("{name}_bronze")),
                    view: format!("{name}_bronze_tmp"),
                },
            ),
            declared("Silver", view("silver_query", &texts.silver)),
            declared(
                "Write the silver table",
                Statement::WriteStream {
                    from: silver_from,
                    writer: silver,
                },
            ),
            declared(
                "Read the silver table as a stream",
                Statement::ReadStream {
                    reader: Reader::table(&format!("{name}_silver")),
                    view: format!("{name}_silver_tmp"),
                },
            ),
            declared("Gold", view("gold_query", &texts.gold)),
        ],
        update: vec![declared(
            "Write the gold table",
            Statement::WriteStream {
                from: gold_from,
                writer: gold
                    .output_mode("complete")
                    .trigger(TriggerSpec::AvailableNow),
            },
        )],
        landing: vec![Landing {
            path: landing,
            format: format.into(),
        }],
        sample: None,
    }
}

/// Where a custom pipeline keeps its files.
pub fn root(name: &str) -> String {
    format!("dbfs:/pipelines/{name}")
}

/// Where files for a custom pipeline land.
pub fn landing(name: &str) -> String {
    format!("{}/landing", root(name))
}

/// A start for the three texts: bronze adds where and when a row arrived, silver drops rows
/// without the first column, gold counts by a column that looks like a category.
pub fn suggest(name: &str, schema: &StructType) -> HopTexts {
    let visible = || schema.fields.iter().filter(|f| !f.name.starts_with('_'));
    let first = visible().next().map(|f| quote_if_needed(&f.name));
    let key = visible()
        .find(|f| matches!(f.data_type, DataType::String | DataType::Boolean) && !is_id(&f.name))
        .or_else(|| visible().find(|f| f.data_type.is_atomic()))
        .map(|f| quote_if_needed(&f.name));
    let sum = visible()
        .find(|f| f.data_type.is_numeric() && !is_id(&f.name))
        .map(|f| quote_if_needed(&f.name));
    let filter = first.map_or(String::new(), |c| format!("\nWHERE {c} IS NOT NULL"));
    let gold = match key {
        Some(key) => {
            let total = sum.filter(|s| *s != key).map_or(String::new(), |s| {
                format!(
                    ",\n  SUM({s}) AS {}",
                    quote_if_needed(&format!("total_{}", s.trim_matches('`')))
                )
            });
            format!(
                "SELECT\n  {key},\n  COUNT(*) AS rows_count{total}\nFROM {name}_silver_tmp\nGROUP BY {key}"
            )
        }
        None => format!("SELECT COUNT(*) AS rows_count\nFROM {name}_silver_tmp"),
    };
    HopTexts {
        bronze: format!(
            "SELECT\n  *,\n  current_timestamp() AS arrival_time,\n  input_file_name() AS source_file\nFROM {name}_raw_temp"
        ),
        silver: format!("SELECT *\nFROM {name}_bronze_tmp{filter}"),
        gold,
    }
}

fn is_id(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "id" || name.ends_with("_id") || name.ends_with("timestamp")
}
