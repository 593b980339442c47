//! Python as a WebAssembly module of its own, in the engine's worker.
//!
//! A cell may run for long, and the worker has streams to move and must hear of a Cancel. So the interpreter lets
//! itself be suspended (JavaScript Promise Integration): `www/python_loader.js` calls [`python_run`] through
//! `WebAssembly.promising`, and the imports `call` and `pause` are `WebAssembly.Suspending`. No JavaScript frame may lie
//! between the two, hence these plain imports and exports, whose texts are a pointer and a length in memory. While a
//! cell is suspended, another call may come in (`foreachBatch`), and must end before the first goes on.
#![expect(
    unsafe_code,
    reason = "texts cross the module's border as pointer and length"
)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Host, Interpreter, Outcome, Stream};
use crate::protocol::FUNCTIONS_OF_ONE;

/// Milliseconds of computing between two pauses in which the worker's other work happens.
const PAUSE_EVERY_MS: f64 = 50.0;

/// The answer for a function of an earlier life of this program.
const GONE: &str = r#"{"error": {"class": "PythonException", "message": "The function is gone: Python was started anew. Run the cell that registers it again."}}"#;

mod host {
    #[link(wasm_import_module = "./python_host.js")]
    unsafe extern "C" {
        /// Answers a request: the number of bytes of the answer, which [`take`] fetches.
        pub fn call(request: *const u8, length: usize) -> usize;
        /// The same for a call that can't be suspended.
        pub fn call_now(request: *const u8, length: usize) -> usize;
        /// Copies the answer to memory.
        pub fn take(to: *mut u8);
        /// Takes printed text: stream 1 or 2.
        pub fn write(stream: i32, text: *const u8, length: usize);
        /// Takes the last word of a program that fails.
        pub fn panicked(message: *const u8, length: usize);
        /// Lets other work happen. 1: the cell is to end.
        pub fn pause() -> i32;
        /// 1: the cell is to end. For a call that can't be suspended.
        pub fn stop() -> i32;
        /// Milliseconds since 1970.
        pub fn now() -> f64;
        /// Random bits.
        pub fn entropy() -> u32;
    }
}

struct Worker {
    paused: Cell<f64>,
}

impl Host for Worker {
    fn call(&self, request: &str) -> String {
        // SAFETY: the host reads `request` before it returns, and `take` writes the length that it gave.
        let bytes = unsafe {
            let ask = if AT_ONCE.get() {
                host::call_now
            } else {
                host::call
            };
            let length = ask(request.as_ptr(), request.len());
            let mut bytes = vec![0_u8; length];
            host::take(bytes.as_mut_ptr());
            bytes
        };
        // Other work happened meanwhile, or could have.
        self.paused.set(self.now_ms());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn write(&self, stream: Stream, text: &str) {
        let stream = if stream == Stream::Stderr { 2 } else { 1 };
        // SAFETY: the host reads the text before it returns.
        unsafe { host::write(stream, text.as_ptr(), text.len()) }
    }

    fn interrupted(&self) -> bool {
        if self.now_ms() - self.paused.get() < PAUSE_EVERY_MS {
            return false;
        }
        // SAFETY: no memory is passed.
        let stop = unsafe {
            if AT_ONCE.get() {
                host::stop()
            } else {
                host::pause()
            }
        } != 0;
        self.paused.set(self.now_ms());
        stop
    }

    fn now_ms(&self) -> f64 {
        // SAFETY: no memory is passed.
        unsafe { host::now() }
    }

    fn entropy(&self) -> u64 {
        // SAFETY: no memory is passed.
        let half = || u64::from(unsafe { host::entropy() });
        (half() << 32) | half()
    }
}

thread_local! {
    /// One for each notebook, by number.
    static PYTHONS: RefCell<BTreeMap<usize, Rc<Interpreter>>> = const { RefCell::new(BTreeMap::new()) };
    /// Whether the innermost call can't be suspended: the engine waits for it in the middle of its work.
    static AT_ONCE: Cell<bool> = const { Cell::new(false) };
    /// The text that the last call gave, until the next.
    static RESULT: RefCell<String> = const { RefCell::new(String::new()) };
}

fn python(number: usize) -> Option<Rc<Interpreter>> {
    PYTHONS.with_borrow(|all| all.get(&number).cloned())
}

/// Room for a text of the caller's, who then hands it over with the call.
#[unsafe(no_mangle)]
pub extern "C" fn python_alloc(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// A text that [`python_alloc`] made room for.
fn text(pointer: *mut u8, length: usize) -> String {
    // SAFETY: pointer and length are those of `python_alloc`, and are handed over once.
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(pointer, length)) };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Keeps a text for the caller; its length.
fn give(text: String) -> usize {
    let length = text.len();
    RESULT.set(text);
    length
}

/// Where the last call's text lies.
#[unsafe(no_mangle)]
pub extern "C" fn python_result() -> *const u8 {
    RESULT.with_borrow(|text| text.as_ptr())
}

/// Starts an interpreter, of a number that no other has had, in an earlier life of this program either: the numbers of its
/// functions follow from it. 0, or the length of what went wrong.
#[unsafe(no_mangle)]
pub extern "C" fn python_start(number: usize) -> usize {
    let host = Rc::new(Worker {
        paused: Cell::new(0.0),
    });
    host.paused.set(host.now_ms());
    std::panic::set_hook(Box::new(|info| {
        let message = info.to_string();
        // SAFETY: the host reads the text before it returns.
        unsafe { host::panicked(message.as_ptr(), message.len()) }
    }));
    let first = FUNCTIONS_OF_ONE * number as u64;
    match Interpreter::with_functions_from(host, first) {
        Ok(python) => {
            PYTHONS.with_borrow_mut(|all| all.insert(number, Rc::new(python)));
            0
        }
        Err(error) => give(error),
    }
}

/// Runs a cell: its source, its name. The length of the [`Outcome`] as JSON.
#[unsafe(no_mangle)]
pub extern "C" fn python_run(
    number: usize,
    source: *mut u8,
    source_length: usize,
    name: *mut u8,
    name_length: usize,
) -> usize {
    let (source, name) = (text(source, source_length), text(name, name_length));
    let outcome = match python(number) {
        Some(python) => python.run_cell(&source, &name),
        None => Outcome::Interrupted,
    };
    give(serde_json::to_string(&outcome).unwrap_or_default())
}

/// Calls a function that Python registered: its number, its arguments as JSON. The length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn python_invoke(function: u32, arguments: *mut u8, length: usize) -> usize {
    let arguments = text(arguments, length);
    let function = u64::from(function);
    let number = usize::try_from(function.saturating_sub(1) / FUNCTIONS_OF_ONE).unwrap_or_default();
    give(match python(number) {
        Some(python) => python.invoke(function, &arguments),
        None => GONE.to_owned(),
    })
}

/// As [`python_invoke`], for a function that the engine needs in the middle of its work (a UDF): it can't be suspended.
#[unsafe(no_mangle)]
pub extern "C" fn python_invoke_now(function: u32, arguments: *mut u8, length: usize) -> usize {
    let before = AT_ONCE.replace(true);
    let answer = python_invoke(function, arguments, length);
    AT_ONCE.set(before);
    answer
}

/// Words that complete a text, as a JSON list. The length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn python_complete(number: usize, before: *mut u8, length: usize) -> usize {
    let before = text(before, length);
    let words = python(number).map(|python| python.complete(&before));
    give(serde_json::to_string(&words.unwrap_or_default()).unwrap_or_default())
}
