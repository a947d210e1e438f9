//! Decimal numbers: groups of four digits.

use super::padded;

const NEGATIVE: u16 = 0x4000;

/// Appends a numeric, with as many digits behind the point as it says it has.
pub(super) fn numeric(value: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let (parts, rest) = value.as_chunks::<2>();
    let ([count, weight, sign, scale], groups) = parts.split_first_chunk::<4>()?;
    let (sign, scale) = (u16::from_be_bytes(*sign), usize::from(u16::from_be_bytes(*scale)));
    if !rest.is_empty() || groups.len() != usize::from(u16::from_be_bytes(*count)) {
        return None;
    }
    let sign_or_word: &[u8] = match sign {
        0 => b"",
        NEGATIVE => b"-",
        0xC000 => b"NaN",
        0xD000 => b"Infinity",
        0xF000 => b"-Infinity",
        _ => return None,
    };
    text.extend_from_slice(sign_or_word);
    if !matches!(sign, 0 | NEGATIVE) {
        return Some(());
    }
    if groups.iter().any(|group| u16::from_be_bytes(*group) > 9_999) {
        return None;
    }
    // The first group stands `weight` groups before the point; those that are not sent are zero.
    let weight = i64::from(i16::from_be_bytes(*weight));
    let group = |place: i64| {
        let at = usize::try_from(weight - place).ok();
        at.and_then(|at| groups.get(at)).map_or(0, |group| i64::from(u16::from_be_bytes(*group)))
    };
    padded(group(weight.max(0)), 1, text);
    for place in (0..weight).rev() {
        padded(group(place), 4, text);
    }
    if scale > 0 {
        text.push(b'.');
        let point = text.len();
        for place in 1..=scale.div_ceil(4) {
            padded(group(-i64::try_from(place).ok()?), 4, text);
        }
        text.truncate(point + scale);
    }
    Some(())
}
