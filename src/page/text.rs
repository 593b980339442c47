//! Numbers, sizes and times as people read them.

/// `10000` as `10,000`; fractions are dropped.
pub fn count(value: f64) -> String {
    let digits = format!("{:.0}", value.abs().floor());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 && digits != "0" {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `3,000 rows`: a count with its noun, which gets an `s` unless the count is one.
pub fn counted(value: f64, noun: &str) -> String {
    let plural = if value == 1.0 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// A count in at most four characters: `950`, `1.2k`, `38k`, `4.1M`.
pub fn short_count(value: f64) -> String {
    const STEPS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    for (step, unit) in STEPS {
        if value >= step {
            let scaled = value / step;
            return if scaled < 9.95 {
                format!("{scaled:.1}{unit}")
            } else {
                format!("{scaled:.0}{unit}")
            };
        }
    }
    if value > 0.0 && value < 9.95 && value.fract() > 0.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// Bytes in binary units: `812 B`, `1.5 KiB`, `38 MiB`.
pub fn bytes(value: f64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if value < 1024.0 {
        return format!("{value:.0} B");
    }
    let mut scaled = value;
    let mut name = "B";
    for unit in UNITS {
        if scaled < 1024.0 {
            break;
        }
        scaled /= 1024.0;
        name = unit;
    }
    if scaled < 9.95 {
        format!("{scaled:.1} {name}")
    } else {
        format!("{scaled:.0} {name}")
    }
}

/// Milliseconds as a duration: `45 ms`, `1.2 s`, `2 min 5 s`.
pub fn duration(ms: f64) -> String {
    let ms = ms.max(0.0);
    if ms < 1000.0 {
        return format!("{ms:.0} ms");
    }
    let seconds = ms / 1000.0;
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round();
    format!("{:.0} min {:.0} s", (whole / 60.0).floor(), whole % 60.0)
}

/// How long ago `then` was, both in milliseconds since the epoch: `just now`, `12 s ago`.
pub fn ago(now_ms: f64, then_ms: f64) -> String {
    let seconds = ((now_ms - then_ms) / 1000.0).max(0.0);
    if seconds < 5.0 {
        "just now".to_owned()
    } else if seconds < 60.0 {
        format!("{:.0} s ago", seconds.floor())
    } else if seconds < 3600.0 {
        format!("{:.0} min ago", (seconds / 60.0).floor())
    } else if seconds < 86_400.0 {
        format!("{:.0} h ago", (seconds / 3600.0).floor())
    } else {
        let days = (seconds / 86_400.0).floor();
        format!("{} ago", counted(days, "day"))
    }
}

/// `0.374` as `37 %`.
pub fn percent(fraction: f64) -> String {
    format!("{:.0} %", (fraction.clamp(0.0, 1.0) * 100.0).floor())
}

/// The first `most` lines of a text, and how many more there are.
pub fn first_lines(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    if lines.len() <= most {
        return lines.join("\n");
    }
    let shown = lines.get(..most).unwrap_or_default().join("\n");
    format!(
        "{shown}\nand {}",
        counted((lines.len() - most) as f64, "more line")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(count(0.0), "0");
        assert_eq!(count(999.0), "999");
        assert_eq!(count(1000.0), "1,000");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(-4200.0), "−4,200");
    }

    #[test]
    fn one_row_has_no_plural() {
        assert_eq!(counted(1.0, "row"), "1 row");
        assert_eq!(counted(0.0, "row"), "0 rows");
        assert_eq!(counted(3000.0, "row"), "3,000 rows");
    }

    #[test]
    fn short_counts_fit_four_characters() {
        for (value, text) in [
            (0.0, "0"),
            (2.5, "2.5"),
            (950.0, "950"),
            (1200.0, "1.2k"),
            (9960.0, "10k"),
            (38_400.0, "38k"),
            (4_100_000.0, "4.1M"),
        ] {
            assert_eq!(short_count(value), text);
        }
    }

    #[test]
    fn sizes_use_binary_units() {
        assert_eq!(bytes(812.0), "812 B");
        assert_eq!(bytes(1536.0), "1.5 KiB");
        assert_eq!(bytes(38.0 * 1024.0 * 1024.0), "38 MiB");
    }

    #[test]
    fn durations_choose_their_unit() {
        assert_eq!(duration(45.4), "45 ms");
        assert_eq!(duration(1234.0), "1.2 s");
        assert_eq!(duration(125_000.0), "2 min 5 s");
    }

    #[test]
    fn long_texts_are_cut_by_lines() {
        assert_eq!(first_lines(" a\nb ", 2), "a\nb");
        assert_eq!(first_lines("a\nb\nc\nd", 2), "a\nb\nand 2 more lines");
    }

    #[test]
    fn times_ago_are_coarse() {
        assert_eq!(ago(10_000.0, 9_000.0), "just now");
        assert_eq!(ago(20_000.0, 8_000.0), "12 s ago");
        assert_eq!(ago(400_000.0, 0.0), "6 min ago");
        assert_eq!(ago(0.0, 5_000.0), "just now");
        assert_eq!(ago(2.0 * 86_400_000.0, 0.0), "2 days ago");
    }
}
