//! Dates as PostgreSQL writes them in ISO style, and as days since 1970.

use std::fmt::Write;

/// A date, with whatever stands behind it: the time and the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment<'a> {
    /// Days since 1970-01-01.
    pub days: i64,
    /// ` 12:30:00+00`, or nothing.
    pub rest: &'a str,
}

/// A year, a month from 1 and a day from 1, in the proleptic Gregorian calendar; year 0 is 1 BC.
pub type Civil = (i64, i64, i64);

/// The last day that a PostgreSQL timestamp can hold, in the year 294276.
pub const LAST: i64 = 106_751_990;
/// The first day of PostgreSQL's calendar, in the year 4714 BC.
pub const FIRST: i64 = -2_440_588;

impl<'a> Moment<'a> {
    /// Reads a date or timestamp; none for what is none, `infinity` included.
    pub fn read(value: &'a str) -> Option<Self> {
        let (value, before_christ) = value.strip_suffix(" BC").map_or((value, false), |rest| (rest, true));
        let (date, rest) = value.split_at(value.find(' ').unwrap_or(value.len()));
        let mut parts = date.splitn(3, '-');
        let mut number = |least: usize, most: usize| {
            let part = parts.next().filter(|part| (least..=most).contains(&part.len()))?;
            if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse::<i64>().ok() } else { None }
        };
        let (year, month, day) = (number(4, 7)?, number(2, 2)?, number(2, 2)?);
        let year = if before_christ { 1 - year } else { year };
        let days = days_of((year, month, day));
        (civil_of(days) == (year, month, day) && is_time(rest)).then_some(Self { days, rest })
    }

    /// Appends it.
    pub fn write(self, text: &mut String) {
        let (year, month, day) = civil_of(self.days);
        let shown = if year > 0 { year } else { 1 - year };
        // Writing to a string does not fail.
        let _ = write!(text, "{shown:04}-{month:02}-{day:02}{}", self.rest);
        if year <= 0 {
            text.push_str(" BC");
        }
    }
}

/// Values of dates and timestamps that are no dates, and nobody's.
pub fn is_infinite(value: &str) -> bool {
    matches!(value, "infinity" | "-infinity")
}

/// Nothing, or a blank, hours, minutes, seconds, a fraction, a zone.
fn is_time(rest: &str) -> bool {
    let Some(time) = rest.strip_prefix(' ') else { return rest.is_empty() };
    let clock = time.get(..8).unwrap_or_default().as_bytes();
    let is_clock = clock.len() == 8
        && clock.iter().enumerate().all(|(at, byte)| if at % 3 == 2 { *byte == b':' } else { byte.is_ascii_digit() });
    is_clock && time[8..].bytes().all(|byte| byte.is_ascii_digit() || b".+-:".contains(&byte))
}

/// Howard Hinnant's `days_from_civil`: eras of 400 years that begin in March.
pub fn days_of((year, month, day): Civil) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// His `civil_from_days`.
pub fn civil_of(days: i64) -> Civil {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Seconds since midnight as ` 12:30:00`.
pub fn write_clock(seconds: i64, text: &mut String) {
    let _ = write!(text, " {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// A zone behind a time, as it is written: `+00`.
pub fn zone(rest: &str) -> &str {
    let from = rest.find(['+', '-']).unwrap_or(rest.len());
    &rest[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back() {
        for days in (FIRST..LAST).step_by(7919).chain(-1000..1000) {
            assert_eq!(days_of(civil_of(days)), days);
        }
        assert_eq!(days_of((2000, 3, 1)), 11_017);
        for value in
            ["2024-02-29", "0044-03-15 12:00:00 BC", "1999-12-31 23:59:59.123456+00", "0001-01-01", "294276-01-01"]
        {
            let mut text = String::new();
            Moment::read(value).unwrap().write(&mut text);
            assert_eq!(text, value);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for value in [
            "",
            "infinity",
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "23-01-01",
            "2023-01-01x",
            "2023-01-01 x",
            "2023-01-01 12:00:0",
        ] {
            assert_eq!(Moment::read(value), None, "{value}");
        }
    }
}
