//! `json_paths`: strategies for parts of a JSON document.

mod path;
mod scan;

use super::conditional::inner;
use crate::refusal;
use confiture_sdk::{
    Error,
    masking::{
        Column, ColumnInfo, ContextColumn, Inner, Mask, NestedStrategy, Promises, Strategy, StrategyMeta, Written,
    },
};
use path::Path;
use scan::{Hit, hits};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Strategies for parts of a JSON document.
pub struct JsonPaths;

/// Options of `json_paths`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A strategy for each path: `{"$.email": email_mask, "$.lines[*].note": set_null}`.
    paths: BTreeMap<String, NestedStrategy>,
    /// Columns that the inner strategies want to see.
    #[serde(default)]
    columns: Vec<String>,
}

impl Strategy for JsonPaths {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "json_paths",
        summary: "Masks parts of JSON documents, each by a strategy of its own",
        documentation: DOCUMENTATION,
        accepts: &["json", "jsonb", "text"],
        promises: Promises { may_keep: true, ..Promises::NONE },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        if options.paths.is_empty() {
            return Err(Error::option("/paths", "at least one path"));
        }
        let missing = |name: &&String| row.iter().all(|column| column.name != **name);
        if let Some(name) = options.columns.iter().find(missing) {
            return Err(Error::option("/columns", format!("columns of `{}`: it has no `{name}`", target.table)));
        }
        let infos: Vec<ColumnInfo> =
            options.columns.iter().filter_map(|name| row.iter().find(|column| column.name == *name).cloned()).collect();
        let mut rules = Vec::new();
        for (text, strategy) in &options.paths {
            let pointer = format!("/paths/{}", text.replace('~', "~0").replace('/', "~1"));
            let path = Path::read(text).ok_or_else(|| {
                Error::option(&pointer, "a path such as `$.a.b`, `$.a[*]`, `$['a b']`, `$.*` or `$..name`")
            })?;
            let part = ColumnInfo {
                type_name: "text".to_owned(),
                base_type: "text".to_owned(),
                nullable: true,
                schema: target.schema.clone(),
                table: target.table.clone(),
                name: target.name.clone(),
                estimated_rows: target.estimated_rows,
                ..ColumnInfo::default()
            };
            let strategy = strategy.open(&part, &infos).map_err(|error| inner(error, &pointer))?;
            rules.push((path, strategy));
        }
        let (paths, strategies) = rules.into_iter().unzip();
        Ok(Box::new(Documents { paths, strategies, columns: options.columns }))
    }
}

struct Documents {
    paths: Vec<Path>,
    strategies: Vec<Inner>,
    columns: Vec<String>,
}

