//! Reading text by a compiled pattern.

use chrono_tz::Tz;

use super::pattern::{Item, Pattern, month_name};
use crate::sql::functions::cast::{ZoneText, parse_timestamp, zone_of};
use crate::types::calendar::{self, DAY_US, HOUR_US, MINUTE_US, SECOND_US};

/// What a text says, field by field.
#[derive(Debug, Default, Clone)]
struct Parsed {
    year: Option<i64>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    quarter: Option<u32>,
    hour: Option<i64>,
    half_day_hour: Option<i64>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    micros: i64,
    zone: Option<ZoneText>,
    before_christ: bool,
    /// The first field whose number means nothing: what Java says of it once the text is read.
    invalid: Option<String>,
}

/// Why a text doesn't fit its pattern, in Java's words.
pub(super) type Unreadable = String;

impl Pattern {
    /// Reads a text as an instant (in `zone`, unless it names its own), or, without a zone, as
    /// a local time.
    ///
    /// # Errors
    /// Java's message: `Text 'x' could not be parsed at index 0`.
    pub fn read(&self, text: &str, zone: Option<Tz>) -> Result<i64, Unreadable> {
        // The general reader takes more than the pattern, so the text must have its shape.
        if self.has_common_shape(text)
            && let Some(us) = parse_timestamp(text, zone)
        {
            return Ok(us);
        }
        let mut parsed = Parsed::default();
        let end = read_items(&self.items, text, 0, &mut parsed)
            .map_err(|at| format!("Text '{text}' could not be parsed at index {at}"))?;
        if end < text.len() {
            return Err(format!(
                "Text '{text}' could not be parsed, unparsed text found at index {end}"
            ));
        }
        parsed
            .instant(zone)
            .map_err(|why| format!("Text '{text}' could not be parsed: {why}"))
    }
}

fn numeric(item: &Item) -> bool {
    match item {
        Item::Field(letter, count) => match letter {
            'y' | 'd' | 'D' | 'H' | 'h' | 'K' | 'k' | 'm' | 's' | 'S' | 'F' => true,
            'M' | 'L' | 'Q' | 'q' => *count <= 2,
            _ => false,
        },
        _ => false,
    }
}

/// Reads items from byte `at`; gives where it ended, or where it failed.
fn read_items(items: &[Item], text: &str, at: usize, parsed: &mut Parsed) -> Result<usize, usize> {
    let mut at = at;
    let mut i = 0;
    while let Some(item) = items.get(i) {
        match item {
            Item::Text(t) => {
                let rest = text.get(at..).ok_or(at)?;
                if !rest.starts_with(t.as_str()) {
                    return Err(at);
                }
                at += t.len();
            }
            Item::OptionalStart => {
                let end = matching_end(items, i);
                let inner = items.get(i + 1..end).unwrap_or_default();
                let mut attempt = parsed.clone();
                if let Ok(next) = read_items(inner, text, at, &mut attempt) {
                    *parsed = attempt;
                    at = next;
                }
                i = end;
            }
            Item::OptionalEnd => {}
            Item::Field(letter, count) => {
                let adjacent = items.get(i + 1).is_some_and(numeric) && numeric(item);
                at = read_field(*letter, *count, adjacent, text, at, parsed)?;
            }
        }
        i += 1;
    }
    Ok(at)
}

