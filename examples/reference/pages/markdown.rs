//! Pieces of Markdown, as GitHub reads it.

/// Text as code.
pub fn code(text: &str) -> String {
    // A span's fence is longer than any run of backticks in it, which mustn't touch it.
    let run = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(run + 1);
    match run {
        0 => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}

/// A table; its cells are Markdown.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| {
        // A bar ends a cell, even within code.
        let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(head.iter().map(|h| (*h).to_owned()).collect());
    text.push_str(&format!("|{}\n", "---|".repeat(head.len())));
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

/// What GitHub calls a heading in links.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// Links to headings of the page, as a list.
pub fn contents<'h>(headings: impl IntoIterator<Item = &'h str>) -> String {
    headings
        .into_iter()
        .map(|h| format!("- [{h}](#{})\n", anchor(h)))
        .collect()
}
