//! Values as PostgreSQL writes them.

use std::fmt::Write;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends the first `digits` hexadecimal digits of some bytes.
pub fn hex(bytes: &[u8], digits: usize, text: &mut String) {
    for at in 0..digits {
        let byte = bytes[at / 2];
        let nibble = if at % 2 == 0 { byte >> 4 } else { byte & 15 };
        text.push(char::from(HEX[usize::from(nibble)]));
    }
}

/// Appends a UUID of version 8 (RFC 9562, section 5.8): 122 bits that are ours.
pub fn uuid(bytes: &[u8], text: &mut String) {
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[..16]);
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    for (at, part) in [&id[..4], &id[4..6], &id[6..8], &id[8..10], &id[10..]].into_iter().enumerate() {
        if at > 0 {
            text.push('-');
        }
        hex(part, part.len() * 2, text);
    }
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
    }
}
