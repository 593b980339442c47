//! Programs as they are: `.py` and `.sql` files that were never a notebook.
//!
//! Lines that begin `# %%` part a Python program into cells, as editors have it; what follows on
//! that line is the cell's title, and `[markdown]` makes it one of text.

use super::{Cell, CellLanguage, Format, Language, Notebook, lines};

const MARKER: &str = "# %%";
const MARKDOWN: &str = "[markdown]";

/// Reads a program.
pub(super) fn read(text: &str, language: Language) -> Notebook {
    let mut cells = Vec::new();
    let is_parted = language == Language::Python && lines(text).any(|line| marker(line).is_some());
    if is_parted {
        let mut current: Option<(&str, Vec<&str>)> = None;
        let mut before: Vec<&str> = Vec::new();
        for line in lines(text.strip_suffix('\n').unwrap_or(text)) {
            if let Some(title) = marker(line) {
                cells.extend(current.take().map(|(title, lines)| cell(title, &lines)));
                current = Some((title, Vec::new()));
            } else if let Some((_, lines)) = &mut current {
                lines.push(line);
            } else {
                before.push(line);
            }
        }
        cells.extend(current.map(|(title, lines)| cell(title, &lines)));
        if before.iter().any(|line| !line.trim().is_empty()) {
            cells.insert(0, Cell::new(before.join("\n")));
        }
    } else if !text.is_empty() {
        let text: Vec<&str> = lines(text.strip_suffix('\n').unwrap_or(text)).collect();
        cells.push(Cell::new(text.join("\n")));
    }
    Notebook {
        language,
        cells,
        format: Format::Plain,
        ..Notebook::default()
    }
}

fn marker(line: &str) -> Option<&str> {
    line.strip_prefix(MARKER).map(str::trim)
}

fn cell(title: &str, lines: &[&str]) -> Cell {
    if let Some(title) = title.strip_prefix(MARKDOWN) {
        let text: Vec<&str> = lines
            .iter()
            .map(|line| {
                let text = line.strip_prefix('#').unwrap_or(line);
                text.strip_prefix(' ').unwrap_or(text)
            })
            .collect();
        return Cell {
            title: titled(title.trim()),
            ..Cell::new(format!("%md\n{}", text.join("\n")))
        };
    }
    Cell {
        title: titled(title),
        ..Cell::new(lines.join("\n"))
    }
}

fn titled(title: &str) -> Option<String> {
    (!title.is_empty()).then(|| title.to_owned())
}

/// Writes a program: one cell as it is, several parted by `# %%`. A language without such a
/// custom has its cells parted by an empty line.
pub(super) fn write(notebook: &Notebook) -> String {
    if let [cell] = notebook.cells.as_slice()
        && cell.title.is_none()
    {
        return format!("{}\n", cell.source);
    }
    let mut text = String::new();
    for (i, cell) in notebook.cells.iter().enumerate() {
        if notebook.language != Language::Python {
            if i > 0 {
                text.push('\n');
            }
            text.push_str(&cell.source);
            text.push('\n');
            continue;
        }
        text.push_str(MARKER);
        let (language, body) = CellLanguage::of(&cell.source, notebook.language);
        let is_markdown = language == CellLanguage::Markdown;
        for word in is_markdown
            .then_some(MARKDOWN)
            .into_iter()
            .chain(cell.title.as_deref())
        {
            text.push(' ');
            text.push_str(&word.replace(['\n', '\r'], " "));
        }
        text.push('\n');
        if is_markdown {
            let body = cell.source.get(body..).unwrap_or_default();
            for line in lines(body.strip_prefix('\n').unwrap_or(body)) {
                text.push_str(if line.is_empty() { "#" } else { "# " });
                text.push_str(line);
                text.push('\n');
            }
        } else {
            text.push_str(&cell.source);
            text.push('\n');
        }
    }
    text
}
