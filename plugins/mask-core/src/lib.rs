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
    use confiture_sdk::testing::masking::strategy_problems;

    #[test]
    fn every_strategy_is_documented_and_does_as_documented() {
        let wrong = strategy_problems(&crate::testing::profile(), &super::plugin());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn it_asks_for_the_secrets_of_profiles_alone() {
        let wants = super::plugin().wants;
        assert_eq!(wants.secrets, ["*"]);
        assert_eq!(confiture_sdk::Capabilities { secrets: &[], ..wants }, confiture_sdk::Capabilities::NONE);
    }
}
