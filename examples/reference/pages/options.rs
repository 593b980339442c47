//! `options.md`: options of readers, writers and streams, settings and table properties, from their tables.

use multihop::formats::{self, OptionSpec};
use multihop::sql::analyze::READ_FILES_OPTIONS;
use multihop::streaming::sources;
use multihop::{delta, session, sql};

use super::markdown::{code, contents, table};

/// A section of the page.
struct Section {
    title: &'static str,
    about: &'static str,
    options: Vec<&'static [OptionSpec]>,
}

/// The page.
pub fn page() -> String {
    let sections = sections();
    let mut text = String::from(
        "# Options\n\n\
        The options of readers, writers and streams, the settings of a session and the properties of Delta tables. They have\n\
        the names and defaults of Spark, Delta Lake and Databricks. Case doesn't count in the names of options, and their\n\
        values are texts: in Python, `True` and `3` are taken too.\n\n\
        ```python\n\
        spark.read.option(\"header\", True).csv(\"dbfs:/mnt/seeds.csv\")\n\
        ```\n\n\
        ```sql\n\
        CREATE TEMP VIEW seeds USING csv OPTIONS (path 'dbfs:/mnt/seeds.csv', header 'true')\n\
        ```\n\n\
        *No effect* means that the option is accepted and changes nothing here. So it is with names that this page lacks,\n\
        except that Auto Loader refuses those that begin with `cloudFiles.`.\n\n",
    );
    text.push_str(&contents(sections.iter().map(|s| s.title)));
    for section in sections {
        text.push_str(&format!("\n## {}\n\n", section.title));
        if !section.about.is_empty() {
            text.push_str(&format!("{}\n\n", section.about));
        }
        let options = section.options.iter().copied().flatten();
        text.push_str(&table(
            &["name", "default", "what it does"],
            options.map(row),
        ));
    }
    text
}

fn sections() -> Vec<Section> {
    let section = |title, about, options: &[&'static [OptionSpec]]| Section {
        title,
        about,
        options: options.to_vec(),
    };
    vec![
        section(
            "Reading files",
            "Every format takes these, in `spark.read`, `spark.readStream`, `OPTIONS (…)` and `read_files`.",
            &[formats::FILE_OPTIONS],
        ),
        section(
            "read_files",
            "The table function takes these, and the options of the format, as named arguments: `header => true`.",
            &[READ_FILES_OPTIONS],
        ),
        section(
            "CSV",
            "Reading takes these, and the options of [CSV and JSON](#csv-and-json). Writing takes `sep`, `header`, `quote`,\n\
            `escape` and `nullValue`.",
            &[formats::csv::OPTIONS],
        ),
        section(
            "JSON",
            "Reading takes these, and the options of [CSV and JSON](#csv-and-json).",
            &[formats::json::OPTIONS],
        ),
        section(
            "CSV and JSON",
            "",
            &[formats::RECORD_OPTIONS, formats::TEMPORAL_OPTIONS],
        ),
        section(
            "JSON functions",
            "`from_json` and `to_json` take these in a last argument such as `map('mode', 'FAILFAST')`.",
            &[sql::functions::JSON_OPTIONS],
        ),
        section("Parquet", "", &[formats::parquet::OPTIONS]),
        section("Text", "", &[formats::TEXT_OPTIONS]),
        section(
            "Writing text formats",
            "Writers of CSV, JSON and text take this.",
            &[formats::TEXT_WRITER_OPTIONS],
        ),
        section(
            "Reading Delta tables",
            "",
            &[session::DELTA_READ_OPTIONS, sql::changes::OPTIONS],
        ),
        section("Writing Delta tables", "", &[session::DELTA_WRITE_OPTIONS]),
        section(
            "Auto Loader",
            "Streams with `format(\"cloudFiles\")` take these, and without a prefix the options of the files' format.",
            &[sources::CLOUD_FILES_OPTIONS],
        ),
        section(
            "Streams of files",
            "Streams with `format(\"json\")` and the like take these, and the options of the format.",
            &[sources::FILE_STREAM_OPTIONS],
        ),
        section(
            "Streams of Delta tables",
            "They also take `readChangeFeed`.",
            &[sources::DELTA_STREAM_OPTIONS],
        ),
        section(
            "Rate streams",
            "Streams with `format(\"rate\")` take these.",
            &[sources::RATE_STREAM_OPTIONS],
        ),
        section("Writing streams", "", &[session::STREAM_WRITE_OPTIONS]),
        section(
            "COPY INTO",
            "`COPY_OPTIONS (…)` takes these; `FORMAT_OPTIONS (…)` those of the format.",
            &[session::COPY_OPTIONS],
        ),
        section(
            "Settings",
            "Set them with `SET name = value` or `spark.conf.set(name, value)`. Here case counts.",
            &[session::SETTINGS],
        ),
        section(
            "Delta table properties",
            "Set them with `TBLPROPERTIES (…)` or `ALTER TABLE … SET TBLPROPERTIES (…)`. Here case counts. Others are kept, and\n\
            other engines that read the table find them.",
            &[delta::TABLE_PROPERTIES],
        ),
    ]
}

fn row(option: &OptionSpec) -> Vec<String> {
    let names: Vec<String> = option.names().map(code).collect();
    let default = match option.default {
        "" => String::new(),
        value => code(value),
    };
    let about = match option.has_effect {
        true => option.about.to_owned(),
        false => format!("*No effect.* {}", option.about),
    };
    vec![names.join(", "), default, about]
}
