//! Options that readers of every file format take.

use super::{OptionSpec, option_table};

option_table! {
    /// Options of readers of files, whatever their format.
    pub FILE_OPTIONS {
        pub PATH = OptionSpec::new(
            "path",
            "",
            "The directory or file, where the call or the statement doesn't name one.",
        );
        pub PATH_GLOB_FILTER = OptionSpec::new(
            "pathGlobFilter",
            "",
            "Only files whose names match the glob are read, such as `*.json`.",
        );
        pub SCHEMA_HINTS = OptionSpec::new(
            "schemaHints",
            "",
            "Columns whose types are not inferred, as in `id BIGINT, day DATE`.",
        );
        pub RESCUED_DATA_COLUMN = OptionSpec::new(
            "rescuedDataColumn",
            "",
            "The name of a column that takes what doesn't fit the schema, as JSON.",
        );
        pub INFER_COLUMN_TYPES = OptionSpec::new(
            "inferColumnTypes",
            "",
            "For `read_files`: whether types are inferred rather than all columns being STRING. It infers them by default.",
        );
        pub IGNORE_CORRUPT_FILES = OptionSpec::new(
            "ignoreCorruptFiles",
            "false",
            "For streams: whether damaged files are left out.",
        );
        RECURSIVE_FILE_LOOKUP = OptionSpec::without_effect(
            "recursiveFileLookup",
            "Directories are always read with everything below them.",
        );
        MODIFIED_AFTER = OptionSpec::without_effect(
            "modifiedAfter",
            "Files of any age are read; so it is with `modifiedBefore`.",
        );
        MERGE_SCHEMA = OptionSpec::without_effect(
            "mergeSchema",
            "When reading: an inferred schema always has the columns of all files.",
        );
        SAMPLING_RATIO = OptionSpec::without_effect(
            "samplingRatio",
            "Schemas are inferred from all records.",
        );
    }
}
