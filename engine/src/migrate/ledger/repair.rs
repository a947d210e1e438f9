//! What is wrong with a ledger, and what could be done about it. To choose is for whoever asked.

use super::LedgerChange;
use crate::migrate::{
    files::{Files, Id, Migration, title},
    plan::difference,
};
use confiture_model::migration::{LedgerEntry, Progress};
use serde::Serialize;

/// Something that is wrong, and the answers to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repair {
    /// Version and name.
    pub migration: String,
    /// What is wrong.
    pub what: String,
    /// What can be done; at least one.
    pub answers: Vec<Answer>,
}

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// A word for scripts: `accept`, `forget`, `done`, `not-done`, `applied`.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub text: String,
    /// What it changes.
    pub change: LedgerChange,
}

const ACCEPTED: &str = "its file is right: take it as it stands now";

/// Everything that is wrong with a ledger.
pub fn repairs(files: &Files, entries: &[LedgerEntry]) -> Vec<Repair> {
    let mut sorted: Vec<&LedgerEntry> = entries.iter().collect();
    sorted.sort_by_key(|entry| Id::of_ledger(&entry.version));
    sorted.into_iter().filter_map(|entry| repair(files, entry)).collect()
}

fn repair(files: &Files, entry: &LedgerEntry) -> Option<Repair> {
    let repair = |what: String, answers: Vec<Answer>| {
        Some(Repair { migration: title(&entry.version, &entry.name), what, answers })
    };
    let Some(migration) = files.find(&Id::of_ledger(&entry.version)) else {
        let is_baseline = entry.checksum.is_empty() && entry.progress == Progress::Applied;
        return match is_baseline {
            true => None,
            false => repair("it is applied, and its file is gone".to_owned(), vec![forget(entry)]),
        };
    };
    match entry.progress {
        Progress::Partial { done, started } => {
            let what = format!("it stopped part-way, {}", position(done, started));
            repair(what, partial(entry, migration, done, started))
        }
        Progress::Undoing { done, started } => {
            let what = format!("undoing it stopped part-way, {}", position(done, started));
            repair(what, undoing(entry, done, started))
        }
        Progress::StagesPending { done } => {
            let what = format!("{done} of its stages after the commit are done, and others are not");
            let text = "the rest was done by hand, or is not wanted: it is applied";
            let mut answers = Vec::new();
            if difference(entry, migration).is_some() {
                let after = LedgerEntry { checksum: migration.up.checksum(), ..entry.clone() };
                answers.push(answer("accept", ACCEPTED.to_owned(), entry, Some(after)));
            }
            answers.push(accept_as("applied", text, entry, migration));
            repair(what, answers)
        }
        Progress::UndoneStagesPending { done } => {
            let what = format!("it is undone; {done} of the stages after that are done, and others are not");
            repair(what, vec![forget(entry)])
        }
        Progress::Applied => {
            let what = difference(entry, migration)?;
            repair(what, vec![accept(entry, migration)])
        }
    }
}

fn position(done: u32, started: bool) -> String {
    match started {
        true => format!("{done} statements are done; how statement {} ended is not known", done + 1),
        false => format!("{done} statements are done"),
    }
}

fn partial(entry: &LedgerEntry, migration: &Migration, done: u32, started: bool) -> Vec<Answer> {
    let at = |done: u32| {
        let count = usize::try_from(done).unwrap_or(usize::MAX);
        LedgerEntry {
            progress: Progress::Partial { done, started: false },
            checksum: migration.up.checksum_of_first(count),
            ..entry.clone()
        }
    };
    let next = done + 1;
    let mut answers = Vec::new();
    if started {
        answers.push(answer("done", format!("statement {next} took effect: go on behind it"), entry, Some(at(next))));
        answers.push(answer(
            "not-done",
            format!("statement {next} took no effect: run it again"),
            entry,
            Some(at(done)),
        ));
    } else if difference(entry, migration).is_some() {
        let text = "the statements that ran are taken as they stand in the file now".to_owned();
        answers.push(answer("accept", text, entry, Some(at(done))));
    }
    answers.push(accept_as("applied", "the rest was done by hand: it is applied", entry, migration));
    answers
}

fn undoing(entry: &LedgerEntry, done: u32, started: bool) -> Vec<Answer> {
    let at = |done: u32| LedgerEntry { progress: Progress::Undoing { done, started: false }, ..entry.clone() };
    let next = done + 1;
    let mut answers = Vec::new();
    if started {
        answers.push(answer("done", format!("statement {next} took effect: go on behind it"), entry, Some(at(next))));
        answers.push(answer(
            "not-done",
            format!("statement {next} took no effect: run it again"),
            entry,
            Some(at(done)),
        ));
    }
    let applied = LedgerEntry { progress: Progress::Applied, ..entry.clone() };
    answers.push(answer("applied", "it was put back by hand: it is applied".to_owned(), entry, Some(applied)));
    answers.push(forget(entry));
    answers
}

fn accept(entry: &LedgerEntry, migration: &Migration) -> Answer {
    accept_as("accept", ACCEPTED, entry, migration)
}

fn accept_as(name: &'static str, text: &str, entry: &LedgerEntry, migration: &Migration) -> Answer {
    let after = LedgerEntry { checksum: migration.up.checksum(), progress: Progress::Applied, ..entry.clone() };
    answer(name, text.to_owned(), entry, Some(after))
}

fn forget(entry: &LedgerEntry) -> Answer {
    answer("forget", "take it out of the ledger; the database is left as it is".to_owned(), entry, None)
}

fn answer(name: &'static str, text: String, before: &LedgerEntry, after: Option<LedgerEntry>) -> Answer {
    Answer { name, text, change: LedgerChange { before: Some(before.clone()), after } }
}
