//! What a profile masks how, what it keeps, what it does not mention, and why: for whoever has to answer for it.

mod html;

pub use html::html;

use super::{
    profile::{Problems, Profile},
    resolve::{Resolved, ResolvedColumn},
    suggest::Suspicion,
};
use crate::config::ConfigError;
use serde::Serialize;
use std::fmt::Write as _;

/// What becomes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// A strategy masks it.
    Masked,
    /// It stays as it is, and the profile says so.
    Kept,
    /// It stays as it is, and no rule mentions it.
    Unmentioned,
}

/// A column in a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedColumn {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
    /// `plugin/strategy`; none where no rule mentions it.
    pub strategy: Option<String>,
    /// The name that the profile gives the strategy.
    pub named: Option<String>,
    /// What the strategy promises: `deterministic`, `injective`, ...
    pub promises: Vec<&'static str>,
    /// Why, in the user's words.
    pub why: Option<String>,
    /// `file:line` of the rule.
    pub rule: Option<String>,
    /// Why it looks personal, where it does.
    pub looks_personal: Option<String>,
}

/// A table in a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedTable {
    /// `schema.table`.
    pub name: String,
    /// Whether none of its rows is copied.
    pub skipped: bool,
    /// Why, in the user's words.
    pub why: Option<String>,
    /// Its columns; none where it is skipped.
    pub columns: Vec<ReportedColumn>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// The profile.
    pub profile: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// Columns that are masked.
    pub masked: usize,
    /// Columns that stay, as the profile says.
    pub kept: usize,
    /// Columns that no rule mentions.
    pub unmentioned: usize,
    /// Columns that look personal and that no strategy masks.
    pub exposed: usize,
    /// Tables, those that are skipped behind the others.
    pub tables: Vec<ReportedTable>,
    /// What whoever masks should know.
    pub notices: Vec<String>,
}

/// Writes a report of a resolved profile.
pub fn report(profile: &Profile, resolved: &Resolved, suspicions: &[Suspicion]) -> Report {
    let looks = |schema: &str, table: &str, column: &str| {
        let found = suspicions.iter().find(|one| one.schema == schema && one.table == table && one.column == column);
        found.map(|one| format!("{}: {}", one.kind.as_str(), one.reasons.join("; ")))
    };
    let mut tables = Vec::new();
    for table in &resolved.tables {
        let mut ruled: Vec<&ResolvedColumn> = table.columns.iter().collect();
        ruled.sort_by_key(|column| column.position);
        let mut columns: Vec<ReportedColumn> = ruled.into_iter().map(ruled_column).collect();
        columns.extend(table.unmentioned.iter().map(|name| unmentioned(name)));
        for column in &mut columns {
            column.looks_personal = looks(&table.schema, &table.name, &column.name);
        }
        tables.push(ReportedTable {
            name: format!("{}.{}", table.schema, table.name),
            skipped: false,
            why: None,
            columns,
        });
    }
    for table in &resolved.skipped {
        let name = format!("{}.{}", table.schema, table.name);
        tables.push(ReportedTable { name, skipped: true, why: table.why.clone(), columns: Vec::new() });
    }
    let all = || tables.iter().flat_map(|table| &table.columns);
    let count = |fate: Fate| all().filter(|column| column.fate == fate).count();
    Report {
        schema_version: 1,
        profile: profile.name.clone(),
        description: profile.description.clone(),
        masked: count(Fate::Masked),
        kept: count(Fate::Kept),
        unmentioned: count(Fate::Unmentioned),
        exposed: all().filter(|column| column.is_exposed()).count(),
        notices: resolved.notices.clone(),
        tables,
    }
}

impl ReportedColumn {
    /// Whether it looks personal and stays as it is.
    pub fn is_exposed(&self) -> bool {
        self.fate != Fate::Masked && self.looks_personal.is_some()
    }
}

fn ruled_column(column: &ResolvedColumn) -> ReportedColumn {
    ReportedColumn {
        name: column.info.name.clone(),
        fate: if column.is_kept() { Fate::Kept } else { Fate::Masked },
        strategy: Some(column.ready.strategy()),
        named: column.named.clone(),
        promises: column.promises.names(),
        why: column.why.clone(),
        rule: Some(column.place.line()),
        looks_personal: None,
    }
}

fn unmentioned(name: &str) -> ReportedColumn {
    ReportedColumn {
        name: name.to_owned(),
        fate: Fate::Unmentioned,
        strategy: None,
        named: None,
        promises: Vec::new(),
        why: None,
        rule: None,
        looks_personal: None,
    }
}

