//! A run while it goes on, on standard error: a tree that grows on a terminal, one line an event elsewhere.

use super::{plan as plans, text::counted};
use crate::{
    interrupt::Interrupt,
    output::{self, BOLD, DIM, GREEN, RED, YELLOW, styled},
};
use confiture_engine::migrate::{
    hooks::PlannedHook,
    plan::{Direction, Plan},
    run::{HookRecord, Moment, Observer},
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
    /// Of a dry-run.
    rehearsal: bool,
    /// Nobody needs to see it.
    silent: bool,
}

impl<'a> Progress<'a> {
    /// Of a run that has not begun.
    pub fn new(interrupt: &'a Interrupt) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let direction = Direction::Up;
        Self {
            interrupt,
            terminal,
            applied: None,
            running: None,
            direction,
            reminded_ms: None,
            rehearsal: false,
            silent: false,
        }
    }

    /// Of a dry-run; one that repeats another says no more than that it waits.
    pub fn rehearsing(interrupt: &'a Interrupt, first: bool) -> Self {
        let mut progress = Self::new(interrupt);
        (progress.rehearsal, progress.silent) = (true, !first);
        progress
    }

    /// Of a run that nobody needs to see.
    pub fn silent(interrupt: &'a Interrupt) -> Self {
        let mut progress = Self::new(interrupt);
        progress.silent = true;
        progress
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
        let doing = match (self.rehearsal, self.direction) {
            (true, _) => "Rehearsing",
            (false, Direction::Up) => "Executing",
            (false, Direction::Down) => "Undoing",
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

    fn hook_started(&mut self, hook: &PlannedHook) {
        self.passing(&format!("{}: {}", hook.phase.as_str(), hook.title()));
    }

    fn step_started(&mut self, hook: &PlannedHook, step: &str, rows: Option<u64>) {
        let rows = rows.map(|rows| format!(" (about {})", counted(rows, "row"))).unwrap_or_default();
        self.passing(&format!("{}: {step}{rows}", hook.phase.as_str()));
    }

    fn hook_finished(&mut self, title: &str, record: &HookRecord) {
        if record.skipped.is_some() {
            return;
        }
        let name = record.description.as_deref().unwrap_or(&record.hook);
        let rows = if record.rows > 0 { format!("{}, ", counted(record.rows, "row")) } else { String::new() };
        let steps = if record.steps > 1 { format!("{} steps, ", record.steps) } else { String::new() };
        let time = seconds(record.duration_ms);
        let done = if self.terminal { styled(GREEN, "✓") } else { "done".to_owned() };
        self.hook_line(title, record.phase.as_str(), &format!("{name}: {done} ({rows}{steps}{time})"));
        for note in &record.notes {
            self.hook_line(title, record.phase.as_str(), &format!("  {note}"));
        }
    }

    fn hook_line(&mut self, title: &str, phase: &str, what: &str) {
        if self.terminal {
            clear();
            output::say(format!("    ├─ {} {what}", styled(DIM, phase)));
        } else {
            output::say(format!("{title}: {phase}: {what}"));
        }
    }

    /// A line on a terminal that the next one replaces.
    fn passing(&self, what: &str) {
        if self.terminal {
            transient(&format!("    ├─ {what}"));
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
        let is_waiting = matches!(moment, Moment::WaitingForLock { .. } | Moment::Retry { .. });
        if self.silent && !is_waiting {
            return;
        }
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
            Moment::HookStarted { hook, .. } => self.hook_started(hook),
            Moment::HookSkipped { title, hook, reason } => {
                self.hook_line(title, hook.phase.as_str(), &format!("{} is passed over: {reason}", hook.title()));
            }
            Moment::StepStarted { hook, step, estimated_rows, .. } => self.step_started(hook, step, *estimated_rows),
            Moment::HookProgress { hook, done, total, what, .. } => {
                let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
                self.passing(&format!("{}: {done}{of} {what}", hook.title()));
            }
            Moment::StepRetry { title, hook, step, attempt, of, why } => {
                let next = attempt + 1;
                let what = format!("{}, {step}: undone and tried again ({why}; {next} of {of})", hook.title());
                self.event(title, &what);
            }
            Moment::StepFinished { .. } => {}
            Moment::HookFinished { title, record } => self.hook_finished(title, record),
            Moment::Committed { title, stages } => {
                let what = format!("committed; {} left to do", counted(*stages as u64, "stage"));
                self.event(title, &what);
            }
            Moment::MigrationFinished { done, .. } => {
                let time = seconds(done.duration_ms);
                if self.terminal {
                    clear();
                    let word = match (self.rehearsal, self.direction) {
                        (true, _) => "REHEARSED",
                        (false, Direction::Up) => "COMPLETED",
                        (false, Direction::Down) => "UNDONE",
                    };
                    output::say(format!(" {} Migration {}: {word} ({time})", styled(GREEN, "✓"), done.title));
                } else {
                    let word = match (self.rehearsal, self.direction) {
                        (true, _) => "rehearsed",
                        (false, Direction::Up) => "applied",
                        (false, Direction::Down) => "undone",
                    };
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
pub(super) fn transient(line: &str) {
    clear();
    anstream::eprint!("{line}");
    drop(std::io::stderr().flush());
}

/// Clears the line: not a colour, so `NO_COLOR` must not take it away, as it would in anstream.
pub(super) fn clear() {
    let mut stream = std::io::stderr();
    drop(stream.write_all(b"\r\x1b[K").and_then(|()| stream.flush()));
}
