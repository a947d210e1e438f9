//! One use of a hook: who offers it, and whether what is written can be used.

use super::{
    condition, directories,
    offers::{Known, Offers},
};
use crate::{
    config::{HookUse, Problem, Span, hooks::KEYS},
    migrate::{FileError, plan::RefusalCode},
    options::{Taker, kebab},
};
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    hook::{Phase, Placing},
};
use serde_json::Value as Json;

/// A use of a hook that can be used.
#[derive(Clone)]
pub(super) struct Resolved<'a> {
    pub written: &'a HookUse,
    pub known: Known<'a>,
    pub phase: Phase,
    /// A JSON object.
    pub options: String,
    pub placing: Placing,
}

/// Why a hook cannot be used.
pub(super) struct Refused {
    pub code: RefusalCode,
    pub problem: FileError,
}

/// Finds out everything that can be known of a hook before a run.
pub(super) async fn resolve<'a>(written: &'a HookUse, offers: &Offers<'a>) -> Result<Resolved<'a>, Refused> {
    let refuse = |problem: Problem| Refused { code: RefusalCode::Hooks, problem: problem_of(written, problem) };
    let known = offers.find(&written.kind).map_err(refuse)?;
    let phase = phase(written, &known).map_err(refuse)?;
    let taker = Taker { noun: "hook", id: &known.info.id, options: &known.info.options, keys: &KEYS };
    let mut options = taker.read(&written.options, written.kind.span).map_err(refuse)?;
    hand_stage_on(written, &known, phase, &mut options);
    let options = options.to_string();
    if let Some(text) = &written.condition {
        condition::check(&text.value)
            .map_err(|(message, help)| refuse(Problem { help, ..Problem::new(text.span, message) }))?;
    }
    let placed = known.plugin.place(&known.info.id, &options).await;
    let placing = placed.map_err(|fault| misplaced(written, &fault))?;
    directories::check(written, known).await?;
    Ok(Resolved { written, known, phase, options, placing })
}

/// `stage: after-commit` beside `type` is the host's, and after_migration means the same; a hook that takes an option of
/// that name plans by it as well, such as how many of its steps may run at a time.
fn hand_stage_on(written: &HookUse, known: &Known<'_>, phase: Phase, options: &mut Json) {
    let takes_it = known.info.options.iter().any(|info| info.name == "stage");
    let is_stage = written.after_commit.is_some() || phase == Phase::AfterMigration;
    if let (true, true, Some(options)) = (is_stage, takes_it, options.as_object_mut()) {
        options.entry("stage").or_insert_with(|| Json::from("after-commit"));
    }
}

/// When it runs; in a list under `rollback` nobody said.
fn phase(written: &HookUse, known: &Known<'_>) -> Result<Phase, Problem> {
    let phases = &known.info.phases;
    let Some(phase) = written.phase else {
        let usual = [Phase::AfterDdl, Phase::AfterMigration].into_iter().find(|phase| phases.contains(phase));
        return usual.or_else(|| phases.first().copied()).ok_or_else(|| {
            Problem::new(written.kind.span, format!("the hook `{}` stands in no phase", known.info.id))
        });
    };
    if phases.contains(&phase) {
        return Ok(phase);
    }
    let names = phases.iter().map(|phase| format!("`{}`", phase.as_str())).collect::<Vec<_>>();
    let message = format!("the hook `{}` cannot run in {}", known.info.id, phase.as_str());
    Err(Problem::new(written.kind.span, message).help(format!("it runs in {}", names.join(", "))))
}

/// The plugin itself says no.
fn misplaced(written: &HookUse, fault: &Fault) -> Refused {
    let FaultKind::Reported(PluginError::InvalidConfig { pointer, expected }) = &fault.kind else {
        let problem = Problem::new(written.kind.span, format!("it cannot be planned: {fault}"));
        return Refused { code: RefusalCode::HookFault, problem: problem_of(written, problem) };
    };
    let (span, path) = option_at(written, pointer);
    let what = if path.is_empty() { "its options are wrong".to_owned() } else { format!("`{path}` is wrong") };
    let message = format!("the hook `{}`: {what}: expected {expected}", written.kind.value);
    Refused { code: RefusalCode::Hooks, problem: problem_of(written, Problem::new(span, message)) }
}

/// Where the option stands that a JSON pointer names, and the pointer in words.
fn option_at(written: &HookUse, pointer: &str) -> (Span, String) {
    let pointer = pointer.strip_prefix('/').unwrap_or(pointer);
    let (name, rest) = pointer.find('/').map_or((pointer, ""), |slash| pointer.split_at(slash));
    let entry = written.options.iter().find(|entry| kebab(&entry.key) == kebab(name));
    (entry.map_or(written.kind.span, |entry| entry.node.at(rest).span), pointer.replace('/', "."))
}

pub(super) fn problem_of(written: &HookUse, problem: Problem) -> FileError {
    problem.in_source(&written.source).into()
}
