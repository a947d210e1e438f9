//! The SQL of a plan, as it would be sent.

use super::{Action, Direction, Mode, Plan, PlannedMigration};
use crate::migrate::{
    files::{Files, Id, Migration},
    hooks::{PlannedHook, Runs},
    script::{Script, Step},
};
use confiture_model::hook::Phase;
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
        match self.planned.action.is_stages() {
            true => self.line("-- its statements are committed: what follows is left to do"),
            false => {
                self.hooks(|hook| hook.runs == Runs::BeforeBegin);
                self.statements(script, verb);
            }
        }
        self.hooks(|hook| hook.runs.is_stage());
        self.hooks(|hook| hook.runs == Runs::OnError);
    }

    fn hooks(&mut self, which: impl Fn(&PlannedHook) -> bool) {
        for hook in self.planned.hooks.iter().filter(|hook| which(hook)) {
            self.hook(hook);
        }
    }

    /// Hooks in, or in place of, the migration's own transaction.
    fn within(&mut self, before_ddl: bool) {
        self.hooks(|hook| {
            matches!(hook.runs, Runs::InTransaction | Runs::OwnTransaction)
                && (hook.phase == Phase::BeforeDdl) == before_ddl
        });
    }

    fn statements(&mut self, script: &Script, verb: &str) {
        let record = format!("-- the ledger: {} is {verb}", self.planned.title);
        match self.planned.mode {
            Mode::Transaction => {
                self.begin();
                self.within(true);
                script.steps().iter().for_each(|step| self.statement(script, step));
                self.within(false);
                self.line(&record);
                self.line("COMMIT;");
            }
            Mode::Statements { .. } => {
                self.within(true);
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
                self.within(false);
                self.line(&record);
            }
        }
    }

    fn done(&self) -> usize {
        match self.planned.action {
            Action::Resume { done, .. } | Action::ResumeUndo { done, .. } => {
                usize::try_from(done).unwrap_or(usize::MAX)
            }
            _ => 0,
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

    /// Everything about it is a comment, whatever its description holds.
    fn hook(&mut self, hook: &PlannedHook) {
        let condition = hook.condition.as_deref().map(|text| format!(", if {text}")).unwrap_or_default();
        let line = format!(
            "hook {}: {}/{}, {}{condition} ({})",
            hook.phase.as_str(),
            hook.plugin,
            hook.hook,
            hook.runs.words(),
            hook.place
        );
        self.comment(&line);
        for text in hook.description.iter().chain(&hook.notes) {
            self.comment(&format!("     {text}"));
        }
    }

    fn comment(&mut self, text: &str) {
        for part in text.lines() {
            self.line(&format!("-- {part}"));
        }
    }

    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }
}
