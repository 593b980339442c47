//! Any text is SQL that is carried out, or an error: nothing panics.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use multihop::env::Env;
use multihop::session::Session;
use multihop::storage::MemoryFileSystem;

const VIEW: &str = "CREATE TEMP VIEW t AS SELECT * FROM VALUES (1, 'x', array(1.5, NULL)), (2, NULL, NULL) AS t(a, b, c)";

fuzz_target!(|text: &str| {
    let env = Env::deterministic(0, 7);
    let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 24));
    let mut session = Session::new(fs, env);
    if session.sql(VIEW).is_ok()
        && let Err(error) = session.sql(text)
    {
        let _ = error.to_string();
    }
});
