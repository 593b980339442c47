//! The native module `_multihop`: what the embedded Python files need of Rust.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustpython_vm::builtins::{PyBytesRef, PyModule, PyStrRef};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::{ArgIntoFloat, OptionalArg};
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::{Host, Stream, json, library, ticks};

/// Ticks between two looks at the host.
const TICKS: u32 = 200;

/// Makes `_multihop`, and the builtin that loops call.
pub(super) fn make(host: &Rc<dyn Host>, vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let module = vm.new_module("_multihop", vm.ctx.new_dict(), None);
    let add = |name: &'static str, function: PyObjectRef| {
        module.set_attr(vm.ctx.intern_str(name), function, vm)
    };

    let asked = host.clone();
    let call = move |request: PyStrRef| asked.call(&request.to_string_lossy());
    add("call", vm.new_function("call", call).into())?;
    let dumps = |value: PyObjectRef, vm: &VirtualMachine| json::dumps(&value, vm);
    add("dumps", vm.new_function("dumps", dumps).into())?;
    let loads = |text: PyStrRef, vm: &VirtualMachine| json::loads(&text.to_string_lossy(), vm);
    add("loads", vm.new_function("loads", loads).into())?;

    let shown = host.clone();
    let write = move |stream: i32, text: PyStrRef| {
        let stream = if stream == 2 {
            Stream::Stderr
        } else {
            Stream::Stdout
        };
        shown.write(stream, &text.to_string_lossy());
    };
    add("write", vm.new_function("write", write).into())?;
    let clock = host.clone();
    add("now", vm.new_function("now", move || clock.now_ms()).into())?;
    let source = host.clone();
    add(
        "entropy",
        vm.new_function("entropy", move || source.entropy()).into(),
    )?;

    add("find", vm.new_function("find", find).into())?;
    add("code", vm.new_function("code", code).into())?;
    add("digest", vm.new_function("digest", digest).into())?;
    let bits = |x: f64, size: u32| {
        if size == 4 {
            u64::from((x as f32).to_bits())
        } else {
            x.to_bits()
        }
    };
    add("float_bits", vm.new_function("float_bits", bits).into())?;
    let float = |bits: u64, size: u32| {
        if size == 4 {
            f64::from(f32::from_bits(bits as u32))
        } else {
            f64::from_bits(bits)
        }
    };
    add(
        "float_of_bits",
        vm.new_function("float_of_bits", float).into(),
    )?;
    add_twister(vm, &add)?;
    add_mathematics(vm, &add)?;

    let tick = vm.new_function(ticks::NAME, tick(host.clone()));
    vm.builtins
        .set_attr(vm.ctx.intern_str(ticks::NAME), tick, vm)?;
    Ok(module)
}

/// True; or KeyboardInterrupt, if the host says that the cell is to end.
fn tick(
    host: Rc<dyn Host>,
) -> impl Fn(OptionalArg<bool>, &VirtualMachine) -> PyResult<bool> + 'static {
    let count = Cell::new(0_u32);
    move |at_once: OptionalArg<bool>, vm: &VirtualMachine| {
        let now = if at_once.present().is_some() {
            TICKS
        } else {
            count.get() + 1
        };
        count.set(if now >= TICKS { 0 } else { now });
        if now >= TICKS && host.interrupted() {
            // Asked again at the next tick: a cell can't catch it and go on.
            count.set(TICKS);
            let class = vm.ctx.exceptions.keyboard_interrupt.to_owned();
            return Err(vm.new_exception_empty(class));
        }
        Ok(true)
    }
}

/// Whether a module is embedded: None, or whether it is a package.
fn find(name: PyStrRef) -> Option<bool> {
    library::find(&name.to_string_lossy()).map(|(_, package)| package)
}

/// The compiled code of an embedded module.
fn code(name: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let name = name.to_string_lossy();
    let Some((source, _)) = library::find(&name) else {
        return Err(vm.new_value_error(format!("no module {name}")));
    };
    let code = vm
        .compile(source, Mode::Exec, format!("<multihop>/{name}"))
        .map_err(|e| e.into_pyexception(vm, Some(source)))?;
    Ok(code.into())
}

