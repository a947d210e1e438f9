//! `condition:` of a hook, in CEL (the Common Expression Language).
//!
//! It sees `migration_name`, `version`, `environment`, `direction`, `phase` and `statistics`. Beside CEL's own
//! `text.contains('x')` the infix `text contains 'x'` is accepted. What cannot be evaluated is an error, never `false`.

mod infix;

use crate::config::nearest;
use cel::{Context, ExecutionError, Program, Value};
use confiture_model::hook::HookContext;

/// Longer than this is no condition.
const LONGEST: usize = 4_096;

const VARIABLES: [&str; 6] = ["migration_name", "version", "environment", "direction", "phase", "statistics"];
/// CEL's macros bind names of their own.
const MACROS: [&str; 6] = ["all", "exists", "exists_one", "existsOne", "map", "filter"];

/// Whether a condition can be evaluated at all.
///
/// # Errors
/// What is wrong with it, and what to do.
pub(super) fn check(text: &str) -> Result<(), (String, Option<String>)> {
    let program = compile(text)?;
    let references = program.references();
    let binds = MACROS.iter().any(|name| text.contains(&format!(".{name}(")));
    let unknown = references.variables().into_iter().find(|name| !VARIABLES.contains(name) && !name.starts_with('@'));
    match unknown.filter(|_| !binds) {
        None => Ok(()),
        Some(name) => Err((format!("the condition knows no `{name}`"), nearest::hint(name, VARIABLES))),
    }
}

/// Whether a condition holds.
///
/// # Errors
/// Why it cannot be evaluated. Holds no value of `statistics`.
pub(in crate::migrate) fn holds(text: &str, hook: &HookContext) -> Result<bool, String> {
    let program = compile(text).map_err(|(message, _)| message)?;
    let mut context = Context::default();
    let direction = serde_json::to_value(hook.direction).unwrap_or_default();
    context.add_variable_from_value("migration_name", hook.migration.as_str());
    context.add_variable_from_value("version", hook.version.as_str());
    context.add_variable_from_value("environment", hook.environment.as_str());
    context.add_variable_from_value("direction", direction.as_str().unwrap_or_default());
    context.add_variable_from_value("phase", hook.phase.as_str());
    let statistics =
        cel::to_value(&hook.statistics).map_err(|_| "the statistics are no data that CEL knows".to_owned());
    context.add_variable_from_value("statistics", statistics?);
    match program.execute(&context) {
        Ok(Value::Bool(holds)) => Ok(holds),
        Ok(_) => Err("it is neither true nor false".to_owned()),
        Err(error) => Err(why(&error)),
    }
}

/// CEL's own texts show the values that they are about.
fn why(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("there is no `{key}`; `has(...)` asks whether there is"),
        ExecutionError::UndeclaredReference(name) => format!("it knows no `{name}`"),
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            format!("a function takes {expected} arguments and got {actual}")
        }
        ExecutionError::NoSuchOverload(_) | ExecutionError::ValuesNotComparable(..) => {
            "it compares or combines values of different types".to_owned()
        }
        _ => "it cannot be evaluated".to_owned(),
    }
}

fn compile(text: &str) -> Result<Program, (String, Option<String>)> {
    if text.len() > LONGEST {
        return Err((format!("a condition is at most {LONGEST} bytes long"), None));
    }
    let help = "it is written in CEL, such as `environment == 'production' && migration_name.contains('analytics')`";
    Program::compile(&infix::to_calls(text)).map_err(|errors| {
        let first = errors.errors.first().map(|error| error.msg.lines().next().unwrap_or_default().to_owned());
        let reason = first.filter(|reason| !reason.is_empty()).unwrap_or_else(|| "it does not parse".to_owned());
        (format!("this is no condition: {reason}"), Some(help.to_owned()))
    })
}

#[cfg(test)]
mod tests;
