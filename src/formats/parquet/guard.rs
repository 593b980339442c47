//! The door to the parquet crate: damaged data may make it panic in spite of what is checked before.
//!
//! Natively a panic is caught and means that the file is damaged. In the browser it ends the engine, which the page
//! starts again, without that file.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::formats::{Damage, FormatError};
use crate::storage::DbfsPath;

thread_local! {
    static READING: RefCell<Option<DbfsPath>> = const { RefCell::new(None) };
}

/// The file that is in the parquet crate's hands right now. Where a panic ends the program, that is the file that ended it.
pub fn file_being_read() -> Option<DbfsPath> {
    READING.with(|reading| reading.try_borrow().ok()?.clone())
}

/// While it lives, its file is in the parquet crate's hands.
struct Reading;

impl Reading {
    fn of(path: &DbfsPath) -> Self {
        READING.replace(Some(path.clone()));
        Reading
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        READING.take();
    }
}

/// Calls into the parquet crate.
///
/// # Errors
/// [`Damage::Inconsistent`] if it panics. What it worked on is in no defined state then.
pub(super) fn guard<T>(path: &DbfsPath, call: impl FnOnce() -> T) -> Result<T, FormatError> {
    #[cfg(not(target_arch = "wasm32"))]
    let _quiet = quiet::Quiet::new();
    let _reading = Reading::of(path);
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| FormatError::ReadFile {
        path: path.clone(),
        damage: Damage::Inconsistent {
            reason: message(panic.as_ref()),
        },
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the decoder gave up").to_owned()
}

/// A decoder whose panics are errors. Ends after the first error.
pub(super) struct Guarded<I> {
    path: DbfsPath,
    /// `None` once it has ended.
    decoder: Option<I>,
}

impl<I> Guarded<I> {
    pub fn new(decoder: I, path: &DbfsPath) -> Self {
        Guarded {
            path: path.clone(),
            decoder: Some(decoder),
        }
    }

    fn end(&mut self) {
        let decoder = self.decoder.take();
        // Nobody is told if a decoder that has failed can't even be dropped.
        drop(guard(&self.path, || drop(decoder)));
    }
}

impl<I, T, E> Iterator for Guarded<I>
where
    I: Iterator<Item = Result<T, E>>,
    E: Display,
{
    type Item = Result<T, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let decoder = self.decoder.as_mut()?;
        let next = guard(&self.path, || decoder.next()).transpose();
        let next = next.map(|item| {
            item.and_then(|item| {
                item.map_err(|e| FormatError::ReadFile {
                    path: self.path.clone(),
                    damage: Damage::Data {
                        reason: e.to_string(),
                    },
                })
            })
        });
        if !matches!(next, Some(Ok(_))) {
            self.end();
        }
        next
    }
}

/// Keeps a panic that will be caught from being printed.
#[cfg(not(target_arch = "wasm32"))]
mod quiet {
    use std::cell::Cell;
    use std::panic::{set_hook, take_hook};
    use std::sync::Once;

    thread_local! {
        static IS_QUIET: Cell<bool> = const { Cell::new(false) };
    }

    /// While it lives, panics of this thread print nothing.
    pub struct Quiet {
        before: bool,
    }

    impl Quiet {
        pub fn new() -> Self {
            static HOOK: Once = Once::new();
            // A hook can't be changed by a thread that is panicking.
            if !std::thread::panicking() {
                HOOK.call_once(|| {
                    let hook = take_hook();
                    set_hook(Box::new(move |info| {
                        if !IS_QUIET.get() {
                            hook(info);
                        }
                    }));
                });
            }
            Quiet {
                before: IS_QUIET.replace(true),
            }
        }
    }

    impl Drop for Quiet {
        fn drop(&mut self) {
            IS_QUIET.set(self.before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> DbfsPath {
        DbfsPath::parse("dbfs:/in/orders.parquet").unwrap()
    }

    #[test]
    fn a_decoder_that_panics_gives_one_error_that_names_the_file_and_ends() {
        let decoder = (1..).map(|n| match n {
            2 => panic!("page {n} lies beyond the others"),
            n => Ok::<i32, String>(n),
        });
        let mut rows = Guarded::new(decoder, &path());
        assert_eq!(rows.next().unwrap().unwrap(), 1);
        let error = rows.next().unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file dbfs:/in/orders.parquet.  SQLSTATE: KD001"
        );
        assert_eq!(
            error.hint().unwrap(),
            "The file is damaged, its pages don't fit together: page 2 lies beyond the others."
        );
        assert!(rows.next().is_none());
    }

    #[test]
    fn the_file_is_known_while_it_is_decoded_and_no_longer() {
        let decoder = std::iter::once_with(|| Ok::<_, String>(file_being_read()));
        let read: Vec<_> = Guarded::new(decoder, &path()).collect();
        assert_eq!(read[0].as_ref().unwrap(), &Some(path()));
        assert_eq!(file_being_read(), None);
    }

    #[test]
    fn a_decoder_that_fails_is_not_asked_again() {
        let mut asked = 0;
        let decoder = std::iter::from_fn(|| {
            asked += 1;
            Some(Err::<i32, _>("no more"))
        });
        let rows: Vec<_> = Guarded::new(decoder, &path()).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            rows[0].as_ref().unwrap_err().hint().unwrap(),
            "The file's data is damaged: no more."
        );
        assert_eq!(asked, 1);
    }
}
