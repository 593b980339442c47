use super::*;
use crate::sql::command::{AlterTable, Command, TimeTravel};
use crate::types::{DataType, StructType};

fn command(text: &str) -> Command {
    match parse_one(text).unwrap().kind {
        ParsedKind::Command(command) => command,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_holds_several_statements_and_tells_where_each_starts() {
    let all = parse("SELECT 1; -- one\n\n  SELECT ';' ;; /* ; */ SELECT 3").unwrap();
    let texts: Vec<&str> = all.iter().map(|s| s.text.as_str()).collect();
    assert_eq!(texts, ["SELECT 1", "SELECT ';'", "SELECT 3"]);
    let starts: Vec<(u32, u32)> = all.iter().map(|s| (s.start.line, s.start.column)).collect();
    assert_eq!(starts, [(1, 0), (3, 2), (3, 24)]);
    assert!(parse("  -- nothing\n").unwrap().is_empty());
}

#[test]
fn the_first_statement_keeps_the_lines_before_it() {
    let error = parse("\n\n  SELEC 1").unwrap_err();
    assert_eq!(error.position().map(|p| (p.line, p.column)), Some((3, 2)));
}

#[test]
fn commands_are_read_with_their_parts() {
    assert!(matches!(
        command("SHOW TABLES"),
        Command::ShowTables {
            database: None,
            pattern: None
        }
    ));
    assert!(matches!(command("show tables in default like 'o*'"),
        Command::ShowTables { database: Some(d), pattern: Some(p) } if d == ["default"] && p == "o*"));
    assert!(matches!(
        command("SHOW DATABASES"),
        Command::ShowDatabases { .. }
    ));
    assert!(
        matches!(command("DESCRIBE orders"), Command::DescribeTable { name, extended: false } if name == ["orders"])
    );
    assert!(
        matches!(command("DESCRIBE TABLE EXTENDED a.b"), Command::DescribeTable { name, extended: true } if name == ["a", "b"])
    );
    assert!(matches!(
        command("DESCRIBE HISTORY orders LIMIT 3"),
        Command::DescribeHistory { limit: Some(3), .. }
    ));
    assert!(
        matches!(command("DESC DETAIL delta.`dbfs:/a/b`"), Command::DescribeDetail { table } if table == ["delta", "dbfs:/a/b"])
    );
    assert!(matches!(command("VACUUM orders RETAIN 0 HOURS DRY RUN"),
        Command::Vacuum { retain_hours: Some(h), dry_run: true, .. } if h == 0.0));
    assert!(matches!(
        command("RESTORE TABLE orders TO VERSION AS OF 3"),
        Command::Restore {
            to: TimeTravel::Version(3),
            ..
        }
    ));
    assert!(
        matches!(command("RESTORE orders TO TIMESTAMP AS OF '2020-01-01'"),
        Command::Restore { to: TimeTravel::Timestamp(t), .. } if t == "2020-01-01")
    );
    assert!(matches!(
        command("DROP TABLE IF EXISTS a.b"),
        Command::DropTable {
            if_exists: true,
            ..
        }
    ));
    assert!(matches!(
        command("DROP VIEW v"),
        Command::DropView {
            if_exists: false,
            ..
        }
    ));
    assert!(matches!(
        command("DROP SCHEMA s CASCADE"),
        Command::DropDatabase { cascade: true, .. }
    ));
    assert!(matches!(command("USE default"), Command::Use { database } if database == ["default"]));
    assert!(matches!(command("SET spark.sql.ansi.enabled = false"),
        Command::Set { key: Some(k), value: Some(v) } if k == "spark.sql.ansi.enabled" && v == "false"));
    assert!(matches!(
        command("SET"),
        Command::Set {
            key: None,
            value: None
        }
    ));
    assert!(matches!(
        command("REFRESH TABLE t"),
        Command::RefreshTable { .. }
    ));
    assert!(matches!(
        command("TRUNCATE TABLE t"),
        Command::TruncateTable { .. }
    ));
    assert!(
        matches!(command("ALTER TABLE t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"),
        Command::AlterTable { change: AlterTable::SetProperties(p), .. } if p == [("delta.columnMapping.mode".to_owned(), "name".to_owned())])
    );
    assert!(
        matches!(command("ALTER TABLE t ADD COLUMNS (a INT, b STRING COMMENT 'x')"),
        Command::AlterTable { change: AlterTable::AddColumns(s), .. } if s.len() == 2 && s[1].0.name == "b")
    );
}

#[test]
fn a_table_is_created_with_all_its_clauses() {
    let text = "CREATE OR REPLACE TABLE a.t (id INT NOT NULL, s STRUCT<x: ARRAY<INT>>, d DECIMAL(10, 2) COMMENT 'c') USING delta OPTIONS (k 'v') LOCATION '/p' PARTITIONED BY (id) COMMENT 'why' TBLPROPERTIES (x.y = 'z')";
    let ParsedKind::CreateTable(table) = parse_one(text).unwrap().kind else {
        panic!()
    };
    assert!(table.replace);
    let d = &table.definition;
    assert_eq!(d.schema.names(), ["id", "s", "d"]);
    assert_eq!(d.schema.fields[2].data_type, DataType::decimal(10, 2));
    assert!(!d.schema.fields[0].nullable);
    assert_eq!(d.format.as_deref(), Some("delta"));
    assert_eq!(d.location.as_deref(), Some("/p"));
    assert_eq!(d.partitioned_by, ["id"]);
    assert_eq!(d.properties, [("x.y".to_owned(), "z".to_owned())]);
}

#[test]
fn what_is_too_deep_is_refused_and_does_not_exhaust_the_stack() {
    let deep = [
        format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000)),
        format!("SELECT 1{}", " + 1".repeat(50_000)),
        format!("SELECT a{}", " OR a".repeat(50_000)),
        format!("SELECT {}1", "NOT ".repeat(50_000)),
        format!("SELECT {}1", "- ".repeat(50_000)),
        format!("SELECT {}1{}", "f(".repeat(3000), ")".repeat(3000)),
        format!("SELECT {}1", "CASE WHEN ".repeat(3000)),
        format!("SELECT a{}", "[0]".repeat(50_000)),
        format!("SELECT a{}", "::int".repeat(50_000)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(5000)),
        format!("SELECT * FROM a{}", " JOIN a".repeat(5000)),
        format!("SELECT * FROM {}", "(SELECT * FROM ".repeat(2000)),
        format!("SELECT CAST(a AS {}", "ARRAY<".repeat(5000)),
        format!("{}SELECT 1", "EXPLAIN ".repeat(5000)),
        format!("SELECT a FROM {}", "(".repeat(5000)),
        format!("SELECT {}a", "x -> ".repeat(5000)),
    ];
    for text in deep {
        assert!(parse(&text).is_err(), "{}", &text[..40]);
    }
    parse(&format!("SELECT INTERVAL {}", "1 DAY ".repeat(10_000))).unwrap();
    parse(&"SELECT 1;".repeat(10_000)).unwrap();
}

