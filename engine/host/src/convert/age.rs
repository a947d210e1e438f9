//! How long ago a moment was. A plugin has no clock: what it must know of time, the host tells it.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_A_DAY: f64 = 86_400.0;

/// Days since a moment in ISO 8601 and UTC, as the catalog's reader writes it: `2024-05-01T12:00:00Z`. None where the text
/// is no such moment.
pub(super) fn days_since(moment: &str) -> Option<f64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
    Some((now / SECONDS_A_DAY - days(moment)?).max(0.0))
}

/// Days from 1970 to a moment.
#[allow(clippy::cast_precision_loss, reason = "days, for people")]
fn days(moment: &str) -> Option<f64> {
    let (date, time) = moment.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hours, minutes, seconds] = numbers(time, ':')?;
    if !(1..=12).contains(&month) || !(0..=9999).contains(&year) {
        return None;
    }
    // Years that start in March: the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let of_months = (153 * month + 2) / 5;
    let whole = 365 * year + leap_days + of_months + day - 1 - 719_468;
    Some(whole as f64 + (hours * 3600 + minutes * 60 + seconds) as f64 / SECONDS_A_DAY)
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(|part| part.parse().ok());
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_counts_them() {
        for (moment, expected) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("1970-01-02T12:00:00Z", 1.5),
            ("2000-03-01T00:00:00Z", 11_017.0),
            ("2024-02-29T00:00:00Z", 19_782.0),
            ("2024-12-31T00:00:00Z", 20_088.0),
        ] {
            assert_eq!(days(moment), Some(expected), "{moment}");
        }
        for text in ["", "2024-01-01", "2024-13-01T00:00:00Z", "2024-01-01T00:00Z", "x-01-01T00:00:00Z"] {
            assert_eq!(days(text), None, "{text}");
        }
        assert!(days_since("2024-01-01T00:00:00Z").is_some_and(|days| days > 300.0));
        assert_eq!(days_since("9999-01-01T00:00:00Z"), Some(0.0));
    }
}
