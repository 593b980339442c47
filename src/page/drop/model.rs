//! What is shown of dropped files, as plain data.

use crate::page::text;
use crate::protocol::{DropPreview, ErrorInfo, FilePreview};

/// Where a previewed file goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// To a landing directory whose schema it fits.
    Lands { target: String },
    /// To a pipeline that is still to be made.
    Waits,
    /// Nowhere.
    Refused(ErrorInfo),
}

/// A file's card.
#[derive(Debug, Clone, PartialEq)]
pub struct FileCard {
    pub name: String,
    /// `parquet · 1,000 rows · 38 KiB`
    pub facts: String,
    /// Columns as `name type`, in order.
    pub columns: Vec<(String, String)>,
    pub fate: Fate,
    pub warning: Option<String>,
}

/// The card of a file.
pub fn file_card(file: &FilePreview) -> FileCard {
    let mut facts = vec![
        file.format
            .clone()
            .unwrap_or_else(|| "unknown format".to_owned()),
    ];
    if let Some(rows) = file.rows {
        facts.push(text::counted(rows, "row"));
    }
    facts.push(text::bytes(file.size));
    FileCard {
        name: file.name.clone(),
        facts: facts.join(" · "),
        columns: file
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.data_type.clone()))
            .collect(),
        fate: match (&file.error, &file.target) {
            (Some(error), _) => Fate::Refused(error.clone()),
            (None, Some(target)) => Fate::Lands {
                target: target.clone(),
            },
            (None, None) => Fate::Waits,
        },
        warning: file.warning.clone(),
    }
}

/// The directories that files land in, each with how many, in the order of the files.
pub fn targets(preview: &DropPreview) -> Vec<(String, usize)> {
    let mut targets: Vec<(String, usize)> = Vec::new();
    for file in &preview.files {
        let (None, Some(target)) = (&file.error, &file.target) else {
            continue;
        };
        match targets.iter_mut().find(|(name, _)| name == target) {
            Some((_, files)) => *files += 1,
            None => targets.push((target.clone(), 1)),
        }
    }
    targets
}

/// A directory's last part, for a sentence.
pub fn directory_name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}

/// A dropped path below the dropped item: no leading slash, as the browser gives it otherwise.
pub fn relative_name(full_path: &str) -> &str {
    full_path.trim_start_matches('/')
}

/// Whether a file in a dropped folder is one that operating systems leave there for themselves.
pub fn is_litter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    matches!(file, ".DS_Store" | "Thumbs.db" | "desktop.ini") || file.starts_with("._")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, target: Option<&str>, is_broken: bool) -> FilePreview {
        FilePreview {
            name: name.to_owned(),
            size: 2048.0,
            format: (!is_broken).then(|| "parquet".to_owned()),
            columns: Vec::new(),
            rows: (!is_broken).then_some(1000.0),
            target: target.map(str::to_owned),
            warning: None,
            error: is_broken.then(|| ErrorInfo {
                condition: Some("FAILED_READ_FILE.NO_HINT".to_owned()),
                class: "SparkException".to_owned(),
                message: "Encountered error while reading file".to_owned(),
                hint: None,
                details: String::new(),
                file: Some(name.to_owned()),
                line: None,
                column: None,
            }),
        }
    }

    #[test]
    fn files_are_grouped_by_the_directory_they_land_in() {
        let preview = DropPreview {
            drop: 1,
            files: vec![
                file("a.parquet", Some("dbfs:/in/orders"), false),
                file("b.json", None, false),
                file("c.parquet", Some("dbfs:/in/orders"), false),
                file("d.parquet", Some("dbfs:/in/orders"), true),
            ],
            new_pipeline: None,
        };
        assert_eq!(targets(&preview), [("dbfs:/in/orders".to_owned(), 2)]);
    }

    #[test]
    fn a_broken_file_goes_nowhere_even_if_it_seems_to_fit() {
        assert!(matches!(
            file_card(&file("a", Some("dbfs:/in"), true)).fate,
            Fate::Refused(_)
        ));
        assert_eq!(file_card(&file("a", None, false)).fate, Fate::Waits);
        assert_eq!(
            file_card(&file("a", None, false)).facts,
            "parquet · 1,000 rows · 2.0 KiB"
        );
    }

    #[test]
    fn names_lose_their_leading_slash_and_litter_is_known() {
        assert_eq!(relative_name("/orders/01.parquet"), "orders/01.parquet");
        assert_eq!(directory_name("dbfs:/mnt/orders-raw/"), "orders-raw");
        assert!(is_litter("orders/.DS_Store"));
        assert!(!is_litter("orders/01.parquet"));
    }
}