#[test]
fn what_is_deep_but_allowed_has_a_meaning() {
    let tables = crate::sql::analyze::tests::Tables::default().table("one", "a INT, b BOOLEAN");
    for text in [
        format!("SELECT 1{} FROM one", " + a".repeat(190)),
        format!("SELECT a FROM one WHERE b{}", " OR b".repeat(190)),
        format!("SELECT {}a{} FROM one", "(".repeat(40), ")".repeat(40)),
        format!("SELECT {}a{} FROM one", "abs(".repeat(20), ")".repeat(20)),
        format!("SELECT a{} FROM one", "::bigint::int".repeat(24)),
        format!(
            "SELECT a FROM one{}",
            " UNION ALL SELECT a FROM one".repeat(150)
        ),
        format!(
            "SELECT a FROM {}one{}",
            "(SELECT a FROM ".repeat(15),
            ")".repeat(15)
        ),
    ] {
        if let Err(e) = tables.query(&text) {
            panic!("{}: {e}", &text[..60.min(text.len())]);
        }
    }
}

#[test]
fn a_schema_is_read_from_ddl() {
    let schema =
        parse_schema("a INT, `b c` STRUCT<x: BIGINT, y ARRAY<MAP<STRING, DOUBLE>>>").unwrap();
    assert_eq!(schema.names(), ["a", "b c"]);
    assert_eq!(
        schema.fields[1].data_type.simple_string(),
        "struct<x:bigint,y:array<map<string,double>>>"
    );
    assert!(
        parse_data_type("foo")
            .unwrap_err()
            .to_string()
            .contains("[UNSUPPORTED_DATATYPE]")
    );
    assert!(parse_data_type("array<int").is_err());
    assert!(parse_data_type("array<int>>").is_err());
}

