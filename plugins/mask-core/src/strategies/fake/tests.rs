//! One person a row, whatever the column asks for.

use super::*;
use crate::testing::{keeps_its_promises, profile, refusal, texts};
use serde_json::{Value, json};

const KINDS: [&str; 11] = [
    "first_name",
    "last_name",
    "full_name",
    "username",
    "email",
    "phone",
    "street",
    "city",
    "postcode",
    "address",
    "company",
];
const LOCALES: [&str; 10] = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "ja"];

fn people(options: &Value, type_name: &str) -> Vec<String> {
    let ids: Column = (0..2000).map(|id| Some(id.to_string())).collect();
    let values: Column = (0..2000).map(|_| Some("x")).collect();
    let row = [(ColumnInfo::new("id", "integer"), ids)];
    let masked = profile().mask("fake", options, &ColumnInfo::new("a", type_name), &values, &row).unwrap();
    masked.iter().flatten().map(str::to_owned).collect()
}

#[test]
fn name_and_address_agree() {
    for locale in LOCALES {
        let of = |kind: &str| people(&json!({"kind": kind, "locale": locale, "person": ["id"]}), "text");
        let (first, last, full, email) = (of("first_name"), of("last_name"), of("full_name"), of("email"));
        for row in 0..2000 {
            assert!(full[row].contains(&first[row]) && full[row].contains(&last[row]), "{locale}");
            let plain = crate::transliteration::ascii(&first[row]).to_lowercase();
            let plain: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
            assert!(email[row].is_ascii() && email[row].starts_with(&plain), "{} {}", first[row], email[row]);
            assert!(
                email[row].split_once('.').is_some_and(|(first, rest)| !first.is_empty() && !rest.starts_with('@'))
            );
        }
    }
}

#[test]
fn everything_fits_where_it_is_written() {
    for locale in LOCALES {
        for kind in KINDS {
            let options = json!({"kind": kind, "locale": locale, "person": ["id"]});
            for room in [8, 12, 20, 23, 40] {
                let type_name = format!("varchar({room})");
                if refusal("fake", &json!({"kind": kind, "locale": locale}), &ColumnInfo::new("a", &type_name))
                    .is_empty()
                {
                    let longest = people(&options, &type_name).iter().map(|text| text.chars().count()).max().unwrap();
                    assert!((1..=room).contains(&longest), "{locale} {kind} {longest}");
                }
            }
        }
    }
}

#[test]
fn lists_are_long_enough_to_be_useful() {
    for locale in LOCALES {
        for (kind, least) in [("first_name", 80), ("last_name", 80), ("city", 25), ("full_name", 1200)] {
            let mut names = people(&json!({"kind": kind, "locale": locale, "person": ["id"]}), "text");
            names.sort();
            names.dedup();
            assert!(names.len() >= least, "{locale} {kind}: {}", names.len());
        }
    }
}

#[test]
fn no_one_stays_who_they_are() {
    for kind in ["first_name", "full_name", "city"] {
        let options = json!({ "kind": kind });
        keeps_its_promises("fake", &options, &ColumnInfo::new("a", "text"), &texts(), 0);
        let people = people(&json!({"kind": kind, "person": ["id"]}), "text");
        keeps_its_promises("fake", &options, &ColumnInfo::new("a", "text"), &people, 0);
    }
}

#[test]
fn the_primary_key_decides_where_nothing_else_does() {
    let key = ColumnInfo { extra: Some(r#"{"primary_key": true}"#.into()), ..ColumnInfo::new("id", "integer") };
    let open = profile().open("fake", &json!({"kind": "city"}), &ColumnInfo::new("a", "text"), &[key]).unwrap();
    assert_eq!(open.context_columns(), [ContextColumn::original("id")]);
    let unique = ColumnInfo { unique: true, ..ColumnInfo::new("code", "text") };
    let required = ColumnInfo { nullable: false, ..unique };
    let open = profile().open("fake", &json!({"kind": "city"}), &ColumnInfo::new("a", "text"), &[required]).unwrap();
    assert_eq!(open.context_columns(), [ContextColumn::original("code")]);
    let error = refusal("fake", &json!({"kind": "city", "person": ["x"]}), &ColumnInfo::new("a", "text"));
    assert!(error.contains("/person"));
}
