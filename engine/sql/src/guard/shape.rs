//! What a statement is, as a parser sees it.

use super::Refused;
use sqlparser::{
    ast::{Query, Select, SetExpr, Statement, UtilityOption, Visit, Visitor},
    dialect::PostgreSqlDialect,
    parser::{Parser, ParserError},
};
use std::ops::ControlFlow;

/// A chain of operators is a tree as deep as it is long, and is walked by recursion: what one token may take.
const STACK_BYTES_PER_TOKEN: usize = 12 << 10;

/// How deep parentheses and clauses may nest.
const DEEPEST: usize = 100;

/// Checks that a statement only reads.
///
/// The parser works on a stack of its own, so that no text can exhaust the caller's.
pub(super) fn check(text: &str, tokens: usize) -> Result<(), Refused> {
    let unread = |why: &str| Refused::new("a statement that cannot be read with certainty", why.to_owned());
    std::thread::scope(|scope| {
        let stack = (2 << 20) + tokens * STACK_BYTES_PER_TOKEN;
        let worker = std::thread::Builder::new().name("sql-guard".to_owned()).stack_size(stack);
        match worker.spawn_scoped(scope, || parse_and_check(text)) {
            Ok(worker) => worker.join().unwrap_or_else(|_| Err(unread("its parser failed"))),
            Err(error) => Err(unread(&format!("no thread could be started to read it: {error}"))),
        }
    })
}

fn parse_and_check(text: &str) -> Result<(), Refused> {
    let parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(DEEPEST);
    let statements = parser.try_with_sql(text).and_then(|mut parser| parser.parse_statements()).map_err(unread)?;
    match statements.as_slice() {
        [statement] => reads(statement),
        [] => Err(Refused::new("an empty statement", "send a SELECT")),
        _ => Err(Refused::new("a second statement", "send one statement a call")),
    }
}

fn unread(error: ParserError) -> Refused {
    let why = match error {
        ParserError::TokenizerError(why) | ParserError::ParserError(why) => why,
        ParserError::RecursionLimitExceeded => format!("it nests deeper than {DEEPEST} levels"),
    };
    Refused::new("a statement that cannot be read with certainty", why)
}

fn reads(statement: &Statement) -> Result<(), Refused> {
    match statement {
        Statement::Query(_) => {}
        Statement::Explain { statement, analyze, options, .. } => {
            let named = options.iter().flatten().any(names_analyze);
            explained(statement, *analyze || named)?;
        }
        _ => return Err(Refused::new("this statement", "only SELECT, VALUES, TABLE, WITH, SHOW and EXPLAIN are read")),
    }
    match statement.visit(&mut Reader) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(refused) => Err(refused),
    }
}

/// Whatever value the option has: one that is off is not worth a mistake about what PostgreSQL takes for off.
fn names_analyze(option: &UtilityOption) -> bool {
    ["analyze", "analyse"].contains(&option.name.value.to_ascii_lowercase().as_str())
}

fn explained(statement: &Statement, runs: bool) -> Result<(), Refused> {
    match statement {
        Statement::Query(_) => Ok(()),
        Statement::Insert(_) | Statement::Update { .. } | Statement::Delete(_) | Statement::Merge { .. } if !runs => {
            Ok(())
        }
        Statement::Insert(_) | Statement::Update { .. } | Statement::Delete(_) | Statement::Merge { .. } => {
            Err(Refused::new("EXPLAIN ANALYZE of a statement that writes", "it runs the statement; leave ANALYZE out"))
        }
        _ => Err(Refused::new(
            "EXPLAIN of this statement",
            "only queries, INSERT, UPDATE, DELETE and MERGE are explained",
        )),
    }
}

/// Looks at every query inside a statement.
struct Reader;

impl Visitor for Reader {
    type Break = Refused;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refused> {
        if let Some(lock) = query.locks.first() {
            let why = "it locks rows, and a plugin may hold no locks";
            return ControlFlow::Break(Refused::new(format!("FOR {}", lock.lock_type), why));
        }
        match written(&query.body) {
            Some(command) => {
                let why = "it changes data, and only reading is granted";
                ControlFlow::Break(Refused::new(format!("{command} inside of a query"), why))
            }
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Refused> {
        match select.into {
            Some(_) => {
                ControlFlow::Break(Refused::new("SELECT INTO", "it creates a table, and only reading is granted"))
            }
            None => ControlFlow::Continue(()),
        }
    }
}

/// The command that a query holds in place of a SELECT.
fn written(body: &SetExpr) -> Option<&'static str> {
    match body {
        SetExpr::Insert(_) => Some("INSERT"),
        SetExpr::Update(_) => Some("UPDATE"),
        SetExpr::Delete(_) => Some("DELETE"),
        SetExpr::Merge(_) => Some("MERGE"),
        SetExpr::SetOperation { left, right, .. } => written(left).or_else(|| written(right)),
        // Its own visit looks into a nested query.
        SetExpr::Query(_) | SetExpr::Select(_) | SetExpr::Values(_) | SetExpr::Table(_) => None,
    }
}