#[test]
fn a_schema_survives_the_way_through_ddl() {
    let text = "a INT, `b c` STRUCT<x: ARRAY<STRING>, y: DECIMAL(10, 2) NOT NULL>, m map<string,int> NOT NULL COMMENT 'its'";
    let schema = parse_schema(text).unwrap();
    assert_eq!(schema.names(), ["a", "b c", "m"]);
    assert_eq!(
        schema.fields[1].data_type.sql(),
        "STRUCT<x: ARRAY<STRING>, y: DECIMAL(10,2) NOT NULL>"
    );
    assert!(!schema.fields[2].nullable);
    assert_eq!(schema.fields[2].metadata.get("comment").unwrap(), "its");
    let again = parse_schema(&schema.to_ddl()).unwrap();
    assert_eq!(again.fields[1], schema.fields[1]);
}

#[test]
fn a_name_that_begins_with_a_digit_stands_in_backticks_in_a_schemas_text() {
    let schema = parse_schema("`1e` INT, a1 INT, `1` STRUCT<`2b`: INT>").unwrap();
    assert_eq!(schema.to_ddl(), "`1e` INT,a1 INT,`1` STRUCT<`2b`: INT>");
}

#[test]
fn a_type_alone_and_columns_are_both_ddl() {
    assert_eq!(
        parse_ddl("array<int>").unwrap(),
        DataType::array(DataType::Integer)
    );
    assert_eq!(
        parse_ddl("a long").unwrap(),
        DataType::Struct(StructType::of([("a", DataType::Long)]))
    );
}

#[test]
fn bad_schemas_are_errors_and_never_panics() {
    for text in [
        "a",
        "a INT,",
        "a INT b INT",
        "a ARRAY<INT",
        "a DECIMAL(50)",
        "`a",
        "a FOO",
        "é",
        "a STRUCT<b:",
        "a INT COMMENT 'x",
    ] {
        assert!(parse_schema(text).is_err(), "{text}");
    }
    let deep = format!("a {}INT", "ARRAY<".repeat(10_000));
    assert!(parse_schema(&deep).is_err());
    assert!(parse_ddl(&deep).is_err());
}

mod any_text {
    use proptest::prelude::*;

    use crate::sql::analyze::tests::Tables;