/// The report for a terminal.
pub fn text(report: &Report) -> String {
    let mut page = format!(
        "Profile {}: {} columns masked, {} kept on purpose, {} not mentioned\n",
        report.profile, report.masked, report.kept, report.unmentioned
    );
    for table in &report.tables {
        let skipped = if table.skipped { " (skipped: none of its rows is copied)" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(page, "\n{}{skipped}", table.name);
        let width = table.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
        for column in &table.columns {
            let fate = match column.fate {
                Fate::Masked => column.strategy.as_deref().unwrap_or_default(),
                Fate::Kept => "kept",
                Fate::Unmentioned => "not mentioned",
            };
            let _ = write!(page, "\n  {:<width$}  {fate}", column.name);
            if let Some(why) = &column.why {
                let _ = write!(page, " — {why}");
            }
            if let Some(looks) = column.looks_personal.as_ref().filter(|_| column.is_exposed()) {
                let _ = write!(page, "  ! looks personal: {looks}");
            }
        }
        page.push('\n');
    }
    for notice in &report.notices {
        let _ = writeln!(page, "\nnote: {notice}");
    }
    page
}

/// For `--strict`: refuses columns that look personal and that no rule mentions.
///
/// # Errors
/// [`Problems`], one for each.
pub fn refuse_unclassified(profile: &Profile, resolved: &Resolved, suspicions: &[Suspicion]) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for one in suspicions {
        let table = resolved.tables.iter().find(|table| table.schema == one.schema && table.name == one.table);
        if !table.is_some_and(|table| table.unmentioned.contains(&one.column)) {
            continue;
        }
        let name = format!("{}.{}.{}", one.schema, one.table, one.column);
        let kind = one.kind.as_str();
        let message = format!("`{name}` looks like {kind} ({}), and no rule mentions it", one.reasons.join("; "));
        let help = format!(
            "write what masks `{}` under table `{}.{}`, or `none` with a `reason`",
            one.column, one.schema, one.table
        );
        problems.push(ConfigError::about(&profile.source.name, message, Some(help)));
    }
    problems.or(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymize::{
        profile::test_profile,
        resolve::tests::{resolved, schema::snapshot},
        suggest::{Sampled, suspicions},
    };

    const TABLES: [&str; 2] = ["users: id integer*, email text, phone text, note text", "audit_log: id integer*"];
    const RULES: &str = "rules:\n  - {table: users, columns: {email: email_masking, id: {strategy: none, reason: 'no <person>'}}}\n  \
                         - {table: audit_log, strategy: skip_table, reason: of no use}\n";

    fn reported() -> Report {
        let profile = test_profile(&format!("anonymization_profile: p\n{RULES}"));
        let resolved = resolved(RULES, &TABLES).expect("is resolved");
        report(&profile, &resolved, &suspicions(&snapshot(&TABLES), &Sampled::new()))
    }

    #[test]
    fn every_column_has_its_fate_and_why() {
        let report = reported();
        assert_eq!((report.masked, report.kept, report.unmentioned, report.exposed), (1, 1, 2, 2));
        let text = text(&report);
        assert!(text.contains("\n  email  mask-core/email_masking\n"), "{text}");
        assert!(text.contains("\n  id     kept — no <person>\n"), "{text}");
        assert!(text.contains("not mentioned  ! looks personal: a phone number: its name says `phone`"), "{text}");
        assert!(text.contains("public.audit_log (skipped: none of its rows is copied)"), "{text}");
    }

    #[test]
    fn the_page_is_one_file_and_escapes() {
        let page = html(&reported(), "shop, <qa>").expect("is written");
        assert!(page.starts_with("<!doctype html>") && page.contains("shop, &lt;qa&gt;"), "{page}");
        assert!(page.contains("no &lt;person&gt;") && !page.contains("http"), "{page}");
        assert!(page.contains("a phone number: its name says <code>phone</code>"), "{page}");
    }

    #[test]
    fn strict_refuses_what_looks_personal_and_is_not_mentioned() {
        let profile = test_profile(&format!("anonymization_profile: p\n{RULES}"));
        let resolved = resolved(RULES, &TABLES).expect("is resolved");
        let found = suspicions(&snapshot(&TABLES), &Sampled::new());
        let error = refuse_unclassified(&profile, &resolved, &found).expect_err("is refused").to_string();
        assert!(
            error.contains(
                "`public.users.phone` looks like a phone number (its name says `phone`), and no rule mentions it\n\
                            help: write what masks `phone` under table `public.users`, or `none` with a `reason`"
            ),
            "{error}"
        );
        assert!(!error.contains("users.email"), "{error}");
    }
}
