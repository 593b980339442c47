//! Date-time patterns (`yyyy-MM-dd HH:mm:ss`), compiled once and used for every row.
//!
//! Source: Spark SQL reference, "Datetime Patterns for Formatting and Parsing"; Java's
//! `DateTimeFormatter`.

use chrono::TimeZone;
use chrono_tz::{OffsetName, Tz};

use crate::sql::functions::FunctionError;
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    pub(super) items: Vec<Item>,
    /// The pattern is one that is so common that it has its own code.
    fast: Option<Fast>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fast {
    Date,
    Timestamp,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Text(String),
    /// A letter and how often it is repeated.
    Field(char, usize),
    OptionalStart,
    OptionalEnd,
}

/// A point in time in its fields, for formatting.
struct Fields {
    days: i64,
    year: i64,
    month: u32,
    day: u32,
    of_day: i64,
    offset_seconds: i64,
}

/// Optional sections nest no deeper.
const MAX_DEPTH: usize = 32;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub(super) fn month_name(month: u32) -> &'static str {
    MONTHS
        .get((month.max(1) - 1) as usize)
        .copied()
        .unwrap_or("")
}

pub(super) fn weekday_name(weekday: u32) -> &'static str {
    WEEKDAYS.get(weekday as usize).copied().unwrap_or("")
}

impl Pattern {
    /// Refuses letters that texts can be written by, but not read.
    ///
    /// # Errors
    /// `INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION`, as of Spark 3.
    pub(super) fn check_readable(&self, text: &str) -> Result<(), FunctionError> {
        let is_written = |item: &Item| matches!(item, Item::Field('E' | 'F' | 'q' | 'Q', _));
        match self.items.iter().any(is_written) {
            true => Err(FunctionError::DatetimePatternRecognition {
                pattern: text.into(),
            }),
            false => Ok(()),
        }
    }

    /// Compiles a pattern.
    ///
    /// # Errors
    /// Spark's own for week-based and illegal letters, and where a letter is repeated too often.
    pub fn compile(text: &str) -> Result<Pattern, FunctionError> {
        let unrecognised = || FunctionError::DatetimePatternRecognition {
            pattern: text.into(),
        };
        let mut items: Vec<Item> = Vec::new();
        let mut chars = text.chars().peekable();
        let mut depth = 0usize;
        let push_text = |items: &mut Vec<Item>, c: char| match items.last_mut() {
            Some(Item::Text(t)) => t.push(c),
            _ => items.push(Item::Text(c.into())),
        };
        while let Some(c) = chars.next() {
            match c {
                '\'' => {
                    if chars.next_if_eq(&'\'').is_some() {
                        push_text(&mut items, '\'');
                        continue;
                    }
                    loop {
                        match chars.next() {
                            Some('\'') if chars.next_if_eq(&'\'').is_some() => {
                                push_text(&mut items, '\'');
                            }
                            Some('\'') => break,
                            Some(c) => push_text(&mut items, c),
                            None => return Err(unrecognised()),
                        }
                    }
                }
                '[' => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return Err(unrecognised());
                    }
                    items.push(Item::OptionalStart);
                }
                ']' => {
                    depth = depth.checked_sub(1).ok_or_else(unrecognised)?;
                    items.push(Item::OptionalEnd);
                }
                '{' | '}' | '#' => return Err(unrecognised()),
                c if c.is_ascii_alphabetic() => {
                    let mut count = 1;
                    while chars.next_if_eq(&c).is_some() {
                        count += 1;
                    }
                    check_letter(text, c, count)?;
                    items.push(Item::Field(c, count));
                }
                c => push_text(&mut items, c),
            }
        }
        let fast = match text {
            "yyyy-MM-dd" => Some(Fast::Date),
            "yyyy-MM-dd HH:mm:ss" => Some(Fast::Timestamp),
            _ => None,
        };
        Ok(Pattern { items, fast })
    }

    /// Whether a text has the length and separators of a pattern that has its own code.
    pub(super) fn has_common_shape(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let date = bytes.first().is_some_and(u8::is_ascii_digit)
            && bytes.get(4) == Some(&b'-')
            && bytes.get(7) == Some(&b'-')
            && bytes.get(9).is_some_and(u8::is_ascii_digit);
        match self.fast {
            Some(Fast::Date) => date && bytes.len() == 10,
            Some(Fast::Timestamp) => {
                date && bytes.len() == 19
                    && bytes.get(10) == Some(&b' ')
                    && bytes.get(13) == Some(&b':')
                    && bytes.get(16) == Some(&b':')
            }
            None => false,
        }
    }

    /// Appends an instant as a clock in the zone shows it.
    pub fn push(&self, out: &mut String, instant_us: i64, zone: Tz) {
        let offset = calendar::offset_at(zone, instant_us);
        let local = instant_us.saturating_add(offset);
        self.push_local(out, local, offset / SECOND_US, zone);
    }

    /// Appends a local time that has that offset in seconds.
    pub fn push_local(&self, out: &mut String, local: i64, offset_seconds: i64, zone: Tz) {
        let days = local.div_euclid(DAY_US);
        match self.fast {
            Some(Fast::Date) => return calendar::push_date(out, days),
            Some(Fast::Timestamp) => {
                return calendar::push_timestamp(out, local - local.rem_euclid(SECOND_US));
            }
            None => {}
        }
        let (year, month, day) = calendar::civil_from_days(days);
        let fields = Fields {
            days,
            year,
            month,
            day,
            of_day: local.rem_euclid(DAY_US),
            offset_seconds,
        };
        for item in &self.items {
            match item {
                Item::Text(t) => out.push_str(t),
                Item::Field(letter, count) => {
                    out.push_str(&fields.text(*letter, *count, zone));
                }
                Item::OptionalStart | Item::OptionalEnd => {}
            }
        }
    }
}

