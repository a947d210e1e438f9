//! A keyed permutation of the numbers below any size: a Feistel network over the host's keyed hash, with cycle walking.
//!
//! Not NIST's FF1 or FF3-1: the round function is HMAC-SHA-256, and halves are numbers of any size, not digits. A number
//! is split into a·b ≥ size; rounds add a hash of one half to the other. What falls outside the size walks on until it
//! does not, which ends, because the network is a permutation. All rows of a batch take a round in one call to the host.

use confiture_sdk::{Error, masking::Secret};

/// What a permutation can take: sizes up to 10^38, so that halves have 64 bits.
pub const LARGEST: u128 = 10_u128.pow(38);

/// A number to permute.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Below `size`.
    pub value: u128,
    /// How many numbers there are, at most [`LARGEST`].
    pub size: u128,
    /// Items of other tweaks are permuted independently.
    pub tweak: u64,
}

/// Fewer numbers need more rounds to be well mixed.
const SMALL: u128 = 1 << 20;
const ROUNDS: u8 = 10;
const ROUNDS_OF_SMALL: u8 = 24;

/// Permutes each item's value among the numbers below its size.
pub fn permute(key: &Secret, domain: &str, items: &mut [Item]) -> Result<(), Error> {
    let mut pending: Vec<usize> = (0..items.len()).filter(|&at| items[at].size > 1).collect();
    let mut network = Network::default();
    while !pending.is_empty() {
        network.load(items, &pending);
        network.run(key, domain)?;
        for (&at, half) in pending.iter().zip(&network.halves) {
            items[at].value = u128::from(half.left) * u128::from(half.right_size) + u128::from(half.right);
        }
        pending.retain(|&at| items[at].value >= items[at].size);
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Halves {
    left: u64,
    right: u64,
    left_size: u64,
    right_size: u64,
    size: u128,
    tweak: u64,
}

#[derive(Default)]
struct Network {
    halves: Vec<Halves>,
    data: Vec<u8>,
    ends: Vec<u32>,
}

impl Network {
    fn load(&mut self, items: &[Item], pending: &[usize]) {
        self.halves.clear();
        let mut last = (0, 0, 0);
        for &at in pending {
            let Item { value, size, tweak } = items[at];
            if last.0 != size {
                last = sizes(size);
            }
            let (_, left_size, right_size) = last;
            // Both are below their sizes, which have 64 bits.
            let (left, right) = match u64::try_from(value) {
                Ok(value) => (value / right_size, value % right_size),
                Err(_) => ((value / u128::from(right_size)) as u64, (value % u128::from(right_size)) as u64),
            };
            self.halves.push(Halves { left, right, left_size, right_size, size, tweak });
        }
    }

    fn run(&mut self, key: &Secret, domain: &str) -> Result<(), Error> {
        let rounds = if self.halves.iter().any(|half| half.size < SMALL) { ROUNDS_OF_SMALL } else { ROUNDS };
        // Rows of other sizes in the batch must not change a row's result, so each stops after its own rounds.
        for round in 0..rounds {
            let active = |half: &Halves| round < ROUNDS || half.size < SMALL;
            self.data.clear();
            self.ends.clear();
            for half in self.halves.iter().filter(|half| active(half)) {
                let other = if round % 2 == 0 { half.right } else { half.left };
                self.data.push(round);
                self.data.extend_from_slice(&half.tweak.to_le_bytes());
                self.data.extend_from_slice(&half.size.to_le_bytes());
                self.data.extend_from_slice(&other.to_le_bytes());
                self.ends.push(self.data.len() as u32);
            }
            let digests = key.hash_parts(domain, &self.data, &self.ends)?;
            for (row, half) in self.halves.iter_mut().filter(|half| active(half)).enumerate() {
                let hash = digests.number(row);
                if round % 2 == 0 {
                    half.left = add(half.left, hash, half.left_size);
                } else {
                    half.right = add(half.right, hash, half.right_size);
                }
            }
        }
        Ok(())
    }
}

/// The size with the two factors that cover it.
fn sizes(size: u128) -> (u128, u64, u64) {
    let root = size.isqrt();
    let left = if root * root == size { root } else { root + 1 };
    (size, left as u64, size.div_ceil(left) as u64)
}

fn add(half: u64, hash: u128, size: u64) -> u64 {
    let rest = rest(hash, size);
    // Both are below the size, so that their sum is below twice of it.
    let (sum, is_above) = half.overflowing_add(rest);
    if is_above || sum >= size { sum.wrapping_sub(size) } else { sum }
}

/// What is left of a division. Halves of up to 32 bits, which columns of up to 64 have, are divided as one does by hand, 32 bits
/// at a time: WebAssembly has no numbers of 128 bits.
fn rest(hash: u128, size: u64) -> u64 {
    if u32::try_from(size).is_err() {
        return (hash % u128::from(size)) as u64;
    }
    let (high, low) = ((hash >> 64) as u64, hash as u64);
    let rest = ((high % size) << 32 | low >> 32) % size;
    (rest << 32 | low & 0xffff_ffff) % size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(size: u128, key: &str) -> Vec<u128> {
        let mut items: Vec<_> = (0..size).map(|value| Item { value, size, tweak: 0 }).collect();
        permute(&Secret::named(key), "t", &mut items).unwrap();
        items.into_iter().map(|item| item.value).collect()
    }

    #[test]
    fn every_small_size_is_permuted() {
        for size in (0..300).chain([999, 1000, 1001, 4096, 65_537]) {
            let mut seen = vec![false; size as usize];
            all(size, "k").into_iter().for_each(|value| seen[value as usize] = true);
            assert!(seen.iter().all(|seen| *seen), "{size}");
        }
    }

    #[test]
    fn other_keys_give_other_permutations() {
        let (one, other) = (all(1000, "a"), all(1000, "b"));
        assert!(one.iter().zip(&other).filter(|(one, other)| one == other).count() < 20);
        assert!(one.iter().enumerate().filter(|(at, value)| *at as u128 == **value).count() < 20);
    }

    #[test]
    fn a_rest_is_a_rest() {
        let mut hash = 1_u128;
        for at in 0..2_000_u64 {
            hash = hash.wrapping_mul(0x2545_f491_4f6c_dd1d_9e37_79b9_7f4a_7c15).wrapping_add(u128::from(at));
            for size in [1, 2, 3, 10, 65_537, u64::from(u32::MAX) - at, u64::from(u32::MAX) + at, u64::MAX - at] {
                assert_eq!(u128::from(rest(hash, size)), hash % u128::from(size));
                let half = hash as u64 % size;
                assert_eq!(
                    u128::from(add(half, hash, size)),
                    (u128::from(half) + hash % u128::from(size)) % u128::from(size)
                );
            }
        }
    }

    #[test]
    fn neighbours_in_a_batch_do_not_matter() {
        let alone = |value, size, tweak| {
            let mut item = [Item { value, size, tweak }];
            permute(&Secret::named("k"), "t", &mut item).unwrap();
            item[0].value
        };
        let mut items = [(7, 10, 0), (7, LARGEST, 0), (7, 10, 1), (LARGEST - 1, LARGEST, 3), (1 << 62, 1 << 63, 0)]
            .map(|(value, size, tweak)| Item { value, size, tweak });
        let before = items;
        permute(&Secret::named("k"), "t", &mut items).unwrap();
        for (item, before) in items.iter().zip(before) {
            assert_eq!(item.value, alone(before.value, before.size, before.tweak));
            assert!(item.value < item.size);
        }
    }
}
