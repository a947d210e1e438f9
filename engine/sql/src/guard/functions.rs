//! Every function that a statement may call, by its tokens.
//!
//! By tokens, and not by a parser's tree, so that nothing hangs on a parser seeing a call where PostgreSQL does: every
//! name before a `(` counts, also where it is a type or the columns of an alias. That errs on the safe side.

use super::Refused;
use crate::lexer::{Token, TokenKind};

/// A function that a statement may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionUse {
    /// The schema, where one is written.
    pub schema: Option<String>,
    /// The name as the catalog has it: folded unless it was quoted.
    pub name: String,
    /// How it is written.
    pub notation: Notation,
}

/// How a function may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `name(...)`.
    Call,
    /// `row.name`: a column, or a function of one argument, the row.
    Attribute,
}

/// What the statement may do otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Read.
    Read,
    /// Change data.
    Write,
}

/// PostgreSQL cuts longer names, so that a longer text can name a function whose name is shorter.
const LONGEST_NAME: usize = 63;

/// The functions of a statement, each once.
pub(super) fn used(sql: &str, tokens: &[Token], purpose: Purpose) -> Result<Vec<FunctionUse>, Refused> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(name) = token.name(sql) else { continue };
        if name.len() > LONGEST_NAME {
            let why = format!("PostgreSQL would cut it to {LONGEST_NAME} bytes");
            return Err(Refused::new("a name this long", why));
        }
        let called = tokens.get(at + 1).is_some_and(|next| next.is_symbol(b'('));
        let qualified = before(tokens, at, 1).is_some_and(|token| token.is_symbol(b'.'));
        let schema = qualified.then(|| before(tokens, at, 2).and_then(|token| token.name(sql))).flatten();
        let notation = match (called, qualified) {
            (true, _) => Notation::Call,
            (false, true) => Notation::Attribute,
            (false, false) => continue,
        };
        if token.kind == TokenKind::Word && name.chars().any(char::is_uppercase) {
            // Whether PostgreSQL folds it depends on the encoding and the locale of the database.
            let why = "PostgreSQL may take it for its lower case; write that, or quote the name";
            return Err(Refused::new("an upper-case letter outside of ASCII in a name", why));
        }
        if notation == Notation::Call {
            never(&name, purpose)?;
        }
        let schema = schema.filter(|_| notation == Notation::Call);
        let usage = FunctionUse { schema, name, notation };
        if !found.contains(&usage) {
            found.push(usage);
        }
    }
    Ok(found)
}

fn before(tokens: &[Token], at: usize, distance: usize) -> Option<&Token> {
    tokens.get(at.checked_sub(distance)?)
}

/// Refuses what no volatility can excuse, in whichever schema: functions that change the session or the server, wait,
/// reach files or networks, or run SQL that is hidden in a string (some of which are declared STABLE).
fn never(name: &str, purpose: Purpose) -> Result<(), Refused> {
    let applies = |family: &&Family| purpose == Purpose::Read || family.why != SEQUENCES;
    let family = NEVER.iter().filter(applies).find(|family| family.holds(name));
    family.map_or(Ok(()), |family| Err(Refused::new(format!("the function {name}"), family.why)))
}

struct Family {
    names: &'static [&'static str],
    prefixes: &'static [&'static str],
    why: &'static str,
}

impl Family {
    fn holds(&self, name: &str) -> bool {
        self.names.contains(&name) || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// The one family that whoever may write may use.
const SEQUENCES: &str = "sequences are not for plugins that read";

static NEVER: &[Family] = &[
    Family { names: &["set_config", "setseed"], prefixes: &[], why: "it changes settings of the session" },
    Family { names: &[], prefixes: &["pg_sleep"], why: "it only waits" },
    Family { names: &[], prefixes: &["pg_advisory_", "pg_try_advisory_"], why: "a plugin may hold no locks" },
    Family { names: &["nextval", "setval", "currval", "lastval"], prefixes: &[], why: SEQUENCES },
    Family { names: &["loread", "lowrite"], prefixes: &["lo_"], why: "large objects are not for plugins" },
    Family {
        names: &["pg_stat_file", "pg_current_logfile"],
        prefixes: &["pg_read_", "pg_ls_", "pg_file_"],
        why: "the server's files are not for plugins",
    },
    Family { names: &[], prefixes: &["dblink"], why: "a plugin may reach no other database" },
    Family {
        names: &["ts_stat", "connectby", "xpath_table", "cursor_to_xml", "cursor_to_xmlschema"],
        prefixes: &["query_to_xml", "crosstab"],
        why: "it runs SQL that is hidden in a string; write that query itself",
    },
    Family {
        names: &[
            "pg_terminate_backend",
            "pg_cancel_backend",
            "pg_reload_conf",
            "pg_rotate_logfile",
            "pg_switch_wal",
            "pg_promote",
            "pg_notify",
            "pg_export_snapshot",
            "pg_log_backend_memory_contexts",
            "pg_backup_start",
            "pg_backup_stop",
            "pg_start_backup",
            "pg_stop_backup",
        ],
        prefixes: &[
            "pg_create_",
            "pg_drop_",
            "pg_logical_",
            "pg_replication_",
            "pg_stat_reset",
            "pg_wal_replay_",
            "pg_copy_",
            "pg_sync_",
            "pg_restore_",
            "pg_clear_",
            "binary_upgrade_",
            "pg_import_system_",
        ],
        why: "it acts on the server, and only reading is granted",
    },
];
