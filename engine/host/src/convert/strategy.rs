//! What a plugin says of its strategies.

use crate::{
    bindings::exports::confiture::plugin::anonymization as wit,
    convert::{hook::is_snake_or_kebab, rule::option_in},
    log::{one_line, printable},
};
use confiture_model::mask::{Promise, Promises, StrategyInfo, Unless};
use serde_json::Value;
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
    let unless = match &strategy.extra {
        Some(extra) => unless_in(extra).map_err(|why| format!("`extra` of {of} {why}"))?,
        None => Vec::new(),
    };
    Ok(StrategyInfo {
        summary: one_line(&strategy.summary),
        documentation: printable(&strategy.documentation),
        accepts: strategy.accepts.iter().map(|accepted| one_line(accepted)).collect(),
        promises: promises_in(strategy.properties),
        options: strategy.options.into_iter().map(|option| option_in(&of, option)).collect::<Result<_, _>>()?,
        batch_rows: strategy.batch_rows,
        unless,
        id: strategy.id,
    })
}

fn promises_in(properties: wit::Properties) -> Promises {
    Promises {
        deterministic: properties.contains(wit::Properties::DETERMINISTIC),
        injective: properties.contains(wit::Properties::INJECTIVE),
        reversible: properties.contains(wit::Properties::REVERSIBLE),
        may_keep: properties.contains(wit::Properties::MAY_KEEP),
    }
}

/// `{"unless": {"random": ["deterministic"]}}`; other keys are of later versions.
fn unless_in(extra: &str) -> Result<Vec<Unless>, String> {
    let extra: Value = serde_json::from_str(extra).map_err(|error| format!("is no JSON: {error}"))?;
    let Value::Object(extra) = extra else { return Err("is no JSON object".to_owned()) };
    let unless = match extra.get("unless") {
        None => return Ok(Vec::new()),
        Some(Value::Object(unless)) => unless,
        Some(_) => return Err("has an `unless` that is no object".to_owned()),
    };
    let taken_back = |(option, promises): (&String, &Value)| {
        let promises = promises.as_array().ok_or_else(|| format!("takes back no list for `{}`", one_line(option)))?;
        let promises = promises.iter().map(promise_in).collect::<Result<_, _>>()?;
        Ok(Unless { option: option.clone(), promises })
    };
    unless.iter().map(taken_back).collect()
}

fn promise_in(promise: &Value) -> Result<Promise, String> {
    let all = [Promise::Deterministic, Promise::Injective, Promise::Reversible, Promise::MayKeep];
    let known = all.into_iter().find(|known| promise == known.as_str());
    known.ok_or_else(|| "takes back a promise that is none of the contract's".to_owned())
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
        let extra = Some(r#"{"unless": {"random": ["deterministic"]}, "later": 1}"#.to_owned());
        let read = strategies_in(vec![wit::StrategyInfo { extra, ..strategy("a_b") }]).unwrap();
        let promises = Promises { deterministic: true, may_keep: true, ..Promises::default() };
        assert_eq!((read[0].promises, read[0].summary.as_str()), (promises, "It \u{fffd}masks"));
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
        ] {
            let said = refused(wit::StrategyInfo { extra: Some(extra.to_owned()), ..strategy("a") });
            assert!(said.contains(why), "{said}");
        }
    }
}
