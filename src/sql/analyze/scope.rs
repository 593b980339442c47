//! Names of columns: qualifiers, struct fields, ambiguity, suggestions.

use std::collections::HashSet;

use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::plan::Attribute;
use crate::types::{StructType, quote, quote_if_needed};

/// A column that a name means: its position, and how many of the name's parts it took; the rest
/// are fields within it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    pub index: usize,
    pub parts: usize,
}

/// Finds the column that `name` means among `columns` (Catalyst's `AttributeSeq.resolve`): the
/// longest qualifier that fits first, then the plain name; hidden columns only where no visible
/// one fits.
///
/// # Errors
/// `AMBIGUOUS_REFERENCE` if several fit.
pub fn find(name: &[String], columns: &[Attribute]) -> Result<Option<Found>, SqlError> {
    for hidden in [false, true] {
        for qualifier in (0..name.len().min(4)).rev() {
            let (Some(before), Some(column)) = (name.get(..qualifier), name.get(qualifier)) else {
                continue;
            };
            let fits: Vec<usize> = columns
                .iter()
                .enumerate()
                .filter(|(_, a)| {
                    (hidden || !a.hidden) && same_name(&a.name, column) && has_qualifier(a, before)
                })
                .map(|(i, _)| i)
                .collect();
            match fits.as_slice() {
                [] => {}
                [index] => {
                    return Ok(Some(Found {
                        index: *index,
                        parts: qualifier + 1,
                    }));
                }
                several => {
                    let fits = several.iter().filter_map(|i| columns.get(*i));
                    // By the name that was asked for, whatever its case.
                    let mut candidates: Vec<String> = fits
                        .map(|a| {
                            let parts = a.qualifier.iter().chain([column]).cloned();
                            quote_parts(&parts.collect::<Vec<_>>())
                        })
                        .collect();
                    candidates.sort();
                    return Err(AnalysisReason::AmbiguousReference {
                        name: quote_parts(name),
                        candidates,
                    }
                    .into());
                }
            }
        }
    }
    Ok(None)
}

/// Spark compares names without case.
pub fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

/// A table's columns have names of their own.
///
/// # Errors
/// `COLUMN_ALREADY_EXISTS`.
pub fn refuse_duplicates(schema: &StructType) -> Result<(), SqlError> {
    let mut seen = HashSet::new();
    for field in &schema.fields {
        if !seen.insert(field.name.to_lowercase()) {
            return Err(AnalysisReason::ColumnAlreadyExists {
                column: quote(&field.name.to_lowercase()),
            }
            .into());
        }
    }
    Ok(())
}

/// Whether `before` is an end of the column's qualifier.
pub fn has_qualifier(column: &Attribute, before: &[String]) -> bool {
    before.len() <= column.qualifier.len()
        && column
            .qualifier
            .iter()
            .rev()
            .zip(before.iter().rev())
            .all(|(a, b)| same_name(a, b))
}

/// Each part in backticks.
pub fn quote_parts(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|p| quote(p)).collect();
    parts.join(".")
}

/// `UNRESOLVED_COLUMN`, with the names that come nearest.
pub fn unresolved(name: &[String], columns: &[Attribute]) -> SqlError {
    AnalysisReason::UnresolvedColumn {
        name: quote_parts(name),
        proposal: suggestions(name, columns),
    }
    .into()
}

/// At most five columns, the most similar first
/// (Catalyst's `StringUtils.orderSuggestedIdentifiersBySimilarity`).
fn suggestions(name: &[String], columns: &[Attribute]) -> Vec<String> {
    let candidates: Vec<Vec<&str>> = columns
        .iter()
        .filter(|a| !a.hidden)
        .map(|a| {
            let qualifier = a.qualifier.iter().map(String::as_str);
            qualifier.chain([a.name.as_str()]).collect()
        })
        .collect();
    let same_but = |dropped: usize| {
        let mut prefixes = candidates
            .iter()
            .map(|c| c.get(..c.len().saturating_sub(dropped)).unwrap_or_default());
        let first = prefixes.next();
        prefixes.all(|p| Some(p) == first)
    };
    let keep = if name.len() == 1 && same_but(1) {
        1
    } else if name.len() <= 2 && same_but(2) {
        2
    } else {
        usize::MAX
    };
    let base: Vec<String> = name.iter().map(|p| quote_if_needed(p)).collect();
    let base = base.join(".");
    let texts: Vec<String> = candidates
        .iter()
        .map(|c| {
            let kept = c.get(c.len().saturating_sub(keep)..).unwrap_or_default();
            let parts: Vec<String> = kept.iter().map(|p| quote(p)).collect();
            parts.join(".")
        })
        .collect();
    let mut texts = nearest_first(texts, &base);
    texts.truncate(5);
    texts
}

/// Quoted names, those that are most like `name` first.
pub fn nearest_first(mut quoted: Vec<String>, name: &str) -> Vec<String> {
    quoted.sort_by_cached_key(|text| edit_distance(text, name));
    quoted
}

/// Levenshtein's distance, in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(200).enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&row, j) + usize::from(x != *y);
            let best = replaced.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            next.push(best);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
