//! What running a cell does.

use super::sql::place;
use super::{Cell, CellLanguage, Language, NotebookError, lines, statements};

/// A piece of a cell's work. Pieces run one after the other; the first that fails ends the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A SQL statement as it was written: [`substitute`](super::substitute) puts values in when
    /// it runs, because an earlier statement may set them.
    Sql(SqlStatement),
    /// Python. Its lines are the cell's: what came before it is blank.
    Python(String),
    Fs(FsCommand),
    /// Another notebook's cells, in this one's place.
    Run {
        path: String,
        arguments: Vec<(String, String)>,
    },
    /// A sentence for people to read.
    Print(String),
    Markdown(String),
}

/// A statement of a SQL cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlStatement {
    pub text: String,
    /// The cell's line on which its text starts, from 1.
    pub line: u32,
    /// How many characters stand left of it on that line.
    pub column: u32,
}

impl SqlStatement {
    /// The same in a text that has so many lines above it, and so many characters left of its first line.
    pub(super) fn below(mut self, (above, left): (u32, u32)) -> SqlStatement {
        if self.line == 1 {
            self.column += left;
        }
        self.line += above;
        self
    }
}

/// A `%fs` command; the same as `dbutils.fs` has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FsCommand {
    Ls {
        path: String,
    },
    Head {
        path: String,
    },
    Mkdirs {
        path: String,
    },
    Rm {
        path: String,
        recurse: bool,
    },
    Cp {
        from: String,
        to: String,
        recurse: bool,
    },
    Mv {
        from: String,
        to: String,
        recurse: bool,
    },
    Put {
        path: String,
        contents: String,
        overwrite: bool,
    },
}

/// What `%pip` and `%conda` say.
const PACKAGES: &str = "Nothing was installed: a notebook here has no network. pyspark, delta and much of Python's standard library are there already.";

const LINE_MAGICS: &str = "%python, %sql, %md, %fs, %run, %pip, %sh, %scala, %r, %lsmagic";

impl Cell {
    /// What running it does, in a notebook of that language. A cell of nothing but space and
    /// comments does nothing.
    ///
    /// # Errors
    /// [`NotebookError::Refused`] for what has no place here (`%sh`, Scala, R), and for commands
    /// that can't be read.
    pub fn steps(&self, default: Language) -> Result<Vec<Step>, NotebookError> {
        let (language, start) = CellLanguage::of(&self.source, default);
        let body = self.body(default);
        let begin = place(&self.source, start);
        let (line, _) = begin;
        match language {
            CellLanguage::Sql => {
                let statements = statements(body).into_iter();
                let steps = statements.map(|statement| Step::Sql(statement.below(begin)));
                Ok(steps.collect())
            }
            CellLanguage::Python => python(body, line),
            CellLanguage::Markdown => {
                let text = body.trim_matches('\n').trim_end();
                Ok(vec![Step::Markdown(text.into())])
            }
            CellLanguage::Raw => Ok(Vec::new()),
            CellLanguage::Fs => Ok(vec![Step::Fs(fs(body)?)]),
            CellLanguage::Run => run(body).map(|step| vec![step]),
            CellLanguage::Pip => {
                let mut steps = vec![Step::Print(PACKAGES.into())];
                // Python may follow on the lines below.
                if let Some((_, rest)) = body.split_once('\n') {
                    steps.extend(python(rest, line + 1)?);
                }
                Ok(steps)
            }
            CellLanguage::Sh => Err(NotebookError::Refused {
                what: "A shell command".into(),
                reason: "there is no operating system behind this notebook. Use %fs or dbutils.fs for files.",
            }),
            CellLanguage::Scala => Err(NotebookError::Refused {
                what: "Scala".into(),
                reason: "cells are Python, SQL or text.",
            }),
            CellLanguage::R => Err(NotebookError::Refused {
                what: "R".into(),
                reason: "cells are Python, SQL or text.",
            }),
        }
    }
}

impl Cell {
    /// The same for a notebook that another one runs: what has no place here is told, and the cells below
    /// it run all the same.
    ///
    /// # Errors
    /// For commands that can't be read.
    pub fn included_steps(&self, default: Language) -> Result<Vec<Step>, NotebookError> {
        match self.steps(default) {
            Err(refused @ NotebookError::Refused { .. }) => {
                Ok(vec![Step::Print(refused.to_string())])
            }
            steps => steps,
        }
    }
}

/// Python with IPython's magics taken out of it.
fn python(body: &str, line: u32) -> Result<Vec<Step>, NotebookError> {
    let mut steps = Vec::new();
    let mut source = "\n".repeat(line as usize);
    let mut has_code = false;
    for (i, text) in lines(body).enumerate() {
        if i > 0 {
            source.push('\n');
        }
        // Behind `%python` code may begin on the same line.
        let text = if i == 0 { text.trim_start() } else { text };
        let Some(magic) = text.strip_prefix('%') else {
            if text.starts_with('!') {
                return Err(NotebookError::Refused {
                    what: "A shell command".into(),
                    reason: "there is no operating system behind this notebook.",
                });
            }
            has_code |= !text.trim().is_empty() && !text.trim_start().starts_with('#');
            source.push_str(text);
            continue;
        };
        let (word, rest) = magic.split_once(char::is_whitespace).unwrap_or((magic, ""));
        match word.trim_start_matches('%') {
            "pip" | "conda" => steps.push(Step::Print(PACKAGES.into())),
            "lsmagic" => steps.push(Step::Print(LINE_MAGICS.into())),
            "matplotlib" | "config" | "load_ext" | "autoreload" => {}
            "time" => {
                has_code = true;
                source.push_str(rest.trim_start());
            }
            word => {
                return Err(NotebookError::Refused {
                    what: format!("The magic %{word}"),
                    reason: "notebooks here know %python, %sql, %md, %fs, %run and %pip.",
                });
            }
        }
    }
    if has_code {
        steps.push(Step::Python(source));
    }
    Ok(steps)
}

