//! Hooks: what they say of themselves, what they are told, and what they answer.

use crate::{
    bindings::exports::confiture::plugin::hooks as wit,
    convert::rule::option_in,
    log::{one_line, printable},
};
use confiture_model::{
    hook::{HookContext, HookInfo, HookOutcome, HookStep, Phase, Placement, Placing},
    migration::Direction,
};
use std::collections::HashSet;

/// The most steps that one answer may hold.
const MOST_STEPS: usize = 100_000;
/// The most notes.
const MOST_NOTES: usize = 1_000;
/// The longest arguments of a step, in bytes: they are kept with the migration's record.
const LONGEST_ARGUMENTS: usize = 1 << 20;
/// The longest statistics.
const LONGEST_STATISTICS: usize = 1 << 20;

/// The hooks of a plugin.
///
/// # Errors
/// Why they cannot be used.
pub(crate) fn hooks_in(hooks: Vec<wit::HookInfo>) -> Result<Vec<HookInfo>, String> {
    let mut seen = HashSet::new();
    for hook in &hooks {
        if !is_snake_or_kebab(&hook.id) {
            return Err(format!(
                "hook id `{}` is neither snake_case nor kebab-case: lower-case letters, digits and single dashes or \
                 underscores",
                one_line(&hook.id)
            ));
        }
        if !seen.insert(hook.id.clone()) {
            return Err(format!("it offers hook `{}` twice", hook.id));
        }
        if hook.phases.is_empty() {
            return Err(format!("hook `{}` may stand in no phase", hook.id));
        }
    }
    hooks.into_iter().map(hook_in).collect()
}

fn hook_in(hook: wit::HookInfo) -> Result<HookInfo, String> {
    let of = format!("hook `{}`", hook.id);
    let options = hook.options.into_iter().map(|option| option_in(&of, option)).collect::<Result<_, _>>()?;
    let mut phases: Vec<Phase> = hook.phases.into_iter().map(phase_in).collect();
    phases.sort();
    phases.dedup();
    let (summary, documentation) = (one_line(&hook.summary), printable(hook.documentation));
    Ok(HookInfo { id: hook.id, summary, documentation, phases, options })
}

/// `backfill_read_model`, `check-stock`.
pub(crate) fn is_snake_or_kebab(id: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    id.len() <= 100 && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split(['-', '_']).all(word)
}

fn phase_in(phase: wit::Phase) -> Phase {
    match phase {
        wit::Phase::BeforeValidation => Phase::BeforeValidation,
        wit::Phase::BeforeDdl => Phase::BeforeDdl,
        wit::Phase::AfterDdl => Phase::AfterDdl,
        wit::Phase::AfterValidation => Phase::AfterValidation,
        wit::Phase::Cleanup => Phase::Cleanup,
        wit::Phase::OnError => Phase::OnError,
        wit::Phase::AfterMigration => Phase::AfterMigration,
    }
}

fn phase_out(phase: Phase) -> wit::Phase {
    match phase {
        Phase::BeforeValidation => wit::Phase::BeforeValidation,
        Phase::BeforeDdl => wit::Phase::BeforeDdl,
        Phase::AfterDdl => wit::Phase::AfterDdl,
        Phase::AfterValidation => wit::Phase::AfterValidation,
        Phase::Cleanup => wit::Phase::Cleanup,
        Phase::OnError => wit::Phase::OnError,
        Phase::AfterMigration => wit::Phase::AfterMigration,
    }
}

pub(crate) fn context_out(context: &HookContext) -> wit::Context {
    wit::Context {
        migration: context.migration.clone(),
        version: context.version.clone(),
        direction: match context.direction {
            Direction::Up => wit::Direction::Up,
            Direction::Down => wit::Direction::Down,
        },
        phase: phase_out(context.phase),
        environment: context.environment.clone(),
        dry_run: context.dry_run,
        statistics: context.statistics.to_string(),
        failure: context.failure.clone(),
        extra: None,
    }
}

/// Where a hook runs.
///
/// # Errors
/// Why the answer cannot be used.
pub(crate) fn placing_in(placing: wit::Placing) -> Result<Placing, String> {
    let placement = match placing.placement {
        wit::Placement::InTransaction => Placement::InTransaction,
        wit::Placement::OwnTransaction => Placement::OwnTransaction,
        wit::Placement::Autocommit => Placement::Autocommit,
    };
    if placement == Placement::Autocommit && placing.rehearsable {
        return Err("it says that what runs outside of transactions can be rehearsed in one".to_owned());
    }
    Ok(Placing { placement, rehearsable: placing.rehearsable, notes: notes_in(placing.notes)? })
}

/// Steps that a hook plans.
///
/// # Errors
/// Why they cannot be used.
pub(crate) fn steps_in(steps: Vec<wit::Step>) -> Result<Vec<HookStep>, String> {
    if steps.len() > MOST_STEPS {
        return Err(format!("it plans {} steps, and {MOST_STEPS} are the most", steps.len()));
    }
    steps.into_iter().map(step_in).collect()
}

