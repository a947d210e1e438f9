//! A host for hooks that follows a script: what is asked must come in the order of the script.

use crate::{
    database::{ColumnMeta, Rows, Value},
    error::Error,
    hook::{AnyHook, BackupReport, Call, Compression, Context, Direction, Outcome, Phase, Placing, Step},
};
use serde_json::json;
use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

/// A database, directories and backups for a hook under test. The database expects statements in an order and answers
/// them; whatever else it is asked is an error that says what was expected.
///
/// ```
/// use confiture_sdk::{Call, Error, Hook, HookMeta, NoOptions, Outcome, Phase, Step, testing::Script};
///
/// struct CountUsers;
///
/// impl Hook for CountUsers {
///     type Options = NoOptions;
///     const META: HookMeta = HookMeta {
///         id: "count_users", summary: "Counts users", phases: Phase::ALL, documentation: "...",
///     };
///     fn run(&self, _: &NoOptions, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
///         let row = call.database.row("SELECT count(*) AS n FROM users", &[])?;
///         let count = row.and_then(|row| row.integer("n")).unwrap_or_default();
///         Ok(Outcome::default().statistic("users", count))
///     }
/// }
///
/// let script = Script::new().answers("FROM users", &["n"], [vec![3.into()]]);
/// let outcomes = script.run(&CountUsers, "{}")?;
/// assert_eq!(outcomes[0].statistics["users"], 3);
/// script.finished()?;
/// # Ok::<(), Error>(())
/// ```
pub struct Script {
    context: Context,
    state: Rc<ScriptState>,
}

/// What a script has left, and what it was asked.
#[doc(hidden)]
#[derive(Default)]
pub struct ScriptState {
    expected: RefCell<VecDeque<Expected>>,
    sent: RefCell<Vec<Sent>>,
    files: RefCell<BTreeMap<(String, String), Vec<u8>>>,
    backups: RefCell<Vec<String>>,
    progress: RefCell<Vec<String>>,
}

struct Expected {
    part: String,
    answer: Result<Answer, Error>,
}

enum Answer {
    Rows(Vec<ColumnMeta>, Vec<Vec<Value>>),
    Changed(u64),
}

/// A statement that a hook sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Its text, each run of white space as one blank.
    pub sql: String,
    /// Its parameters.
    pub params: Vec<Value>,
}

impl Default for Script {
    fn default() -> Self {
        Self::new()
    }
}

impl Script {
    /// Expects nothing yet. The migration is `003_example`, upwards, in the phase `after_ddl`.
    pub fn new() -> Self {
        let context = Context {
            migration: "003_example".to_owned(),
            version: "003".to_owned(),
            direction: Direction::Up,
            phase: Phase::AfterDdl,
            environment: "test".to_owned(),
            dry_run: false,
            statistics: json!({}),
            failure: None,
        };
        Self { context, state: Rc::default() }
    }

    /// In another migration.
    #[must_use]
    pub fn context(mut self, change: impl FnOnce(&mut Context)) -> Self {
        change(&mut self.context);
        self
    }

    /// Expects a query with `part` in its text, and answers with rows. A column's type stands behind a colon where it
    /// matters: `id:uuid`.
    #[must_use]
    pub fn answers(self, part: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let meta = |column: &&str| {
            let (name, type_name) = column.split_once(':').unwrap_or((column, ""));
            ColumnMeta { name: name.to_owned(), type_name: type_name.to_owned() }
        };
        self.expects(part, Ok(Answer::Rows(columns.iter().map(meta).collect(), rows.into_iter().collect())))
    }

    /// Expects a statement with `part` in its text, and says that it changed so many rows.
    #[must_use]
    pub fn changes(self, part: &str, rows: u64) -> Self {
        self.expects(part, Ok(Answer::Changed(rows)))
    }

    /// Expects a query or statement with `part` in its text, and fails.
    #[must_use]
    pub fn fails(self, part: &str, error: Error) -> Self {
        self.expects(part, Err(error))
    }

    /// Grants a file of a directory.
    #[must_use]
    pub fn file(self, directory: &str, path: &str, content: &str) -> Self {
        self.state.files.borrow_mut().insert((directory.to_owned(), path.to_owned()), content.as_bytes().to_vec());
        self
    }

    fn expects(self, part: &str, answer: Result<Answer, Error>) -> Self {
        self.state.expected.borrow_mut().push_back(Expected { part: one_line(part), answer });
        self
    }

    /// Where the hook runs with `options`, a JSON object.
    ///
    /// # Errors
    /// What the hook said, or what is wrong with its options.
    pub fn place<H: AnyHook>(&self, hook: &'static H, options: &str) -> Result<Placing, Error> {
        hook.open(options)?.place()
    }

    /// The steps that the hook takes.
    ///
    /// # Errors
    /// As [`Self::place`]; also for a plan that changes something.
    pub fn plan<H: AnyHook>(&self, hook: &'static H, options: &str) -> Result<Vec<Step>, Error> {
        hook.open(options)?.plan(&Call::new(&self.context, &self.state))
    }

    /// Runs one step.
    ///
    /// # Errors
    /// As [`Self::place`].
    pub fn run_step<H: AnyHook>(&self, hook: &'static H, options: &str, step: &Step) -> Result<Outcome, Error> {
        hook.open(options)?.run(step, &Call::new(&self.context, &self.state))
    }

