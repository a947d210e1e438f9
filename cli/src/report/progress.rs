//! A run while it goes on, on standard error: a tree that grows on a terminal, one line an event elsewhere.

use super::{plan as plans, text::counted};
use crate::{
    interrupt::Interrupt,
    output::{self, BOLD, DIM, GREEN, RED, YELLOW, styled},
};
use confiture_engine::migrate::{
    plan::{Direction, Plan},
    run::{Moment, Observer},
};
use confiture_model::migration::LockHolder;
use confiture_sql::lexer::{Lexer, TokenKind};
use std::io::{IsTerminal, Write};

/// Of a migration with more statements than this, only slow ones are shown.
const MANY: usize = 30;
/// What counts as slow, in milliseconds.
const SLOW_MS: u64 = 500;
/// How often a waiting run says so, in milliseconds.
const REMINDER_MS: u64 = 10_000;

/// Shows a run.
pub struct Progress<'a> {
    interrupt: &'a Interrupt,
    terminal: bool,
    applied: Option<usize>,
    /// The statement that runs, and its place.
    running: Option<(String, String)>,
    direction: Direction,
    /// When a waiting run last said so.
    reminded_ms: Option<u64>,
}

impl<'a> Progress<'a> {
    /// Of a run that has not begun.
    pub fn new(interrupt: &'a Interrupt) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let direction = Direction::Up;
        Self { interrupt, terminal, applied: None, running: None, direction, reminded_ms: None }
    }

    /// The run has ended. Answers how many migrations were applied when it began, where it got that far.
    pub fn end(mut self) -> Option<usize> {
        self.broken_off();
        self.applied
    }

    fn waiting(&mut self, holder: &LockHolder, waited_ms: u64) {
        let due = self.reminded_ms.is_none_or(|before| waited_ms >= before + REMINDER_MS);
        if due {
            self.reminded_ms = Some(waited_ms);
            output::say(format!(
                "waiting for another run: {} (process {}, user {}, from {}), connected {} s ago",
                holder.application, holder.pid, holder.user, holder.host, holder.age_seconds
            ));
        }
    }

    fn planned(&mut self, plan: &Plan) {
        self.applied.get_or_insert(plan.applied);
        self.direction = plan.direction;
        for note in plans::notes(plan) {
            output::say(styled(DIM, note));
        }
    }

    fn migration_started(&mut self, title: &str, index: usize, of: usize, statements: u32) {
        let doing = match self.direction {
            Direction::Up => "Executing",
            Direction::Down => "Undoing",
        };
        if self.terminal {
            output::say(format!("\n{}{}", styled(BOLD, format!("{doing} migration {title}...")), position(index, of)));
        } else {
            let statements = counted(u64::from(statements), "statement");
            output::say(format!("{title}: begun, {statements}{}", position(index, of)));
        }
    }

    fn statement_started(&mut self, index: usize, of: usize, place: String, sql: &str) {
        let what = headline(sql);
        if self.terminal {
            transient(&format!("    {} {what} {}", twig(index, of), styled(DIM, format!("({index} of {of})"))));
        }
        self.running = Some((what, place));
    }

    fn statement_finished(&mut self, title: &str, index: usize, of: usize, rows: u64, duration_ms: u64) {
        let Some((what, place)) = self.running.take() else { return };
        if of > MANY && duration_ms < SLOW_MS {
            return;
        }
        let rows = if rows > 0 { format!("{}, ", counted(rows, "row")) } else { String::new() };
        let time = seconds(duration_ms);
        if self.terminal {
            clear();
            output::say(format!("    {} {what}: {} ({rows}{time})", twig(index, of), styled(GREEN, "✓")));
        } else {
            output::say(format!("{title}: statement {index} of {of} at {place}: {what}: done ({rows}{time})"));
        }
    }

    /// A statement that did not end well: the line of it stays.
    fn broken_off(&mut self) {
        if let Some((what, _)) = self.running.take().filter(|_| self.terminal) {
            clear();
            output::say(format!("    └─ {what}: {}", styled(RED, "✗")));
        }
    }

    fn event(&mut self, title: &str, what: &str) {
        self.broken_off();
        let text = if self.terminal { format!("    {what}") } else { format!("{title}: {what}") };
        output::say(styled(YELLOW, text));
    }
}

