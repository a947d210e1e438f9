//! The examples of strategies' documentation, run.

use super::Masking;
use crate::{
    Plugin,
    masking::{AnyStrategy, Column, ColumnInfo, Example, Row, examples, problems},
};

/// What is wrong with the metadata, the documentation and the examples of a plugin's strategies, each with the strategy's
/// id; empty where all is well. A plugin's tests assert that it is.
pub fn strategy_problems(masking: &Masking, plugin: &Plugin) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, strategy) in plugin.strategies.iter().enumerate() {
        let meta = strategy.meta();
        let mut say = |problem: String| wrong.push(format!("{}: {problem}", meta.id));
        problems(&meta).into_iter().for_each(&mut say);
        if plugin.strategies[..at].iter().any(|other| other.meta().id == meta.id) {
            say("another strategy has the same id".to_owned());
        }
        for option in strategy.options().iter().filter(|option| option.summary.is_empty()) {
            say(format!("the option `{}` has no documentation", option.name));
        }
        for example in examples(meta.documentation) {
            run(masking, *strategy, &example).into_iter().for_each(&mut say);
        }
    }
    wrong
}

fn run(masking: &Masking, strategy: &dyn AnyStrategy, example: &Example) -> Vec<String> {
    let id = strategy.meta().id;
    let line = example.line;
    let Ok(options) = serde_json::from_str(&example.options) else { return Vec::new() };
    let (type_name, labels) = labels(&example.type_name);
    let mut target = ColumnInfo::new("value", type_name);
    target.nullable = !example.type_name.ends_with("not null");
    target.labels = labels;
    if let Some(words) = &example.refused {
        return match masking.open(id, &options, &target, &[]) {
            Ok(_) => vec![format!("line {line}: it is not refused")],
            Err(error) if error.to_string().contains(words) => Vec::new(),
            Err(error) => vec![format!("line {line}: it is refused otherwise: {error}")],
        };
    }
    // Rows of equal context make one batch; a row that fails stands alone.
    let mut wrong = Vec::new();
    let mut rest = example.rows.as_slice();
    while let Some(first) = rest.first() {
        let same = |row: &&Row| !row.fails && !first.fails && columns(row) == columns(first);
        let count = rest.iter().take_while(same).count().max(1);
        let (batch, behind) = rest.split_at(count);
        rest = behind;
        let values: Column = batch.iter().map(|row| row.value.as_deref()).collect();
        let row: Vec<(ColumnInfo, Column)> = (0..first.context.len())
            .map(|at| {
                let (name, type_name, _) = &first.context[at];
                let values = batch.iter().map(|row| row.context[at].2.as_deref()).collect();
                (ColumnInfo::new(name, type_name), values)
            })
            .collect();
        match masking.mask(id, &options, &target, &values, &row) {
            Err(error) if !first.fails => wrong.push(format!("line {line}: {error}")),
            Err(error) if leaks(first, &error.to_string()) => {
                wrong.push(format!("line {line}: the error holds the value"));
            }
            Err(_) => {}
            Ok(_) if first.fails => wrong.push(format!("line {line}: {:?} does not fail", first.value)),
            Ok(masked) => {
                for (row, got) in batch.iter().zip(&masked).filter(|(row, got)| row.masked.as_deref() != *got) {
                    wrong.push(format!(
                        "line {line}: {} becomes {}",
                        row.value.as_deref().unwrap_or("NULL"),
                        got.unwrap_or("NULL")
                    ));
                }
            }
        }
    }
    wrong
}

/// `enum(a, b)` stands for an enum with these labels.
fn labels(type_name: &str) -> (&str, Vec<String>) {
    let bare = type_name.trim_end_matches("not null").trim();
    match bare.strip_prefix("enum(").and_then(|rest| rest.strip_suffix(')')) {
        Some(labels) => ("mood", labels.split(',').map(|label| label.trim().to_owned()).collect()),
        None => (bare, Vec::new()),
    }
}

fn columns(row: &Row) -> Vec<(&str, &str)> {
    row.context.iter().map(|(name, type_name, _)| (name.as_str(), type_name.as_str())).collect()
}

/// Words of three letters and fewer stand in many a sentence.
fn leaks(row: &Row, message: &str) -> bool {
    row.value.as_deref().is_some_and(|value| value.len() > 3 && message.contains(value))
}
