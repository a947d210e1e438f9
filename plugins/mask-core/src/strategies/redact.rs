//! `redact`: what is personal inside free text.

mod find;

use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, ContextColumn, Mask, Promises, Strategy, StrategyMeta, Written, types},
};
use find::{Finder, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// What is personal inside free text.
pub struct Redact;

/// Options of `redact`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What is looked for; empty for everything.
    find: Vec<Personal>,
    /// More to look for: regular expressions by the word that replaces what they find.
    patterns: std::collections::BTreeMap<String, String>,
    /// Columns of the row whose words (of three letters and more) are hidden in the text.
    names_from: Vec<String>,
    /// What is written instead.
    style: Style,
}

/// Something personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// E-mail addresses.
    Email,
    /// IBANs whose check digits are right.
    Iban,
    /// Numbers of cards whose check digit is right.
    Card,
    /// Social security and national numbers: US, UK, France, Italy, Spain, Poland, Sweden.
    National,
    /// IP addresses.
    Ip,
    /// Phone numbers of seven digits and more.
    Phone,
}

/// What is written instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// What it was, in brackets: `[email]`.
    #[default]
    Label,
    /// A star for each character.
    Stars,
}

impl Strategy for Redact {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "redact",
        summary: "Hides addresses, numbers and names inside free text",
        documentation: DOCUMENTATION,
        accepts: types::TEXT,
        promises: Promises { may_keep: true, ..Promises::DETERMINISTIC },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let missing = |name: &&String| row.iter().all(|column| column.name != **name);
        if let Some(name) = options.names_from.iter().find(missing) {
            return Err(Error::option("/names_from", format!("columns of `{}`: it has no `{name}`", target.table)));
        }
        let finder = Finder::new(&options.find, &options.patterns)?;
        Ok(Box::new(Texts { finder, names: options.names_from, style: options.style, room: target.room() }))
    }
}

struct Texts {
    finder: Finder,
    names: Vec<String>,
    style: Style,
    room: Option<usize>,
}

impl Mask for Texts {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.names.iter().map(ContextColumn::original).collect()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let mut spans: Vec<Span> = Vec::new();
        values.map(|row, value, text| {
            spans.clear();
            self.finder.find(value, &mut spans);
            for name in context.iter().filter_map(|column| column.get(row)) {
                find::words(value, name, &mut spans);
            }
            // The first to begin counts, then the longest.
            spans.sort_by_key(|span| (span.from, usize::MAX - span.to));
            let (start, mut from) = (text.len(), 0);
            for span in &spans {
                if span.to <= from {
                    continue;
                }
                if span.from >= from {
                    text.push_str(&value[from..span.from]);
                    self.replace(span, &value[span.from..span.to], text);
                } else if self.style == Style::Stars {
                    self.replace(span, &value[from..span.to], text);
                }
                from = span.to;
            }
            text.push_str(&value[from..]);
            if let Some((end, _)) = self.room.and_then(|room| text[start..].char_indices().nth(room)) {
                text.truncate(start + end);
            }
            Ok(Written::Value)
        })
    }
}

impl Texts {
    fn replace(&self, span: &Span, found: &str, text: &mut String) {
        match self.style {
            Style::Label => {
                text.push('[');
                text.push_str(self.finder.label(span));
                text.push(']');
            }
            Style::Stars => crate::written::repeated('*', found.chars().count(), text),
        }
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Looks for e-mail addresses, IBANs, numbers of cards, national numbers, IP addresses and phone numbers inside a text and
writes `[email]`, `[iban]`, `[card]`, `[national]`, `[ip]` and `[phone]` instead, or a star for each character. IBANs and
cards count where their check digits are right. What is too long for the column afterwards is cut off.

```mask text
Call +49 30 123 45 67 or ada@example.com -> Call [phone] or [email]
Card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00. -> Card [card], IBAN [iban].
From 192.168.17.5, SSN 123-45-6789 -> From [ip], SSN [national]
Order 4711 of 2024-05-01 -> Order 4711 of 2024-05-01
NULL -> NULL
```

```mask text {"names_from": ["first", "last"], "style": "stars"}
Spoke to ADA Lovelace, ada@b.org [first=Ada; last=Lovelace] -> Spoke to *** ********, *********
```

```mask text {"find": ["email"], "patterns": {"customer": "C-\\d{6}"}}
C-123456 is a@b.org at 10.0.0.1 -> [customer] is [email] at 10.0.0.1
```

```refused text {"patterns": {"x": "("}}
a regular expression
```

## What it promises

Deterministic. A text in which nothing is found stays as it is: names that no column of the row holds, places and stories
are not found.

## When to use it

For notes and messages that are needed in outline. Where a text may hold anything, `set_null` and `fixed` are safe; this is
not.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{masked, texts};
    use serde_json::json;

    fn one(value: &str) -> String {
        masked("redact", &json!({}), &ColumnInfo::new("a", "text"), &[value]).unwrap()[0].clone().unwrap()
    }

    #[test]
    fn what_is_personal_is_found() {
        for (value, expected) in [
            ("(a.b+c@x-y.co.uk)", "([email])"),
            ("élodie@exämple.fr", "[email]"),
            ("2001:db8::ff00:42:8329!", "[ip]!"),
            ("GB82WEST12345698765432", "[iban]"),
            ("5500-0055-5555-5559", "[card]"),
            ("(030) 1234567", "[phone]"),
            ("06 12 34 56 78", "[phone]"),
            ("AB123456C", "[national]"),
            ("RSSMRA85T10A562S", "[national]"),
            ("12345678Z", "[national]"),
            ("811228-9874", "[national]"),
        ] {
            assert_eq!(one(value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_not_stays() {
        for value in ["2024-05-01", "10:30", "4711", "v1.2.3", "a@b", "x::y", "12.50 EUR"] {
            assert_eq!(one(value), value);
        }
        for text in texts() {
            assert!(!one(&text).is_empty() || text.is_empty());
        }
    }

    #[test]
    fn labels_never_burst_the_column() {
        let short = ColumnInfo::new("a", "varchar(8)");
        let masked = masked("redact", &json!({}), &short, &["a@b.fr x"]).unwrap();
        assert_eq!(masked[0].as_deref(), Some("[email] "));
    }
}
