//! Numbers, booleans, UUIDs and bytes.

use bytes::{BufMut as _, BytesMut};

pub(super) fn boolean(text: &str) -> Option<u8> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(1),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(0),
        _ => None,
    }
}

pub(super) fn float4(text: &str) -> Option<f32> {
    let value: f32 = text.trim().parse().ok()?;
    (value.is_finite() || !has_digits(text)).then_some(value)
}

pub(super) fn float8(text: &str) -> Option<f64> {
    let value: f64 = text.trim().parse().ok()?;
    (value.is_finite() || !has_digits(text)).then_some(value)
}

/// `1e999` is out of range, and not infinite.
fn has_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITE: u16 = 0xD000;
const MINUS_INFINITE: u16 = 0xF000;
/// The most digits behind the point that a numeric has.
const SCALE: usize = 16_383;

/// Groups of four digits; the first stands `weight` groups before the point.
pub(super) fn numeric(text: &str, out: &mut BytesMut) -> Option<()> {
    let text = text.trim();
    let special = match text.to_ascii_lowercase().as_str() {
        "nan" => Some(NAN),
        "infinity" | "inf" | "+infinity" => Some(INFINITE),
        "-infinity" | "-inf" => Some(MINUS_INFINITE),
        _ => None,
    };
    if let Some(sign) = special {
        [0, 0, sign, 0].into_iter().for_each(|part| out.put_u16(part));
        return Some(());
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (NEGATIVE, &text[1..]),
        b'+' => (0, &text[1..]),
        _ => (0, text),
    };
    let (before, behind) = plain(digits)?;
    if behind.len() > SCALE {
        return None;
    }
    let (mut groups, mut weight) = groups(&before, &behind);
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..zeros);
    weight -= i64::try_from(zeros).ok()?;
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let (sign, weight) = if groups.is_empty() { (0, 0) } else { (sign, weight) };
    out.put_u16(u16::try_from(groups.len()).ok()?);
    out.put_i16(i16::try_from(weight).ok()?);
    out.put_u16(sign);
    out.put_u16(u16::try_from(behind.len()).ok()?);
    groups.into_iter().for_each(|group| out.put_u16(group));
    Some(())
}

/// The digits before and behind the point, an exponent worked in.
fn plain(text: &str) -> Option<(String, String)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok().filter(|e| e.abs() <= 131_072)?),
        None => (text, 0),
    };
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = before.len() + behind.len();
    if digits == 0 || !before.bytes().chain(behind.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (mut before, mut behind) = (before.to_owned(), behind.to_owned());
    for _ in 0..exponent {
        before.push(if behind.is_empty() { '0' } else { behind.remove(0) });
    }
    for _ in exponent..0 {
        behind.insert(0, before.pop().unwrap_or('0'));
    }
    Some((before, behind))
}

fn groups(before: &str, behind: &str) -> (Vec<u16>, i64) {
    let padded = format!("{}{before}", "0".repeat(before.len().next_multiple_of(4) - before.len()));
    let behind = format!("{behind}{}", "0".repeat(behind.len().next_multiple_of(4) - behind.len()));
    let group = |four: &[u8]| four.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let weight = i64::try_from(padded.len() / 4).unwrap_or(i64::MAX) - 1;
    let all = padded.as_bytes().chunks(4).chain(behind.as_bytes().chunks(4)).map(group).collect();
    (all, weight)
}

pub(super) fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> =
        text.trim().trim_start_matches('{').trim_end_matches('}').bytes().filter(|b| *b != b'-').collect();
    hex(&digits)?.try_into().ok()
}

/// `\x` and hexadecimal digits, or the older form with backslashes.
pub(super) fn bytea(text: &str, out: &mut BytesMut) -> Option<()> {
    if let Some(digits) = text.strip_prefix("\\x") {
        out.extend_from_slice(&hex(digits.as_bytes())?);
        return Some(());
    }
    let mut rest = text.as_bytes();
    while let Some((first, later)) = rest.split_first() {
        rest = match (first, later) {
            (b'\\', [b'\\', later @ ..]) => {
                out.put_u8(b'\\');
                later
            }
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', later @ ..]) => {
                out.put_u8((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                later
            }
            (b'\\', _) => return None,
            (other, later) => {
                out.put_u8(*other);
                later
            }
        };
    }
    Some(())
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16);
    let pair = |two: &[u8]| match two {
        [high, low] => u8::try_from(nibble(*high)? * 16 + nibble(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}
