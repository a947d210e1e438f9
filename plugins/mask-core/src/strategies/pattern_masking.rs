//! `pattern_masking`: characters kept and hidden by their places.

use crate::{on_mismatch::OnMismatch, refusal};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Mask, Promises, Strategy, StrategyMeta, When, Written, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Characters kept and hidden by their places.
pub struct PatternMasking;

/// Options of `pattern_masking`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// One character for each of the value's: `*` hides it, `#` and `9` keep it, any other stands for itself.
    pattern: String,
    /// What becomes of a value that is not as long as the pattern.
    #[serde(default)]
    on_mismatch: OnMismatch,
}

impl Strategy for PatternMasking {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "pattern_masking",
        summary: "Hides and keeps characters by their places",
        documentation: DOCUMENTATION,
        accepts: types::TEXT,
        promises: Promises::DETERMINISTIC,
        unless: &[],
        batch_rows: None,
    };
    const WHEN: &'static [When] = OnMismatch::WHEN;

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let length = options.pattern.chars().count();
        let keeps = options.pattern.contains(is_kept);
        let hides = options.pattern.contains('*');
        if length == 0 {
            return Err(Error::option("/pattern", "at least one character; `fixed` writes an empty text"));
        }
        if keeps && !hides {
            return Err(Error::option("/pattern", "at least one `*`: this one would keep what should be hidden"));
        }
        options.on_mismatch.check(target)?;
        if keeps || hides {
            return Ok(Box::new(Places { parts: parts(&options.pattern), length, on_mismatch: options.on_mismatch }));
        }
        match target.room() {
            Some(room) if room < length => Err(refusal::too_short(target, room, length, "the constant pattern")),
            _ => Ok(Box::new(Constant(options.pattern))),
        }
    }
}

/// A pattern that keeps nothing stands for every value.
struct Constant(String);

impl Mask for Constant {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|_, _, text| {
            text.push_str(&self.0);
            Ok(Written::Value)
        })
    }
}

struct Places {
    parts: Vec<Part>,
    /// How many characters the pattern has.
    length: usize,
    on_mismatch: OnMismatch,
}

/// Places of the pattern that lie side by side.
struct Part {
    characters: usize,
    /// What stands for them; none where the value's own stay.
    written: Option<String>,
}

/// The parts of a pattern.
fn parts(pattern: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for place in pattern.chars() {
        let written = (!is_kept(place)).then(|| place.to_string());
        match (parts.last_mut(), written) {
            (Some(Part { characters, written: None }), None) => *characters += 1,
            (Some(Part { characters, written: Some(before) }), Some(written)) => {
                *characters += 1;
                before.push_str(&written);
            }
            (_, written) => parts.push(Part { characters: 1, written }),
        }
    }
    parts
}

fn is_kept(place: char) -> bool {
    matches!(place, '#' | '9')
}

impl Mask for Places {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|row, value, text| {
            // In ASCII, places are bytes.
            let is_ascii = value.is_ascii();
            let length = if is_ascii { value.len() } else { value.chars().count() };
            if length != self.length {
                return self.on_mismatch.write(row, value, "the value is not as long as the pattern", text);
            }
            let mut rest = value;
            for Part { characters, written } in &self.parts {
                let end = match is_ascii {
                    true => *characters,
                    false => rest.char_indices().nth(*characters).map_or(rest.len(), |(at, _)| at),
                };
                let (here, behind) = rest.split_at(end);
                text.push_str(written.as_deref().unwrap_or(here));
                rest = behind;
            }
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r##"
## What it does

Writes the pattern over the value, character by character: `*` gives a star, `#` and `9` keep the original character, any
other character of the pattern stands for itself.

```mask varchar(11) {"pattern": "***-**-####"}
123-45-6789 -> ***-**-6789
123.45.6789 -> ***-**-6789
NULL -> NULL
```

A value of another length is masked whole; `on_mismatch` may be `mask`, `null` or `error`. The empty text stays empty where
it is masked: there is nothing to hide.

```mask text {"pattern": "***-***-9999"}
+49 30 1234567 -> **************
'' -> ''
```

```mask text {"pattern": "***-***-9999", "on_mismatch": "null"}
+49 30 1234567 -> NULL
```

```mask text {"pattern": "***-***-9999", "on_mismatch": "error"}
+49 30 1234567 -> error
```

A pattern without `*`, `#` and `9` is what every value becomes. One that would keep characters and hide none is refused.

```mask text {"pattern": "555-5555"}
030 1234567 -> 555-5555
```

```refused text {"pattern": "#-##-9999"}
at least one `*`
```

## What it promises

Deterministic. Not injective: values that differ in hidden places become one.

## When to use it

Where people have to recognise a value by its last digits, or its form.
"##;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, masked, refusal, texts};
    use serde_json::json;

    #[test]
    fn what_does_not_fit_is_never_kept() {
        let text = ColumnInfo::new("a", "text");
        keeps_its_promises("pattern_masking", &json!({"pattern": "**#"}), &text, &texts(), 0);
        let masked = masked("pattern_masking", &json!({"pattern": "*#"}), &text, &["𝕏é", "abc", "a"]).unwrap();
        assert_eq!(masked, [Some("*é".to_owned()), Some("***".to_owned()), Some("*".to_owned())]);
    }

    #[test]
    fn places_are_characters() {
        let text = ColumnInfo::new("a", "text");
        let options = json!({"pattern": "##•*9-•#"});
        let masked =
            masked("pattern_masking", &options, &text, &["abcdefgh", "äöüß𝕏éŵý", "abcdefg", "äbcdefgh"]).unwrap();
        let masked: Vec<&str> = masked.iter().map(|value| value.as_deref().unwrap()).collect();
        assert_eq!(masked, ["ab•*e-•h", "äö•*𝕏-•ý", "*******", "äb•*e-•h"]);
    }

    #[test]
    fn constants_have_to_fit() {
        let short = ColumnInfo::new("a", "varchar(3)");
        assert!(refusal("pattern_masking", &json!({"pattern": "5555"}), &short).contains("takes 4"));
        let required = ColumnInfo { nullable: false, ..ColumnInfo::new("a", "text") };
        assert!(
            refusal("pattern_masking", &json!({"pattern": "*", "on_mismatch": "null"}), &required).contains("NOT NULL")
        );
        assert!(refusal("pattern_masking", &json!({}), &short).contains("/pattern"));
        assert!(refusal("pattern_masking", &json!({"pattern": "*", "patern": 1}), &short).contains("/patern"));
    }
}