fn step_in(step: wit::Step) -> Result<HookStep, String> {
    let title = one_line(&step.title);
    if title.trim().is_empty() {
        return Err("it plans a step without a title".to_owned());
    }
    if step.arguments.len() > LONGEST_ARGUMENTS {
        let length = step.arguments.len();
        return Err(format!("step `{title}` has arguments of {length} bytes, and {LONGEST_ARGUMENTS} are the most"));
    }
    // PostgreSQL keeps them, and has no text for it.
    if step.arguments.contains('\0') {
        return Err(format!("step `{title}` has arguments with a zero byte"));
    }
    Ok(HookStep { title, arguments: step.arguments, estimated_rows: step.estimated_rows, parallel: step.parallel })
}

pub(crate) fn step_out(step: &HookStep) -> wit::Step {
    wit::Step {
        title: step.title.clone(),
        arguments: step.arguments.clone(),
        estimated_rows: step.estimated_rows,
        parallel: step.parallel,
        extra: None,
    }
}

/// What a step did.
///
/// # Errors
/// Why the answer cannot be used.
pub(crate) fn outcome_in(outcome: wit::Outcome) -> Result<HookOutcome, String> {
    // PostgreSQL counts rows in 63 bits.
    if i64::try_from(outcome.rows_affected).is_err() {
        return Err(format!("it says that it changed {} rows, more than any table holds", outcome.rows_affected));
    }
    Ok(HookOutcome {
        rows_affected: outcome.rows_affected,
        statistics: statistics_in(&outcome.statistics)?,
        notes: notes_in(outcome.notes)?,
        next: steps_in(outcome.next)?,
    })
}

/// A JSON object; an empty text stands for an empty one.
fn statistics_in(text: &str) -> Result<serde_json::Value, String> {
    if text.len() > LONGEST_STATISTICS {
        return Err(format!("its statistics have {} bytes, and {LONGEST_STATISTICS} are the most", text.len()));
    }
    if text.is_empty() {
        return Ok(serde_json::json!({}));
    }
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(object)) => Ok(serde_json::Value::Object(object)),
        Ok(_) => Err("its statistics are no JSON object".to_owned()),
        Err(error) => Err(format!("its statistics are no JSON: {error}")),
    }
}

fn notes_in(notes: Vec<String>) -> Result<Vec<String>, String> {
    match notes.len() > MOST_NOTES {
        true => Err(format!("it leaves {} notes, and {MOST_NOTES} are the most", notes.len())),
        false => Ok(notes.iter().map(|note| one_line(note)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(statistics: &str) -> wit::Outcome {
        let (notes, next) = (vec!["a\u{1b}".to_owned()], Vec::new());
        wit::Outcome { rows_affected: 1, statistics: statistics.to_owned(), notes, next, extra: None }
    }

    fn step(title: &str, arguments: &str) -> wit::Step {
        let (title, arguments) = (title.to_owned(), arguments.to_owned());
        wit::Step { title, arguments, estimated_rows: None, parallel: false, extra: None }
    }

    #[test]
    fn outcomes_are_checked() {
        assert_eq!(outcome_in(outcome("{\"a\": 1}")).unwrap().statistics, serde_json::json!({"a": 1}));
        let empty = outcome_in(outcome("")).unwrap();
        assert_eq!((empty.statistics, empty.notes), (serde_json::json!({}), vec!["a\u{fffd}".to_owned()]));
        for (statistics, why) in [("[]", "no JSON object"), ("{", "no JSON:"), ("NaN", "no JSON:")] {
            assert!(outcome_in(outcome(statistics)).unwrap_err().contains(why));
        }
        let many = wit::Outcome { rows_affected: u64::MAX, ..outcome("") };
        assert!(outcome_in(many).unwrap_err().contains("more than any table"));
    }

    #[test]
    fn steps_are_checked() {
        assert!(steps_in(vec![step("a", "x\0")]).unwrap_err().contains("zero byte"));
        assert!(steps_in(vec![step(" \n", "")]).unwrap_err().contains("without a title"));
        assert!(steps_in(vec![step("a", &"x".repeat(LONGEST_ARGUMENTS + 1))]).unwrap_err().contains("bytes"));
        assert!(steps_in(vec![step("a", ""); MOST_STEPS + 1]).unwrap_err().contains("steps"));
    }

    #[test]
    fn hooks_have_usable_names() {
        for id in ["backfill_read_model", "sql", "a-b2"] {
            assert!(is_snake_or_kebab(id), "{id}");
        }
        for id in ["", "A", "a__b", "_a", "2a", "a b", "a_"] {
            assert!(!is_snake_or_kebab(id), "{id}");
        }
    }
}
