//! `confiture lint`.

use crate::{
    exit::Exit,
    explain::explain,
    failure::Failure,
    global::{Format, Global},
    output, plugins,
    project::Project,
    report,
    source::Source,
};
use clap::{Args, ValueEnum};
use confiture_engine::lint::{self, rule::ActiveRule};
use confiture_model::{finding::Severity, plugin::SchemaView};
use std::{path::PathBuf, sync::Arc};

/// Check a schema against the project's rules
///
/// Without a path, the database. With paths, the schema that these DDL files make in a scratch PostgreSQL, every
/// finding with the file and line where its object was created; a path that ends in .json is a stored snapshot.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture lint db/                          lint DDL files, no database needed\n  \
                        confiture lint --env production             lint a database of the configuration\n  \
                        confiture lint db/ --format json            one document, for programs\n  \
                        confiture lint --explain foreign-key-indexed"
)]
pub struct Lint {
    /// DDL files or directories, or a stored snapshot; without any, the database
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exit 1 from this severity up; otherwise the configuration's, or error
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Say what a rule finds, why it matters, how to fix it and which options it takes
    #[arg(long, value_name = "RULE", conflicts_with_all = ["paths", "fail_on"])]
    explain: Option<String>,
}

/// From which severity up a run fails.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Info,
    Warning,
    Error,
    Never,
}

impl Lint {
    /// Lints, or explains a rule.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let loaded = plugins::load(&project).await?;
        if let Some(rule) = &self.explain {
            return explain(&loaded, rule).and_then(|text| output::result(global, &text)).map(|()| Exit::Done);
        }
        let format = project.report_format(global)?;
        let source = Source::of(&self.paths)?;
        let rules = loaded.resolve(&project)?;
        if source == Source::Live {
            warn_of_directories(&rules);
        }
        let acquired = source.acquire(&project, lint::parts(&loaded.plugins, &rules)).await?;
        loaded.database.set(acquired.login(&project).await);
        let (reported, title) = (acquired.reported, acquired.title);
        let view = SchemaView {
            masked_columns: project.masked_columns(&acquired.snapshot)?,
            snapshot: Arc::new(acquired.snapshot),
            environment: project.environment_name().unwrap_or_default(),
        };
        let mut report = lint::run(&loaded.plugins, &rules, &view).await;
        report.faults.extend(loaded.faults);
        report.findings.retain(|finding| reported.covers(finding.span.as_ref()));
        let text = match format {
            Format::Text => report::text::render(&report, &title),
            Format::Json => report::json::render(&report)?,
        };
        output::result(global, &text)?;
        for fault in &report.faults {
            output::error(&fault.to_string());
        }
        Ok(self.exit(&project, &report))
    }

    fn exit(&self, project: &Project, report: &lint::report::LintReport) -> Exit {
        let failing = match self.fail_on {
            None => Some(project.config.linting.fail_on_severity),
            Some(FailOn::Info) => Some(Severity::Info),
            Some(FailOn::Warning) => Some(Severity::Warning),
            Some(FailOn::Error) => Some(Severity::Error),
            Some(FailOn::Never) => None,
        };
        if !report.faults.is_empty() {
            return Exit::Plugin;
        }
        match failing {
            Some(severity) if report.fails_at(severity) => Exit::Findings,
            _ => Exit::Done,
        }
    }
}

/// What a live database holds was made by no file: a rule that is limited to directories finds nothing there, and a clean
/// report would claim that it looked.
fn warn_of_directories(rules: &[ActiveRule]) {
    let limited = rules.iter().filter(|rule| !rule.scope.directories.is_empty());
    let names: Vec<&str> = limited.map(|rule| rule.setting.instance.as_str()).collect();
    if !names.is_empty() {
        output::warn(format!(
            "a live database knows no directories: {} did not look at anything (lint the files for them)",
            names.join(", ")
        ));
    }
}
