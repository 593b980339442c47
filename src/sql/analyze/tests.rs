use std::sync::Arc;

use super::*;
use crate::sql::command::Command;
use crate::sql::parse::{parse, parse_one};
use crate::sql::plan::{PlanNode, StreamSource, StreamSourceSpec};
use crate::storage::DbfsPath;
use crate::types::{DataType, StructType};

/// Tables and views at hand, by name.
#[derive(Default)]
pub(in crate::sql) struct Tables(Vec<(String, Relation)>);

impl Tables {
    pub(in crate::sql) fn table(mut self, name: &str, ddl: &str) -> Self {
        let schema = crate::sql::parse::parse_schema(ddl).unwrap();
        let plan = Plan {
            output: schema
                .fields
                .iter()
                .map(|f| Attribute::new(&f.name, f.data_type.clone(), f.nullable))
                .chain([crate::sql::plan::metadata_attribute()])
                .collect(),
            node: PlanNode::OneRow,
        };
        self.add(name, Arc::new(plan), false);
        self
    }

    pub(in crate::sql) fn stream(mut self, name: &str, ddl: &str) -> Self {
        let schema = crate::sql::parse::parse_schema(ddl).unwrap();
        let plan = stream_of(schema);
        self.add(name, Arc::new(plan), true);
        self
    }

    fn view(mut self, name: &str, ddl: &str) -> Self {
        let table = Tables::default().table(name, ddl);
        let plan = table.0[0].1.plan.clone();
        self.add(name, plan, true);
        self
    }

    fn add(&mut self, name: &str, plan: Arc<Plan>, is_view: bool) {
        let qualifier = if is_view {
            vec![name.to_owned()]
        } else {
            vec!["spark_catalog".into(), "default".into(), name.to_owned()]
        };
        let relation = Relation {
            plan,
            qualifier,
            is_view,
        };
        self.0.push((name.to_owned(), relation));
    }

    /// Runs `CREATE VIEW`s, and gives the last one's plan.
    pub(in crate::sql) fn views(&mut self, text: &str) -> Arc<Plan> {
        let mut last = None;
        for statement in parse(text).unwrap() {
            match analyze(&statement, self).unwrap() {
                Statement::Command(Command::CreateView(view)) => {
                    self.add(&view.name.join("."), view.plan.clone(), true);
                    last = Some(view.plan);
                }
                Statement::Query(plan) => last = Some(plan),
                other => panic!("{other:?}"),
            }
        }
        last.unwrap()
    }

    pub(in crate::sql) fn query(&self, text: &str) -> Result<Arc<Plan>, SqlError> {
        match analyze(&parse_one(text)?, self)? {
            Statement::Query(plan) => Ok(plan),
            other => panic!("{other:?}"),
        }
    }

    pub(in crate::sql) fn schema(&self, text: &str) -> String {
        match self.query(text) {
            Ok(plan) => DataType::Struct(plan.schema().as_ref().clone()).simple_string(),
            Err(e) => format!("{e}"),
        }
    }
}

impl Catalog for Tables {
    fn relation(
        &self,
        name: &[String],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError> {
        let last = name.last().map(String::as_str).unwrap_or_default();
        let found = self
            .0
            .iter()
            .rev()
            .find(|(n, _)| n.eq_ignore_ascii_case(last));
        Ok(found
            .filter(|_| name.len() == 1 || name[0] == "default")
            .map(|(_, r)| r.clone()))
    }

    fn files(
        &self,
        format: &str,
        _: &str,
        _: &[(String, String)],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        Ok((format == "json").then(|| stream_of(StructType::of([("a", DataType::Long)]))))
    }

    fn current_database(&self) -> String {
        "default".into()
    }
}

fn stream_of(schema: StructType) -> Plan {
    Plan::stream_source(StreamSource {
        spec: StreamSourceSpec::Delta {
            table: DbfsPath::parse("dbfs:/t").unwrap(),
            name: None,
        },
        options: Default::default(),
        schema: Arc::new(schema),
    })
}

const ORDERS: &str = "order_id STRING, order_timestamp BIGINT, customer_id STRING, quantity BIGINT, total INT, books ARRAY<STRUCT<book_id: STRING, quantity: INT, subtotal: BIGINT>>";

#[test]
fn the_bronze_view_of_the_walk_through_has_sparks_names_and_types() {
    let mut tables = Tables::default().stream("orders_raw_temp", ORDERS);
    let plan = tables.views(
        "CREATE OR REPLACE TEMPORARY VIEW orders_tmp AS (
            SELECT 
                *,
                current_timestamp(),
                input_file_name() AS source_file
            FROM orders_raw_temp
        
        );
        SELECT * FROM orders_tmp",
    );
    assert!(plan.is_streaming());
    assert_eq!(
        plan.schema().names(),
        [
            "order_id",
            "order_timestamp",
            "customer_id",
            "quantity",
            "total",
            "books",
            "current_timestamp()",
            "source_file"
        ]
    );
    assert_eq!(plan.schema().fields[6].data_type, DataType::Timestamp);
}

