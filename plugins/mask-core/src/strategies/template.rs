//! `template`: a text made of other columns.

use crate::transliteration::ascii;
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, ContextColumn, Mask, Promises, Strategy, StrategyMeta, Written, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A text made of other columns.
pub struct Template;

/// Options of `template`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The text, with columns in braces: `{first_name|slug}.{last_name|slug}@example.com`.
    template: String,
}

impl Strategy for Template {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "template",
        summary: "Writes a text made of other columns, after their own masking",
        documentation: DOCUMENTATION,
        accepts: types::TEXT,
        promises: Promises::NONE,
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let parts = read(&options.template)?;
        let mut columns: Vec<String> = Vec::new();
        for part in &parts {
            let Part::Column { name, .. } = part else { continue };
            if *name == target.name {
                return Err(Error::option("/template", "other columns: this one's own value would stay"));
            }
            if row.iter().all(|column| column.name != *name) {
                let what = format!("columns of `{}`: it has no `{name}`", target.table);
                return Err(Error::option("/template", what));
            }
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        Ok(Box::new(Texts { parts, columns, room: target.room() }))
    }
}

enum Part {
    Text(String),
    Column { name: String, filters: Vec<Filter> },
}

#[derive(Clone, Copy)]
enum Filter {
    Lower,
    Upper,
    Ascii,
    Slug,
    First,
}

fn read(template: &str) -> Result<Vec<Part>, Error> {
    let wrong = |what: &str| Error::option("/template", what);
    let (mut parts, mut rest) = (Vec::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        parts.push(Part::Text(rest[..at].to_owned()));
        let (brace, behind) = rest[at..].split_at(1);
        if let Some(behind) = behind.strip_prefix(brace) {
            parts.push(Part::Text(brace.to_owned()));
            rest = behind;
            continue;
        }
        let inside = behind.split_once('}').filter(|_| brace == "{");
        let (inside, behind) = inside.ok_or_else(|| wrong("every brace closed; a brace itself is written twice"))?;
        let mut words = inside.split('|').map(str::trim);
        let name = words.next().filter(|name| !name.is_empty()).ok_or_else(|| wrong("a column in every brace"))?;
        let filters = words.map(filter).collect::<Result<_, _>>()?;
        parts.push(Part::Column { name: name.to_owned(), filters });
        rest = behind;
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

fn filter(word: &str) -> Result<Filter, Error> {
    Ok(match word {
        "lower" => Filter::Lower,
        "upper" => Filter::Upper,
        "ascii" => Filter::Ascii,
        "slug" => Filter::Slug,
        "first" => Filter::First,
        _ => return Err(Error::option("/template", "the filters lower, upper, ascii, slug and first alone")),
    })
}

impl Filter {
    fn apply(self, value: &str) -> String {
        match self {
            Self::Lower => value.to_lowercase(),
            Self::Upper => value.to_uppercase(),
            Self::Ascii => ascii(value),
            Self::Slug => {
                let words = ascii(value).to_ascii_lowercase();
                let words = words.split(|character: char| !character.is_ascii_alphanumeric());
                words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
            }
            Self::First => value.chars().take(1).collect(),
        }
    }
}

struct Texts {
    parts: Vec<Part>,
    columns: Vec<String>,
    room: Option<usize>,
}

impl Mask for Texts {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.columns.iter().map(ContextColumn::masked).collect()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        values.map(|row, _, text| {
            let from = text.len();
            for part in &self.parts {
                match part {
                    Part::Text(words) => text.push_str(words),
                    Part::Column { name, filters } => {
                        let at = self.columns.iter().position(|column| column == name);
                        let value = at.and_then(|at| context.get(at)?.get(row)).unwrap_or_default();
                        let value = filters.iter().fold(value.to_owned(), |value, filter| filter.apply(&value));
                        text.push_str(&value);
                    }
                }
            }
            if let Some((end, _)) = self.room.and_then(|room| text[from..].char_indices().nth(room)) {
                text.truncate(from + end);
            }
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces every value by the template with the row's other columns in it, as their own strategies leave them; a column that
no rule masks comes as it is. Null stays null; a null among the other columns is an empty text. What is too long for the
column is cut off. A brace itself is written twice.

```mask text {"template": "{first|slug}.{last|slug}@example.com"}
ada@lovelace.org [first=Zoë; last=O'Neill Łoś] -> zoe.o-neill-los@example.com
NULL [first=Ada; last=Byron] -> NULL
x [first=Ada; last=NULL] -> ada.@example.com
```

```mask varchar(8) {"template": "{{{name|upper}}}"}
x [name=Ada Byron] -> {ADA BYR
```

Filters stand behind a bar: `lower`, `upper`, `ascii` (without accents), `slug` (small letters, digits and hyphens),
`first` (the first character).

```refused text {"template": "{value}"}
this one's own value would stay
```

```refused text {"template": "{name|reverse}"}
the filters lower
```

## What it promises

Nothing of its own: it is as private, and as unique, as the columns that it names.

## When to use it

For columns that repeat others: display names, addresses, search texts.
"#;
