//! Python cells over a session: what a notebook's reader would see.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use multihop::connect::{Answer, Connect, JsonPython, Shown};
use multihop::python::{Failure, Host, Interpreter, Outcome, Stream};
use multihop::session::Session;
use multihop::storage::FileSystem;

use crate::support::{START_MS, ids, path, session};

/// The session, as Python's host.
struct Driver {
    fs: Arc<dyn FileSystem>,
    session: RefCell<Session>,
    connect: RefCell<Connect>,
    python: OnceCell<Weak<Interpreter>>,
    printed: RefCell<String>,
    /// How often Python may ask whether it is to end, before it is.
    patience: Cell<u32>,
}

impl Driver {
    /// Moves the streams, and runs the functions that their batches wait for.
    fn work(&self) {
        self.session.borrow_mut().process_all_available();
        loop {
            let mut session = self.session.borrow_mut();
            let Some(call) = self.connect.borrow_mut().waiting_batch(&mut session) else {
                return;
            };
            drop(session);
            let python = self.python.get().unwrap().upgrade().unwrap();
            let reply = python.invoke(call.function, &call.arguments);
            let mut session = self.session.borrow_mut();
            self.connect
                .borrow_mut()
                .batch_done(&mut session, &call, &reply);
            session.process_all_available();
        }
    }
}

impl Host for Driver {
    fn call(&self, request: &str) -> String {
        let answer = {
            let mut session = self.session.borrow_mut();
            self.connect.borrow_mut().call(&mut session, request)
        };
        match answer {
            Answer::Done(reply) => reply,
            Answer::Wait(wait) => {
                for _ in 0..100_000 {
                    self.work();
                    if let Some(reply) = Connect::poll(&self.session.borrow(), &wait) {
                        return reply;
                    }
                }
                panic!("{request} waits for ever");
            }
            Answer::Notebook { .. } => "{\"ok\":\"ran\"}".into(),
            Answer::Module { .. } => "{\"ok\":null}".into(),
        }
    }

    fn write(&self, _: Stream, text: &str) {
        self.printed.borrow_mut().push_str(text);
    }

    fn interrupted(&self) -> bool {
        self.patience.set(self.patience.get().saturating_sub(1));
        self.patience.get() == 0
    }

    fn now_ms(&self) -> f64 {
        START_MS as f64
    }

    fn entropy(&self) -> u64 {
        7
    }
}

struct Notebook {
    driver: Rc<Driver>,
    python: Rc<Interpreter>,
    cells: Cell<u32>,
}

impl Notebook {
    fn new() -> Self {
        let (fs, session) = session();
        let driver = Rc::new(Driver {
            fs,
            session: RefCell::new(session),
            connect: RefCell::default(),
            python: OnceCell::new(),
            printed: RefCell::default(),
            patience: Cell::new(u32::MAX),
        });
        let python = Rc::new(Interpreter::new(driver.clone()).unwrap_or_else(|e| panic!("{e}")));
        driver.python.set(Rc::downgrade(&python)).unwrap();
        let weak = Rc::downgrade(&python);
        let invoke = move |function: u64, arguments: &str| {
            weak.upgrade().unwrap().invoke(function, arguments)
        };
        let mut session = driver.session.borrow_mut();
        session.state_mut().python.0 = Some(Arc::new(JsonPython(invoke)));
        drop(session);
        Notebook {
            driver,
            python,
            cells: Cell::new(0),
        }
    }

    fn run(&self, source: &str) -> Outcome {
        self.cells.set(self.cells.get() + 1);
        self.python
            .run_cell(source, &format!("Cell {}", self.cells.get()))
    }

    /// The cell's last expression.
    fn value(&self, source: &str) -> String {
        match self.run(source) {
            Outcome::Done { result } => result.unwrap_or_default(),
            other => panic!("{source}\n{other:#?}"),
        }
    }

    /// What the cell prints.
    fn prints(&self, source: &str) -> String {
        self.driver.printed.borrow_mut().clear();
        self.value(source);
        self.driver.printed.take()
    }

    fn error(&self, source: &str) -> Failure {
        match self.run(source) {
            Outcome::Error(failure) => failure,
            other => panic!("{source}\n{other:?}"),
        }
    }
}

