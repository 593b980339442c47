//! Dates and timestamps in text files: Spark's default forms, or a pattern.

use chrono_tz::Tz;

use super::{FormatError, OptionSpec, Options, option_table};
use crate::types::calendar::{
    DAY_US, HOUR_US, MINUTE_US, SECOND_US, days_from_civil, from_local, is_valid_date,
};

option_table! {
    /// How CSV and JSON have dates and times.
    pub OPTIONS {
        TIME_ZONE = OptionSpec::new(
            "timeZone",
            "UTC",
            "The zone of times that are read without one.",
        )
        .or(&["timestampZone"]);
        DATE_FORMAT = OptionSpec::new(
            "dateFormat",
            "yyyy-MM-dd",
            "How dates are read, as a pattern of Spark's letters.",
        );
        TIMESTAMP_FORMAT = OptionSpec::new(
            "timestampFormat",
            "",
            "How timestamps are read; by default the forms that a cast takes.",
        );
        TIMESTAMP_NTZ_FORMAT = OptionSpec::new(
            "timestampNTZFormat",
            "",
            "How timestamps without a time zone are read; by default the forms that a cast takes.",
        );
    }
}

/// The options that say how dates and timestamps are written.
#[derive(Debug, Clone, Default)]
pub(super) struct TemporalOptions {
    time_zone: Option<String>,
    date_format: Option<String>,
    timestamp_format: Option<String>,
    timestamp_ntz_format: Option<String>,
}

impl TemporalOptions {
    pub fn from_options(options: &Options) -> Self {
        let get = |option| options.get(option).map(String::from);
        TemporalOptions {
            time_zone: get(TIME_ZONE),
            date_format: get(DATE_FORMAT),
            timestamp_format: get(TIMESTAMP_FORMAT),
            timestamp_ntz_format: get(TIMESTAMP_NTZ_FORMAT),
        }
    }
}

/// Reads dates and timestamps.
#[derive(Debug, Clone)]
pub(super) struct Temporal {
    zone: Tz,
    date: Option<Pattern>,
    timestamp: Option<Pattern>,
    timestamp_ntz: Option<Pattern>,
}

impl Temporal {
    /// # Errors
    /// [`FormatError::InvalidOption`] for an unknown time zone or letter of a pattern.
    pub fn new(options: &TemporalOptions) -> Result<Self, FormatError> {
        let zone = match &options.time_zone {
            None => Tz::UTC,
            Some(name) => name.parse().map_err(|_| FormatError::InvalidOption {
                name: TIME_ZONE.name.into(),
                value: name.clone(),
                expected: "the name of a time zone, such as Europe/Paris",
            })?,
        };
        let pattern = |option: OptionSpec, text: &Option<String>| {
            text.as_ref()
                .map(|text| {
                    Pattern::new(text).ok_or_else(|| FormatError::InvalidOption {
                        name: option.name.into(),
                        value: text.clone(),
                        expected: "a pattern of the letters y M d E a H h k K m s S V z O X x Z, with other text in single quotes",
                    })
                })
                .transpose()
        };
        Ok(Temporal {
            zone,
            date: pattern(DATE_FORMAT, &options.date_format)?,
            timestamp: pattern(TIMESTAMP_FORMAT, &options.timestamp_format)?,
            timestamp_ntz: pattern(TIMESTAMP_NTZ_FORMAT, &options.timestamp_ntz_format)?,
        })
    }

    /// Days since the epoch.
    pub fn date(&self, text: &str) -> Option<i32> {
        let parts = match &self.date {
            Some(pattern) => pattern.parse(text)?,
            None => default_form(text)?,
        };
        i32::try_from(parts.days()?).ok()
    }

    /// Microseconds since the epoch; a time without a zone is in the session's.
    pub fn timestamp(&self, text: &str) -> Option<i64> {
        let parts = match &self.timestamp {
            Some(pattern) => pattern.parse(text)?,
            None => default_form(text)?,
        };
        let local = parts.local_us()?;
        match parts.zone {
            Zone::None => Some(from_local(self.zone, local)),
            Zone::Offset(seconds) => local.checked_sub(i64::from(seconds) * SECOND_US),
            Zone::Named(zone) => Some(from_local(zone, local)),
        }
    }

    /// Microseconds of the date and time as written; a text with a zone is none.
    pub fn timestamp_ntz(&self, text: &str) -> Option<i64> {
        let parts = match &self.timestamp_ntz {
            Some(pattern) => pattern.parse(text)?,
            None => default_form(text)?,
        };
        match parts.zone {
            Zone::None => parts.local_us(),
            _ => None,
        }
    }

    /// Whether dates have a pattern of their own.
    pub fn has_date_format(&self) -> bool {
        self.date.is_some()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    None,
    Offset(i32),
    Named(Tz),
}

#[derive(Debug, Clone, Copy)]
struct Parts {
    year: i64,
    month: u32,
    day: u32,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    zone: Zone,
}

impl Parts {
    const EPOCH: Parts = Parts {
        year: 1970,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        micros: 0,
        zone: Zone::None,
    };

