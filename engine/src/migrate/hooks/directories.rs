//! The directories that a hook's options name: whether the project grants them is found out before anything runs.
//!
//! The JSON Schema of an option says in its `format` that its value names one: `directory` to read from,
//! `writable-directory`, `backup-directory` for backups of the database to be made into, `restore-directory` for one of them
//! to be restored from, or `file` for one that is read, in a directory of that name.

use super::{
    offers::Known,
    resolve::{Refused, problem_of},
};
use crate::{
    config::{HookUse, Problem, Span, tree::Value},
    migrate::plan::RefusalCode,
    options::kebab,
};
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    hook::{NamedDirectory, RESTORE_DIRECTORY},
    plugin::DirectoryAccess,
    rule::OptionInfo,
};

/// Asks for every directory that is named.
pub(super) async fn check(written: &HookUse, known: Known<'_>) -> Result<(), Refused> {
    for entry in &written.options {
        let Some(info) = known.info.options.iter().find(|info| kebab(&info.name) == kebab(&entry.key)) else {
            continue;
        };
        let Value::String(text) = &entry.node.value else { continue };
        // It was expanded before, and is refused there where it cannot be.
        let Ok(expanded) = text.expanded() else { continue };
        if let Some(directory) = named(info, expanded) {
            let reached = known.plugin.reach(&known.info.id, directory).await;
            // What a variable holds is not shown.
            let shown = (text.written() != expanded).then(|| text.written());
            reached.map_err(|fault| refused(written, entry.node.span, &fault, shown))?;
        }
    }
    Ok(())
}

fn named<'a>(info: &OptionInfo, text: &'a str) -> Option<NamedDirectory<'a>> {
    let (read, write) = (DirectoryAccess::Read, DirectoryAccess::Write);
    let (name, access, backups) = match info.schema.get("format")?.as_str()? {
        "directory" | RESTORE_DIRECTORY => (text, read, false),
        "writable-directory" => (text, write, false),
        "backup-directory" => (text, write, true),
        "file" => (text.rsplit_once('/')?.0, read, false),
        _ => return None,
    };
    Some(NamedDirectory { name, access, backups })
}

fn refused(written: &HookUse, span: Span, fault: &Fault, shown: Option<&str>) -> Refused {
    let (code, why) = match &fault.kind {
        FaultKind::Reported(PluginError::Denied(_)) if shown.is_some() => {
            let shown = shown.unwrap_or_default();
            (RefusalCode::HookFault, format!("the directory that `{shown}` names is not granted"))
        }
        FaultKind::Reported(PluginError::Denied(why)) => (RefusalCode::HookFault, why.clone()),
        FaultKind::Reported(error) => (RefusalCode::NoBackup, error.to_string()),
        _ => (RefusalCode::HookFault, fault.to_string()),
    };
    let message = format!("the hook `{}`: {why}", written.kind.value);
    Refused { code, problem: problem_of(written, Problem::new(span, message)) }
}
