//! Options of reading and writing Delta tables, and of starting streams.

use crate::formats::{OptionSpec, option_table};

option_table! {
    /// What readers of Delta tables take.
    pub DELTA_READ_OPTIONS {
        pub(super) VERSION_AS_OF = OptionSpec::new("versionAsOf", "", "The version to read.");
        pub(super) TIMESTAMP_AS_OF = OptionSpec::new(
            "timestampAsOf",
            "",
            "The time as of which to read, as a date or timestamp.",
        );
        pub(super) STARTING_VERSION = OptionSpec::new(
            "startingVersion",
            "",
            "With `readChangeFeed`: the first version whose changes are read.",
        );
        pub(super) STARTING_TIMESTAMP = OptionSpec::new("startingTimestamp", "", "The same by a date or timestamp.");
        pub(super) ENDING_VERSION = OptionSpec::new(
            "endingVersion",
            "",
            "With `readChangeFeed`: the last version whose changes are read; by default the latest.",
        );
        pub(super) ENDING_TIMESTAMP = OptionSpec::new("endingTimestamp", "", "The same by a date or timestamp.");
    }
}

option_table! {
    /// What writers of Delta tables take.
    pub DELTA_WRITE_OPTIONS {
        pub(super) MERGE_SCHEMA = OptionSpec::new(
            "mergeSchema",
            "",
            "Whether columns that the table lacks are added to it. The default is the setting `spark.databricks.delta.schema.autoMerge.enabled`. Streams take it too.",
        );
        pub(super) OVERWRITE_SCHEMA = OptionSpec::new(
            "overwriteSchema",
            "false",
            "With mode `overwrite`: whether the table takes the columns of what is written.",
        );
        pub(super) REPLACE_WHERE = OptionSpec::new(
            "replaceWhere",
            "",
            "With mode `overwrite`: only rows that meet this condition are replaced, and what is written must meet it.",
        );
        pub(super) PARTITION_OVERWRITE_MODE = OptionSpec::new(
            "partitionOverwriteMode",
            "static",
            "With mode `overwrite`: `dynamic` replaces only the partitions that are written. It also works for files.",
        );
        pub(super) USER_METADATA = OptionSpec::new(
            "userMetadata",
            "",
            "A note that `DESCRIBE HISTORY` shows.",
        );
        pub(super) TXN_APP_ID = OptionSpec::new(
            "txnAppId",
            "",
            "With `txnVersion`: who writes, so that a write that is repeated is done once.",
        );
        pub(super) TXN_VERSION = OptionSpec::new(
            "txnVersion",
            "",
            "With `txnAppId`: a number that grows with every write.",
        );
        TABLE_PROPERTY = OptionSpec::new(
            "delta.…",
            "",
            "A [table property](#delta-table-properties), set when the write creates the table.",
        );
    }
}

option_table! {
    /// What `writeStream` takes besides the options of what it writes.
    pub STREAM_WRITE_OPTIONS {
        pub(super) CHECKPOINT_LOCATION = OptionSpec::new(
            "checkpointLocation",
            "",
            "Where the stream keeps how far it is. Sinks that write files or tables require it, or the setting `spark.sql.streaming.checkpointLocation`.",
        );
    }
}
