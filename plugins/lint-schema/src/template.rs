//! Names made from a template: `idx_{table}_{columns}`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use std::borrow::Cow;

/// A name with placeholders.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
    /// The same without `{columns}`, where anything is left.
    without_columns: Option<Box<Self>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Schema,
    Table,
    Columns,
    Type,
    References,
}

/// What stands for the placeholders of one name.
pub struct Values<'a> {
    /// `{schema}`.
    pub schema: &'a str,
    /// `{table}`.
    pub table: &'a str,
    /// `{columns}`, joined with `_`; an expression is none, and any word may stand for it. Without any, any text may.
    pub columns: Vec<Option<&'a str>>,
    /// `{references}`: the table that a foreign key refers to; any text may stand for it in other names.
    pub references: Option<&'a str>,
    /// `{type}`: what it may be called, the preferred word first.
    pub types: Vec<&'a str>,
    /// Whether more may follow the columns behind `_`: they do not tell this name from its like.
    pub open: bool,
    /// Whether the columns may be left out: of a table's primary key, which is the only one.
    pub alone: bool,
}

/// PostgreSQL cuts longer names.
const LONGEST: usize = 63;

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, as what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, after) = behind.split_once('}').ok_or("a `}` behind each `{`")?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(match name {
                "schema" => Part::Schema,
                "table" => Part::Table,
                "columns" => Part::Columns,
                "type" => Part::Type,
                "references" => Part::References,
                other => {
                    const KNOWN: &str = "`{schema}`, `{table}`, `{columns}`, `{type}` or `{references}`";
                    return Err(format!("{KNOWN}, not `{{{other}}}`"));
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        match parts.is_empty() {
            true => Err("a text".to_owned()),
            false => Ok(Self { text: text.to_owned(), parts, without_columns: without_columns(text).map(Box::new) }),
        }
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name is what the template makes of these values, cut where PostgreSQL cuts it.
    pub fn fits(&self, name: &str, values: &Values<'_>) -> bool {
        // A cut never leaves half a character.
        let cut = name.len() + 3 >= LONGEST;
        fits(&self.pieces(values), name, cut)
            || values.alone
                && self.without_columns.as_ref().is_some_and(|template| fits(&template.pieces(values), name, cut))
    }

    /// The name that these values make; none where an expression has no name of its own.
    pub fn write(&self, values: &Values<'_>) -> Option<String> {
        let words = self.pieces(values).into_iter().map(|piece| match piece {
            Piece::Word(word) => Some(word),
            Piece::Words(words) => words.first().copied(),
            Piece::Any => None,
            Piece::More => Some(""),
        });
        let mut name = words.collect::<Option<String>>()?;
        let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end))?;
        name.truncate(end);
        Some(name)
    }

    fn pieces<'a>(&'a self, values: &'a Values<'_>) -> Vec<Piece<'a>> {
        let mut pieces = Vec::with_capacity(self.parts.len() + 2 * values.columns.len());
        for part in &self.parts {
            match part {
                Part::Text(text) => pieces.push(Piece::Word(text)),
                Part::Schema => pieces.push(Piece::Word(values.schema)),
                Part::Table => pieces.push(Piece::Word(values.table)),
                Part::References => pieces.push(values.references.map_or(Piece::Any, Piece::Word)),
                Part::Type => pieces.push(Piece::Words(&values.types)),
                Part::Columns if values.columns.is_empty() => pieces.push(Piece::Any),
                Part::Columns => {
                    for (at, column) in values.columns.iter().enumerate() {
                        // One word may stand for several expressions: `repo` for an owner and a name.
                        if at > 0 && column.is_none() && values.columns[at - 1].is_none() {
                            continue;
                        }
                        if at > 0 {
                            pieces.push(Piece::Word("_"));
                        }
                        pieces.push(column.map_or(Piece::Any, Piece::Word));
                    }
                }
            }
            if values.open && *part == Part::Columns {
                pieces.push(Piece::More);
            }
        }
        pieces
    }
}

/// What a template makes without its columns.
fn without_columns(text: &str) -> Option<Template> {
    ["_{columns}", "{columns}_", "{columns}"].iter().find_map(|part| {
        let less = Some(text.replace(part, "")).filter(|less| less != text)?;
        Template::parse(&less).ok()
    })
}

enum Piece<'a> {
    /// This one.
    Word(&'a str),
    /// One of these.
    Words(&'a [&'a str]),
    /// Any text, but some.
    Any,
    /// Nothing, or `_` and some text.
    More,
}

