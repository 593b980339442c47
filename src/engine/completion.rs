//! What may come next in a cell: tables, columns, functions, methods.

use super::Engine;
use crate::protocol::{CellLanguage, Completion};
use crate::session::SessionError;
use crate::sql::functions;
use crate::types::StructType;

const KEYWORDS: &str = "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT RIGHT FULL OUTER INNER CROSS ON USING AS AND OR NOT IN IS NULL LIKE BETWEEN CASE WHEN THEN ELSE END DISTINCT UNION ALL EXCEPT INTERSECT WITH CREATE REPLACE TEMPORARY TEMP VIEW TABLE DATABASE SCHEMA IF EXISTS INSERT INTO OVERWRITE VALUES UPDATE SET DELETE MERGE MATCHED USING DELTA PARQUET CSV JSON LOCATION OPTIONS PARTITIONED COMMENT DESCRIBE HISTORY DETAIL EXTENDED SHOW TABLES VIEWS DATABASES COLUMNS DROP ALTER OPTIMIZE ZORDER VACUUM RETAIN HOURS DRY RUN RESTORE VERSION TIMESTAMP OF EXPLAIN CACHE REFRESH CAST LATERAL EXPLODE OVER PARTITION ROWS RANGE PRECEDING FOLLOWING UNBOUNDED CURRENT ROW ASC DESC NULLS FIRST LAST";

/// What stands behind a dot in Python: of DataFrames, readers, writers, streams, the session.
const METHODS: &str = "agg alias cache collect columns count createGlobalTempView createOrReplaceGlobalTempView createOrReplaceTempView createTempView crossJoin describe display distinct drop dropDuplicates dropna dtypes explain fillna filter first foreachBatch format groupBy head insertInto intersect isStreaming join json limit load mode na option options orderBy outputMode parquet partitionBy pivot printSchema queryName range read readStream saveAsTable schema select selectExpr show sort sql start streams summary table toDF toTable trigger union unionByName where withColumn withColumnRenamed withColumns withWatermark write writeStream writeTo active awaitTermination processAllAvailable lastProgress recentProgress status stop conf catalog fs ls cp mv rm mkdirs put widgets text dropdown get removeAll notebook run exit cast isNull isNotNull like rlike isin between asc desc over substr startswith endswith contains getItem getField when otherwise";

const NAMES: &str = "spark dbutils display displayHTML sc print len range list dict str int float sorted enumerate zip import from def return for in if elif else while try except with as lambda class True False None";

impl Engine {
    /// What may come next behind `before`. The page chooses among it by what is typed.
    pub(super) fn complete(
        &self,
        language: CellLanguage,
        before: &str,
    ) -> Result<Vec<Completion>, SessionError> {
        let mut items = Vec::new();
        let mut push = |label: &str, kind: &str, detail: &str| {
            items.push(Completion {
                label: label.into(),
                kind: kind.into(),
                detail: detail.into(),
            });
        };
        let word_start = before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |at| {
                at + before
                    .get(at..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(1, char::len_utf8)
            });
        let is_member = before
            .get(..word_start)
            .is_some_and(|before| before.ends_with('.'));
        let is_sql = language == CellLanguage::Sql || in_sql_string(before);
        if !is_sql && is_member {
            for method in METHODS.split(' ') {
                push(method, "method", "");
            }
            return Ok(items);
        }
        for (name, kind, schema) in self.relations_known()? {
            push(&name, "table", kind);
            for field in &schema.fields {
                push(&field.name, "column", &field.data_type.simple_string());
            }
        }
        if is_sql {
            for function in functions::functions() {
                let is_name = function.name.starts_with(|c: char| c.is_ascii_alphabetic());
                if is_name {
                    push(function.name, "function", function.usage);
                }
            }
            for keyword in KEYWORDS.split(' ') {
                push(keyword, "keyword", "");
            }
        } else {
            for name in NAMES.split(' ') {
                push(name, "variable", "");
            }
        }
        items.sort_by(|a, b| (&a.label, &a.kind).cmp(&(&b.label, &b.kind)));
        items.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
        Ok(items)
    }

    /// The tables and views, with their columns.
    fn relations_known(&self) -> Result<Vec<(String, &'static str, StructType)>, SessionError> {
        let state = self.session.state();
        let mut known = Vec::new();
        for table in state.tables(&state.current_database)? {
            // A table that can't be read has no columns to offer.
            let schema = self
                .session
                .table(&table.table)
                .map(|plan| plan.schema().as_ref().clone())
                .unwrap_or_default();
            known.push((table.table, "table", schema));
        }
        for (name, plan) in state.views() {
            known.push((name.into(), "view", plan.schema().as_ref().clone()));
        }
        Ok(known)
    }
}

/// Whether Python's text ends inside the string that `spark.sql(` was given.
fn in_sql_string(before: &str) -> bool {
    let Some(at) = before.rfind(".sql(") else {
        return false;
    };
    let rest = before.get(at + 5..).unwrap_or_default().trim_start();
    let rest = rest.strip_prefix(['f', 'r']).unwrap_or(rest);
    ["\"\"\"", "'''", "\"", "'"].iter().any(|quote| {
        rest.strip_prefix(quote)
            .is_some_and(|text| !text.contains(quote))
    })
}
