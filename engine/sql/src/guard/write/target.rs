//! What a statement may not touch: the host's own schema, and the system's catalogs.

use super::words::{is_name, name};
use crate::guard::Refused;

/// The schema of the ledger.
const OURS: &str = "confiture";

/// Schemas of the system.
const SYSTEM: &[&str] = &["pg_catalog", "information_schema", "pg_toast"];

/// Refuses names that no statement of a hook may hold, wherever they stand.
pub(super) fn check_names(words: &[&str]) -> Result<(), Refused> {
    for word in words.iter().filter(|word| is_name(word)) {
        if name(word) == OURS {
            let why = "it is the host's: `write` does not include it; give things of your own another name";
            return Err(Refused::new("the name `confiture`", why));
        }
    }
    // Its rules turn an UPDATE into a change of the session's settings, through views over it as well.
    let reads = matches!(words.first(), Some(&"select" | &"with" | &"table" | &"values" | &"show"));
    if !reads && words.iter().any(|word| name(word) == "pg_settings") {
        return Err(Refused::new("pg_settings outside of a query", "roles and settings of the session are the host's"));
    }
    Ok(())
}

/// Refuses statements whose target is a catalog: a superuser may change those.
pub(super) fn check(words: &[&str]) -> Result<(), Refused> {
    for at in 0..words.len() {
        let rest = words.get(at..).unwrap_or_default();
        let target = match rest {
            ["insert" | "merge", "into", target @ ..] | ["delete", "from", target @ ..] => target,
            // `FOR UPDATE OF`, `ON UPDATE`, `DO UPDATE SET` and the events of triggers name no target here.
            ["update", "set" | "of" | "or" | "on" | "nowait" | "skip", ..] => continue,
            ["update", target @ ..] => target,
            _ => continue,
        };
        let target = target.strip_prefix(&["only"]).unwrap_or(target);
        if is_system(target) {
            return Err(refused());
        }
    }
    match words {
        // All names of these may be targets.
        ["truncate" | "lock" | "alter" | "drop" | "comment" | "grant" | "revoke" | "cluster", rest @ ..]
            if (0..rest.len()).any(|at| names_system(rest, at)) =>
        {
            Err(refused())
        }
        // What a view shows can be changed through it.
        ["create", rest @ ..] if rest.iter().take(6).any(|word| *word == "view" || *word == "rule") => {
            match (0..rest.len()).any(|at| names_system(rest, at)) && !rest.contains(&"materialized") {
                true => Err(Refused::new("a view of a system catalog", "what it shows could be changed through it")),
                false => Ok(()),
            }
        }
        ["create", rest @ ..] if rest.windows(2).any(|two| two[0] == "on" && is_system(rest_after(rest, two[1]))) => {
            Err(refused())
        }
        _ => Ok(()),
    }
}

fn rest_after<'a, 'b>(words: &'a [&'b str], first: &str) -> &'a [&'b str] {
    let at = words.iter().position(|word| *word == first).unwrap_or(words.len());
    words.get(at..).unwrap_or_default()
}

fn refused() -> Refused {
    Refused::new("a change of the system's catalogs", "only PostgreSQL changes them")
}

/// Whether the name at the beginning is one of the system's.
fn is_system(words: &[&str]) -> bool {
    match words {
        [schema, ".", table, ..] => SYSTEM.contains(&name(schema)) || name(table).starts_with("pg_"),
        [table, ..] => is_name(table) && name(table).starts_with("pg_"),
        [] => false,
    }
}

/// Whether a relation of the system is named here: a name that is not called, and no type or cast.
fn names_system(words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
    let rest = words.get(at..).unwrap_or_default();
    let called = matches!(rest, [_, "(", ..] | [_, ".", _, "(", ..]);
    before != ":" && !called && before != "." && is_system(rest)
}
