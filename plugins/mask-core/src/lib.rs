//! The bundled anonymization strategies. They see columns and hashes, never a key, a file, a clock or a database.
//!
//! To add a strategy: one file in `strategies/`, with its documentation and examples inside, and one word in each list
//! below.

mod bound;
mod calendar;
mod decimal;
mod on_mismatch;
#[cfg(test)]
mod page;
mod permutation;
mod refusal;
mod row_key;
mod strategies;
#[cfg(test)]
mod testing;
mod transliteration;
mod written;

use confiture_sdk::Capabilities;
use strategies::{
    Conditional, Custom, CustomFunction, DateShift, DeterministicHash, EmailMasking, Fake, Fixed, FormatPreserving,
    Generalize, JsonPaths, Network, NoAnonymization, NoStrategy, Noise, PatternMasking, RandomDecimal, RandomInRange,
    Redact, SetNull, Shuffle, Template,
};

confiture_sdk::export_plugin! {
    name: "confiture:mask-core",
    summary: "Masks, pseudonyms, invented people and coarser values",
    // Whichever secret a profile hands to a strategy: naming it there is the grant.
    wants: Capabilities { secrets: &["*"], ..Capabilities::NONE },
    strategies: [
        Conditional,
        Custom,
        CustomFunction,
        DateShift,
        DeterministicHash,
        EmailMasking,
        Fake,
        Fixed,
        FormatPreserving,
        Generalize,
        JsonPaths,
        Network,
        NoAnonymization,
        NoStrategy,
        Noise,
        PatternMasking,
        RandomDecimal,
        RandomInRange,
        Redact,
        SetNull,
        Shuffle,
        Template,
    ],
}

#[cfg(test)]
mod tests {
    use crate::testing::profile;
    use confiture_sdk::{masking::ColumnInfo, testing::masking::strategy_problems};
    use serde_json::json;

    #[test]
    fn every_strategy_is_documented_and_does_as_documented() {
        let wrong = strategy_problems(&profile(), &super::plugin());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The ways in which profiles are written that came before this plugin.
    #[test]
    fn every_spelling_of_a_profile_opens() {
        let salted = json!({"salt": "${QA_ANON_SALT}", "algorithm": "sha256"});
        let internal = json!({
            "condition": "row['is_internal_customer'] == true\n",
            "if_true": {"strategy": "none"},
            "if_false": {"strategy": "uuid_hash"},
        });
        let row = [ColumnInfo::new("is_internal_customer", "boolean")];
        for (id, options, type_name) in [
            ("email_masking", json!({"keep_domain": true, "prefix": "qa+"}), "text"),
            ("email_masking", json!({"keep_domain": false, "prefix": "test+"}), "varchar(255)"),
            ("pattern_masking", json!({"pattern": "***-***-9999"}), "varchar(12)"),
            ("pattern_masking", json!({"pattern": "***-**-####"}), "text"),
            ("pattern_masking", json!({"pattern": "555-5555"}), "text"),
            ("deterministic_hash", salted.clone(), "uuid"),
            ("deterministic_hash", salted, "text"),
            ("conditional", internal, "uuid"),
            ("none", json!({}), "text"),
            ("no_anonymization", json!({}), "text"),
            ("custom", json!({"strategy": "random_in_range", "min": 100, "max": 50000}), "numeric(12,2)"),
            ("custom_function", json!({"function": "random_decimal(100, 50000)"}), "numeric(12,2)"),
        ] {
            let opened = profile().open(id, &options, &ColumnInfo::new("value", type_name), &row);
            assert_eq!(opened.err(), None, "{id} {options}");
        }
    }

    #[test]
    fn it_asks_for_the_secrets_of_profiles_alone() {
        let wants = super::plugin().wants;
        assert_eq!(wants.secrets, ["*"]);
        assert_eq!(confiture_sdk::Capabilities { secrets: &[], ..wants }, confiture_sdk::Capabilities::NONE);
    }
}
