//! What a plugin says of its strategies.

use crate::{
    bindings::exports::confiture::plugin::anonymization as wit,
    convert::{hook::is_snake_or_kebab, rule::option_in},
    log::{one_line, printable},
};
use confiture_model::mask::{Promise, Promises, StrategyInfo, Unless, When};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The most rows that a strategy may want in a batch.
const MOST_ROWS: u32 = 1_000_000;

/// The strategies of a plugin.
///
/// # Errors
/// Why they cannot be used.
pub(crate) fn strategies_in(strategies: Vec<wit::StrategyInfo>) -> Result<Vec<StrategyInfo>, String> {
    let mut seen = HashSet::new();
    for strategy in &strategies {
        if !is_snake_or_kebab(&strategy.id) {
            return Err(format!(
                "strategy id `{}` is neither snake_case nor kebab-case: lower-case letters, digits and single dashes or \
                 underscores",
                one_line(&strategy.id)
            ));
        }
        if !seen.insert(strategy.id.clone()) {
            return Err(format!("it offers strategy `{}` twice", strategy.id));
        }
    }
    strategies.into_iter().map(strategy_in).collect()
}

fn strategy_in(strategy: wit::StrategyInfo) -> Result<StrategyInfo, String> {
    let of = format!("strategy `{}`", strategy.id);
    if strategy.accepts.is_empty() {
        return Err(format!("{of} takes no type"));
    }
    if strategy.batch_rows.is_some_and(|rows| !(1..=MOST_ROWS).contains(&rows)) {
        return Err(format!("{of} wants batches of no row, or of more than {MOST_ROWS}"));
    }
    let extra = strategy.extra.as_deref().map_or_else(|| Ok(Extra::default()), extra_in);
    let extra = extra.map_err(|why| format!("`extra` of {of} {why}"))?;
    let mut promises = promises_in(strategy.properties);
    extra.promises.iter().for_each(|promise| promises.set(*promise, true));
    Ok(StrategyInfo {
        summary: one_line(&strategy.summary),
        documentation: printable(strategy.documentation),
        accepts: strategy.accepts.iter().map(|accepted| one_line(accepted)).collect(),
        promises,
        options: strategy.options.into_iter().map(|option| option_in(&of, option)).collect::<Result<_, _>>()?,
        batch_rows: strategy.batch_rows,
        when: extra.when,
        unless: extra.unless,
        id: strategy.id,
    })
}

fn promises_in(properties: wit::Properties) -> Promises {
    Promises {
        deterministic: properties.contains(wit::Properties::DETERMINISTIC),
        injective: properties.contains(wit::Properties::INJECTIVE),
        reversible: properties.contains(wit::Properties::REVERSIBLE),
        may_keep: properties.contains(wit::Properties::MAY_KEEP),
        ..Promises::default()
    }
}

/// What a strategy says beside the record's fields.
#[derive(Default)]
struct Extra {
    promises: Vec<Promise>,
    when: Vec<When>,
    unless: Vec<Unless>,
}

/// `{"promises": ["fresh"], "when": {"kind": {"email": ["fresh"]}}, "unless": {"random": ["deterministic"]}}`; other keys are
/// of later versions.
fn extra_in(extra: &str) -> Result<Extra, String> {
    let extra: Value = serde_json::from_str(extra).map_err(|error| format!("is no JSON: {error}"))?;
    let Value::Object(extra) = extra else { return Err("is no JSON object".to_owned()) };
    let nothing = Map::new();
    let object = |key: &str| match extra.get(key) {
        None => Ok(&nothing),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(format!("has a value for `{key}` that is no object")),
    };
    let mut read = Extra::default();
    if let Some(promises) = extra.get("promises") {
        read.promises = promises_of("promises", promises)?;
    }
    for (option, values) in object("when")? {
        let Value::Object(values) = values else {
            return Err(format!("has a `when` of `{}` that is no object", one_line(option)));
        };
        for (value, promises) in values {
            let promises = promises_of(option, promises)?;
            read.when.push(When { option: option.clone(), value: value.clone(), promises });
        }
    }
    for (option, promises) in object("unless")? {
        read.unless.push(Unless { option: option.clone(), promises: promises_of(option, promises)? });
    }
    Ok(read)
}

fn promises_of(key: &str, promises: &Value) -> Result<Vec<Promise>, String> {
    let promises = promises.as_array().ok_or_else(|| format!("has no list of promises for `{}`", one_line(key)))?;
    promises.iter().map(promise_in).collect()
}

fn promise_in(promise: &Value) -> Result<Promise, String> {
    let known = Promise::ALL.into_iter().find(|known| promise == known.as_str());
    known.ok_or_else(|| "names a promise that is none of the contract's".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strategy(id: &str) -> wit::StrategyInfo {
        wit::StrategyInfo {
            id: id.to_owned(),
            summary: "It \u{1b}masks".to_owned(),
            documentation: String::new(),
            accepts: vec!["any".to_owned()],
            properties: wit::Properties::DETERMINISTIC | wit::Properties::MAY_KEEP,
            options: Vec::new(),
            batch_rows: None,
            extra: None,
        }
    }

    fn refused(strategy: wit::StrategyInfo) -> String {
        strategies_in(vec![strategy]).unwrap_err()
    }

    #[test]
    fn what_it_says_is_read() {
        let extra = r#"{"unless": {"random": ["deterministic"]}, "promises": ["fresh"], "when": {"on": {"null": ["makes-nulls"]}},
            "later": 1}"#;
        let extra = Some(extra.to_owned());
        let read = strategies_in(vec![wit::StrategyInfo { extra, ..strategy("a_b") }]).unwrap();
        let promises = Promises { deterministic: true, may_keep: true, fresh: true, ..Promises::default() };
        assert_eq!((read[0].promises, read[0].summary.as_str()), (promises, "It \u{fffd}masks"));
        assert!(!read[0].promises_with(&serde_json::json!({"on": "error"})).makes_nulls);
        assert!(read[0].promises_with(&serde_json::json!({"on": "null"})).makes_nulls);
        assert_eq!(read[0].unless, [Unless { option: "random".to_owned(), promises: vec![Promise::Deterministic] }]);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert!(strategies_in(vec![strategy("a"), strategy("a")]).unwrap_err().contains("twice"));
        assert!(refused(strategy("A b")).contains("neither snake_case"));
        assert!(refused(wit::StrategyInfo { accepts: Vec::new(), ..strategy("a") }).contains("no type"));
        assert!(refused(wit::StrategyInfo { batch_rows: Some(0), ..strategy("a") }).contains("no row"));
        for (extra, why) in [
            ("{", "no JSON"),
            ("[]", "no JSON object"),
            (r#"{"unless": 1}"#, "no object"),
            (r#"{"unless": {"a": "b"}}"#, "no list"),
            (r#"{"unless": {"a": ["speed"]}}"#, "none of the contract's"),
            (r#"{"promises": "fresh"}"#, "no list"),
            (r#"{"when": {"kind": ["fresh"]}}"#, "no object"),
        ] {
            let said = refused(wit::StrategyInfo { extra: Some(extra.to_owned()), ..strategy("a") });
            assert!(said.contains(why), "{said}");
        }
    }
}
