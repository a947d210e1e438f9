//! Days and microseconds since 2000-01-01, UTC.

/// As ISO dates are written: `2024-05-31`, `0044-03-15 BC`, `infinity`.
pub(super) fn date(text: &str) -> Option<i32> {
    let text = text.trim();
    match text {
        "infinity" => return Some(i32::MAX),
        "-infinity" => return Some(i32::MIN),
        _ => {}
    }
    let (text, before_christ) = era(text);
    i32::try_from(days(text, before_christ)?).ok()
}

/// Microseconds of a day: `13:01:02.5`.
pub(super) fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let hours = number(parts.next()?)?;
    let minutes = number(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() || minutes > 59 || seconds > 60 {
        return None;
    }
    let micros = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros(fraction)?;
    (micros <= 86_400_000_000).then_some(micros)
}

/// A date, a blank or `T`, a time.
pub(super) fn timestamp(text: &str) -> Option<i64> {
    moment(text, false)
}

/// The same with an offset; without one it is UTC, as both sessions are.
pub(super) fn timestamptz(text: &str) -> Option<i64> {
    moment(text, true)
}

fn moment(text: &str, with_offset: bool) -> Option<i64> {
    let text = text.trim();
    match text {
        "infinity" => return Some(i64::MAX),
        "-infinity" => return Some(i64::MIN),
        _ => {}
    }
    let (text, before_christ) = era(text);
    let (day, rest) = match text.find([' ', 'T']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, "00:00:00"),
    };
    let (clock, offset) = match rest.find(['+', '-', 'Z']).filter(|_| with_offset) {
        Some(at) => (&rest[..at], offset(&rest[at..])?),
        None => (rest, 0),
    };
    let days = days(day, before_christ)?.checked_mul(86_400_000_000)?;
    days.checked_add(time(clock)?)?.checked_sub(offset * 1_000_000)
}

/// Seconds of `+05:30`, `-08`, `Z`.
fn offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut seconds = 0;
    let mut unit = 3600;
    for part in text.get(1..)?.split(':') {
        seconds += number(part)? * unit;
        unit /= 60;
    }
    (seconds < 16 * 3600).then_some(sign * seconds)
}

fn era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn micros(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    (fraction.bytes().all(|byte| byte.is_ascii_digit())).then(|| number(&six)).flatten()
}

/// Days from 2000-01-01 in the Gregorian calendar. The year before 1 is 1 BC.
fn days(text: &str, before_christ: bool) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    if parts.next().is_some() || year == 0 {
        return None;
    }
    let year = if before_christ { 1 - year } else { year };
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    // 730,425 days lie between the first of March of the year 0 and 2000-01-01.
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 730_425)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments() {
        assert_eq!(date("2000-01-01"), Some(0));
        assert_eq!(date("1999-12-31"), Some(-1));
        assert_eq!(date("2024-02-29"), Some(8825));
        assert_eq!(date("2023-02-29"), None);
        assert_eq!(date("4713-01-01 BC"), Some(-2_451_507));
        assert_eq!(date("5874897-12-31"), Some(2_145_031_948));
        assert_eq!(time("24:00:00"), Some(86_400_000_000));
        assert_eq!(time("24:00:01"), None);
        assert_eq!(timestamp("2000-01-01 00:00:00.000001"), Some(1));
        assert_eq!(timestamptz("2000-01-01 02:30:00+02:30"), Some(0));
        assert_eq!(timestamptz("1999-12-31 16:00:00-08"), Some(0));
        assert_eq!(timestamp("2000-01-01 00:00:00+00"), None);
        assert_eq!(timestamp("x"), None);
    }
}