    fn days(&self) -> Option<i64> {
        let valid = (-290_000..=290_000).contains(&self.year)
            && is_valid_date(self.year, self.month, self.day);
        valid.then(|| days_from_civil(self.year, self.month, self.day))
    }

    fn local_us(&self) -> Option<i64> {
        let valid = (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..60).contains(&self.second);
        let time = self.hour * HOUR_US + self.minute * MINUTE_US + self.second * SECOND_US;
        if !valid {
            return None;
        }
        self.days()?
            .checked_mul(DAY_US)?
            .checked_add(time + self.micros)
    }
}

/// Takes up to `most` digits off the front; their value.
fn take_number(text: &mut &str, least: usize, most: usize) -> Option<i64> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    let (digits, rest) = text.split_at_checked(count)?;
    *text = rest;
    digits.parse().ok()
}

fn take(text: &mut &str, prefix: &str) -> bool {
    match text.strip_prefix(prefix) {
        Some(rest) => {
            *text = rest;
            true
        }
        None => false,
    }
}

/// Takes the digits of a fraction of a second, in microseconds; further digits are cut off.
fn take_fraction(text: &mut &str) -> i64 {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(count).unwrap_or(("", text));
    *text = rest;
    let mut micros = 0;
    for i in 0..6 {
        let digit = digits.as_bytes().get(i).map_or(0, |b| i64::from(b - b'0'));
        micros = micros * 10 + digit;
    }
    micros
}

/// The forms that a cast to DATE or TIMESTAMP takes: `2024`, `2024-01`, `2024-1-2`,
/// `2024-01-02 03:04:05.678 +02:00`, `2024-01-02T03:04Z`.
fn default_form(text: &str) -> Option<Parts> {
    let mut rest = text.trim();
    let mut parts = Parts::EPOCH;
    let negative = take(&mut rest, "-");
    parts.year = take_number(&mut rest, 4, 6)?;
    if negative {
        parts.year = -parts.year;
    }
    if !take(&mut rest, "-") {
        return rest.is_empty().then_some(parts);
    }
    parts.month = u32::try_from(take_number(&mut rest, 1, 2)?).ok()?;
    if !take(&mut rest, "-") {
        return rest.is_empty().then_some(parts);
    }
    parts.day = u32::try_from(take_number(&mut rest, 1, 2)?).ok()?;
    if rest.is_empty() {
        return Some(parts);
    }
    if !take(&mut rest, "T") && !take(&mut rest, " ") {
        return None;
    }
    parts.hour = take_number(&mut rest, 1, 2)?;
    if take(&mut rest, ":") {
        parts.minute = take_number(&mut rest, 1, 2)?;
        if take(&mut rest, ":") {
            parts.second = take_number(&mut rest, 1, 2)?;
            if take(&mut rest, ".") {
                parts.micros = take_fraction(&mut rest);
            }
        }
    }
    parts.zone = match rest.trim() {
        "" => Zone::None,
        zone => zone_of(zone)?,
    };
    Some(parts)
}

/// `Z`, `UTC`, `+02:00`, `+0200`, `+2`, `GMT+2`, `Europe/Paris`.
fn zone_of(text: &str) -> Option<Zone> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT" | "UT") {
        return Some(Zone::Offset(0));
    }
    let offset = ["UTC", "GMT", "UT"]
        .iter()
        .find_map(|p| text.strip_prefix(p))
        .unwrap_or(text);
    let sign = match offset.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => return text.parse().ok().map(Zone::Named),
    };
    let mut rest = offset.get(1..)?;
    let hours = take_number(&mut rest, 1, 2)?;
    take(&mut rest, ":");
    let minutes = match rest.is_empty() {
        true => 0,
        false => take_number(&mut rest, 1, 2)?,
    };
    take(&mut rest, ":");
    let seconds = match rest.is_empty() {
        true => 0,
        false => take_number(&mut rest, 2, 2)?,
    };
    let total = hours * 3600 + minutes * 60 + seconds;
    let valid = rest.is_empty() && minutes < 60 && seconds < 60 && total <= 18 * 3600;
    valid
        .then(|| i32::try_from(sign * total).ok())
        .flatten()
        .map(Zone::Offset)
}

/// A pattern of Java's DateTimeFormatter, as Spark documents it ("Datetime patterns").
#[derive(Debug, Clone)]
struct Pattern(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Letter(char, usize),
    Text(String),
    /// `[…]`: may be missing.
    Optional(Pattern),
}

