//! A plan that somebody looked at: it is run exactly so, or not at all.

use super::{Action, Mode, Plan, PlannedMigration, RefusalCode, UpRequest};
use crate::migrate::{
    FileError, Version,
    hooks::{PlannedHook, Runs},
    script::checksum,
};
use confiture_model::{
    hook::Phase,
    migration::{DatabaseIdentity, LedgerEntry},
};
use serde::{Deserialize, Serialize};

/// The version of a stored approval.
const APPROVAL_VERSION: u32 = 2;

/// What `up --out` writes and `up --plan` reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    schema_version: u32,
    environment: Option<String>,
    /// The database that it was made for.
    database: DatabaseIdentity,
    target: Option<Version>,
    allow_out_of_order: bool,
    lock_timeout_ms: u64,
    /// The checksum of what the ledger held.
    ledger: String,
    steps: Vec<ApprovedStep>,
    /// Whether the run that follows it has begun: then the ledger holds more, and what was begun goes on.
    #[serde(skip)]
    under_way: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovedStep {
    title: String,
    action: Action,
    transaction: bool,
    statements: u32,
    checksum: String,
    lock_timeout_ms: u64,
    statement_timeout_ms: u64,
    hooks: Vec<ApprovedHook>,
}

/// A hook that was looked at: what it is for people, and the checksum of all that decides what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovedHook {
    phase: Phase,
    hook: String,
    description: Option<String>,
    runs: Runs,
    checksum: String,
}

impl ApprovedHook {
    fn of(planned: &PlannedHook) -> Self {
        Self {
            phase: planned.phase,
            hook: format!("{}/{}", planned.plugin, planned.hook),
            description: planned.description.clone(),
            runs: planned.runs,
            checksum: planned.checksum.clone(),
        }
    }
}

impl ApprovedStep {
    fn of(planned: &PlannedMigration) -> Self {
        Self {
            title: planned.title.clone(),
            action: planned.action,
            transaction: planned.mode == Mode::Transaction,
            statements: planned.statements,
            checksum: planned.checksum.clone(),
            lock_timeout_ms: planned.lock_timeout_ms,
            statement_timeout_ms: planned.statement_timeout_ms,
            hooks: planned.hooks.iter().map(ApprovedHook::of).collect(),
        }
    }

    /// Once it is committed, only some of its hooks are left.
    fn hooks_left(&self, action: Action) -> Vec<ApprovedHook> {
        let is_left = |hook: &&ApprovedHook| !action.is_stages() || hook.runs.is_left_after_commit();
        self.hooks.iter().filter(is_left).cloned().collect()
    }

    /// How a planned migration differs from this one.
    fn difference(&self, planned: &PlannedMigration, under_way: bool) -> Option<&'static str> {
        let now = Self::of(planned);
        if self.title != now.title {
            Some("it is not the one that was approved at this place")
        } else if self.checksum != now.checksum {
            Some("its statements are not those that were approved")
        } else if self.hooks_left(now.action) != now.hooks {
            Some("its hooks are not those that were approved")
        } else if self.action != now.action && !under_way {
            Some("it does not begin where it did when it was approved")
        } else if *self != (Self { action: self.action, hooks: self.hooks.clone(), ..now }) {
            Some("its options are not those that were approved")
        } else {
            None
        }
    }
}

impl Approval {
    /// Of a plan that was made from these entries of this database.
    pub fn of(plan: &Plan, entries: &[LedgerEntry], request: &UpRequest, database: DatabaseIdentity) -> Self {
        Self {
            schema_version: APPROVAL_VERSION,
            environment: request.environment.clone(),
            database,
            target: request.target.clone(),
            allow_out_of_order: request.allow_out_of_order,
            lock_timeout_ms: request.lock_timeout_ms,
            ledger: state(entries),
            steps: plan.steps.iter().map(ApprovedStep::of).collect(),
            under_way: false,
        }
    }

    /// Reads what [`Approval::write`] wrote.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let approval: Self = serde_json::from_str(text)
            .map_err(|error| format!("it is no plan that `confiture migrate up --out` wrote: {error}"))?;
        match approval.schema_version {
            APPROVAL_VERSION => Ok(approval),
            other => Err(format!("it is a plan of form {other}, and this program knows form {APPROVAL_VERSION}")),
        }
    }

    /// One JSON document.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn write(&self) -> Result<String, String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(|error| error.to_string())
    }

    /// The request that it came from, bound to it.
    pub fn request(self, environment: Option<String>) -> UpRequest {
        UpRequest {
            environment,
            target: self.target.clone(),
            allow_out_of_order: self.allow_out_of_order,
            lock_timeout_ms: self.lock_timeout_ms,
            approval: Some(self),
        }
    }

    /// What is left of it after `done` migrations of the run that follows it.
    pub(in crate::migrate) fn after(&self, done: usize) -> Self {
        Self { steps: self.steps.iter().skip(done).cloned().collect(), under_way: true, ..self.clone() }
    }

    /// Refuses to run a plan on another database than the one that it was made for.
    pub fn check_database(&self, plan: &mut Plan, found: &DatabaseIdentity) {
        let approved = &self.database;
        let what = if approved.server != found.server {
            format!(
                "the plan was approved for another server, whose system_identifier is {}; this one's is {}",
                approved.server, found.server
            )
        } else if approved.database != found.database {
            format!("the plan was approved for database {}, and this is {}", approved.database, found.database)
        } else if approved.oid != found.oid {
            format!("database {} has been dropped and made again since the plan was approved", found.database)
        } else {
            return;
        };
        plan.refuse(RefusalCode::NotApproved, None, not_approved(what));
    }

    /// Refuses a plan that is not the one that was approved.
    pub(super) fn check(&self, plan: &mut Plan, entries: &[LedgerEntry], request: &UpRequest) {
        let differences = self.differences(plan, entries, request);
        for (migration, what) in differences {
            plan.refuse(RefusalCode::NotApproved, migration, not_approved(what));
        }
    }

    fn differences(
        &self,
        plan: &Plan,
        entries: &[LedgerEntry],
        request: &UpRequest,
    ) -> Vec<(Option<String>, &'static str)> {
        let mut differences = Vec::new();
        if self.environment != request.environment {
            differences.push((None, "the plan was approved for another environment"));
        }
        if !self.under_way && self.ledger != state(entries) {
            differences.push((None, "the ledger holds something else than when the plan was approved"));
        }
        for (index, planned) in plan.steps.iter().enumerate() {
            let what = match self.steps.get(index) {
                Some(step) => step.difference(planned, self.under_way),
                None => Some("it was not approved"),
            };
            differences.extend(what.map(|what| (Some(planned.title.clone()), what)));
        }
        let gone = self.steps.iter().skip(plan.steps.len());
        differences.extend(gone.map(|step| (Some(step.title.clone()), "it was approved, and would not run now")));
        differences
    }
}

fn not_approved(what: impl Into<String>) -> FileError {
    FileError::about("", what).help("look at it anew: `confiture migrate up --out`")
}

/// A checksum of what is applied, whoever applied it and when.
fn state(entries: &[LedgerEntry]) -> String {
    let mut lines: Vec<String> =
        entries.iter().map(|entry| format!("{} {} {:?}", entry.version, entry.checksum, entry.progress)).collect();
    lines.sort();
    checksum(lines.iter().map(|line| (line.as_str(), None)))
}

#[cfg(test)]
mod tests;