/// The digest of bytes: md5, sha1, sha224, sha256, sha384, sha512.
fn digest(name: PyStrRef, data: PyBytesRef, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    use sha2::Digest;
    let data = data.as_bytes();
    Ok(match &*name.to_string_lossy() {
        "md5" => md5::Md5::digest(data).to_vec(),
        "sha1" => sha1::Sha1::digest(data).to_vec(),
        "sha224" => sha2::Sha224::digest(data).to_vec(),
        "sha256" => sha2::Sha256::digest(data).to_vec(),
        "sha384" => sha2::Sha384::digest(data).to_vec(),
        "sha512" => sha2::Sha512::digest(data).to_vec(),
        other => return Err(vm.new_value_error(format!("unsupported hash type {other}"))),
    })
}

/// The Mersenne Twister, so that a seed gives the numbers that CPython gives.
struct Twister {
    state: [u32; 624],
    next: usize,
}

impl Twister {
    /// Matsumoto and Nishimura's init_by_array.
    fn new(key: &[u32]) -> Self {
        let mut s = [0_u32; 624];
        let mut last = 19_650_218_u32;
        for (i, word) in (0_u32..).zip(&mut s) {
            if i > 0 {
                last = 1_812_433_253_u32
                    .wrapping_mul(last ^ (last >> 30))
                    .wrapping_add(i);
            }
            *word = last;
        }
        let key = if key.is_empty() { &[0][..] } else { key };
        let at = |s: &[u32; 624], i: usize| s.get(i).copied().unwrap_or_default();
        let (mut i, mut j) = (1_usize, 0_usize);
        for round in 0..624.max(key.len()) + 623 {
            let first = round < 624.max(key.len());
            let previous = at(&s, i - 1);
            let mixed = previous ^ (previous >> 30);
            let factor: u32 = if first { 1_664_525 } else { 1_566_083_941 };
            let mut word = at(&s, i) ^ mixed.wrapping_mul(factor);
            if first {
                let part = key.get(j).copied().unwrap_or_default();
                word = word.wrapping_add(part).wrapping_add(j as u32);
                j = if j + 1 >= key.len() { 0 } else { j + 1 };
            } else {
                word = word.wrapping_sub(i as u32);
            }
            if let Some(place) = s.get_mut(i) {
                *place = word;
            }
            i += 1;
            if i >= 624 {
                s[0] = s[623];
                i = 1;
            }
        }
        s[0] = 0x8000_0000;
        Twister {
            state: s,
            next: 624,
        }
    }

    fn next(&mut self) -> u32 {
        if self.next >= 624 {
            for i in 0..624 {
                let at = |k: usize| self.state.get(k % 624).copied().unwrap_or_default();
                let y = (at(i) & 0x8000_0000) | (at(i + 1) & 0x7fff_ffff);
                let word = at(i + 397) ^ (y >> 1) ^ if y & 1 == 0 { 0 } else { 0x9908_b0df };
                if let Some(place) = self.state.get_mut(i) {
                    *place = word;
                }
            }
            self.next = 0;
        }
        let mut y = self.state.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }
}

type Add<'a> = dyn Fn(&'static str, PyObjectRef) -> PyResult<()> + 'a;