/// A command's words; quotes hold words with spaces together.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let (word, after) = match rest.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split_once(c).unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

fn fs(body: &str) -> Result<FsCommand, NotebookError> {
    let invalid = |reason: String| NotebookError::InvalidFs { reason };
    let mut lines = lines(body).filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("--")
    });
    let line = lines
        .next()
        .ok_or_else(|| invalid("There is no command.".into()))?;
    if lines.next().is_some() {
        return Err(invalid("A cell holds one command.".into()));
    }
    let all = words(line);
    let is_flag = |word: &&String| {
        ["-r", "--recurse", "--recurse=true", "recurse=true"]
            .contains(&word.to_lowercase().as_str())
    };
    let recurse = all.iter().any(|w| is_flag(&w));
    let plain: Vec<&str> = all
        .iter()
        .filter(|w| !is_flag(w))
        .map(String::as_str)
        .collect();
    let is_true = |word: &str| word.eq_ignore_ascii_case("true");
    match plain.as_slice() {
        ["ls"] => Ok(FsCommand::Ls {
            path: "dbfs:/".into(),
        }),
        ["ls", path] => Ok(FsCommand::Ls {
            path: (*path).into(),
        }),
        ["head", path] | ["head", path, _] => Ok(FsCommand::Head {
            path: (*path).into(),
        }),
        ["mkdirs", path] => Ok(FsCommand::Mkdirs {
            path: (*path).into(),
        }),
        ["rm", path] => Ok(FsCommand::Rm {
            path: (*path).into(),
            recurse,
        }),
        ["rm", path, flag] => Ok(FsCommand::Rm {
            path: (*path).into(),
            recurse: recurse || is_true(flag),
        }),
        ["cp", from, to] => Ok(FsCommand::Cp {
            from: (*from).into(),
            to: (*to).into(),
            recurse,
        }),
        ["cp", from, to, flag] => Ok(FsCommand::Cp {
            from: (*from).into(),
            to: (*to).into(),
            recurse: recurse || is_true(flag),
        }),
        ["mv", from, to] => Ok(FsCommand::Mv {
            from: (*from).into(),
            to: (*to).into(),
            recurse,
        }),
        ["mv", from, to, flag] => Ok(FsCommand::Mv {
            from: (*from).into(),
            to: (*to).into(),
            recurse: recurse || is_true(flag),
        }),
        ["put", path, contents] => Ok(FsCommand::Put {
            path: (*path).into(),
            contents: (*contents).into(),
            overwrite: false,
        }),
        ["put", path, contents, flag] => Ok(FsCommand::Put {
            path: (*path).into(),
            contents: (*contents).into(),
            overwrite: is_true(flag),
        }),
        [
            command @ ("ls" | "head" | "mkdirs" | "rm" | "cp" | "mv" | "put"),
            ..,
        ] => Err(invalid(format!(
            "{command} doesn't take {} words.",
            plain.len() - 1
        ))),
        [command, ..] => Err(invalid(format!("There is no command {command}."))),
        [] => Err(invalid("There is no command.".into())),
    }
}

fn run(body: &str) -> Result<Step, NotebookError> {
    let invalid = |reason: &str| NotebookError::InvalidRun {
        reason: reason.into(),
    };
    let mut lines = lines(body)
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("--"));
    let line = lines.next().ok_or_else(|| invalid("There is no path."))?;
    if lines.next().is_some() {
        return Err(invalid("It stands in a cell of its own."));
    }
    let (path, rest) = match line.strip_prefix(['"', '\'']) {
        Some(quoted) => {
            let quote = line.chars().next().unwrap_or('"');
            quoted
                .split_once(quote)
                .ok_or_else(|| invalid("The path's quote doesn't end."))?
        }
        // Unquoted, a path may hold spaces too: it ends where arguments begin.
        None => match line.find(" $") {
            Some(at) => line.split_at(at),
            None => (line, ""),
        },
    };
    if path.trim().is_empty() {
        return Err(invalid("There is no path."));
    }
    Ok(Step::Run {
        path: path.trim().into(),
        arguments: arguments(rest)?,
    })
}

/// `$name="value" $other='value' $third=value`
fn arguments(text: &str) -> Result<Vec<(String, String)>, NotebookError> {
    let mut arguments = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let parsed = rest
            .strip_prefix('$')
            .and_then(|rest| rest.split_once('='))
            .filter(|(name, _)| !name.trim().is_empty());
        let Some((name, after)) = parsed else {
            return Err(NotebookError::InvalidRun {
                reason: format!("'{rest}' isn't an argument."),
            });
        };
        let after = after.trim_start();
        let (value, after) = match (after.chars().next(), after.strip_prefix(['"', '\''])) {
            (Some(quote), Some(quoted)) => {
                quoted
                    .split_once(quote)
                    .ok_or_else(|| NotebookError::InvalidRun {
                        reason: format!("The value of {} has no end.", name.trim()),
                    })?
            }
            _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        arguments.push((name.trim().to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    Ok(arguments)
}