impl Observer for Progress<'_> {
    fn observe(&mut self, moment: &Moment<'_>) {
        // From here on there may be something to undo: whoever interrupts waits until that is said.
        self.interrupt.listen();
        match moment {
            Moment::WaitingForLock { holder, waited_ms } => self.waiting(holder, *waited_ms),
            Moment::Planned { plan } => self.planned(plan),
            Moment::MigrationStarted { title, index, of, statements } => {
                self.migration_started(title, *index, *of, *statements);
            }
            Moment::StatementStarted { index, of, place, sql, .. } => {
                self.statement_started(*index, *of, place.clone(), sql);
            }
            Moment::StatementFinished { title, index, of, rows, duration_ms } => {
                self.statement_finished(title, *index, *of, *rows, *duration_ms);
            }
            Moment::Retry { title, attempt, of, wait_ms, .. } => {
                let next = attempt + 1;
                let wait = seconds(*wait_ms);
                let what =
                    format!("a lock was not to be had: all is undone, and tried again in {wait} ({next} of {of})");
                self.event(title, &what);
            }
            Moment::Settled { title, index, what } => self.event(title, &format!("statement {index}: {what}")),
            Moment::ConnectionLost { title, reason } => {
                self.event(title, &format!("the connection was lost at the commit: {reason}"));
            }
            Moment::OutcomeFound { title, committed } => {
                let outcome = if *committed { "it had arrived" } else { "it had not arrived: all is undone" };
                self.event(title, &format!("asked what became of the commit: {outcome}"));
            }
            Moment::HookStarted { title, hook } => {
                self.event(title, &format!("hook {} in {}", hook.title(), hook.phase.as_str()));
            }
            Moment::HookSkipped { title, hook, reason } => {
                self.event(title, &format!("hook {} in {} does not run: {reason}", hook.title(), hook.phase.as_str()));
            }
            Moment::StepFinished { title, step, rows, duration_ms, .. } => {
                self.event(title, &format!("{step}: done ({}, {})", counted(*rows, "row"), seconds(*duration_ms)));
            }
            Moment::StepRetry { title, step, attempt, of, why, .. } => {
                self.event(title, &format!("{step}: {why}; undone, and tried again ({} of {of})", attempt + 1));
            }
            Moment::HookFinished { title, record } => {
                record.notes.iter().for_each(|note| self.event(title, note));
            }
            Moment::Committed { title, stages } => {
                self.event(title, &format!("committed; {} to do", counted(*stages as u64, "stage")));
            }
            Moment::StepStarted { .. } | Moment::HookProgress { .. } => {}
            Moment::MigrationFinished { done, .. } => {
                let time = seconds(done.duration_ms);
                if self.terminal {
                    clear();
                    let word = if self.direction == Direction::Up { "COMPLETED" } else { "UNDONE" };
                    output::say(format!(" {} Migration {}: {word} ({time})", styled(GREEN, "✓"), done.title));
                } else {
                    let word = if self.direction == Direction::Up { "applied" } else { "undone" };
                    output::say(format!("{}: {word} ({time})", done.title));
                }
            }
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.broken_off();
    }
}

/// What a statement does, without any value in it: `CREATE INDEX CONCURRENTLY idx ON orders`.
fn headline(sql: &str) -> String {
    const LONGEST: usize = 60;
    let (mut text, mut end) = (String::new(), 0);
    let mut lexer = Lexer::new(sql);
    while let Ok(Some(token)) = lexer.next_significant() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedName) || token.is_symbol(b'.');
        if !is_name || text.chars().count() + token.text(sql).chars().count() > LONGEST {
            break;
        }
        if token.start > end && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(token.text(sql));
        end = token.end;
    }
    if text.is_empty() { "statement".to_owned() } else { text }
}

/// Milliseconds as `0.02 s`, `8.2 s` or `3 min 20 s`.
pub fn seconds(ms: u64) -> String {
    match ms {
        0..100 => format!("{:.3} s", ms as f64 / 1000.0),
        100..120_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

fn position(index: usize, of: usize) -> String {
    if of > 1 { format!(" ({index} of {of})") } else { String::new() }
}

fn twig(index: usize, of: usize) -> &'static str {
    if index == of { "└─" } else { "├─" }
}

/// A line that the next one replaces.
fn transient(line: &str) {
    clear();
    anstream::eprint!("{line}");
    drop(std::io::stderr().flush());
}

fn clear() {
    anstream::eprint!("\r\u{1b}[K");
}
