//! The line of a statement that an error is about, with a caret under the place.

/// The line (from 1) of `text`, and below it a caret under `column` (from 1). `None` if the text
/// has no such line. Tabs keep their width, so that the caret stands right.
pub fn excerpt(text: &str, line: u32, column: u32) -> Option<String> {
    let source = text
        .lines()
        .nth(usize::try_from(line.checked_sub(1)?).ok()?)?;
    let before = usize::try_from(column.saturating_sub(1)).ok()?;
    let number = format!("{line} | ");
    let mut caret = " ".repeat(number.len());
    caret.extend(
        source
            .chars()
            .take(before)
            .map(|character| if character == '\t' { '\t' } else { ' ' }),
    );
    Some(format!("{number}{source}\n{caret}^"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_column() {
        assert_eq!(
            excerpt("SELECT\n  nme FROM t", 2, 3).as_deref(),
            Some("2 |   nme FROM t\n      ^")
        );
    }

    #[test]
    fn a_line_that_is_not_there_has_no_excerpt() {
        assert_eq!(excerpt("SELECT", 2, 1), None);
        assert_eq!(excerpt("SELECT", 0, 1), None);
        assert_eq!(
            excerpt("SELECT", 1, 99).as_deref(),
            Some("1 | SELECT\n          ^")
        );
    }
}
