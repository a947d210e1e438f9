//! One text of DDL is one snapshot, whichever supported version of PostgreSQL runs it.

use confiture_model::schema::Parts;
use confiture_postgres::{
    catalog::{self, Request},
    scratch::{Scratch, ScratchOptions},
};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// A text, and the snapshot that every version makes of it.
struct Text {
    sql: &'static str,
    /// What the newest version reads, without its number. `CONFITURE_WRITE_EXPECTED=1` writes it anew.
    file: &'static str,
    expected: &'static str,
    /// What older versions print otherwise: by the version that the newer writing begins with, by the place in the
    /// snapshot. Nothing else may differ.
    older: &'static str,
}

const EVERYTHING: Text = Text {
    sql: include_str!("everything.sql"),
    file: "everything.json",
    expected: include_str!("everything.json"),
    older: include_str!("everything.older.json"),
};

const VERSIONS: Text = Text {
    sql: include_str!("versions.sql"),
    file: "versions.json",
    expected: include_str!("versions.json"),
    older: include_str!("versions.older.json"),
};

type Places = BTreeMap<String, String>;

#[tokio::test]
async fn a_schema_with_everything_in_it_is_the_same_on_every_version() {
    compare(&EVERYTHING).await;
}

#[tokio::test]
async fn what_the_versions_treat_differently_is_the_same_all_the_same() {
    compare(&VERSIONS).await;
}

async fn compare(text: &Text) {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    let major = scratch.server_version() / 10_000;
    scratch.create_database("app").await.unwrap();
    let session = scratch.session("app").await.unwrap();
    session.client().batch_execute(text.sql).await.unwrap();
    let request = Request { parts: Parts::ALL, live: false, schemas: None };
    let snapshot = catalog::snapshot(session.client(), &request).await.unwrap();
    scratch.stop().await;
    let mut found = serde_json::to_value(&snapshot).unwrap();
    found.as_object_mut().unwrap().remove("server_version");
    if std::env::var_os("CONFITURE_WRITE_EXPECTED").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(text.file);
        fs::write(file, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
    }
    let mut expected = flat(&serde_json::from_str(text.expected).unwrap());
    let older: BTreeMap<u32, Places> = serde_json::from_str(text.older).unwrap();
    // Oldest last: where a place changed twice, its first writing wins.
    for (at, printed) in older.into_iter().rev().filter(|(before, _)| major < *before).flat_map(|(_, places)| places) {
        assert!(expected.insert(at.clone(), printed).is_some(), "{at} is not in the snapshot");
    }
    assert_same(&expected, &flat(&found));
}

/// Every value by the way that leads to it: `/relations/v_above/comment`.
fn flat(value: &Value) -> Places {
    let mut found = Places::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, at: String, found: &mut Places) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(key, value)| collect(value, format!("{at}/{key}"), found));
        }
        Value::Array(values) if !values.is_empty() => {
            for (index, value) in values.iter().enumerate() {
                let name = value["name"].as_str();
                // Routines and triggers may share a name, which a number tells apart.
                let is_first = values[..index].iter().all(|other| other["name"].as_str() != name);
                let step = name.filter(|_| is_first).map_or_else(|| index.to_string(), str::to_owned);
                collect(value, format!("{at}/{step}"), found);
            }
        }
        Value::String(text) => drop(found.insert(at, text.clone())),
        other => drop(found.insert(at, other.to_string())),
    }
}

/// Names each place that differs, not the whole of both.
fn assert_same(expected: &Places, found: &Places) {
    let mut differing = String::new();
    for at in expected.keys().chain(found.keys().filter(|at| !expected.contains_key(*at))) {
        let (expected, found) = (expected.get(at), found.get(at));
        if expected != found {
            differing.push_str(&format!("{at}\n  expected {expected:?}\n  found    {found:?}\n"));
        }
    }
    assert!(differing.is_empty(), "{differing}");
}