impl Pattern {
    fn new(text: &str) -> Option<Self> {
        let mut chars = text.chars().peekable();
        let mut stack: Vec<Vec<Piece>> = vec![Vec::new()];
        while let Some(c) = chars.next() {
            let piece = match c {
                '[' => {
                    // Java nests them at will; nobody writes more than a few.
                    if stack.len() > 8 {
                        return None;
                    }
                    stack.push(Vec::new());
                    continue;
                }
                ']' => {
                    let inner = stack.pop()?;
                    Piece::Optional(Pattern(inner))
                }
                '\'' => {
                    let mut quoted = String::new();
                    loop {
                        match chars.next()? {
                            '\'' if chars.peek() == Some(&'\'') => {
                                chars.next();
                                quoted.push('\'');
                            }
                            '\'' => break,
                            other => quoted.push(other),
                        }
                    }
                    Piece::Text(if quoted.is_empty() {
                        "'".into()
                    } else {
                        quoted
                    })
                }
                c if c.is_ascii_alphabetic() => {
                    let mut count = 1;
                    while chars.peek() == Some(&c) {
                        chars.next();
                        count += 1;
                    }
                    if !"yuMLdEaHhkKmsSVzOXxZ".contains(c) {
                        return None;
                    }
                    Piece::Letter(c, count)
                }
                c => Piece::Text(c.into()),
            };
            stack.last_mut()?.push(piece);
        }
        match stack.len() {
            1 => stack.pop().map(Pattern),
            _ => None,
        }
    }

    fn parse(&self, text: &str) -> Option<Parts> {
        let mut parts = Parts::EPOCH;
        let mut half = Half::default();
        let mut rest = text;
        self.take(&mut rest, &mut parts, &mut half)?;
        if !rest.is_empty() {
            return None;
        }
        if half.twelve {
            parts.hour = parts.hour % 12 + if half.afternoon { 12 } else { 0 };
        }
        Some(parts)
    }

    fn take(&self, text: &mut &str, parts: &mut Parts, half: &mut Half) -> Option<()> {
        for (i, piece) in self.0.iter().enumerate() {
            match piece {
                Piece::Text(literal) => {
                    if !take(text, literal) {
                        return None;
                    }
                }
                Piece::Optional(inner) => {
                    let (mut ahead, mut with, mut half_with) = (*text, *parts, *half);
                    if inner.take(&mut ahead, &mut with, &mut half_with).is_some() {
                        (*text, *parts, *half) = (ahead, with, half_with);
                    }
                }
                Piece::Letter(letter, count) => {
                    // Digits that touch other digits have their exact width: `yyyyMMdd`.
                    let touches = matches!(
                        self.0.get(i + 1),
                        Some(Piece::Letter(c, _)) if "yuMdHhkKmsS".contains(*c)
                    );
                    take_letter(*letter, *count, touches, text, parts, half)?;
                }
            }
        }
        Some(())
    }
}

/// The half of the day, where hours go to twelve.
#[derive(Debug, Clone, Copy, Default)]
struct Half {
    twelve: bool,
    afternoon: bool,
}

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

fn take_letter(
    letter: char,
    count: usize,
    touches: bool,
    text: &mut &str,
    parts: &mut Parts,
    half: &mut Half,
) -> Option<()> {
    let two = |text: &mut &str| {
        let least = if count == 1 { 1 } else { 2 };
        take_number(text, least, 2)
    };
    match letter {
        'y' | 'u' if count == 2 => parts.year = 2000 + take_number(text, 2, 2)?,
        'y' | 'u' => {
            let negative = take(text, "-");
            let most = if touches { count } else { 6 };
            let year = take_number(text, count.min(4), most)?;
            parts.year = if negative { -year } else { year };
        }
        'M' | 'L' if count >= 3 => {
            let index = take_name(text, &MONTHS, count)?;
            parts.month = u32::try_from(index + 1).ok()?;
        }
        'M' | 'L' => parts.month = u32::try_from(two(text)?).ok()?,
        'd' => parts.day = u32::try_from(two(text)?).ok()?,
        'E' => {
            take_name(text, &WEEKDAYS, count)?;
        }
        'H' => parts.hour = two(text)?,
        'k' => parts.hour = two(text)? % 24,
        'h' | 'K' => {
            parts.hour = two(text)?;
            half.twelve = true;
            if parts.hour > 12 {
                return None;
            }
        }
        'a' => {
            let (mark, rest) = text.split_at_checked(2)?;
            half.afternoon = match mark.to_ascii_uppercase().as_str() {
                "AM" => false,
                "PM" => true,
                _ => return None,
            };
            *text = rest;
        }
        'm' => parts.minute = two(text)?,
        's' => parts.second = two(text)?,
        'S' => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            let (mut fraction, rest) = text.split_at_checked(digits.min(count.max(1)))?;
            parts.micros = take_fraction(&mut fraction);
            *text = rest;
        }
        _ => {
            let length = text
                .bytes()
                .take_while(|b| b.is_ascii_alphanumeric() || b"/_+-:".contains(b))
                .count();
            let (zone, rest) = text.split_at_checked(length)?;
            parts.zone = zone_of(zone)?;
            *text = rest;
        }
    }
    Some(())
}

/// Takes a name in full, or its first three letters where the pattern has three.
fn take_name(text: &mut &str, names: &[&str], count: usize) -> Option<usize> {
    let (index, length) = names.iter().enumerate().find_map(|(i, name)| {
        let form = if count == 4 { name } else { name.get(..3)? };
        let start = text.get(..form.len())?;
        start.eq_ignore_ascii_case(form).then_some((i, form.len()))
    })?;
    *text = text.get(length..)?;
    Some(index)
}
