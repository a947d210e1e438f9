//! Licence plates, as a project's own plugin.

use confiture_sdk::{
    Capabilities, Error,
    masking::{Column, ColumnInfo, Mask, Promises, Secret, Strategy, StrategyMeta, Written, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

confiture_sdk::export_plugin! {
    name: "example:license-plates",
    summary: "Invented licence plates",
    // Whichever secret a profile hands to it.
    wants: Capabilities { secrets: &["*"], ..Capabilities::NONE },
    strategies: [GermanPlate],
}

/// Other plates of the same town.
pub struct GermanPlate;

/// Options of `german_plate`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The secret that decides the plates; none for the profile's.
    key: Secret,
}

/// `WOB-ZZ 9999`: three letters, a hyphen, two letters, a blank, four digits.
const LONGEST: usize = 11;

impl Strategy for GermanPlate {
    type Options = Options;

    const META: StrategyMeta = StrategyMeta {
        id: "german_plate",
        summary: "Replaces licence plates by others of the same town",
        documentation: include_str!("german_plate.md"),
        accepts: types::TEXT,
        promises: Promises::DETERMINISTIC,
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, _row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        match target.room() {
            Some(room) if room < LONGEST => {
                Err(Error::failed(format!("the column `{}` is too short for a plate", target.name)))
            }
            _ => Ok(Box::new(Plates(options.key))),
        }
    }
}

struct Plates(Secret);

impl Mask for Plates {
    fn mask(&self, values: &Column, _context: &[Column]) -> Result<Column, Error> {
        // One call to the host for the whole batch.
        let digests = self.0.hash("german_plate", values)?;
        values.map(|row, value, text| {
            // What is no plate becomes one of nowhere: never the value itself.
            text.push_str(town(value).unwrap_or("X"));
            let random = digests.word(row, 0);
            text.push('-');
            text.push(char::from(b'A' + (random % 26) as u8));
            text.push(char::from(b'A' + (random / 26 % 26) as u8));
            text.push(' ');
            text.push_str(&(1000 + random / 676 % 9000).to_string());
            Ok(Written::Value)
        })
    }
}

/// The letters before the hyphen, where there is a plate.
fn town(plate: &str) -> Option<&str> {
    let (town, rest) = plate.split_once('-')?;
    let is_town = (1..=3).contains(&town.len()) && town.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_town && rest.bytes().any(|byte| byte.is_ascii_digit())).then_some(town)
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::masking::{Masking, promise_problems, strategy_problems};
    use serde_json::json;

    #[test]
    fn it_does_as_documented() {
        assert_eq!(strategy_problems(&Masking::new(&plugin()), &plugin()), Vec::<String>::new());
    }

    #[test]
    fn it_keeps_its_promises() {
        let plates: Vec<String> = (1000..9000).map(|number| format!("WOB-AB {number}")).collect();
        let mut plates: Vec<Option<&str>> = plates.iter().map(|plate| Some(plate.as_str())).collect();
        plates.extend([None, Some(""), Some("no plate"), Some("ß-𝕏 1")]);
        let column = ColumnInfo::new("plate", "varchar(11)");
        let problems = promise_problems(&Masking::new(&plugin()), "german_plate", &json!({}), &column, &plates, 0);
        assert_eq!(problems, Vec::<String>::new());
    }
}
