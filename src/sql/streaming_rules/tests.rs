use super::*;
use crate::sql::analyze::tests::Tables;

fn tables() -> Tables {
    Tables::default()
        .stream("r", "ts TIMESTAMP, value BIGINT")
        .table("st", "value BIGINT")
}

fn says(sql: &str, mode: OutputMode) -> String {
    let plan = tables().query(sql).unwrap();
    match check_streaming(&plan, mode) {
        Ok(()) => "OK".into(),
        Err(e) => e.to_string().lines().next().unwrap().to_owned(),
    }
}

#[test]
fn output_modes_fit_aggregation_as_in_spark() {
    use OutputMode::{Append, Complete, Update};
    let counted = "SELECT value, count(*) c FROM r GROUP BY value";
    assert_eq!(
        says(counted, Append),
        "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This output mode is not supported for streaming aggregations without watermark on streaming DataFrames/DataSets. SQLSTATE: 42KDE"
    );
    assert_eq!(says(counted, Complete), "OK");
    assert_eq!(says(counted, Update), "OK");
    assert_eq!(
        says("SELECT * FROM r", Complete),
        "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: complete. This output mode is not supported for no streaming aggregations on streaming DataFrames/DataSets. SQLSTATE: 42KDE"
    );
    assert_eq!(says(&format!("{counted} ORDER BY c"), Complete), "OK");
}

#[test]
fn what_streams_cannot_do_is_refused_in_sparks_words() {
    use OutputMode::{Append, Complete, Update};
    let cases = [
        (
            "SELECT * FROM r ORDER BY value",
            Append,
            "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode;",
        ),
        ("SELECT * FROM r LIMIT 3", Append, "OK"),
        (
            "SELECT * FROM r LIMIT 3",
            Update,
            "Limits are not supported on streaming DataFrames/Datasets in Update output mode;",
        ),
        (
            "SELECT count(DISTINCT value) FROM r",
            Complete,
            "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using approx_count_distinct() instead.;",
        ),
        (
            "SELECT * FROM r JOIN st ON r.value = st.value",
            Append,
            "OK",
        ),
        (
            "SELECT * FROM r LEFT JOIN st ON r.value = st.value",
            Append,
            "OK",
        ),
        (
            "SELECT * FROM st RIGHT JOIN r ON r.value = st.value",
            Append,
            "OK",
        ),
        (
            "SELECT * FROM r RIGHT JOIN st ON r.value = st.value",
            Append,
            "RightOuter join with a streaming DataFrame/Dataset on the left and a static DataFrame/DataSet on the right not supported;",
        ),
        (
            "SELECT * FROM st LEFT JOIN r ON r.value = st.value",
            Append,
            "LeftOuter join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported;",
        ),
        (
            "SELECT * FROM r FULL JOIN st ON r.value = st.value",
            Append,
            "FullOuter joins with streaming DataFrames/Datasets on the left and a static DataFrame/Dataset on the right is not supported;",
        ),
        (
            "SELECT * FROM r a JOIN r b ON a.value = b.value",
            Update,
            "Join between two streaming DataFrames/Datasets is not supported in Update output mode, only in Append output mode;",
        ),
        (
            "SELECT * FROM r a LEFT JOIN r b ON a.value = b.value",
            Append,
            "Stream-stream LeftOuter join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition;",
        ),
        (
            "SELECT value FROM r UNION ALL SELECT value FROM st",
            Append,
            "Union between streaming and batch DataFrames/Datasets is not supported;",
        ),
        (
            "SELECT value FROM st EXCEPT SELECT value FROM r",
            Append,
            "Except on a streaming DataFrame/Dataset on the right is not supported;",
        ),
    ];
    for (sql, mode, expected) in cases {
        assert_eq!(says(sql, mode), expected, "{sql}");
    }
}

#[test]
fn a_stream_is_not_read_at_once() {
    let plan = tables().query("SELECT * FROM r").unwrap();
    let error = check_batch(&plan).unwrap_err();
    assert!(
        error.to_string().starts_with(
            "Queries with streaming sources must be executed with writeStream.start()"
        )
    );
    check_batch(&tables().query("SELECT * FROM st").unwrap()).unwrap();
}

#[test]
fn a_refused_plan_is_shown_from_the_node_that_is_refused() {
    let plan = tables().query("SELECT * FROM r ORDER BY value").unwrap();
    let error = check_streaming(&plan, OutputMode::Append).unwrap_err();
    let lines: Vec<String> = error
        .to_string()
        .lines()
        .skip(1)
        .map(str::to_owned)
        .collect();
    assert_eq!(lines[0], "~Sort [value ASC NULLS FIRST], true");
    assert_eq!(lines[1], "+- ~Project [ts, value]");
    assert_eq!(lines[2], "   +- ~SubqueryAlias r");
}
