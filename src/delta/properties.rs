//! The properties of a table that mean something here. Others are kept in the log for whoever reads them.
//!
//! Source: Delta documentation, "Delta table properties reference".

use crate::formats::{OptionSpec, option_table};

option_table! {
    /// A Delta table's properties.
    pub TABLE_PROPERTIES {
        pub(super) APPEND_ONLY = OptionSpec::new(
            "delta.appendOnly",
            "false",
            "Whether rows can be added and neither changed nor deleted.",
        );
        pub(super) CHECKPOINT_INTERVAL = OptionSpec::new(
            "delta.checkpointInterval",
            "10",
            "After how many commits a checkpoint of the log is written.",
        );
        pub(super) COLUMN_MAPPING_MODE = OptionSpec::new(
            "delta.columnMapping.mode",
            "none",
            "`name` lets columns be renamed and dropped without writing files anew; `id` is refused.",
        );
        pub(super) INDEXED_COLUMNS = OptionSpec::new(
            "delta.dataSkippingNumIndexedCols",
            "32",
            "How many of the first columns get statistics; -1 is all.",
        );
        pub DELETED_FILE_RETENTION = OptionSpec::new(
            "delta.deletedFileRetentionDuration",
            "interval 1 week",
            "How long `VACUUM` keeps files that no version needs any more.",
        );
        pub(super) CHANGE_DATA_FEED = OptionSpec::new(
            "delta.enableChangeDataFeed",
            "false",
            "Whether changes are recorded, for `table_changes` and `readChangeFeed`.",
        );
        pub MIN_READER_VERSION = OptionSpec::without_effect(
            "delta.minReaderVersion",
            "A table has the lowest protocol that its features need; `SHOW TBLPROPERTIES` shows it.",
        );
        pub MIN_WRITER_VERSION = OptionSpec::without_effect(
            "delta.minWriterVersion",
            "As `delta.minReaderVersion`.",
        );
        FEATURE = OptionSpec::new(
            "delta.feature.…",
            "",
            "`delta.feature.allowColumnDefaults` as `supported` lets `CREATE TABLE` have defaults. Other features turn themselves on where they are needed.",
        );
        CONSTRAINT = OptionSpec::new(
            "delta.constraints.…",
            "",
            "Where a table keeps its `CHECK` constraints; `ALTER TABLE … ADD CONSTRAINT` sets them.",
        );
        LOG_RETENTION = OptionSpec::without_effect(
            "delta.logRetentionDuration",
            "The log is never shortened, so that every version can be read while its files are there.",
        );
        AUTO_COMPACT = OptionSpec::without_effect(
            "delta.autoOptimize.autoCompact",
            "Files are compacted by `OPTIMIZE` alone.",
        );
        OPTIMIZE_WRITE = OptionSpec::without_effect(
            "delta.autoOptimize.optimizeWrite",
            "A write makes few files as it is.",
        );
    }
}
