//! Values as PostgreSQL writes them.

use std::fmt::Write;

/// Half a byte as a hexadecimal digit. Computed, and not looked up: of sixteen it takes as long as of one.
fn digit(half: u8) -> u8 {
    let letters = if half > 9 { b'a' - b'9' - 1 } else { 0 };
    half + b'0' + letters
}

/// Writes each byte's two digits.
fn write_digits(bytes: &[u8], digits: &mut [u8]) {
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = digit(byte >> 4);
        pair[1] = digit(byte & 15);
    }
}

/// Appends the first `digits` hexadecimal digits of some bytes, as many as these have.
pub fn hex(bytes: &[u8], digits: usize, text: &mut String) {
    // Appending a value once costs a fraction of appending its characters.
    let mut rest = digits;
    for part in bytes.chunks(32) {
        let mut buffer = [0; 64];
        match part.first_chunk::<32>() {
            Some(whole) => write_digits(whole, &mut buffer),
            None => write_digits(part, &mut buffer),
        }
        let written = rest.min(part.len() * 2);
        push(&buffer[..written], text);
        rest -= written;
    }
}

/// Appends a UUID of version 8 (RFC 9562, section 5.8): 122 bits that are ours.
pub fn uuid(bytes: &[u8], text: &mut String) {
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[..16]);
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    let mut digits = [0; 32];
    write_digits(&id, &mut digits);
    let mut buffer = [b'-'; 36];
    buffer[..8].copy_from_slice(&digits[..8]);
    buffer[9..13].copy_from_slice(&digits[8..12]);
    buffer[14..18].copy_from_slice(&digits[12..16]);
    buffer[19..23].copy_from_slice(&digits[16..20]);
    buffer[24..].copy_from_slice(&digits[20..]);
    push(&buffer, text);
}

/// Appends letters of ASCII.
fn push(ascii: &[u8], text: &mut String) {
    text.push_str(std::str::from_utf8(ascii).unwrap_or_default());
}

/// Appends a number.
pub fn number(number: impl std::fmt::Display, text: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(text, "{number}");
}

/// Appends `count` times the same character.
pub fn repeated(character: char, count: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(character, count));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version() {
        let mut text = String::new();
        uuid(&[0xff; 32], &mut text);
        assert_eq!(text, "ffffffff-ffff-8fff-bfff-ffffffffffff");
        text.clear();
        uuid(&std::array::from_fn::<u8, 16, _>(|at| at as u8 * 16 + 1), &mut text);
        assert_eq!(text, "01112131-4151-8171-8191-a1b1c1d1e1f1");
    }

    #[test]
    fn as_many_digits_as_are_asked_for() {
        let bytes: Vec<u8> = (0..40).collect();
        for digits in [0, 1, 24, 63, 64, 65, 80] {
            let mut text = String::new();
            hex(&bytes, digits, &mut text);
            let all: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(text, all[..digits]);
        }
    }
}