fn matching_end(items: &[Item], start: usize) -> usize {
    let mut depth = 0usize;
    for (i, item) in items.iter().enumerate().skip(start) {
        match item {
            Item::OptionalStart => depth += 1,
            Item::OptionalEnd => {
                depth -= 1;
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    items.len()
}

/// Reads between `min` and `max` digits.
fn digits(text: &str, at: usize, min: usize, max: usize) -> Result<(i64, usize), usize> {
    let rest = text.as_bytes().get(at..).ok_or(at)?;
    let run = rest
        .iter()
        .take(max)
        .take_while(|b| b.is_ascii_digit())
        .count();
    if run < min {
        return Err(at);
    }
    let number = text
        .get(at..at + run)
        .and_then(|t| t.parse().ok())
        .ok_or(at)?;
    Ok((number, at + run))
}

fn read_field(
    letter: char,
    count: usize,
    adjacent: bool,
    text: &str,
    at: usize,
    parsed: &mut Parsed,
) -> Result<usize, usize> {
    let rest = text.get(at..).ok_or(at)?;
    let max = match count {
        _ if adjacent => count,
        1 => 18,
        n => n,
    };
    let mut number = |limit: std::ops::RangeInclusive<i64>, field: &str| -> Result<_, usize> {
        let (n, end) = digits(text, at, count.min(max), max)?;
        if limit.contains(&n) {
            return Ok((n, end));
        }
        let (first, last) = (limit.start(), limit.end());
        let last = match field {
            "DayOfMonth" => "28/31".to_owned(),
            _ => last.to_string(),
        };
        parsed.invalid.get_or_insert_with(|| {
            format!("Invalid value for {field} (valid values {first} - {last}): {n}")
        });
        Ok((*first, end))
    };
    Ok(match letter {
        'y' => {
            let (year, end) = if count == 2 {
                let (n, end) = digits(text, at, 2, 2)?;
                (2000 + n, end)
            } else {
                let sign = rest.starts_with(['+', '-']);
                let start = at + usize::from(sign);
                let max = if adjacent {
                    count
                } else if sign {
                    10
                } else {
                    count.max(4)
                };
                let (n, end) = digits(text, start, count, max)?;
                (if rest.starts_with('-') { -n } else { n }, end)
            };
            parsed.year = Some(year);
            end
        }
        'M' | 'L' if count >= 3 => {
            let matching = (1..=12u32).find_map(|m| {
                let full = month_name(m);
                let name = if count == 3 { full.get(..3)? } else { full };
                let found = rest.get(..name.len())?;
                found.eq_ignore_ascii_case(name).then_some((m, name.len()))
            });
            let (month, length) = matching.ok_or(at)?;
            parsed.month = Some(month);
            at + length
        }
        'M' | 'L' => {
            let (n, end) = number(1..=12, "MonthOfYear")?;
            parsed.month = Some(n as u32);
            end
        }
        'Q' | 'q' => {
            let (n, end) = number(1..=4, "QuarterOfYear")?;
            parsed.quarter = Some(n as u32);
            end
        }
        'd' => {
            let (n, end) = number(1..=31, "DayOfMonth")?;
            parsed.day = Some(n as u32);
            end
        }
        'D' => {
            let (n, end) = digits(text, at, count, 3)?;
            if !(1..=366).contains(&n) {
                return Err(at);
            }
            parsed.day_of_year = Some(n as u32);
            end
        }
        'F' => number(1..=5, "AlignedWeekOfMonth")?.1,
        'H' => {
            let (n, end) = number(0..=23, "HourOfDay")?;
            parsed.hour = Some(n);
            end
        }
        'k' => {
            let (n, end) = number(1..=24, "ClockHourOfDay")?;
            parsed.hour = Some(n % 24);
            end
        }
        'h' => {
            let (n, end) = number(1..=12, "ClockHourOfAmPm")?;
            parsed.half_day_hour = Some(n % 12);
            end
        }
        'K' => {
            let (n, end) = number(0..=11, "HourOfAmPm")?;
            parsed.half_day_hour = Some(n);
            end
        }
        'm' => {
            let (n, end) = number(0..=59, "MinuteOfHour")?;
            parsed.minute = n;
            end
        }
        's' => {
            let (n, end) = number(0..=59, "SecondOfMinute")?;
            parsed.second = n;
            end
        }
        'S' => {
            let (n, end) = digits(text, at, 1, count)?;
            let places = (end - at) as u32;
            parsed.micros = if places <= 6 {
                n * 10i64.pow(6 - places)
            } else {
                n / 10i64.pow(places - 6)
            };
            end
        }
        'a' => {
            let half = rest.get(..2).ok_or(at)?;
            parsed.afternoon = Some(match half.to_ascii_uppercase().as_str() {
                "AM" => false,
                "PM" => true,
                _ => return Err(at),
            });
            at + 2
        }
        'E' => {
            let length = (0..7)
                .find_map(|d| {
                    let full = super::pattern::weekday_name(d);
                    let name = if count == 4 { full } else { full.get(..3)? };
                    let found = rest.get(..name.len())?;
                    found.eq_ignore_ascii_case(name).then_some(name.len())
                })
                .ok_or(at)?;
            at + length
        }
        'G' => {
            let era = rest.get(..2).ok_or(at)?;
            parsed.before_christ = era.eq_ignore_ascii_case("BC");
            at + 2
        }
        'V' | 'z' | 'O' | 'X' | 'x' | 'Z' => {
            let length = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "+-:/_".contains(c)))
                .unwrap_or(rest.len());
            let zone = rest.get(..length).and_then(zone_of).ok_or(at)?;
            parsed.zone = Some(zone);
            at + length
        }
        _ => return Err(at),
    })
}

impl Parsed {
    fn instant(&self, zone: Option<Tz>) -> Result<i64, String> {
        if let Some(why) = &self.invalid {
            return Err(why.clone());
        }
        let mut year = self.year.unwrap_or(1970);
        if self.before_christ {
            year = 1 - year;
        }
        let days = match self.day_of_year {
            Some(day) => calendar::days_from_civil(year, 1, 1) + i64::from(day) - 1,
            None => {
                let month = self
                    .month
                    .or(self.quarter.map(|q| (q - 1) * 3 + 1))
                    .unwrap_or(1);
                let day = self.day.unwrap_or(1);
                if !calendar::is_valid_date(year, month, day) {
                    if month == 2 && day == 29 {
                        return Err(format!(
                            "Invalid date 'February 29' as '{year}' is not a leap year"
                        ));
                    }
                    return Err(format!(
                        "Invalid date '{} {day}'",
                        month_name(month).to_uppercase()
                    ));
                }
                calendar::days_from_civil(year, month, day)
            }
        };
        let hour = match (self.hour, self.half_day_hour) {
            (Some(h), _) => h,
            (None, Some(h)) => h + if self.afternoon == Some(true) { 12 } else { 0 },
            (None, None) => 0,
        };
        let local = days
            .checked_mul(DAY_US)
            .ok_or("the year is out of range")?
            .saturating_add(
                hour * HOUR_US + self.minute * MINUTE_US + self.second * SECOND_US + self.micros,
            );
        Ok(match (zone, self.zone) {
            (None, _) => local,
            (Some(_), Some(ZoneText::Offset(s))) => local - i64::from(s) * SECOND_US,
            (Some(_), Some(ZoneText::Named(z))) | (Some(z), None) => calendar::from_local(z, local),
        })
    }
}
