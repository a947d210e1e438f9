//! The SQL of a plan, as it would be sent.

use super::{Action, Direction, Mode, Plan, PlannedMigration};
use crate::migrate::{
    files::{Files, Hook, Id, Migration},
    script::{Script, Step},
};
use std::fmt::Write;

/// The exact SQL that the plan would run, with hooks and what we write ourselves as comments. Fit for reading; a run keeps
/// its ledger besides.
pub fn preview(files: &Files, plan: &Plan) -> String {
    let mut text = String::new();
    for planned in &plan.steps {
        let Some(migration) = files.find(&Id::of_ledger(&planned.version)) else { continue };
        if !text.is_empty() {
            text.push('\n');
        }
        let mut page = Page { text: &mut text, planned };
        page.migration(migration, plan.direction);
    }
    text
}

struct Page<'a> {
    text: &'a mut String,
    planned: &'a PlannedMigration,
}

impl Page<'_> {
    fn migration(&mut self, migration: &Migration, direction: Direction) {
        let (script, verb) = match (direction, &migration.down) {
            (Direction::Down, Some(down)) => (down, "undone"),
            _ => (&migration.up, "applied"),
        };
        let how = match &self.planned.mode {
            Mode::Transaction => "in one transaction".to_owned(),
            Mode::Statements { why } => format!("statement by statement: {why}"),
        };
        self.line(&format!("-- {} ({}), {how}", self.planned.title, self.planned.file));
        let down = direction == Direction::Down;
        let hooks: Vec<&Hook> = migration.hooks.iter().filter(|hook| (hook.phase == "rollback") == down).collect();
        let before = |hook: &&&Hook| matches!(hook.phase.as_str(), "before_validation" | "before_ddl");
        for hook in hooks.iter().filter(before) {
            self.hook(hook);
        }
        self.statements(script, verb);
        for hook in hooks.iter().filter(|hook| !before(hook)) {
            self.hook(hook);
        }
    }

    fn statements(&mut self, script: &Script, verb: &str) {
        let record = format!("-- the ledger: {} is {verb}", self.planned.title);
        match self.planned.mode {
            Mode::Transaction => {
                self.begin();
                script.steps().iter().for_each(|step| self.statement(script, step));
                self.line(&record);
                self.line("COMMIT;");
            }
            Mode::Statements { .. } => {
                for step in script.steps().iter().skip(self.done()) {
                    match step.outside {
                        Some(_) => self.statement(script, step),
                        None => {
                            self.begin();
                            self.statement(script, step);
                            self.line("COMMIT;");
                        }
                    }
                }
                self.line(&record);
            }
        }
    }

    fn done(&self) -> usize {
        match self.planned.action {
            Action::Resume { done, .. } | Action::ResumeUndo { done, .. } => {
                usize::try_from(done).unwrap_or(usize::MAX)
            }
            Action::Apply | Action::Reapply | Action::Undo => 0,
        }
    }

    fn begin(&mut self) {
        self.line("BEGIN;");
        self.line(&format!("SET LOCAL lock_timeout = {};", self.planned.lock_timeout_ms));
        if self.planned.statement_timeout_ms > 0 {
            self.line(&format!("SET LOCAL statement_timeout = {};", self.planned.statement_timeout_ms));
        }
    }

    fn statement(&mut self, script: &Script, step: &Step) {
        self.line(&format!("{};", script.sql(step)));
        if let Some(data) = script.copy_data(step) {
            self.text.push_str(data);
            self.line("\\.");
        }
    }

    fn hook(&mut self, hook: &Hook) {
        let line = hook.place.line.map(|line| format!(":{line}")).unwrap_or_default();
        self.line(&format!("-- hook {}: {} ({}{line})", hook.phase, hook.kind, hook.place.file));
    }

    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }
}
