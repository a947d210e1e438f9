//! What a run would do.

use super::{json, text::counted};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output,
};
use confiture_engine::migrate::{
    files::Files,
    plan::{self, Direction, Mode, Plan},
    run::RunFailure,
};

/// Prints the exact SQL; what keeps it from running follows as an error.
pub fn preview(global: &Global, files: &Files, plan: &Plan) -> Result<Exit, Failure> {
    let sql = plan::preview(files, plan);
    let text = match global.format()? {
        Format::Text => sql,
        Format::Json => json::render(&serde_json::json!({ "schema_version": 1, "plan": plan, "sql": sql }))?,
    };
    output::result(global, &text)?;
    for note in notes(plan) {
        output::say(note);
    }
    match plan.refusals.is_empty() {
        true => Ok(Exit::Done),
        false => Err(refused(plan)),
    }
}

/// Why nothing may run.
pub fn refused(plan: &Plan) -> Failure {
    crate::migrations::failure(&RunFailure::Refused(Box::new(plan.clone())))
}

/// What would run, in a few words.
pub fn summary(plan: &Plan) -> String {
    let count = plan.steps.len() as u64;
    match (count, plan.direction) {
        (0, Direction::Up) => "nothing is pending".to_owned(),
        (0, Direction::Down) => "nothing is applied that could be undone".to_owned(),
        (_, Direction::Up) => format!("{} to apply", counted(count, "migration")),
        (_, Direction::Down) => format!("{} to undo", counted(count, "migration")),
    }
}

/// The names of what would run.
pub fn titles(plan: &Plan) -> String {
    list(plan.steps.iter().map(|step| step.title.as_str()))
}

/// A few names, and how many more there are.
pub fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let count = names.len();
    let shown: Vec<&str> = names.take(SHOWN).collect();
    match count.checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What somebody should know before it runs: what does not run, what stays as it is, what can stop part-way.
pub fn notes(plan: &Plan) -> Vec<String> {
    let mut notes = plan.notes.clone();
    notes.extend(plan.skipped.iter().map(|skipped| format!("{} does not run: {}", skipped.title, skipped.reason)));
    for step in &plan.steps {
        if let Mode::Statements { why } = &step.mode {
            notes.push(format!("{} runs statement by statement, and can stop part-way: {why}", step.title));
        }
        for hook in &step.hooks {
            let what = format!("{}, hook {} in {}", step.title, hook.title(), hook.phase.as_str());
            notes.push(format!("{what}: {}", hook.runs.words()));
            notes.extend(hook.notes.iter().map(|note| format!("{what}: {note}")));
        }
    }
    let one_way: Vec<&str> =
        plan.steps.iter().filter(|step| !step.reversible).map(|step| step.title.as_str()).collect();
    if plan.direction == Direction::Up && !one_way.is_empty() {
        notes.push(format!("no way down: {}", list(one_way.into_iter())));
    }
    notes
}
