//! One call over a connection: fails where it is to, else takes effect.

use super::{Database, Fault, Link, error};
use confiture_model::{migration::LockHolder, session::SessionError};
use std::collections::VecDeque;

/// What a call does to the database that it sees.
pub(super) type Effect<'e, T> = Box<dyn FnOnce(&mut Database) -> T + Send + 'e>;

impl Link {
    /// One call: fails where it is to, else takes effect in the transaction or by itself.
    pub(super) fn call<T>(&mut self, half: Option<String>, effect: Effect<'_, T>) -> Result<T, SessionError> {
        let fault = self.next_fault()?;
        if fault == Some(Fault::Error) {
            self.aborted = self.transaction.is_some();
            return Err(SessionError::Database(error("XX000")));
        }
        if self.aborted {
            return Err(SessionError::Database(error("25P02")));
        }
        if let (Some(Fault::DieHalfWay), Some(index)) = (fault, half) {
            self.server.state().database.indexes.insert(index, false);
        }
        let outcome = match fault {
            Some(Fault::DieBefore | Fault::LoseBefore | Fault::DieHalfWay) => None,
            _ => Some(match &mut self.transaction {
                Some(database) => effect(database),
                None => effect(&mut self.server.state().database),
            }),
        };
        self.lose(fault, outcome)
    }

    fn next_fault(&mut self) -> Result<Option<Fault>, SessionError> {
        let mut state = self.server.state();
        if self.lost || state.dead {
            return Err(SessionError::Connection("the connection is closed".into()));
        }
        state.calls += 1;
        let calls = state.calls;
        Ok(state.fault.filter(|(at, _)| *at == calls).map(|(_, fault)| fault))
    }

    fn lose<T>(&mut self, fault: Option<Fault>, outcome: Option<T>) -> Result<T, SessionError> {
        if let Some(fault) = fault {
            self.lost = true;
            self.transaction = None;
            self.savepoints.clear();
            let mut state = self.server.state();
            state.dead = !matches!(fault, Fault::LoseBefore | Fault::LoseAfter);
            return Err(SessionError::Connection("the server closed the connection".into()));
        }
        outcome.ok_or_else(|| SessionError::Connection("lost".into()))
    }

    pub(super) fn run(&mut self, sql: &str) -> Result<u64, SessionError> {
        let planned = self.server.state().errors.get_mut(sql).and_then(VecDeque::pop_front);
        if let Some(error) = planned {
            self.next_fault()?;
            self.aborted = self.transaction.is_some();
            if self.transaction.is_none()
                && error.sqlstate != "42P07"
                && let Some(index) = created(sql)
            {
                self.server.state().database.indexes.insert(index.to_owned(), false);
            }
            return Err(SessionError::Database(error));
        }
        let outside = sql.contains("concurrently") || sql.contains("CONCURRENTLY") || sql.starts_with("vacuum");
        if outside && self.transaction.is_some() {
            self.aborted = true;
            return Err(SessionError::Database(error("25001")));
        }
        if let Some(role) = sql.strip_prefix("set role ") {
            self.standing.insert("role".to_owned(), role.to_owned());
        }
        let half = created(sql).map(str::to_owned);
        let sql = sql.to_owned();
        self.call(
            half,
            Box::new(move |database| {
                if let Some(index) = created(&sql) {
                    database.indexes.insert(index.to_owned(), true);
                }
                if let Some(index) = dropped(&sql) {
                    database.indexes.remove(&index);
                }
                if !sql.starts_with("SET ")
                    && !sql.starts_with("set role ")
                    && !sql.starts_with("DROP INDEX CONCURRENTLY IF EXISTS")
                {
                    database.effects.push(sql);
                }
                1
            }),
        )
    }
}

pub(super) fn created(sql: &str) -> Option<&str> {
    sql.strip_prefix("create index concurrently ")?.trim_start_matches("if not exists ").split(' ').next()
}

fn dropped(sql: &str) -> Option<String> {
    let lower = sql.to_ascii_lowercase();
    let rest = lower.strip_prefix("drop index concurrently ")?.trim_start_matches("if exists ");
    Some(rest.trim_matches('"').to_owned())
}

impl Link {
    pub(super) fn lock(&mut self) -> Result<(), LockHolder> {
        let mut state = self.server.state();
        if state.lock_busy == 0 && state.lock.is_none_or(|session| session == self.session) {
            state.lock = Some(self.session);
            return Ok(());
        }
        state.lock_busy = state.lock_busy.saturating_sub(1);
        Err(LockHolder {
            pid: 4711,
            user: "deploy".into(),
            host: "10.0.0.7".into(),
            application: "confiture".into(),
            age_seconds: 12,
        })
    }
}