impl Mask for Documents {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.columns.iter().map(ContextColumn::original).collect()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let mut found: Vec<Hit> = Vec::new();
        for (row, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            hits(row, value, &self.paths, &mut found)
                .ok_or_else(|| refusal::value(row, "the value is no JSON, or more than 100 levels deep"))?;
        }
        for (at, strategy) in self.strategies.iter().enumerate() {
            let of_path: Vec<usize> =
                (0..found.len()).filter(|&hit| found[hit].path == at && found[hit].text.is_some()).collect();
            if of_path.is_empty() {
                continue;
            }
            let parts: Column = of_path.iter().map(|&hit| found[hit].text.as_deref()).collect();
            let rows: Vec<usize> = of_path.iter().map(|&hit| found[hit].row).collect();
            let context: Vec<Column> = context.iter().map(|column| column.select(&rows)).collect();
            let masked = strategy.mask(&parts, &context)?;
            for (&hit, masked) in of_path.iter().zip(&masked) {
                found[hit].text = masked.map(str::to_owned);
            }
        }
        let mut rest = found.as_slice();
        values.map(|row, value, text| {
            let count = rest.iter().take_while(|hit| hit.row == row).count();
            let (hits, behind) = rest.split_at(count);
            rest = behind;
            let mut from = 0;
            for hit in hits {
                text.push_str(&value[from..hit.from]);
                hit.write(text);
                from = hit.to;
            }
            text.push_str(&value[from..]);
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Masks what lies at the given paths of a JSON document; everything else stays as it is written, to the byte. A path is
`$.a.b`, `$.a[0]`, `$.a[*]` (every element), `$['a b']`, `$.*` (every member) or `$..email` (a member of that name at any
depth). The inner strategy sees texts without quotes and numbers, `true` and `false` as they are written; what it makes of a
number stays a number where it is one, and becomes a text where not. `null` stays `null`.

```mask jsonb {"paths": {"$.email": {"type": "fixed", "value": "x@y.org"}, "$.lines[*].note": "set_null"}}
{"id": 1, "email": "ada@b.com", "lines": [{"note": "call her"}, {"n": 2}]} -> {"id": 1, "email": "x@y.org", "lines": [{"note": null}, {"n": 2}]}
{"email": null} -> {"email": null}
NULL -> NULL
```

```mask json {"paths": {"$..pin": {"type": "format_preserving", "key": "${K}"}}}
{"a": [{"pin": 1234}, {"pin": "98-76"}]} -> {"a": [{"pin": 4549}, {"pin": "80-75"}]}
```

An object or an array at a path becomes `null`: a strategy masks single values. Where two paths meet, the first in
alphabetical order counts. A value that is no JSON stops the run.

```mask text {"paths": {"$.who": "none"}}
{"who": {"name": "Ada"}} -> {"who": null}
not json -> error
```

## What it promises

Nothing of its own: what no path names stays.

## When to use it

For documents whose form you know. Where you do not, `set_null` or `fixed` is right.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{masked, refusal};
    use serde_json::json;

    fn one(paths: serde_json::Value, value: &str) -> Result<String, Error> {
        let masked = masked("json_paths", &json!({ "paths": paths }), &ColumnInfo::new("a", "json"), &[value])?;
        Ok(masked[0].clone().unwrap_or_default())
    }

    #[test]
    fn paths_find_their_parts() {
        let x = json!({"type": "fixed", "value": "x"});
        for (path, value, expected) in [
            ("$", "\"a\"", "\"x\""),
            ("$.a", r#"{"b":"a","a" : "b"}"#, r#"{"b":"a","a" : "x"}"#),
            ("$['a b']", r#"{"a b":1}"#, r#"{"a b":"x"}"#),
            ("$.\u{e4}", r#"{"\u00e4":1}"#, r#"{"\u00e4":"x"}"#),
            ("$[1]", "[1, 2, 3]", r#"[1, "x", 3]"#),
            ("$.a[*].*", r#"{"a":[{"b":"1"},{"c":true}]}"#, r#"{"a":[{"b":"x"},{"c":"x"}]}"#),
            ("$..n", r#"{"n":"1","m":[[{"n":"2"}]]}"#, r#"{"n":"x","m":[[{"n":"x"}]]}"#),
            ("$..n", r#"{"n":{"n":"2"}}"#, r#"{"n":null}"#),
            ("$.zz", r#"{"a":1.50e3}"#, r#"{"a":1.50e3}"#),
        ] {
            assert_eq!(one(json!({ path: x }), value).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn texts_are_read_and_written_as_json_has_them() {
        let keep = json!({"$.a": "none"});
        let value = r#"{"a":"tab\t \"q\" \\ \u00e9 \ud83d\ude00 é"}"#;
        let same: serde_json::Value = serde_json::from_str(&one(keep.clone(), value).unwrap()).unwrap();
        assert_eq!(same, serde_json::from_str::<serde_json::Value>(value).unwrap());
        assert_eq!(one(keep, r#"{"a":-1.5e10}"#).unwrap(), r#"{"a":-1.5e10}"#);
    }

    #[test]
    fn what_is_no_json_stops_the_run() {
        for value in ["", "{", "{\"a\":}", "[1,]", "nul", "\"\\x\"", "\"\\ud83d\"", "1 2", "{'a':1}", "01", "-"] {
            assert!(one(json!({"$.a": "none"}), value).is_err(), "{value}");
        }
        assert!(one(json!({"$.a": "none"}), &"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn paths_and_strategies_are_checked_at_once() {
        let says = |options| refusal("json_paths", &options, &ColumnInfo::new("a", "jsonb"));
        for path in ["a", "$.", "$[", "$['a]", "$[x]", "$..", "$ .a"] {
            assert!(says(json!({"paths": {path: "none"}})).contains("/paths/"), "{path}");
        }
        assert!(says(json!({"paths": {}})).contains("/paths"));
        assert!(says(json!({"paths": {"$.a": "nowhere"}})).contains("/paths/$.a"));
        assert!(says(json!({"paths": {"$.a": {"type": "date_shift"}}})).contains("takes date"));
        assert!(says(json!({"paths": {"$.a": "none"}, "columns": ["x"]})).contains("/columns"));
    }
}