/// Runs a test as the program runs Python: with a stack for deep calls.
fn notebook(test: fn(&Notebook)) {
    let run = move || test(&Notebook::new());
    let thread = std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(run)
        .unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn names_live_from_cell_to_cell_and_the_last_expression_is_shown() {
    notebook(|n| {
        n.value("def double(x):\n    return 2 * x\nwords = ['a', 'b']");
        assert_eq!(n.value("double(21)"), "42");
        assert_eq!(n.value("[w.upper() for w in words]"), "['A', 'B']");
        assert_eq!(n.value("x = 1"), "");
        assert_eq!(n.value("None"), "");
        assert_eq!(n.value("if x:\n    5"), "");
        assert_eq!(n.prints("for w in words:\n    print(w, end=';')"), "a;b;");
        assert_eq!(n.value(""), "");
        assert_eq!(n.value("# nothing"), "");
        assert_eq!(n.value("__name__"), "'__main__'");
    });
}

#[test]
fn a_traceback_points_into_the_cells_with_their_lines() {
    notebook(|n| {
        n.value("def ratio(a, b):\n    return a / b");
        let error = n.error("x = 1\nratio(x, 0)");
        assert_eq!(
            error.traceback,
            "Traceback (most recent call last):\n  File \"Cell 2\", line 2, in <module>\n    ratio(x, 0)\n  \
             File \"Cell 1\", line 2, in ratio\n    return a / b\nZeroDivisionError: division by zero\n"
        );
        assert_eq!(
            (error.class.as_str(), error.line),
            ("ZeroDivisionError", Some(2))
        );
        let error = n.error("y = 1\nx = = 2");
        assert_eq!((error.class.as_str(), error.line), ("SyntaxError", Some(2)));
        assert!(
            error.traceback.contains("    x = = 2\n        ^\n"),
            "{}",
            error.traceback
        );
        let error = n.error(
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('bad') from e",
        );
        assert!(
            error.traceback.contains("direct cause"),
            "{}",
            error.traceback
        );
        assert_eq!(error.line, Some(4));
        assert_eq!(n.error("nope").message, "name 'nope' is not defined");
    });
}

#[test]
fn endless_loops_and_endless_calls_end() {
    notebook(|n| {
        n.driver.patience.set(50);
        assert_eq!(
            n.run("while True:\n    try:\n        pass\n    except:\n        pass"),
            Outcome::Interrupted
        );
        n.driver.patience.set(50);
        assert_eq!(n.run("sum(1 for _ in iter(int, 1))"), Outcome::Interrupted);
        n.driver.patience.set(50);
        assert_eq!(n.run("def f(n):\n    return f(n) if n else f(n - 1) + f(n - 1)\nwhile True:\n    try:\n        f(9)\n    except RecursionError: pass"), Outcome::Interrupted);
        n.driver.patience.set(u32::MAX);
        assert_eq!(
            n.error("def g(n): return g(n + 1)\ng(0)").class,
            "RecursionError"
        );
        assert_eq!(n.error(&"(".repeat(5000)).class, "SyntaxError");
        assert_eq!(n.value("1 + 1"), "2");
    });
}

#[test]
fn the_standard_library_that_notebooks_import_is_there() {
    notebook(|n| {
        let modules = "time datetime re json math random collections collections.abc itertools functools operator string os \
            os.path sys typing enum dataclasses decimal uuid copy textwrap traceback contextlib statistics abc io \
            urllib.parse base64 hashlib types numbers calendar pprint fractions bisect heapq weakref warnings inspect \
            struct logging threading shlex timeit locale reprlib ast keyword";
        for module in modules.split_whitespace() {
            n.value(&format!("import {module}"));
        }
        assert_eq!(
            n.prints("random.seed(42)\nprint(random.random(), random.randint(1, 100), random.sample(range(9), 3))"),
            "0.6394267984578837 4 [4, 3, 1]\n"
        );
        assert_eq!(
            n.value("json.dumps({'a': [1, 2.5, None]})"),
            "'{\"a\": [1, 2.5, null]}'"
        );
        assert_eq!(n.value("re.sub(r'(\\d+)', r'<\\1>', 'a12b')"), "'a<12>b'");
        assert_eq!(
            n.value("datetime.datetime.now().isoformat()"),
            "'2026-01-01T00:00:00'"
        );
        assert_eq!(
            n.value("datetime.date(2024, 2, 29) + datetime.timedelta(days=1)"),
            "datetime.date(2024, 3, 1)"
        );
        assert_eq!(n.value("time.strftime('%Y-%m-%d')"), "'2026-01-01'");
        assert_eq!(n.value("decimal.Decimal('1.10') + 2"), "Decimal('3.10')");
        assert_eq!(
            n.value("hashlib.sha256(b'x').hexdigest()[:8], base64.b64encode(b'hello')"),
            "('2d711642', b'aGVsbG8=')"
        );
        assert_eq!(
            n.value("math.log(8, 2), math.floor(-1.5), math.comb(5, 2), math.isqrt(10**20)"),
            "(3.0, -2, 10, 10000000000)"
        );
        assert_eq!(
            n.value("f'{3.14159:.2f} {1234567:,} {\"x\":>3}'"),
            "'3.14 1,234,567   x'"
        );
        n.value("@dataclasses.dataclass\nclass P:\n    x: int\n    y: int = 2");
        assert_eq!(n.value("P(1)"), "P(x=1, y=2)");
        let error = n.error("import requests");
        assert_eq!(
            error.message,
            "No module named 'requests' (Multihop hasn't got it: there is no network)"
        );
    });
}

#[test]
fn files_of_this_machine_are_out_of_reach() {
    notebook(|n| {
        let error = n.error("open('/etc/passwd')");
        assert_eq!(error.class, "FileNotFoundError");
        assert_eq!(
            error.message,
            "[Errno 2] No such file or directory: '/etc/passwd'"
        );
        assert_eq!(
            n.error("import os\nos.system('ls')").class,
            "PermissionError"
        );
        assert_eq!(n.value("dict(os.environ)"), "{}");
    });
}

#[test]
fn dataframes_are_built_and_shown_as_pyspark_shows_them() {
    notebook(|n| {
        n.value(
            "from pyspark.sql import functions as F, Row, Window\nfrom pyspark.sql.types import *",
        );
        n.value("df = spark.createDataFrame([(1, 'a', 2.5), (2, 'b', None), (3, None, 0.5)], ['id', 'name', 'x'])");
        assert_eq!(
            n.value("df"),
            "DataFrame[id: bigint, name: string, x: double]"
        );
        assert_eq!(n.value("df.collect()[0]"), "Row(id=1, name='a', x=2.5)");
        assert_eq!(
            n.prints("df.printSchema()"),
            "root\n |-- id: long (nullable = true)\n |-- name: string (nullable = true)\n |-- x: double (nullable = true)\n\n"
        );
        assert_eq!(
            n.prints("df.filter(df.id > 1).select('id', F.upper('name').alias('n')).show()"),
            "+---+----+\n| id|   n|\n+---+----+\n|  2|   B|\n|  3|NULL|\n+---+----+\n\n"
        );
        assert_eq!(
            n.value("df.groupBy().agg(F.sum('id'), F.count('*'), F.max('x')).collect()"),
            "[Row(sum(id)=6, count(1)=3, max(x)=2.5)]"
        );
        assert_eq!(
            n.value("df.count(), len(df.columns), df.dtypes[0]"),
            "(3, 3, ('id', 'bigint'))"
        );
        assert_eq!(
            n.value("(df.withColumn('big', F.when(F.col('id') > 2, 'yes').otherwise('no'))\n   .orderBy(F.desc('id'))\n   .limit(1).collect())"),
            "[Row(id=3, name=None, x=0.5, big='yes')]"
        );
        assert_eq!(
            n.value("df.na.fill(0.0).na.fill('?').orderBy('id').collect()[1:]"),
            "[Row(id=2, name='b', x=0.0), Row(id=3, name='?', x=0.5)]"
        );
        assert_eq!(n.value("[r.rn for r in df.withColumn('rn', F.row_number().over(Window.orderBy(F.col('id').desc()))).orderBy('id').collect()]"), "[3, 2, 1]");
        let error = n.error("df.select('nme')");
        assert_eq!(error.class, "AnalysisException");
        assert_eq!(
            error.condition.as_deref(),
            Some("UNRESOLVED_COLUMN.WITH_SUGGESTION")
        );
        assert!(
            error.message.contains("Did you mean one of the following?"),
            "{}",
            error.message
        );
        assert_eq!(
            n.value("from pyspark.sql.utils import AnalysisException\ntry:\n    spark.table('nope')\nexcept AnalysisException as e:\n    r = e.getCondition(), e.getSqlState()\nr"),
            "('TABLE_OR_VIEW_NOT_FOUND', '42P01')"
        );
        assert!(
            n.error("df.toPandas()")
                .message
                .contains("pandas isn't part of Multihop")
        );
    });
}

#[test]
fn rows_types_and_columns_print_as_in_pyspark() {
    notebook(|n| {
        n.value(
            "from pyspark.sql import functions as F, Row, Window\nfrom pyspark.sql.types import *",
        );
        for (source, expected) in [
            ("Row(a=1, b='x')", "Row(a=1, b='x')"),
            ("Row('a', 'b')(1, 2)", "Row(a=1, b=2)"),
            (
                "StructType().add('a', IntegerType()).add('b', 'string', False)",
                "StructType([StructField('a', IntegerType(), True), StructField('b', StringType(), False)])",
            ),
            (
                "ArrayType(StringType(), False).simpleString()",
                "'array<string>'",
            ),
            ("F.col('a') + 1", "Column<'+(a, 1)'>"),
            (
                "(F.col('a') > 1) & ~F.col('b').isNull()",
                "Column<'and(>(a, 1), !(isNull(b)))'>",
            ),
            (
                "F.sum('a').over(Window.partitionBy('b').orderBy('c'))",
                "Column<'sum(a) OVER (PARTITION BY b ORDER BY c ASC NULLS FIRST)'>",
            ),
            (
                "F.from_unixtime('t')",
                "Column<'from_unixtime(t, 'yyyy-MM-dd HH:mm:ss')'>",
            ),
            (
                "F.col('a').cast('timestamp').alias('t')",
                "Column<'CAST(a AS TIMESTAMP) AS t'>",
            ),
            ("F.split('a', ',')[0]", "Column<'split(a, ',', -1)[0]'>"),
        ] {
            assert_eq!(n.value(source), expected);
        }
        for (source, message) in [
            (
                "bool(F.col('a'))",
                "[CANNOT_CONVERT_COLUMN_INTO_BOOL] Cannot convert column into bool: please use '&' for 'and', '|' for 'or', '~' for 'not' when building DataFrame boolean expressions.",
            ),
            (
                "F.upper(1)",
                "[NOT_COLUMN_OR_STR] Argument `col` should be a Column or str, got int.",
            ),
            (
                "spark.range(1).withColumn('x', 1)",
                "[NOT_COLUMN] Argument `col` should be a Column, got int.",
            ),
            (
                "spark.createDataFrame([])",
                "[CANNOT_INFER_EMPTY_SCHEMA] Can not infer schema from an empty dataset.",
            ),
            (
                "spark.createDataFrame([('a',)], StructType([StructField('a', IntegerType())]))",
                "[FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME] field a: IntegerType() can not accept object 'a' in type <class 'str'>.",
            ),
            (
                "F.upper()",
                "upper() missing 1 required positional argument: 'col'",
            ),
        ] {
            assert_eq!(n.error(source).message, message);
        }
        assert_eq!(n.value("len([f for f in F.__all__]) > 400"), "True");
    });
}

#[test]
fn a_streaming_table_is_written_awaited_and_read() {
    notebook(|n| {
        n.driver
            .fs
            .put(&path("dbfs:/landing/1.parquet"), ids(0..3))
            .unwrap();
        n.value(
            "query = (spark.readStream\n    .format('cloudFiles')\n    .option('cloudFiles.format', 'parquet')\n    \
             .option('cloudFiles.schemaLocation', 'dbfs:/schema')\n    .load('dbfs:/landing')\n    \
             .writeStream\n    .option('checkpointLocation', 'dbfs:/checkpoint')\n    .trigger(availableNow=True)\n    \
             .toTable('numbers'))\nquery.awaitTermination()",
        );
        assert_eq!(
            n.value("query.isActive, query.lastProgress['numInputRows']"),
            "(False, 3)"
        );
        assert_eq!(n.value("spark.table('numbers').count()"), "3");
        assert_eq!(
            n.value(
                "[row.id for row in spark.sql('SELECT id FROM numbers ORDER BY id').collect()]"
            ),
            "[0, 1, 2]"
        );
    });
}

#[test]
fn for_each_batch_runs_the_notebooks_own_function() {
    notebook(|n| {
        n.driver
            .fs
            .put(&path("dbfs:/landing/1.parquet"), ids(0..3))
            .unwrap();
        n.value(
            "seen = []\ndef keep(df, batch):\n    seen.append((batch, df.count()))\n    df.write.mode('append').saveAsTable('kept')",
        );
        n.value(
            "(spark.readStream.format('parquet').schema('id long').load('dbfs:/landing').writeStream.foreachBatch(keep)\
             .option('checkpointLocation', 'dbfs:/c').trigger(availableNow=True).start().awaitTermination())",
        );
        assert_eq!(
            n.value("seen, spark.table('kept').count()"),
            "([(0, 3)], 3)"
        );
    });
}

#[test]
fn python_functions_run_in_columns_and_in_sql() {
    notebook(|n| {
        n.value("from pyspark.sql.functions import udf, col\n@udf('long')\ndef twice(x):\n    return None if x == 1 else 2 * x");
        assert_eq!(
            n.value("[r.t for r in spark.range(3).select(twice('id').alias('t')).collect()]"),
            "[0, None, 4]"
        );
        n.value("spark.udf.register('plus', lambda a, b: f'{a}{b}')");
        assert_eq!(
            n.value("spark.sql(\"SELECT plus(1, 'x') AS p\").collect()"),
            "[Row(p='1x')]"
        );
        n.value("@udf('int')\ndef bad(x):\n    return 1 // 0");
        let error = n.error("spark.range(1).select(bad('id')).collect()");
        assert!(
            error.message.contains("ZeroDivisionError"),
            "{}",
            error.message
        );
        assert!(
            error.message.contains("line 3, in bad"),
            "{}",
            error.message
        );
    });
}

#[test]
fn dbutils_and_display_do_what_they_do_on_databricks() {
    notebook(|n| {
        n.value("dbutils.fs.put('dbfs:/tmp/a.txt', 'hello', True)");
        assert_eq!(
            n.value("[(f.name, f.size) for f in dbutils.fs.ls('dbfs:/tmp')]"),
            "[('a.txt', 5)]"
        );
        assert_eq!(n.value("dbutils.fs.head('dbfs:/tmp/a.txt')"), "'hello'");
        let error = n.error("dbutils.fs.ls('dbfs:/nope')");
        assert!(
            error.message.contains("java.io.FileNotFoundException"),
            "{}",
            error.message
        );
        n.value("dbutils.widgets.text('year', '2024')");
        assert_eq!(n.value("dbutils.widgets.get('year')"), "'2024'");
        n.value("display(spark.range(2))\ndisplayHTML('<b>x</b>')");
        let shown = n.driver.connect.borrow_mut().take_shown();
        assert!(
            matches!(shown.as_slice(), [Shown::Relation { .. }, Shown::Html(_)]),
            "{shown:?}"
        );
        assert_eq!(
            n.run("dbutils.notebook.exit('done')\nprint('not reached')"),
            Outcome::Exit {
                value: "done".into()
            }
        );
    });
}

#[test]
fn a_delta_table_is_merged_updated_and_deleted_from_by_columns_and_texts() {
    notebook(|n| {
        n.value(
            r#"
from delta.tables import DeltaTable
from pyspark.sql import functions as F
spark.sql("CREATE TABLE plants AS SELECT * FROM VALUES (1, 'fern', 3), (2, 'rose', 5) AS t(id, name, height)")
plants = DeltaTable.forName(spark, "plants")
grown = spark.createDataFrame([(2, "rose", 9), (3, "oak", 1)], "id int, name string, height int")
(plants.alias("p")
    .merge(grown.alias("g"), F.col("p.id") == F.col("g.id"))
    .whenMatchedUpdate(condition="g.height > p.height", set={"height": "g.height"})
    .whenNotMatchedInsertAll()
    .execute())
plants.update(condition=F.col("name") == "oak", set={"height": F.col("height") + 1})
plants.delete("id = 1")
"#,
        );
        let rows = "[tuple(r) for r in plants.toDF().orderBy('id').collect()]";
        assert_eq!(n.value(rows), "[(2, 'rose', 9), (3, 'oak', 2)]");
        let missing = n.error("DeltaTable.forPath(spark, 'dbfs:/nowhere')");
        assert_eq!(
            missing.condition.as_deref(),
            Some("DELTA_MISSING_DELTA_TABLE")
        );
    });
}