/// Whether the pieces make up the name, or a `cut` one is their beginning.
fn fits(pieces: &[Piece<'_>], name: &str, cut: bool) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return name.is_empty() };
    let any_text = |name: &str| {
        let ends = name.char_indices().map(|(end, _)| end).skip(1).chain([name.len()]);
        !name.is_empty() && ends.into_iter().any(|end| fits(rest, &name[end..], cut))
    };
    let begins = |word: &str| match name.strip_prefix(word) {
        Some(behind) => fits(rest, behind, cut),
        None => cut && word.starts_with(name),
    };
    match first {
        Piece::Word(word) => begins(word),
        Piece::Words(words) => words.iter().any(|word| begins(word)),
        Piece::Any => any_text(name) || cut && name.is_empty(),
        Piece::More => fits(rest, name, cut) || name.strip_prefix('_').is_some_and(any_text),
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|expected| D::Error::custom(format!("expected {expected}")))
    }
}

impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^([^{}]|\{(schema|table|columns|type|references)\})+$",
            "examples": ["idx_{table}_{columns}"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    fn values<'a>(columns: &[&'a str]) -> Values<'a> {
        let columns = columns.iter().map(|column| Some(*column).filter(|column| !column.is_empty())).collect();
        Values {
            schema: "public",
            table: "orders",
            columns,
            types: vec!["pk", "pkey"],
            open: false,
            alone: false,
            references: None,
        }
    }

    #[test]
    fn placeholders_stand_for_what_they_say() {
        let index = template("idx_{table}_{columns}");
        assert!(index.fits("idx_orders_a_b", &values(&["a", "b"])));
        for wrong in ["idx_orders_b_a", "idx_orders_a", "idx_orders_a_b_c", "orders_a_b_idx", "IDX_orders_a_b", ""] {
            assert!(!index.fits(wrong, &values(&["a", "b"])), "{wrong}");
        }
        assert_eq!(index.write(&values(&["a", "b"])).as_deref(), Some("idx_orders_a_b"));
        let constraint = template("{schema}_{table}_{type}");
        assert!(constraint.fits("public_orders_pkey", &values(&[])));
        let key = Values { references: Some("users"), ..values(&["a"]) };
        assert!(template("fk_{table}_{references}").fits("fk_orders_users", &key));
        assert_eq!(constraint.write(&values(&[])).as_deref(), Some("public_orders_pk"));
    }

    #[test]
    fn an_expression_is_called_anything() {
        let index = template("idx_{table}_{columns}");
        assert!(index.fits("idx_orders_lower_name_b", &values(&["", "b"])));
        assert!(!index.fits("idx_orders_b", &values(&["", "b"])) && !index.fits("idx_orders__b", &values(&["", "c"])));
        assert_eq!(index.write(&values(&["", "b"])), None);
        assert!(index.fits("idx_orders_repo", &values(&["", ""])) && !index.fits("idx_orders_", &values(&["", ""])));
        assert!(index.fits("idx_orders_x", &values(&[])) && !index.fits("idx_orders_", &values(&[])));
    }

    #[test]
    fn more_may_follow_where_it_is_open() {
        let index = template("idx_{table}_{columns}");
        let open = Values { open: true, ..values(&["a"]) };
        assert!(index.fits("idx_orders_a_unpaid", &open) && index.fits("idx_orders_a", &open));
        assert!(!index.fits("idx_orders_ab", &open) && !index.fits("idx_orders_a_", &open));
        assert!(template("{table}_{columns}_{type}").fits("orders_a_unpaid_pk", &open));
    }

    #[test]
    fn the_columns_of_the_only_one_may_be_left_out() {
        let alone = Values { alone: true, ..values(&["a", "b"]) };
        for (text, name) in
            [("{type}_{table}_{columns}", "pk_orders"), ("{columns}_{type}", "pkey"), ("{columns}", "a_b")]
        {
            assert!(template(text).fits(name, &alone), "{text}");
            assert!(!template(text).fits("orders", &alone), "{text}");
        }
    }

    #[test]
    fn long_names_are_cut_as_postgresql_cuts_them() {
        let index = template("idx_{table}_{columns}");
        let column = "a".repeat(60);
        let values = values(&[&column, "b"]);
        let written = index.write(&values).unwrap();
        assert_eq!(written.len(), 63);
        assert!(index.fits(&written, &values) && !index.fits(&written[..40], &values));
        let wide = "ü".repeat(40);
        let values = Values { columns: vec![Some(&wide)], ..self::values(&[]) };
        let written = index.write(&values).unwrap();
        assert_eq!(written.len(), 63);
        assert!(index.fits(&written, &values));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for wrong in ["", "idx_{table", "idx_{tabel}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(template("{table}").as_str(), "{table}");
    }
}