fn check_letter(pattern: &str, letter: char, count: usize) -> Result<(), FunctionError> {
    let limit = match letter {
        // Spark 2 knew these, so Spark says that they changed.
        'Y' | 'W' | 'w' | 'u' => 0,
        'e' | 'c' => {
            return Err(FunctionError::WeekBasedPattern { character: letter });
        }
        'A' | 'B' | 'n' | 'N' | 'p' => {
            return Err(FunctionError::IllegalPatternCharacter {
                pattern: pattern.into(),
                character: letter,
            });
        }
        'y' => 6,
        'M' | 'L' | 'E' | 'G' | 'Q' | 'q' | 'z' => 4,
        'd' | 'H' | 'h' | 'K' | 'k' | 'm' | 's' => 2,
        'D' => 3,
        'S' => 9,
        'a' | 'F' => 1,
        'X' | 'x' | 'Z' => 5,
        'V' if count == 2 => 2,
        'O' if count == 1 || count == 4 => 4,
        'V' | 'O' => 0,
        _ => return Err(FunctionError::UnknownPatternLetter { letter }),
    };
    if count > limit {
        return Err(FunctionError::DatetimePatternRecognition {
            pattern: pattern.into(),
        });
    }
    Ok(())
}

impl Fields {
    fn text(&self, letter: char, count: usize, zone: Tz) -> String {
        let padded = |n: i64| format!("{n:0count$}");
        let hour = self.of_day / HOUR_US;
        match letter {
            'G' if count == 4 => if self.year > 0 {
                "Anno Domini"
            } else {
                "Before Christ"
            }
            .into(),
            'G' => if self.year > 0 { "AD" } else { "BC" }.into(),
            'y' => {
                let year = if self.year > 0 {
                    self.year
                } else {
                    1 - self.year
                };
                match count {
                    2 => format!("{:02}", year % 100),
                    _ if count >= 4 && year > 9999 => format!("+{year}"),
                    _ => padded(year),
                }
            }
            'M' | 'L' => match count {
                1 | 2 => padded(i64::from(self.month)),
                3 => month_name(self.month).chars().take(3).collect(),
                _ => month_name(self.month).into(),
            },
            'd' => padded(i64::from(self.day)),
            'D' => padded(self.days - calendar::days_from_civil(self.year, 1, 1) + 1),
            'F' => padded(i64::from((self.day - 1) % 7 + 1)),
            'E' => {
                let name = weekday_name(calendar::weekday(self.days));
                if count == 4 {
                    name.into()
                } else {
                    name.chars().take(3).collect()
                }
            }
            'Q' | 'q' => {
                let quarter = (self.month - 1) / 3 + 1;
                match count {
                    1 | 2 => padded(i64::from(quarter)),
                    3 => format!("Q{quarter}"),
                    _ => {
                        let ordinal = match quarter {
                            1 => "1st",
                            2 => "2nd",
                            3 => "3rd",
                            _ => "4th",
                        };
                        format!("{ordinal} quarter")
                    }
                }
            }
            'a' => if hour < 12 { "AM" } else { "PM" }.into(),
            'H' => padded(hour),
            'k' => padded(if hour == 0 { 24 } else { hour }),
            'h' => padded(if hour % 12 == 0 { 12 } else { hour % 12 }),
            'K' => padded(hour % 12),
            'm' => padded(self.of_day % HOUR_US / MINUTE_US),
            's' => padded(self.of_day % MINUTE_US / SECOND_US),
            'S' => {
                let digits = format!("{:06}000", self.of_day % SECOND_US);
                digits.get(..count).unwrap_or(&digits).into()
            }
            'V' => zone.name().into(),
            'z' => self.zone_name(zone, count),
            'O' => self.localized_offset(count == 4),
            'X' | 'x' => self.offset(letter == 'X', count),
            'Z' => match count {
                4 => self.localized_offset(true),
                5 => self.offset(true, 3),
                _ => self.offset(false, 2),
            },
            _ => String::new(),
        }
    }