#[test]
fn the_silver_view_of_the_walk_through_joins_a_stream_with_customers() {
    let mut tables = Tables::default().stream("orders_bronze_tmp", ORDERS).table(
        "customers_lookup",
        "customer_id STRING, email STRING, profile STRING, updated STRING",
    );
    let plan = tables.views(
        "CREATE OR REPLACE TEMPORARY VIEW orders_enriched_tmp AS (
            SELECT 
                order_id,
                quantity,
                o.customer_id,
                c.profile:first_name AS f_name,
                c.profile:last_name AS l_name,
                CAST(
                    from_unixtime(
                        order_timestamp, 
                        'yyyy-MM-dd HH:mm:ss'
                    ) AS timestamp
                ) AS order_timestamp,
                books
            FROM orders_bronze_tmp AS o
            INNER JOIN customers_lookup c
            ON o.customer_id = c.customer_id
            WHERE quantity > 0
        )",
    );
    assert_eq!(
        DataType::Struct(plan.schema().as_ref().clone()).simple_string(),
        "struct<order_id:string,quantity:bigint,customer_id:string,f_name:string,l_name:string,order_timestamp:timestamp,books:array<struct<book_id:string,quantity:int,subtotal:bigint>>>"
    );
}

#[test]
fn the_gold_view_of_the_walk_through_counts_books_a_day() {
    let mut tables = Tables::default().stream(
        "orders_silver_tmp",
        "order_id STRING, quantity BIGINT, customer_id STRING, f_name STRING, l_name STRING, order_timestamp TIMESTAMP",
    );
    let plan = tables.views(
        r#"CREATE OR REPLACE TEMP VIEW daily_customer_books_tmp AS (
            SELECT
                customer_id,
                f_name,
                l_name,
                date_trunc(
                    "DD",
                    order_timestamp
                ) AS order_date,
                SUM(quantity) AS books_counts
            FROM orders_silver_tmp
            GROUP BY 
                customer_id, 
                f_name,
                l_name,
                date_trunc(
                    "DD", 
                    order_timestamp
                )
        )"#,
    );
    assert_eq!(
        DataType::Struct(plan.schema().as_ref().clone()).simple_string(),
        "struct<customer_id:string,f_name:string,l_name:string,order_date:timestamp,books_counts:bigint>"
    );
    let aggregate = plan.inputs()[0].clone();
    assert!(
        matches!(&aggregate.node, PlanNode::Aggregate { keys, aggregates, .. }
        if keys.len() == 4 && aggregates.len() == 1)
    );
}

#[test]
fn a_count_is_called_count_of_one() {
    let tables = Tables::default().table("orders_bronze", ORDERS);
    assert_eq!(
        tables.schema("SELECT COUNT(*) FROM orders_bronze"),
        "struct<count(1):bigint>"
    );
}

/// `suite/spark.txt`: statements, and what PySpark 4.0.1 answered: the result's columns, or the
/// error's text without the plan below it. `one` is a view of one column `a INT`.
#[test]
fn statements_mean_and_fail_as_in_spark() {
    check(include_str!("suite/spark.txt"));
}

/// `suite/databricks.txt`: the same for what Databricks adds.
#[test]
fn databricks_paths_files_and_versions_have_a_meaning() {
    check(include_str!("suite/databricks.txt"));
}

fn check(suite: &str) {
    let tables = Tables::default().view("one", "a INT NOT NULL");
    let mut wrong = Vec::new();
    for case in suite.split("\n%%\n").filter(|c| !c.trim().is_empty()) {
        let (sql, expected) = case.split_once("\n=>\n").unwrap();
        let found = tables.schema(sql);
        if found.trim() != expected.trim() {
            wrong.push(format!(
                "{sql}\n--- expected\n{expected}\n--- found\n{found}\n"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn rows_are_not_sorted_by_a_map() {
    let t = Tables::default();
    let e = t
        .query("SELECT * FROM (SELECT map(1,2) AS m) ORDER BY m DESC")
        .unwrap_err();
    assert!(
        e.to_string().starts_with(
            "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] Cannot resolve \"m DESC NULLS LAST\" due to data type mismatch: The `sortorder` does not support ordering on type \"MAP<INT, INT>\". SQLSTATE: 42K09"
        ),
        "{e}"
    );
    assert_eq!(e.position().map(|p| p.column), Some(46));
}

#[test]
fn an_error_tells_its_condition_state_place_and_class() {
    let t = Tables::default();
    let e = t.query("SELECT\n  foo FROM (SELECT 1 a)").unwrap_err();
    assert_eq!(
        e.condition().as_deref(),
        Some("UNRESOLVED_COLUMN.WITH_SUGGESTION")
    );
    assert_eq!(e.sql_state().as_deref(), Some("42703"));
    assert_eq!(e.position().map(|p| (p.line, p.column)), Some((2, 2)));
    assert_eq!(e.exception_class(), "AnalysisException");
    let e = t.query("SELECT 1 FROM WHERE (").unwrap_err();
    assert_eq!(e.condition().as_deref(), Some("PARSE_SYNTAX_ERROR"));
    assert_eq!(e.exception_class(), "ParseException");
}
