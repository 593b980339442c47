//! The whole way: files land, bronze and silver take them, gold is updated. Prints a table.
//!
//! `cargo bench --bench hops -- [ROWS…]`, by default one and ten million orders in one file. Then the cost of
//! one small batch after 10, 100 and 1000 earlier commits.
//!
//! With `--write DIR ROWS` it writes such orders and their customers there, and measures nothing.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that can't run has nothing better to do"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use multihop::bookstore::{SEED, files, generate_customers_of, generate_orders, order_frames};
use multihop::env::Env;
use multihop::pipeline::{DATASET, Pipeline, bookstore};
use multihop::session::{Ran, Session};
use multihop::storage::{DbfsPath, FileSystem, MemoryFileSystem};

struct World {
    fs: Arc<MemoryFileSystem>,
    session: Session,
    pipeline: Pipeline,
}

impl World {
    /// The bookstore with its first files taken in, and the customers of `rows` orders.
    fn start(rows: usize) -> Self {
        let env = Env::deterministic(1_767_225_600_000, 1);
        let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), u64::MAX));
        let root = DbfsPath::parse(DATASET).unwrap();
        for (path, bytes) in files(SEED).unwrap() {
            fs.put(&root.join(&path).unwrap(), bytes).unwrap();
        }
        let customers = root.join("customers-json/all.json").unwrap();
        fs.put(&customers, generate_customers_of(rows, SEED).unwrap())
            .unwrap();
        let mut world = World {
            session: Session::new(fs.clone(), env),
            fs,
            pipeline: bookstore(),
        };
        for declared in &world.pipeline.start {
            world.session.run(&declared.statement).unwrap();
        }
        world.settle();
        world
    }

    fn land(&self, name: &str, bytes: Bytes) {
        let dir = DbfsPath::parse(&self.pipeline.landing[0].path).unwrap();
        self.fs.put(&dir.join(name).unwrap(), bytes).unwrap();
    }

    fn settle(&mut self) {
        self.session.process_all_available();
        if let Some(error) = self.session.queries().find_map(|q| q.error()) {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }

    fn count(&mut self, table: &str) -> i64 {
        let counted = self
            .session
            .sql_one(&format!("SELECT count(*) FROM {table}"));
        let Ok(Ran::Rows(plan)) = counted else {
            panic!("{table} can't be counted");
        };
        let frame = self.session.collect(&plan, None).unwrap();
        frame.columns()[0].i64().unwrap().get(0).unwrap()
    }

    fn update_gold(&mut self) {
        for declared in &self.pipeline.update {
            self.session.run(&declared.statement).unwrap();
        }
        self.settle();
    }
}

fn whole_way(rows: usize) {
    let bytes = generate_orders(rows, SEED).unwrap();
    let decoded: usize = order_frames(rows, 8192, SEED)
        .map(|frame| {
            let frame = frame.unwrap();
            let sizes = frame.columns().iter().map(|c| c.estimated_size());
            sizes.sum::<usize>()
        })
        .sum();
    let mut world = World::start(rows);
    forget_peak();
    let size = bytes.len() as f64 / 1e6;
    let start = Instant::now();
    world.land("big.parquet", bytes);
    world.settle();
    let hops = start.elapsed();
    world.update_gold();
    let all = start.elapsed();
    let peak = peak_bytes().map_or("unknown".into(), |bytes| format!("{:.0} MB", bytes / 1e6));
    println!(
        "{rows:>10} rows, {size:.0} MB, decoded {:.0} MB: silver after {:.2} s ({} rows), gold after {:.2} s ({} rows), peak memory {peak}",
        decoded as f64 / 1e6,
        hops.as_secs_f64(),
        world.count("orders_silver"),
        all.as_secs_f64(),
        world.count("daily_customer_books"),
    );
}

/// Linux counts a process's peak memory from here on.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that the process has used, in bytes, where Linux tells it.
fn peak_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    if let (Some(at), Some(rows)) = (args.iter().position(|a| a == "--write"), sizes.first()) {
        let dir = Path::new(&args[at + 1]);
        std::fs::write(
            dir.join("orders.parquet"),
            generate_orders(*rows, SEED).unwrap(),
        )
        .unwrap();
        let customers = generate_customers_of(*rows, SEED).unwrap();
        std::fs::write(dir.join("customers.json"), customers).unwrap();
        return;
    }
    if sizes.is_empty() {
        sizes = vec![1_000_000, 10_000_000];
    }
    println!("orders in one file → bronze and silver → gold, native");
    for rows in sizes {
        whole_way(rows);
    }

    println!("\none file of 1000 orders through bronze and silver, after so many earlier commits");
    let small = generate_orders(1000, 9).unwrap();
    let mut world = World::start(0);
    let mut commits = 0;
    for target in [10, 100, 1000] {
        while commits < target {
            world.land(&format!("c{commits}.parquet"), small.clone());
            world.settle();
            commits += 1;
        }
        // The median of 21: every tenth commit also writes a checkpoint.
        let mut times: Vec<f64> = (0..21)
            .map(|_| {
                world.land(&format!("c{commits}.parquet"), small.clone());
                let start = Instant::now();
                world.settle();
                commits += 1;
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{target:>10} commits: median {:.2} ms, least {:.2}, most {:.2}",
            times[10], times[0], times[20]
        );
    }
}