    fn zone_name(&self, zone: Tz, count: usize) -> String {
        if zone == Tz::UTC {
            return if count == 4 {
                "Coordinated Universal Time"
            } else {
                "UTC"
            }
            .into();
        }
        let local = self.days * DAY_US + self.of_day - self.offset_seconds * SECOND_US;
        chrono::DateTime::from_timestamp(local.div_euclid(SECOND_US), 0)
            .map(|utc| zone.offset_from_utc_datetime(&utc.naive_utc()))
            .and_then(|o| o.abbreviation().map(String::from))
            .unwrap_or_else(|| zone.name().into())
    }

    fn offset(&self, zulu: bool, count: usize) -> String {
        if zulu && self.offset_seconds == 0 {
            return "Z".into();
        }
        let sign = if self.offset_seconds < 0 { '-' } else { '+' };
        let n = self.offset_seconds.abs();
        let (h, m, s) = (n / 3600, n / 60 % 60, n % 60);
        match count {
            1 if m == 0 => format!("{sign}{h:02}"),
            1 | 2 => format!("{sign}{h:02}{m:02}"),
            3 => format!("{sign}{h:02}:{m:02}"),
            4 if s == 0 => format!("{sign}{h:02}{m:02}"),
            4 => format!("{sign}{h:02}{m:02}{s:02}"),
            _ if s == 0 => format!("{sign}{h:02}:{m:02}"),
            _ => format!("{sign}{h:02}:{m:02}:{s:02}"),
        }
    }

    fn localized_offset(&self, long: bool) -> String {
        if self.offset_seconds == 0 {
            return "GMT".into();
        }
        let sign = if self.offset_seconds < 0 { '-' } else { '+' };
        let n = self.offset_seconds.abs();
        let (h, m) = (n / 3600, n / 60 % 60);
        if long {
            format!("GMT{sign}{h:02}:{m:02}")
        } else if m == 0 {
            format!("GMT{sign}{h}")
        } else {
            format!("GMT{sign}{h}:{m:02}")
        }
    }
}
