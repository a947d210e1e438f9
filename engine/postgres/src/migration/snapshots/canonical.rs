//! The stored form of a snapshot: the same schema is the same text.

use confiture_model::schema::Snapshot;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// What is written to the ledger.
pub(super) struct Stored {
    /// SHA-256 of the body, in hexadecimal.
    pub address: String,
    pub body: String,
}

/// JSON with sorted keys, without the server's version: an update of the server is no change of the schema.
pub(super) fn stored(snapshot: &Snapshot) -> Result<Stored, serde_json::Error> {
    let mut value = serde_json::to_value(snapshot)?;
    if let Value::Object(fields) = &mut value {
        for statistic in ["server_version", "live", "statistics_since"] {
            fields.remove(statistic);
        }
    }
    let body = sorted(value).to_string();
    let mut address = String::with_capacity(64);
    for byte in Sha256::digest(body.as_bytes()) {
        let _ = write!(address, "{byte:02x}");
    }
    Ok(Stored { address, body })
}

pub(super) fn read(body: &str, server_version: u32) -> Result<Snapshot, serde_json::Error> {
    let mut value: Value = serde_json::from_str(body)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("server_version".to_owned(), server_version.into());
        fields.insert("live".to_owned(), false.into());
    }
    serde_json::from_value(value)
}

/// The order of keys in `serde_json` hangs on a feature that any crate of a build may switch on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> =
                fields.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(Map::from_iter(fields))
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_of_the_server_changes_no_address() {
        let old = stored(&Snapshot::empty(150_013)).unwrap();
        let new = stored(&Snapshot::empty(150_014)).unwrap();
        assert_eq!(old.address, new.address);
        assert_eq!(old.address.len(), 64);
        assert_eq!(read(&old.body, 150_013).unwrap(), Snapshot::empty(150_013));
    }

    #[test]
    fn keys_are_sorted() {
        let value = serde_json::json!({"b": [{"z": 1, "a": 2}], "a": null});
        assert_eq!(sorted(value).to_string(), r#"{"a":null,"b":[{"a":2,"z":1}]}"#);
    }
}
