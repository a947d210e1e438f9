//! Facts as a file.

use confiture_model::facts::{FACTS_VERSION, Facts};
use serde::Deserialize;

/// The file's text.
///
/// # Errors
/// Where a number cannot be written as JSON.
pub fn write(facts: &Facts) -> Result<String, String> {
    let text = serde_json::to_string_pretty(facts).map_err(|error| error.to_string())?;
    Ok(format!("{text}\n"))
}

/// The facts in a file. `name` is for the error.
///
/// # Errors
/// What keeps the text from being facts, with its place.
pub fn read(name: &str, text: &str) -> Result<Facts, String> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u32,
    }
    let placed = |error: serde_json::Error| {
        format!(
            "{name}:{}:{}: these are no facts of a database: {error}\n  `confiture facts --env NAME > {name}` writes them",
            error.line(),
            error.column()
        )
    };
    let Version { schema_version } = serde_json::from_str(text).map_err(placed)?;
    if schema_version > FACTS_VERSION {
        return Err(format!(
            "{name}: these facts have form {schema_version}, and this program reads forms up to {FACTS_VERSION}\n  use a \
             newer version of Confiture"
        ));
    }
    serde_json::from_str(text).map_err(placed)
}

/// The JSON Schema of the file.
pub fn json_schema() -> String {
    let schema = schemars::schema_for!(Facts).to_value();
    format!("{schema:#}\n")
}
