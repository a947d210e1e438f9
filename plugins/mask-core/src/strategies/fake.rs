//! `fake`: invented people, one a row.

mod locale;
mod person;

use crate::{refusal, row_key::RowKey};
use confiture_sdk::{
    Error,
    masking::{
        Column, ColumnInfo, ContextColumn, Mask, Promises, Secret, Strategy, StrategyMeta, When, Written, types,
    },
};
use locale::Locale;
use person::Person;
use schemars::JsonSchema;
use serde::Deserialize;

/// Invented people, one a row.
pub struct Fake;

/// Options of `fake`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What of the person is written.
    kind: Part,
    /// Where the person lives.
    #[serde(default)]
    locale: Language,
    /// Columns that decide who the person is; none for the primary key.
    #[serde(default)]
    person: Vec<String>,
    /// The secret that decides the people; none for the profile's.
    #[serde(default)]
    key: Secret,
}

/// A part of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// Both, in the order of the place.
    FullName,
    /// Both, in small letters of ASCII, with a number.
    Username,
    /// An address at example.com, example.net or example.org that fits the name.
    Email,
    /// A phone number; where the place has numbers for films, one of those.
    Phone,
    /// Street and house number.
    Street,
    /// The town.
    City,
    /// The postcode.
    Postcode,
    /// Street, postcode and town on one line.
    Address,
    /// A company.
    Company,
}

/// A language, with names and forms of a country that speaks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Language {
    #[default]
    En,
    De,
    Fr,
    Es,
    It,
    Nl,
    Pl,
    Pt,
    Sv,
    Ja,
}

impl Strategy for Fake {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "fake",
        summary: "Replaces what names a person by an invented one, the same in all columns of a row",
        documentation: DOCUMENTATION,
        accepts: types::TEXT,
        promises: Promises::DETERMINISTIC,
        unless: &[],
        batch_rows: None,
    };
    /// What belongs to one person, and is nobody's.
    const WHEN: &'static [When] = &[
        ("kind", "email", "fresh"),
        ("kind", "phone", "fresh"),
        ("kind", "address", "fresh"),
        ("kind", "full_name", "fresh"),
    ];

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let person = RowKey::resolve(options.person, "person", target, row)?;
        let room = target.room().unwrap_or(usize::MAX);
        let needed = options.kind.least_room();
        if room < needed {
            return Err(refusal::too_short(target, room, needed, "the shortest of what would be written"));
        }
        Ok(Box::new(People { kind: options.kind, locale: Locale::of(options.locale), person, key: options.key, room }))
    }
}

struct People {
    kind: Part,
    locale: Locale,
    person: RowKey,
    key: Secret,
    room: usize,
}

impl Mask for People {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.person.context()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let digests = self.person.digests(&self.key, "fake", values, context)?;
        values.map(|row, value, text| {
            let words = [0, 1, 2, 3].map(|at| digests.word(row, at));
            let from = text.len();
            Person::new(&self.locale, words).write(self.kind, self.room, text);
            // Invented names are real ones: one in some hundreds is the original.
            if text[from..] == *value {
                text.truncate(from);
                Person::new(&self.locale, words.map(|word| !word)).write(self.kind, self.room, text);
            }
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Invents a person for each row, from the columns in `person` (by default the primary key) and the key, and writes the part of
that person that `kind` says: `first_name`, `last_name`, `full_name`, `username`, `email`, `phone`, `street`, `city`,
`postcode`, `address`, `company`. All columns of a row that are masked so show the same person: name and e-mail agree. In
another table the same values of `person` are the same person.

```mask text {"kind": "full_name", "person": ["id"], "key": "${K}"}
Ada Lovelace [id integer=1] -> Jeremy Price
Alan Turing [id integer=2] -> Oliver Green
'' [id integer=2] -> Oliver Green
NULL [id integer=3] -> NULL
```

```mask text {"kind": "email", "person": ["id"], "key": "${K}"}
ada@lovelace.org [id integer=1] -> jeremy.priced6925d9c@example.org
```

```mask text {"kind": "address", "locale": "fr", "person": ["id"], "key": "${K}"}
1 rue X [id integer=1] -> 164 rue de Paris, 65373 Rouen
```

```mask text {"kind": "full_name", "locale": "ja", "person": ["id"], "key": "${K}"}
x [id integer=1] -> 新井 博
```

`locale` is one of `en`, `de`, `fr`, `es`, `it`, `nl`, `pl`, `pt`, `sv` and `ja`. Where a name does not fit the column, a
shorter one is taken or it is cut off; a column that is too short for any is refused.

```refused varchar(10) {"kind": "email"}
has room for 10 characters
```

## What it promises

Deterministic for a row. Not injective: people share names, as people do; addresses and user names carry a number, and
still may meet. A person never gets back exactly the value that was there.

## When to use it

For names and addresses that people look at. E-mail domains are reserved for examples: no mail arrives anywhere. For a UNIQUE
column use `email_masking`, `format_preserving` or `deterministic_hash`.
"#;

#[cfg(test)]
mod tests;