    /// Plans, and runs every step, as a host would; further steps that one finds come next.
    ///
    /// # Errors
    /// As [`Self::place`].
    pub fn run<H: AnyHook>(&self, hook: &'static H, options: &str) -> Result<Vec<Outcome>, Error> {
        let mut steps: VecDeque<Step> = self.plan(hook, options)?.into();
        let mut outcomes = Vec::new();
        while let Some(step) = steps.pop_front() {
            let mut outcome = self.run_step(hook, options, &step)?;
            outcome.next.drain(..).rev().for_each(|next| steps.push_front(next));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Every statement that was sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.state.sent.borrow().clone()
    }

    /// What was done with backups: `dump DIRECTORY/NAME gzip [tables]`, `restore DIRECTORY/NAME [tables]`,
    /// `prune DIRECTORY 7`.
    pub fn backups(&self) -> Vec<String> {
        self.state.backups.borrow().clone()
    }

    /// What was said of progress: `3/10 batches`.
    pub fn progress(&self) -> Vec<String> {
        self.state.progress.borrow().clone()
    }

    /// Checks that all that was expected came.
    ///
    /// # Errors
    /// [`Error::Failed`] with the first that did not.
    pub fn finished(&self) -> Result<(), Error> {
        match self.state.expected.borrow().front() {
            None => Ok(()),
            Some(expected) => Err(Error::failed(format!("the script still expects `{}`", expected.part))),
        }
    }
}

impl ScriptState {
    fn next(&self, sql: &str, params: &[Value]) -> Result<Answer, Error> {
        let sql = one_line(sql);
        self.sent.borrow_mut().push(Sent { sql: sql.clone(), params: params.to_vec() });
        let mut expected = self.expected.borrow_mut();
        let part = expected.front().map_or("nothing more", |expected| &expected.part);
        if !sql.contains(part) {
            return Err(Error::failed(format!("the script expects `{part}`, and was sent `{sql}`")));
        }
        expected.pop_front().map_or_else(|| Err(Error::failed("the script expects nothing more")), |next| next.answer)
    }

    pub(crate) fn query(&self, sql: &str, params: &[Value]) -> Result<Rows, Error> {
        match self.next(sql, params)? {
            Answer::Rows(columns, rows) => {
                let mut rows: VecDeque<_> = rows.into();
                let next = move |max: u32| Ok(rows.drain(..rows.len().min(max as usize)).collect());
                Ok(Rows::new(columns, Box::new(next)))
            }
            Answer::Changed(_) => Err(Error::failed(format!("the script expects `{sql}` to be executed, not asked"))),
        }
    }

    pub(crate) fn execute(&self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        match self.next(sql, params)? {
            Answer::Changed(rows) => Ok(rows),
            Answer::Rows(..) => Err(Error::failed(format!("the script expects `{sql}` to be asked, not executed"))),
        }
    }

    /// Good enough for a test: statements end at a semicolon.
    pub(crate) fn split(&self, sql: &str) -> Result<Vec<String>, Error> {
        Ok(sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect())
    }

    pub(crate) fn read_file(&self, directory: &str, path: &str) -> Result<Vec<u8>, Error> {
        let found = self.files.borrow().get(&(directory.to_owned(), path.to_owned())).cloned();
        found.ok_or_else(|| {
            Error::Denied(format!("this test grants no file `{path}` in `{directory}`: see `Script::file`"))
        })
    }

    pub(crate) fn write_file(&self, directory: &str, path: &str, content: &[u8]) -> Result<(), Error> {
        self.files.borrow_mut().insert((directory.to_owned(), path.to_owned()), content.to_vec());
        Ok(())
    }

    pub(crate) fn list_files(&self, directory: &str) -> Result<Vec<String>, Error> {
        Ok(self.files.borrow().keys().filter(|(of, _)| of == directory).map(|(_, path)| path.clone()).collect())
    }

    pub(crate) fn dump(
        &self,
        directory: &str,
        name: &str,
        compression: Compression,
        tables: &[String],
    ) -> Result<BackupReport, Error> {
        let compression = format!("{compression:?}").to_lowercase();
        self.backups.borrow_mut().push(format!("dump {directory}/{name} {compression} [{}]", tables.join(", ")));
        Ok(BackupReport { file: format!("{name}.dump"), bytes: 4096, tables: 2, seconds: 0.5 })
    }

    pub(crate) fn restore(&self, directory: &str, name: &str, tables: &[String]) -> Result<BackupReport, Error> {
        self.backups.borrow_mut().push(format!("restore {directory}/{name} [{}]", tables.join(", ")));
        Ok(BackupReport { file: format!("{name}.dump"), bytes: 4096, tables: 2, seconds: 0.5 })
    }

    pub(crate) fn prune(&self, directory: &str, keep_days: u32) -> Result<u32, Error> {
        self.backups.borrow_mut().push(format!("prune {directory} {keep_days}"));
        Ok(1)
    }

    pub(crate) fn progress(&self, done: u64, total: Option<u64>, what: &str) {
        let total = total.map_or_else(|| "?".to_owned(), |total| total.to_string());
        self.progress.borrow_mut().push(format!("{done}/{total} {what}"));
    }
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
