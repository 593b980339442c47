//! The whole way: files land, bronze and silver take them, gold is updated. Prints a table.
//!
//! `cargo bench --bench hops [ROWS…]`, by default 1 000 000 orders in one file. Then the cost of
//! one small batch after 10, 100 and 1000 earlier commits.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench that can't run has nothing better to do"
)]

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use multihop::bookstore::{SEED, files, generate_orders};
use multihop::env::Env;
use multihop::pipeline::{DATASET, Pipeline, bookstore};
use multihop::session::Session;
use multihop::storage::{DbfsPath, FileSystem, MemoryFileSystem};

struct World {
    fs: Arc<MemoryFileSystem>,
    session: Session,
    pipeline: Pipeline,
}

impl World {
    /// The bookstore with its first files taken in.
    fn start() -> Self {
        let env = Env::deterministic(1_767_225_600_000, 1);
        let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), u64::MAX));
        let root = DbfsPath::parse(DATASET).unwrap();
        for (path, bytes) in files(SEED).unwrap() {
            fs.put(&root.join(&path).unwrap(), bytes).unwrap();
        }
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

    fn update_gold(&mut self) {
        for declared in &self.pipeline.update {
            self.session.run(&declared.statement).unwrap();
        }
        self.settle();
    }
}

fn main() {
    let mut sizes: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes.push(1_000_000);
    }
    println!("orders in one file → bronze and silver → gold, native, one thread of steps");
    for rows in sizes {
        let bytes = generate_orders(rows, 7).unwrap();
        let mut world = World::start();
        let size = bytes.len() as f64 / 1e6;
        let start = Instant::now();
        world.land("big.parquet", bytes);
        world.settle();
        let hops = start.elapsed();
        world.update_gold();
        let all = start.elapsed();
        println!(
            "{rows:>10} rows, {size:.0} MB: silver after {:.2} s, gold after {:.2} s",
            hops.as_secs_f64(),
            all.as_secs_f64()
        );
    }

    println!("\none file of 1000 orders through bronze and silver, after so many earlier commits");
    let small = generate_orders(1000, 9).unwrap();
    let mut world = World::start();
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
