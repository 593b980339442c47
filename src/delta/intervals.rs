//! Durations in table properties: `interval 1 week`.

/// Milliseconds of an interval as Delta's properties write it (`interval 30 days`, `7 days`,
/// `interval 1 day 12 hours`); `None` if it isn't one. Months and years have no fixed length, and
/// Delta refuses them.
pub fn interval_ms(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace().peekable();
    words.next_if(|word| word.eq_ignore_ascii_case("interval"));
    let mut total: Option<i64> = None;
    while let Some(number) = words.next() {
        let number: i64 = number.parse().ok()?;
        let unit = words.next()?.to_ascii_lowercase();
        let unit_ms: i64 = match unit.strip_suffix('s').unwrap_or(&unit) {
            "millisecond" => 1,
            "second" => 1000,
            "minute" => 60_000,
            "hour" => 3_600_000,
            "day" => 86_400_000,
            "week" => 604_800_000,
            _ => return None,
        };
        let part = number.checked_mul(unit_ms)?;
        total = Some(total.unwrap_or(0).checked_add(part)?);
    }
    total
}
