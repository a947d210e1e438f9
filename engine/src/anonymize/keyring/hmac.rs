//! HMAC-SHA-256 (RFC 2104) of many short messages under one key.
//!
//! A message of up to half a hundred bytes costs two calls of the compression function, and next to nothing besides. Measured:
//! hashers that are cloned, fed and finished cost as much again around these two.

use confiture_model::mask::DIGEST_BYTES;
use sha2::{Digest, Sha256, block_api::compress256};

/// Bytes that the compression function takes.
const BLOCK: usize = 64;
/// What SHA-256 starts with: FIPS 180-4, section 5.3.3.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A key: the state of both hashes behind the padded key, which is one block.
#[derive(Clone)]
pub(super) struct Hmac {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Hmac {
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0_u8; BLOCK];
        if key.len() > block.len() {
            block[..DIGEST_BYTES].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let behind = |pad: u8| {
            let mut state = START;
            compress256(&mut state, &[block.map(|byte| byte ^ pad)]);
            state
        };
        Self { inner: behind(0x36), outer: behind(0x5c) }
    }

    /// What hashes messages that all begin with these parts.
    pub fn messages(&self, prefix: &[&[u8]]) -> Messages<'_> {
        let message = prefix.concat();
        let mut block = [0; BLOCK];
        let prefixed = message.len().min(BLOCK);
        block[..prefixed].copy_from_slice(&message[..prefixed]);
        Messages { key: self, prefix: message.len(), block, message }
    }
}

/// Messages under one key.
pub(super) struct Messages<'k> {
    key: &'k Hmac,
    /// How many bytes all of them begin with.
    prefix: usize,
    /// As many of these as one block holds, and zeros.
    block: [u8; BLOCK],
    /// All of them, and room for a message behind them.
    message: Vec<u8>,
}

/// The longest message that is one block with what ends it: a bit, and its length in eight bytes.
const SHORT: usize = BLOCK - 9;

impl Messages<'_> {
    /// The digest of a message.
    pub fn digest(&mut self, message: &[u8]) -> [u8; DIGEST_BYTES] {
        let inner = match self.prefix + message.len() <= SHORT {
            true => self.short(message),
            false => self.long(message),
        };
        let mut block = [0; BLOCK];
        block[..DIGEST_BYTES].copy_from_slice(&inner);
        block[DIGEST_BYTES] = 0x80;
        block[BLOCK - 8..].copy_from_slice(&bits(DIGEST_BYTES));
        let mut state = self.key.outer;
        compress256(&mut state, &[block]);
        bytes(state)
    }

    /// The inner hash of a message that is one block with the prefix.
    fn short(&self, message: &[u8]) -> [u8; DIGEST_BYTES] {
        let (mut block, end) = (self.block, self.prefix + message.len());
        block[self.prefix..end].copy_from_slice(message);
        block[end] = 0x80;
        block[BLOCK - 8..].copy_from_slice(&bits(end));
        let mut state = self.key.inner;
        compress256(&mut state, &[block]);
        bytes(state)
    }

    /// The same of any message: FIPS 180-4, section 5.1.1 says how it is padded to whole blocks.
    fn long(&mut self, message: &[u8]) -> [u8; DIGEST_BYTES] {
        self.message.truncate(self.prefix);
        self.message.extend_from_slice(message);
        let length = bits(self.message.len());
        self.message.push(0x80);
        self.message.resize((self.message.len() + 8).next_multiple_of(BLOCK) - 8, 0);
        self.message.extend_from_slice(&length);
        let mut state = self.key.inner;
        compress256(&mut state, self.message.as_chunks().0);
        bytes(state)
    }
}

/// How many bits a message has with the key's block before it.
fn bits(length: usize) -> [u8; 8] {
    ((BLOCK + length) as u64 * 8).to_be_bytes()
}

fn bytes(state: [u32; 8]) -> [u8; DIGEST_BYTES] {
    let mut digest = [0; DIGEST_BYTES];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, test cases 2 and 6; the message is cut where the prefix ends.
    #[test]
    fn it_is_the_standards_hmac() {
        for (key, prefix, message, expected) in [
            (
                &b"Jefe"[..],
                &b"what do ya "[..],
                &b"want for nothing?"[..],
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                b"",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&Hmac::new(key).messages(&[prefix]).digest(message)), expected);
        }
    }

    /// RFC 2104 as it is written, with the library's hash.
    #[test]
    fn messages_of_every_length_around_the_blocks() {
        let (key, padded) = ([7; 20], |pad: u8| [[7 ^ pad; 20].as_slice(), &[pad; 44]].concat());
        let hmac = Hmac::new(&key);
        let mut messages = hmac.messages(&[b"domain", &[0]]);
        for length in (0..200).chain([1000, 3]) {
            let message: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let inner = Sha256::digest([&padded(0x36), b"domain\0".as_slice(), &message].concat());
            let outer = Sha256::digest([padded(0x5c), inner.to_vec()].concat());
            assert_eq!(hex(&messages.digest(&message)), hex(&outer), "{length}");
        }
    }
}
