//! Versions of migrations, and what a file's name says.

use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// Versions of this many digits are points in time, whatever stands behind the seconds.
const TIMESTAMP: usize = 14;

/// A version: the digits of a number or of a point in time. `3` and `003` are one version.
///
/// Points in time (14 digits or more) compare as text, so that one with a suffix stands behind the one without; numbers
/// compare as numbers of any size. Zeros in front count for neither.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// Reads a version: digits, which dashes may separate. None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let grouped = text.split('-').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
        grouped.then(|| Self(text.replace('-', "")))
    }

    /// Its digits, as they are written, without dashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a point in time.
    pub fn is_timestamp(&self) -> bool {
        self.significant().len() >= TIMESTAMP
    }

    fn significant(&self) -> &str {
        self.0.trim_start_matches('0')
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.significant(), other.significant());
        match self.is_timestamp() && other.is_timestamp() {
            true => ours.cmp(theirs),
            false => ours.len().cmp(&theirs.len()).then_with(|| ours.cmp(theirs)),
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Splits the name of a migration, without its extension, into version and name. None where it does not begin with a
/// version.
///
/// The version is what stands before the first `_`, or before a `-` behind which no version goes on: `0001-add-x`. A
/// point in time may hold dashes of its own: `2017-09-23-182408_name`, `2026-06-10-120000-0000_name`.
pub fn split_name(stem: &str) -> Option<(Version, &str)> {
    let (before, after) = stem.split_once('_').unwrap_or((stem, ""));
    if let Some(version) = Version::parse(before).filter(|_| is_one_version(before)) {
        return Some((version, after));
    }
    let groups = if begins_with_date(stem) { digit_groups(stem) } else { 1 };
    let end = stem.match_indices('-').map(|(at, _)| at).nth(groups.checked_sub(1)?).unwrap_or(stem.len());
    let version = Version::parse(stem.get(..end)?)?;
    Some((version, stem.get(end + 1..).unwrap_or_default()))
}

/// Dashes belong to a version where it is a date, or where it stands alone.
fn is_one_version(text: &str) -> bool {
    !text.contains('-') || begins_with_date(text) || text.len() >= TIMESTAMP
}

fn begins_with_date(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').take(3).map(str::len).collect();
    lengths == [4, 2, 2] && digit_groups(text) >= 3
}

/// How many groups of digits, separated by dashes, stand at the beginning.
fn digit_groups(text: &str) -> usize {
    let is_digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    text.split('-').take_while(is_digits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("is a version")
    }

    fn split(stem: &str) -> Option<(String, &str)> {
        split_name(stem).map(|(version, name)| (version.0, name))
    }

    #[test]
    fn names_are_split_where_their_version_ends() {
        for (stem, version, name) in [
            ("003_add_user_analytics", "003", "add_user_analytics"),
            ("20140924113530_dumped_migration_1", "20140924113530", "dumped_migration_1"),
            ("2017-09-23-182408_x", "20170923182408", "x"),
            ("2026-06-10-120000-0000_create_x", "202606101200000000", "create_x"),
            ("0001-add-x", "0001", "add-x"),
            ("0137-add-file_migration", "0137", "add-file_migration"),
            ("0001-2fa", "0001", "2fa"),
            ("0001-2020-report", "0001", "2020-report"),
            ("2017-09-23-182408-add-x", "20170923182408", "add-x"),
            ("00000000000000_diesel_initial_setup", "00000000000000", "diesel_initial_setup"),
            ("7", "7", ""),
        ] {
            assert_eq!(split(stem), Some((version.to_owned(), name)), "{stem}");
        }
        for stem in ["add_x", "", "_x", "x1_y", "-1_x", "V1__x", "R__x"] {
            assert_eq!(split(stem), None, "{stem}");
        }
    }

    #[test]
    fn numbers_compare_as_numbers_and_times_as_text() {
        let ordered = [
            "00000000000000",
            "1",
            "002",
            "10",
            "9999999999999",
            "20140924113530",
            "2017-09-23-182408",
            "20170923182409",
            "202606101200000000",
            "20260610120001",
            "99999999999999",
        ];
        for (index, lower) in ordered.iter().enumerate() {
            for higher in &ordered[index + 1..] {
                assert!(version(lower) < version(higher), "{lower} < {higher}");
            }
        }
        assert_eq!(version("3"), version("003"));
        assert_eq!(version("2017-09-23-182408"), version("20170923182408"));
        assert!(version("184467440737095516161") > version("18446744073709551616"));
    }

    #[test]
    fn the_order_is_total() {
        let digits =
            ["0", "9", "10", "00000000000009", "000000000000010", "10000000000000", "100000000000000", "9999999999999"];
        let versions: Vec<Version> = digits.into_iter().map(version).collect();
        for a in &versions {
            for b in &versions {
                for c in &versions {
                    assert!(!(a <= b && b <= c) || a <= c, "{a} {b} {c}");
                }
            }
        }
    }
}
