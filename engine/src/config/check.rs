//! What the shape of a file cannot say: names that clash, grants of what is not there, numbers out of range.

use super::{
    Limits, Problem, Source, Spanned,
    file::{File, PluginTable},
    nearest,
};
use std::collections::BTreeMap;

/// Checks the `plugins` of a file.
pub(super) fn plugins(file: &File, source: &Source) -> Result<(), Problem> {
    let mut names = BTreeMap::new();
    for (name, table) in &file.plugins {
        plugin_name(name, source, &mut names)
            .and_then(|()| grant(table, file))
            .and_then(|()| table.limits.as_ref().map_or(Ok(()), limits))
            .map_err(|problem| problem.within(&name.value, name.span).within("plugins", name.span))?;
    }
    Ok(())
}

fn plugin_name<'a>(
    name: &'a Spanned<String>,
    source: &Source,
    names: &mut BTreeMap<String, &'a Spanned<String>>,
) -> Result<(), Problem> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.value.is_empty() || !name.value.chars().all(allowed) {
        return Err(Problem::new(name.span, "the name of a plugin is made of letters, digits, `-` and `_`"));
    }
    let plain = name.value.to_lowercase().replace('_', "-");
    match names.insert(plain, name) {
        None => Ok(()),
        Some(first) => {
            let (first, second) = if first.span < name.span { (first, name) } else { (name, first) };
            let line = source.locate(first.span).line;
            let message =
                format!("two plugins with one name: `{}` and, in line {line}, `{}`", second.value, first.value);
            Err(Problem::new(second.span, message)
                .help("names must differ in more than case, `-` and `_`: rename one of them"))
        }
    }
}

fn grant(table: &PluginTable, file: &File) -> Result<(), Problem> {
    let Some(grant) = &table.grant else { return Ok(()) };
    match grant.value.directories.keys().find(|name| !file.directories.contains_key(*name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("the directory `{name}` is granted, but `directories` does not say which one it is");
            let problem = Problem::new(grant.span, message).within("grant", grant.span);
            let known = file.directories.keys().map(String::as_str);
            Err(problem.help(
                nearest::hint(name, known).unwrap_or_else(|| {
                    format!("write `directories.{name} = \"/path/of/{name}\"` at the top of the file")
                }),
            ))
        }
    }
}

fn limits(limits: &Spanned<Limits>) -> Result<(), Problem> {
    let out_of_range = |key: &str, range: &str| {
        let message = format!("expected {range}");
        Err(Problem::new(limits.span, message).within(key, limits.span).within("limits", limits.span))
    };
    if limits.value.memory_mib.is_some_and(|memory| !(1..=4096).contains(&memory)) {
        return out_of_range("memory_mib", "from 1 to 4096 MiB");
    }
    if limits.value.timeout_s.is_some_and(|timeout| !(timeout > 0.0 && timeout <= 86_400.0)) {
        return out_of_range("timeout_s", "more than 0 and at most 86400 seconds");
    }
    Ok(())
}