    fn words() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "SELECT",
            "FROM",
            "WHERE",
            "GROUP",
            "BY",
            "ORDER",
            "HAVING",
            "LIMIT",
            "one",
            "a",
            "b",
            "*",
            "(",
            ")",
            "[",
            "]",
            ",",
            ".",
            ":",
            "::",
            "=",
            "<",
            ">",
            "+",
            "-",
            "1",
            "'x'",
            "\"y\"",
            "`z`",
            "count",
            "sum",
            "explode",
            "array",
            "CASE",
            "WHEN",
            "THEN",
            "END",
            "AND",
            "OR",
            "NOT",
            "IN",
            "EXISTS",
            "AS",
            "OVER",
            "PARTITION",
            "UNION",
            "ALL",
            "JOIN",
            "ON",
            "USING",
            "LATERAL",
            "VIEW",
            "VALUES",
            "WITH",
            "INTERVAL",
            "DAY",
            "CAST",
            "int",
            "->",
            "x",
            "NULL",
            "true",
            "DISTINCT",
            "ROLLUP",
            "CREATE",
            "TABLE",
            "DESCRIBE",
            "INSERT",
            "INTO",
            "MERGE",
            "MATCHED",
            "UPDATE",
            "SET",
            "DELETE",
            "@v1",
            "1e400",
            "99999999999999999999",
            "10L",
            "--",
            "/*",
            "*/",
            ";",
            "\n",
            "é",
            "😀",
            "\\",
            "_metadata",
            "LIMIT",
            "OFFSET",
            "QUALIFY",
            "PIVOT",
            "UNPIVOT",
            "FOR",
            "TABLESAMPLE",
            "PERCENT",
            "|>",
            "EXTEND",
            "AGGREGATE",
            "EXCEPT",
            "IDENTIFIER",
            "r'\\'",
            "ROWS",
            "RANGE",
            "BETWEEN",
            "PRECEDING",
            "FOLLOWING",
            "UNBOUNDED",
            "OUTER",
            "stack",
            "row_number",
            "struct",
            "transform",
        ]);
        prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn any_text_gives_an_answer_or_an_error(text in prop_oneof![any::<String>(), words()]) {
            answer(&text);
        }

        #[test]
        fn any_expression_gives_an_answer_or_an_error(text in words()) {
            answer(&format!("SELECT {text} FROM one"));
        }
    }

    /// Queries of many kinds, to begin with.
    const SEEDS: &[&str] = &[
        "SELECT a, ( SELECT max ( x . a ) FROM one x WHERE x . a = one . a AND x . z < one . z ) AS m FROM one",
        "SELECT * FROM one WHERE EXISTS ( SELECT 1 FROM one x WHERE x . a > one . a LIMIT 1 ) OR a IN ( SELECT 2 )",
        "SELECT a , y FROM one LEFT JOIN LATERAL ( SELECT count ( * ) AS y FROM one x WHERE x . a < one . a GROUP BY z ) ON true",
        "SELECT a , y FROM one , LATERAL ( SELECT DISTINCT one . a + x . a AS y FROM one x UNION ALL SELECT one . a )",
        "SELECT * FROM one PIVOT ( sum ( a ) AS s , count ( * ) FOR z IN ( 'p' AS q , 'r' ) ) AS t",
        "SELECT * FROM one UNPIVOT INCLUDE NULLS ( v FOR n IN ( a AS p ) )",
        "FROM one |> WHERE a > 1 |> EXTEND a * 2 AS d |> AGGREGATE sum ( d ) AS s GROUP BY z |> ORDER BY s DESC |> LIMIT 3",
        "SELECT z , sum ( sum ( a ) ) OVER ( PARTITION BY z ORDER BY max ( a ) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW ) FROM one GROUP BY ALL",
        "SELECT transform ( b , ( p , i ) -> p . x || i ) , filter ( b , p -> p . x IS NOT NULL ) FROM one LATERAL VIEW OUTER explode ( b ) e AS q",
        "WITH c ( p ) AS ( SELECT a FROM one TABLESAMPLE ( 50 PERCENT ) ) SELECT p , grouping ( p ) FROM c GROUP BY CUBE ( p ) HAVING count ( * ) > 1",
        "MERGE INTO one USING ( SELECT * FROM one ) s ON one . a = s . a WHEN MATCHED THEN UPDATE SET z = 'x' WHEN NOT MATCHED THEN INSERT *",
        "SELECT CAST ( a AS DECIMAL ( 10 , 2 ) ) , z :: INT , r'\\d' , IDENTIFIER ( 'a' ) , INTERVAL 1 DAY FROM VALUES ( 1 , 'x' ) , ( 2 , NULL ) AS t ( a , z )",
    ];

    /// A seed of which some words are left out, repeated, swapped or replaced by others.
    fn changed_queries() -> impl Strategy<Value = String> {
        let changes = prop::collection::vec((0_u8..4, any::<u16>(), any::<u16>()), 1..6);
        let seed = prop::sample::select(SEEDS.to_vec());
        (seed, prop::sample::select(SEEDS.to_vec()), changes).prop_map(|(seed, other, changes)| {
            let mut words: Vec<&str> = seed.split(' ').collect();
            let others: Vec<&str> = other.split(' ').collect();
            for (change, a, b) in changes {
                let (a, b) = (usize::from(a) % words.len(), usize::from(b));
                let c = b % words.len();
                match change {
                    0 if words.len() > 1 => {
                        words.remove(a);
                    }
                    1 => words.insert(a, words[c]),
                    2 => words.swap(a, c),
                    _ => words[a] = others[b % others.len()],
                }
            }
            words.join(" ")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_changed_query_gives_an_answer_or_an_error(text in changed_queries()) {
            answer(&text);
        }
    }

    #[test]
    fn the_queries_that_are_changed_are_right_themselves() {
        let tables = Tables::default().table("one", "a INT, b ARRAY<STRUCT<x: STRING>>, z STRING");
        for seed in SEEDS {
            for statement in super::parse(seed).unwrap() {
                crate::sql::analyze::analyze(&statement, &tables).unwrap();
            }
        }
    }

    fn answer(text: &str) {
        let tables = Tables::default().table("one", "a INT, b ARRAY<STRUCT<x: STRING>>, z STRING");
        if let Ok(statements) = super::parse(text) {
            for statement in statements {
                if let Err(error) = crate::sql::analyze::analyze(&statement, &tables) {
                    let _ = (error.to_string(), error.condition(), error.hint());
                }
            }
        }
    }
}
