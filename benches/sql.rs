//! The executor over a million orders: a scan, a join, aggregates, and the seed's hops.
//!
//! `cargo bench --bench sql`. Everything is in memory and on one core; files are parquet (snappy)
//! in the memory file system.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that can't run has nothing better to do"
)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use multihop::bookstore::{generate_customers, generate_orders, orders_schema};
use multihop::env::Env;
use multihop::formats::{FileFormat, Options};
use multihop::sql::SqlError;
use multihop::sql::analyze::{Catalog, Relation, analyze};
use multihop::sql::command::{Command, Statement, TimeTravel};
use multihop::sql::execute::{ExecContext, execute};
use multihop::sql::optimize::optimize;
use multihop::sql::parse::parse_one;
use multihop::sql::plan::{Attribute, FileScan, Plan, PlanNode};
use multihop::storage::{DbfsPath, FileSystem, MemoryFileSystem};
use multihop::types::Frame;

const ORDERS: usize = 1_000_000;

/// The seed's silver query.
const SILVER: &str = "SELECT order_id, quantity, o.customer_id,
    c.profile:first_name AS f_name, c.profile:last_name AS l_name,
    CAST(from_unixtime(order_timestamp, 'yyyy-MM-dd HH:mm:ss') AS timestamp) AS order_timestamp,
    books
  FROM orders AS o INNER JOIN customers c ON o.customer_id = c.customer_id
  WHERE quantity > 0";

/// The seed's gold query.
const GOLD: &str = "SELECT customer_id, f_name, l_name,
    date_trunc('DD', order_timestamp) AS order_date, SUM(quantity) AS books_counts
  FROM silver GROUP BY customer_id, f_name, l_name, date_trunc('DD', order_timestamp)";

struct Views {
    fs: Arc<dyn FileSystem>,
    plans: RefCell<HashMap<String, Arc<Plan>>>,
}

impl Catalog for Views {
    fn relation(
        &self,
        name: &[String],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError> {
        let name = name.last().cloned().unwrap_or_default();
        Ok(self.plans.borrow().get(&name).map(|plan| Relation {
            plan: plan.clone(),
            qualifier: vec![name],
            is_view: true,
        }))
    }

    fn files(
        &self,
        _: &str,
        _: &str,
        _: &[(String, String)],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        Ok(None)
    }

    fn current_database(&self) -> String {
        "default".into()
    }
}

impl Views {
    fn new() -> Self {
        let env = Env::deterministic(1_700_000_000_000, 1);
        let fs: Arc<dyn FileSystem> = Arc::new(MemoryFileSystem::new(env.clock, 4 << 30));
        let path = DbfsPath::parse("dbfs:/orders/01.parquet").unwrap();
        fs.put(&path, generate_orders(ORDERS, 4).unwrap()).unwrap();
        let views = Views {
            fs,
            plans: RefCell::default(),
        };
        let status = views.fs.status(&path).unwrap().unwrap();
        println!("orders: {ORDERS} rows, {} bytes of parquet", status.size);
        views.add(
            "orders",
            Plan::file_scan(FileScan {
                format: FileFormat::Parquet,
                options: Options::new(),
                paths: vec![path],
                files: vec![status],
                schema: orders_schema(),
                partition_columns: 0,
                rescued_column: None,
                unknown: None,
                projection: None,
            }),
        );
        let customers = generate_customers(1..=ORDERS / 50, 4).unwrap();
        println!("customers: {} rows", customers.height());
        views.frame("customers", customers);
        views
    }

    fn add(&self, name: &str, plan: Plan) {
        self.plans.borrow_mut().insert(name.into(), Arc::new(plan));
    }

    fn frame(&self, name: &str, frame: Frame) {
        let fields = &frame.schema().fields;
        let output = fields
            .iter()
            .map(|f| Attribute::new(&f.name, f.data_type.clone(), f.nullable))
            .collect();
        self.add(
            name,
            Plan {
                node: PlanNode::Local(frame),
                output,
            },
        );
    }

    fn plan(&self, sql: &str) -> Plan {
        match analyze(&parse_one(sql).unwrap(), self).unwrap() {
            Statement::Query(plan) => optimize(&plan),
            Statement::Command(Command::CreateView(_)) | Statement::Command(_) => panic!("{sql}"),
        }
    }

    /// Runs a query frame by frame, as a micro-batch does.
    fn frames(&self, sql: &str) -> Vec<Frame> {
        let ctx = Arc::new(ExecContext::new(self.fs.clone(), 1_700_000_000_000_000));
        let rows = execute(&self.plan(sql), &ctx).unwrap();
        rows.map(Result::unwrap)
            .filter(|frame| frame.height() > 0)
            .collect()
    }

    fn count(&self, sql: &str) -> usize {
        self.frames(sql).iter().map(Frame::height).sum()
    }
}

fn benches(c: &mut Criterion) {
    let views = Views::new();
    let mut group = c.benchmark_group("1M orders");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(ORDERS as u64));
    let mut bench = |name: &str, sql: &str| {
        group.bench_function(name, |b| b.iter(|| black_box(views.count(sql))));
    };
    bench("scan all columns", "SELECT * FROM orders");
    bench(
        "scan two columns",
        "SELECT customer_id, quantity FROM orders",
    );
    bench("silver: scan, filter, join, names, time", SILVER);

    // From here on without the decoding.
    views.frame("memory", concat(views.frames("SELECT * FROM orders")));
    bench("filter", "SELECT order_id FROM memory WHERE quantity > 3");
    bench(
        "join with the customers",
        "SELECT order_id, email FROM memory m JOIN customers c ON m.customer_id = c.customer_id",
    );
    bench(
        "count by customer",
        "SELECT customer_id, count(*), sum(quantity) FROM memory GROUP BY customer_id",
    );
    bench(
        "from_unixtime and back",
        "SELECT CAST(from_unixtime(order_timestamp, 'yyyy-MM-dd HH:mm:ss') AS timestamp) FROM memory",
    );
    bench(
        "sort by time",
        "SELECT order_id FROM memory ORDER BY order_timestamp",
    );
    bench("explode", "SELECT order_id, explode(books) FROM memory");

    views.frame("silver", concat(views.frames(SILVER)));
    bench("gold: aggregate of silver", GOLD);
    group.bench_function("hops: file to silver to gold", |b| {
        b.iter(|| {
            views.frame("silver", concat(views.frames(SILVER)));
            black_box(views.count(GOLD))
        });
    });
    group.finish();
}

fn concat(frames: Vec<Frame>) -> Frame {
    Frame::concat(&frames).unwrap().unwrap()
}

criterion_group!(sql, benches);
criterion_main!(sql);
