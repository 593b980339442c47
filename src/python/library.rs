//! The Python files that are embedded: `lib/` beside this file, and some of the standard library (`build.rs`).

/// Name, whether it is a package, source.
type Module = (&'static str, bool, &'static str);

static MODULES: &[Module] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The source of a module and whether it is a package.
pub(super) fn find(name: &str) -> Option<(&'static str, bool)> {
    let index = MODULES
        .binary_search_by(|(module, _, _)| (*module).cmp(name))
        .ok()?;
    MODULES
        .get(index)
        .map(|(_, package, source)| (*source, *package))
}
