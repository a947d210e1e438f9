//! Days and microseconds since 2000-01-01, UTC.

use super::padded;

/// Appends a date.
pub(super) fn date(days: i32, text: &mut Vec<u8>) {
    match days {
        i32::MAX => text.extend_from_slice(b"infinity"),
        i32::MIN => text.extend_from_slice(b"-infinity"),
        days => {
            let before_christ = day(i64::from(days), text);
            era(before_christ, text);
        }
    }
}

/// Appends a date, a time, and the zone as it is written.
pub(super) fn timestamp(micros: i64, zone: &[u8], text: &mut Vec<u8>) {
    match micros {
        i64::MAX => return text.extend_from_slice(b"infinity"),
        i64::MIN => return text.extend_from_slice(b"-infinity"),
        _ => {}
    }
    let before_christ = day(micros.div_euclid(86_400_000_000), text);
    let micros = micros.rem_euclid(86_400_000_000);
    let seconds = micros / 1_000_000;
    for (before, part) in [(b' ', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        text.push(before);
        padded(part, 2, text);
    }
    if micros % 1_000_000 != 0 {
        text.push(b'.');
        padded(micros % 1_000_000, 6, text);
        while text.last() == Some(&b'0') {
            text.pop();
        }
    }
    text.extend_from_slice(zone);
    era(before_christ, text);
}

/// Appends a day of the Gregorian calendar; answers whether its year counts from Christ backwards.
fn day(days: i64, text: &mut Vec<u8>) -> bool {
    // 730,425 days lie between the first of March of the year 0 and 2000-01-01. Years begin in March here, so that the leap
    // day is the last.
    let days = days + 730_425;
    let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_cycle = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = cycle * 400 + year_of_cycle + next;
    let before_christ = year <= 0;
    padded(if before_christ { 1 - year } else { year }, 4, text);
    for part in [month, day] {
        text.push(b'-');
        padded(part, 2, text);
    }
    before_christ
}

fn era(before_christ: bool, text: &mut Vec<u8>) {
    if before_christ {
        text.extend_from_slice(b" BC");
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::encode::Encoder, *};
    use bytes::BytesMut;

    fn written(days: i32) -> String {
        let mut text = Vec::new();
        date(days, &mut text);
        String::from_utf8(text).unwrap()
    }

    fn encoded(encoder: Encoder, text: &str) -> BytesMut {
        let mut out = BytesMut::new();
        encoder.encode(text, &mut out).unwrap();
        out
    }

    #[test]
    fn every_day_of_two_cycles_and_the_ends_of_time_come_back() {
        for days in (-2_451_507..-2_451_000).chain(-150_000..150_000).chain([2_145_031_948, i32::MAX, i32::MIN]) {
            assert_eq!(encoded(Encoder::Date, &written(days)), days.to_be_bytes()[..], "{}", written(days));
        }
        assert_eq!(written(-730_485), "0001-01-01 BC");
        assert_eq!(written(8825), "2024-02-29");
    }

    #[test]
    fn moments_come_back() {
        for micros in [0, 1, -1, 10, 500_000, 86_399_999_999, -211_813_488_000_000_000, 9_223_371_331_199_999_999] {
            let mut text = Vec::new();
            timestamp(micros, b"+00", &mut text);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(encoded(Encoder::Timestamptz, &text), micros.to_be_bytes()[..], "{text}");
        }
    }
}
