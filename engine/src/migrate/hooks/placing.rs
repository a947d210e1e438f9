//! Where the hooks of a migration run, in the order in which they do.
//!
//! Staging is contagious: behind a hook that runs after the commit every later one does too, in order.

use super::{
    PlannedHook, Runs,
    resolve::{Resolved, problem_of},
};
use crate::{
    config::{Problem, Secret},
    migrate::{
        FileError,
        plan::{Mode, PlannedMigration},
        script::checksum,
    },
};
use confiture_model::{
    hook::{Phase, Placement},
    migration::Direction,
};
use serde_json::Value as Json;
use std::collections::HashMap;

/// More steps than this at a time only wait for each other.
const MOST_WORKERS: u64 = 16;

/// The hooks around `step`, in order.
pub(super) fn place(mut hooks: Vec<Resolved<'_>>, step: &PlannedMigration) -> Result<Vec<PlannedHook>, FileError> {
    // Stable: levels and files keep their order within a phase.
    hooks.sort_by_key(|hook| (hook.phase, hook.written.level));
    let (mut planned, mut staged_by, mut counts) = (Vec::new(), None, HashMap::new());
    for hook in hooks {
        let mut notes = hook.placing.notes.clone();
        let runs = runs(&hook, &step.mode, staged_by.as_deref(), &mut notes)
            .map_err(|problem| problem_of(hook.written, problem))?;
        if runs.is_stage() && staged_by.is_none() {
            staged_by = Some(hook.known.info.id.clone());
        }
        // The way down has hooks of its own, and what the ledger remembers of the way up is not theirs.
        let way = if hook.written.direction == Direction::Down { "down:" } else { "" };
        let base = format!("{way}{}:{}/{}", hook.phase.as_str(), hook.known.plugin.name(), hook.known.info.id);
        let count: &mut u32 = counts.entry(base.clone()).or_default();
        *count += 1;
        planned.push(finish(&hook, runs, notes, format!("{base}#{count}")));
    }
    if step.action.is_stages() {
        planned.retain(|hook| hook.runs.is_left_after_commit());
    }
    Ok(planned)
}

fn runs(hook: &Resolved<'_>, mode: &Mode, staged_by: Option<&str>, notes: &mut Vec<String>) -> Result<Runs, Problem> {
    let (placement, wished) = (hook.placing.placement, hook.written.after_commit);
    let phase = hook.phase.as_str();
    let after_commit = || match placement {
        Placement::Autocommit => Runs::AfterCommitOutside,
        Placement::InTransaction | Placement::OwnTransaction => Runs::AfterCommit,
    };
    if let Some(span) = wished
        && matches!(hook.phase, Phase::BeforeValidation | Phase::BeforeDdl | Phase::OnError)
    {
        return Err(Problem::new(span, format!("a hook in {phase} cannot wait for the commit")));
    }
    Ok(match hook.phase {
        Phase::BeforeValidation => Runs::BeforeBegin,
        Phase::AfterMigration => after_commit(),
        Phase::OnError if placement == Placement::Autocommit => return Err(outside(hook, phase)),
        Phase::OnError => Runs::OnError,
        Phase::BeforeDdl if placement != Placement::InTransaction => return Err(outside(hook, phase)),
        _ if wished.is_some() => after_commit(),
        _ if placement != Placement::InTransaction => {
            notes.push("it cannot run in the migration's transaction: it is a stage after the commit".to_owned());
            after_commit()
        }
        _ => match (staged_by, mode) {
            (Some(first), _) => {
                notes.push(format!("it follows `{first}`, which is a stage after the commit"));
                after_commit()
            }
            (None, Mode::Transaction) => Runs::InTransaction,
            (None, Mode::Statements { .. }) => {
                notes.push(
                    "the migration runs outside a transaction: what this hook does stays when it stops".to_owned(),
                );
                Runs::OwnTransaction
            }
        },
    })
}

fn outside(hook: &Resolved<'_>, phase: &str) -> Problem {
    let id = &hook.known.info.id;
    let message = format!("with these options the hook `{id}` cannot run in a transaction, and in {phase} it has to");
    Problem::new(hook.written.kind.span, message)
        .help("put it into after_ddl or a later phase, where it becomes a stage after the commit")
}

fn finish(hook: &Resolved<'_>, runs: Runs, notes: Vec<String>, key: String) -> PlannedHook {
    let written = hook.written;
    let info = hook.known.plugin.info();
    let condition = written.condition.as_ref().map(|condition| condition.value.clone());
    let parts = [
        key.clone(),
        format!("{}@{}", info.name, info.version),
        hook.options.clone(),
        condition.clone().unwrap_or_default(),
        format!("{runs:?} {} {}", written.timeout_ms, written.tries),
    ];
    PlannedHook {
        phase: hook.phase,
        level: written.level,
        plugin: hook.known.plugin.name().to_owned(),
        hook: hook.known.info.id.clone(),
        description: written.description.clone(),
        place: {
            let place = written.source.locate(written.kind.span);
            format!("{}:{}:{}", place.file, place.line, place.column)
        },
        runs,
        condition,
        timeout_ms: written.timeout_ms,
        tries: written.tries,
        workers: if runs == Runs::AfterCommit || runs == Runs::AfterCommitOutside { workers(&hook.options) } else { 1 },
        rehearsable: hook.placing.rehearsable,
        restores: hook.known.info.restores(),
        notes,
        checksum: checksum(parts.iter().map(|part| (part.as_str(), None))),
        options: Secret::new(hook.options.clone()),
        key,
    }
}

/// The option that says how many steps run at a time.
fn workers(options: &str) -> u32 {
    let options: Json = serde_json::from_str(options).unwrap_or_default();
    let asked = options.get("parallel_workers").or_else(|| options.get("parallel-workers")).and_then(Json::as_u64);
    u32::try_from(asked.unwrap_or(1).clamp(1, MOST_WORKERS)).unwrap_or(1)
}
