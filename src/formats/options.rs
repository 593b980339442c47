//! The options of a reader or writer.

use indexmap::IndexMap;

use super::{FormatError, OptionSpec};

/// Options as given with `.option(name, value)` or in SQL's `OPTIONS (…)`: names without case, in
/// the order in which they were first given, each under the spelling it was last given in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// By lower-case name: the name as given, and the value.
    entries: IndexMap<String, (String, String)>,
}

impl Options {
    pub fn new() -> Self {
        Options::default()
    }

    /// Sets an option, replacing one of the same name in any case.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.entries
            .insert(name.to_lowercase(), (name, value.into()));
    }

    /// The same options with one more.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// The value of an option, under the first of its names that is set.
    pub fn get(&self, option: OptionSpec) -> Option<&str> {
        option.names().find_map(|name| {
            let (_, value) = self.entries.get(&name.to_lowercase())?;
            Some(value.as_str())
        })
    }

    /// Removes an option and gives its value.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.entries
            .shift_remove(&name.to_lowercase())
            .map(|(_, value)| value)
    }

    /// An option that is `true` or `false`.
    ///
    /// # Errors
    /// [`FormatError::InvalidOption`] for anything else.
    pub fn get_bool(&self, option: OptionSpec) -> Result<bool, FormatError> {
        self.get_bool_or(option, option.is_on())
    }

    /// The same, with a default that something else decides.
    ///
    /// # Errors
    /// [`FormatError::InvalidOption`] for anything else.
    pub fn get_bool_or(&self, option: OptionSpec, default: bool) -> Result<bool, FormatError> {
        match self.get(option) {
            None => Ok(default),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(value) => Err(FormatError::InvalidOption {
                name: option.name.into(),
                value: value.into(),
                expected: "true or false",
            }),
        }
    }

    /// The names as given, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .values()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Options {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(iter: I) -> Self {
        let mut options = Options::new();
        for (name, value) in iter {
            options.set(name, value);
        }
        options
    }
}
