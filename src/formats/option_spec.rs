//! What is known of an option, in one place: what reads it and what describes it.

/// An option of a reader, a writer or a stream, a table's property, or a setting of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// As Spark spells it; case doesn't count.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// The value that stands where none is given; empty if there is none.
    pub default: &'static str,
    /// What it does, in a sentence or two.
    pub about: &'static str,
    /// Whether it changes anything here; if not, it is accepted for the sake of what is written for Spark.
    pub has_effect: bool,
}

impl OptionSpec {
    pub const fn new(name: &'static str, default: &'static str, about: &'static str) -> Self {
        OptionSpec {
            name,
            aliases: &[],
            default,
            about,
            has_effect: true,
        }
    }

    /// An option that is accepted; `about` says why there is nothing for it to do.
    pub const fn without_effect(name: &'static str, about: &'static str) -> Self {
        OptionSpec {
            has_effect: false,
            ..OptionSpec::new(name, "", about)
        }
    }

    /// The same option under more names.
    pub const fn or(self, aliases: &'static [&'static str]) -> Self {
        OptionSpec { aliases, ..self }
    }

    /// Whether a name means this option.
    pub fn is_named(&self, name: &str) -> bool {
        self.names().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Its name, then the others.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The default, if it is a number.
    pub fn default_number(&self) -> Option<u64> {
        self.default.parse().ok()
    }

    /// Whether it is on where nobody says otherwise.
    pub fn is_on(&self) -> bool {
        self.default == "true"
    }
}

/// Options as constants, by which code reads them, and the table of them all, which the documentation shows.
macro_rules! option_table {
    (
        $(#[$table_doc:meta])*
        $table_vis:vis $table:ident {
            $($(#[$doc:meta])* $vis:vis $name:ident = $spec:expr;)*
        }
    ) => {
        $($(#[$doc])* $vis const $name: $crate::formats::OptionSpec = $spec;)*

        $(#[$table_doc])*
        $table_vis const $table: &[$crate::formats::OptionSpec] = &[$($name),*];
    };
}

pub(crate) use option_table;
