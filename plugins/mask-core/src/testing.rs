//! A profile for the tests.

use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo},
    testing::masking::{Masking, promise_problems},
};
use serde_json::{Value, json};

/// All strategies of this plugin, with the names that examples use.
pub fn profile() -> Masking {
    Masking::new(&crate::plugin())
        .named("uuid_hash", json!({"type": "deterministic_hash", "salt": "${QA_ANON_SALT}", "algorithm": "sha256"}))
        .named("email_mask", json!({"type": "email_masking", "prefix": "qa+"}))
}

/// What a strategy makes of some values of a column.
pub fn masked(id: &str, options: &Value, target: &ColumnInfo, values: &[&str]) -> Result<Vec<Option<String>>, Error> {
    let values: Column = values.iter().map(|value| Some(*value)).collect();
    let masked = profile().mask(id, options, target, &values, &[])?;
    Ok(masked.iter().map(|value| value.map(str::to_owned)).collect())
}

/// Why a strategy refuses a column.
pub fn refusal(id: &str, options: &Value, target: &ColumnInfo) -> String {
    profile().open(id, options, target, &[]).err().map(|error| error.to_string()).unwrap_or_default()
}

/// Fails where a strategy does not keep its promises on these values; `chance` of them may stay as they are by chance.
#[track_caller]
pub fn keeps_its_promises<S: AsRef<str>>(id: &str, options: &Value, target: &ColumnInfo, values: &[S], chance: usize) {
    let mut all: Vec<Option<&str>> = values.iter().map(|value| Some(value.as_ref())).collect();
    all.insert(all.len() / 2, None);
    all.push(None);
    let problems = promise_problems(&profile(), id, options, target, &all, chance);
    assert!(problems.is_empty(), "{id} {options} {}: {problems:?}", target.type_name);
}

/// Text from every plane of Unicode that has characters, with the empty text and long ones.
pub fn texts() -> Vec<String> {
    let mut texts: Vec<String> =
        ["", " ", "a", "''", "NULL", "\\N", "\t", "\u{0}x", "Zoë", "e\u{301}", "ß", "ＦＵＬＬ", "🇫🇷👩‍👩‍👧"]
            .map(str::to_owned)
            .to_vec();
    for plane in [0x0u32, 0x1, 0x2, 0x3, 0xE, 0xF, 0x10] {
        let characters = (0..40).filter_map(|at| char::from_u32(plane << 16 | 0x1100 | at));
        texts.push(characters.collect());
        texts.extend(char::from_u32(plane << 16 | 0xFFFD).map(String::from));
    }
    texts.push("x".repeat(100_000));
    texts
}
