//! `email_masking`: addresses that are nobody's.

use crate::{refusal, written};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Digests, Mask, Promises, Secret, Strategy, StrategyMeta, Written, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Addresses that are nobody's.
pub struct EmailMasking;

/// Where masked addresses live that do not keep their domain.
const NOWHERE: &str = "anon.local";
/// 96 bits: of a billion addresses, two become one with a probability of 6e-12.
const DIGITS: usize = 24;
/// RFC 5321, section 4.5.3.1.1.
const LOCAL_PART: usize = 64;

/// Options of `email_masking`.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether what is behind the `@` stays.
    keep_domain: bool,
    /// What masked addresses begin with.
    prefix: String,
    /// The secret that decides the addresses; none for the profile's.
    key: Secret,
    /// Whether an address becomes another one every time.
    random: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { keep_domain: true, prefix: "user+".to_owned(), key: Secret::default(), random: false }
    }
}

impl Strategy for EmailMasking {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "email_masking",
        summary: "Replaces e-mail addresses by addresses that are nobody's",
        documentation: DOCUMENTATION,
        accepts: types::TEXT,
        promises: Promises { fresh: true, ..Promises::ONE_TO_ONE },
        unless: &[("random", "deterministic")],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let local = options.prefix.len() + DIGITS;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        if local > LOCAL_PART || !options.prefix.bytes().all(legal) {
            let most = LOCAL_PART - DIGITS;
            return Err(Error::option("/prefix", format!("at most {most} letters, digits and signs of an address")));
        }
        let needed = local + 1 + NOWHERE.len();
        match target.room() {
            Some(room) if room < needed => Err(refusal::too_short(target, room, needed, "a masked address")),
            room => Ok(Box::new(Addresses {
                room: room.unwrap_or(usize::MAX),
                local,
                ignores_case: target.ignores_case(),
                options,
            })),
        }
    }
}

struct Addresses {
    room: usize,
    local: usize,
    ignores_case: bool,
    options: Options,
}

enum Source {
    Digests(Digests),
    Fresh(Vec<u8>),
}

impl Source {
    fn bytes(&self, row: usize) -> &[u8] {
        match self {
            Self::Digests(digests) => digests.get(row),
            Self::Fresh(bytes) => &bytes[row * DIGITS / 2..(row + 1) * DIGITS / 2],
        }
    }
}

impl Mask for Addresses {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let source = if self.options.random {
            Source::Fresh(Secret::fresh(values.len() * DIGITS / 2)?)
        } else if self.ignores_case {
            let folded: Column = values.iter().map(|value| value.map(str::to_lowercase)).collect();
            Source::Digests(self.options.key.hash("email_masking", &folded)?)
        } else {
            Source::Digests(self.options.key.hash("email_masking", values)?)
        };
        values.map(|row, value, text| {
            text.push_str(&self.options.prefix);
            written::hex(source.bytes(row), DIGITS, text);
            text.push('@');
            // Case says nothing in a domain, and an index over `lower(email)` is one over what is written here.
            let from = text.len();
            text.push_str(self.domain(value).unwrap_or(NOWHERE));
            text[from..].make_ascii_lowercase();
            Ok(Written::Value)
        })
    }
}

impl Addresses {
    /// The domain that stays, where the value is an address and there is room for it.
    fn domain<'a>(&self, value: &'a str) -> Option<&'a str> {
        let (local, domain) = value.rsplit_once('@').filter(|_| self.options.keep_domain)?;
        let fits = |characters| self.local + 1 + characters <= self.room;
        (!local.is_empty() && length_of_domain(domain).is_some_and(fits)).then_some(domain)
    }
}

/// How many characters a domain has; none where it is none: two labels at least, none of them empty.
fn length_of_domain(domain: &str) -> Option<usize> {
    match domain.is_ascii() {
        // Walking over bytes is quicker than decoding characters.
        true => length(domain.bytes().map(char::from)),
        false => length(domain.chars()),
    }
}