fn add_twister(vm: &VirtualMachine, add: &Add<'_>) -> PyResult<()> {
    let twisters: Rc<RefCell<Vec<Twister>>> = Rc::default();
    let made = twisters.clone();
    let seed = move |handle: i64, key: Vec<u32>| {
        let mut made = made.borrow_mut();
        let twister = Twister::new(&key);
        match usize::try_from(handle).ok().and_then(|h| made.get_mut(h)) {
            Some(place) => {
                *place = twister;
                handle
            }
            None => {
                made.push(twister);
                made.len() as i64 - 1
            }
        }
    };
    add("twister_seed", vm.new_function("twister_seed", seed).into())?;
    let held = twisters.clone();
    let word = move |handle: usize| held.borrow_mut().get_mut(handle).map(Twister::next);
    add("twister_word", vm.new_function("twister_word", word).into())?;
    let held = twisters.clone();
    let float = move |handle: usize| {
        let mut held = held.borrow_mut();
        let twister = held.get_mut(handle)?;
        let (a, b) = (twister.next() >> 5, twister.next() >> 6);
        Some((f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0)
    };
    add(
        "twister_float",
        vm.new_function("twister_float", float).into(),
    )?;
    let held = twisters.clone();
    let state = move |handle: usize| {
        let held = held.borrow();
        let twister = held.get(handle)?;
        let mut words = twister.state.to_vec();
        words.push(twister.next as u32);
        Some(words)
    };
    add(
        "twister_state",
        vm.new_function("twister_state", state_list(state)).into(),
    )?;
    let set = move |handle: usize, words: Vec<u32>| {
        if let Some(twister) = twisters.borrow_mut().get_mut(handle) {
            for (place, word) in twister.state.iter_mut().zip(&words) {
                *place = *word;
            }
            twister.next = words.get(624).map_or(624, |n| *n as usize).min(624);
        }
    };
    add("twister_set", vm.new_function("twister_set", set).into())
}

fn state_list(
    state: impl Fn(usize) -> Option<Vec<u32>> + 'static,
) -> impl Fn(usize, &VirtualMachine) -> PyObjectRef + 'static {
    move |handle: usize, vm: &VirtualMachine| {
        let words = state(handle).unwrap_or_default();
        let words = words
            .into_iter()
            .map(|w| vm.ctx.new_int(w).into())
            .collect();
        vm.ctx.new_list(words).into()
    }
}

type Unary = fn(f64) -> f64;

/// The functions of `math` that are one of Rust's.
fn add_mathematics(vm: &VirtualMachine, add: &Add<'_>) -> PyResult<()> {
    let unary: [(&'static str, Unary); 25] = [
        ("acos", f64::acos),
        ("acosh", f64::acosh),
        ("asin", f64::asin),
        ("asinh", f64::asinh),
        ("atan", f64::atan),
        ("atanh", f64::atanh),
        ("cbrt", f64::cbrt),
        ("cos", f64::cos),
        ("cosh", f64::cosh),
        ("degrees", f64::to_degrees),
        ("exp", f64::exp),
        ("exp2", f64::exp2),
        ("expm1", f64::exp_m1),
        ("fabs", f64::abs),
        ("log", f64::ln),
        ("log10", f64::log10),
        ("log1p", f64::ln_1p),
        ("log2", f64::log2),
        ("radians", f64::to_radians),
        ("sin", f64::sin),
        ("sinh", f64::sinh),
        ("sqrt", f64::sqrt),
        ("tan", f64::tan),
        ("tanh", f64::tanh),
        ("trunc", f64::trunc),
    ];
    for (name, function) in unary {
        let call = move |x: ArgIntoFloat, vm: &VirtualMachine| {
            let x = x.into_float();
            let y = function(x);
            if y.is_nan() && !x.is_nan() {
                Err(vm.new_value_error("math domain error".to_owned()))
            } else if y.is_infinite() && x.is_finite() {
                if matches!(name, "log" | "log2" | "log10" | "log1p" | "atanh") {
                    Err(vm.new_value_error("math domain error".to_owned()))
                } else {
                    Err(vm.new_overflow_error("math range error".to_owned()))
                }
            } else {
                Ok(y)
            }
        };
        add(name, vm.new_function(name, call).into())?;
    }
    let atan2 = |y: ArgIntoFloat, x: ArgIntoFloat| y.into_float().atan2(x.into_float());
    add("atan2", vm.new_function("atan2", atan2).into())?;
    let copysign = |x: ArgIntoFloat, y: ArgIntoFloat| x.into_float().copysign(y.into_float());
    add("copysign", vm.new_function("copysign", copysign).into())?;
    let fmod = |x: ArgIntoFloat, y: ArgIntoFloat, vm: &VirtualMachine| {
        let (x, y) = (x.into_float(), y.into_float());
        let z = x % y;
        if z.is_nan() && !x.is_nan() && !y.is_nan() {
            return Err(vm.new_value_error("math domain error".to_owned()));
        }
        Ok(z)
    };
    add("fmod", vm.new_function("fmod", fmod).into())
}