fn length(domain: impl Iterator<Item = char>) -> Option<usize> {
    let (mut characters, mut labels, mut label) = (0, 1, 0);
    for character in domain {
        characters += 1;
        match character {
            '.' if label == 0 => return None,
            '.' => (labels, label) = (labels + 1, 0),
            '-' => label += 1,
            letter if letter.is_alphanumeric() => label += 1,
            _ => return None,
        }
    }
    (labels > 1 && label > 0).then_some(characters)
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces the part before the `@` by `prefix` and 24 hexadecimal digits of a keyed hash of the whole address. The domain
stays, in lower case, so that statistics by domain still work; with `keep_domain: false` it becomes `anon.local`.

```mask text {"prefix": "qa+", "key": "${QA_KEY}"}
ada@example.com -> qa+26b90dad82a1efe339ffd08a@example.com
Ada@example.com -> qa+8b305bff54aeb6e15227d8fe@example.com
NULL -> NULL
```

```mask text {"keep_domain": false, "prefix": "test+", "key": "${QA_KEY}"}
ada@example.com -> test+26b90dad82a1efe339ffd08a@anon.local
```

A value that is no address, the empty text too, becomes one at `anon.local`; so does an address whose domain is too long
for the column, or no domain (`ada@localhost`, which may be a name). A column that is too short for any masked address is
refused. In a `citext` column case does not matter.

```mask varchar(60) {"key": "${QA_KEY}"}
no address -> user+5cb09b8e20d154400812528b@anon.local
'' -> user+c10289db380928c86fbea88e@anon.local
```

```refused varchar(30)
has room for 30 characters, and a masked address takes 40
```

## What it promises

Deterministic and, up to 96 bits of hash, injective: a UNIQUE column stays unique, and an address is the same one in every
table that has the same key. With `random: true` an address becomes another one each time.

## When to use it

For every column of addresses. Mails to masked addresses at a kept domain do reach that domain: where test systems send
mail, use `keep_domain: false`.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, masked, refusal, texts};
    use serde_json::json;

    #[test]
    fn a_million_addresses_stay_apart() {
        let addresses = (0..1_000_000).map(|at| format!("u{at}@example.{}", if at % 2 == 0 { "com" } else { "org" }));
        let column = ColumnInfo::new("email", "varchar(60)");
        keeps_its_promises("email_masking", &json!({}), &column, &addresses.collect::<Vec<_>>(), 0);
    }

    #[test]
    fn whatever_stands_in_the_column_is_replaced() {
        let column = ColumnInfo::new("email", "varchar(50)");
        keeps_its_promises("email_masking", &json!({}), &column, &texts(), 0);
        keeps_its_promises("email_masking", &json!({"keep_domain": false}), &column, &texts(), 0);
        let long = format!("a@{}.com", "x".repeat(60));
        for value in ["ada", "ada@", "@x.com", "ada@b c.com", "ada@localhost", "a@b..com", &long] {
            let masked = masked("email_masking", &json!({}), &column, &[value]).unwrap();
            assert!(masked[0].as_ref().unwrap().ends_with("@anon.local"), "{value}");
        }
    }

    #[test]
    fn random_addresses_differ_each_time() {
        let column = ColumnInfo::new("email", "text");
        let masked = masked("email_masking", &json!({"random": true}), &column, &["a@b.com", "a@b.com"]).unwrap();
        assert_ne!(masked[0], masked[1]);
    }

    #[test]
    fn case_does_not_matter_where_equality_ignores_it() {
        let citext = ColumnInfo::new("email", "citext");
        let masked = masked("email_masking", &json!({"keep_domain": false}), &citext, &["A@b.com", "a@B.com"]).unwrap();
        assert_eq!(masked[0], masked[1]);
    }

    #[test]
    fn domains_are_in_lower_case() {
        let masked =
            masked("email_masking", &json!({}), &ColumnInfo::new("email", "text"), &["Ada@Example.ORG"]).unwrap();
        assert!(masked[0].as_ref().unwrap().ends_with("@example.org"), "{masked:?}");
    }

    #[test]
    fn prefixes_are_parts_of_addresses() {
        let column = ColumnInfo::new("email", "text");
        for prefix in ["a b", "<x>", "ä", &"x".repeat(41)] {
            assert!(refusal("email_masking", &json!({"prefix": prefix}), &column).contains("/prefix"), "{prefix}");
        }
        let joined = ColumnInfo { group_max_length: Some(39), ..column };
        assert!(refusal("email_masking", &json!({}), &joined).contains("room for 39"));
    }
}
