//! `confiture lint`.

mod baseline;
mod directories;
mod fix;
mod narrow;
mod since;

use crate::{
    exit::Exit,
    explain::explain,
    failure::Failure,
    global::Global,
    interrupt::Interrupt,
    masked::Masked,
    output,
    plugins::{self, Loaded},
    project::Project,
    report,
    source::{Acquired, Source},
};
use baseline::Baselines;

use clap::{Args, ValueEnum};
use confiture_engine::lint::{
    self,
    allow::{self, Allow, Offered},
    formats::Surroundings,
    report::LintReport,
    rule::ActiveRule,
};
use confiture_model::{finding::Severity, plugin::SchemaView, schema::Snapshot};
use fix::Fixing;
use narrow::Narrow;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Check a schema against the project's rules
///
/// Without a path, the database. With paths, the schema that these DDL files make in a scratch PostgreSQL, every
/// finding with the file and line where its object was created; a path that ends in .json is a stored snapshot.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture lint db/                          lint DDL files, no database needed\n  \
                        confiture lint --env production             lint a database of the configuration\n  \
                        confiture lint db/ --since origin/main      only what changed since\n  \
                        confiture lint db/ --format sarif --output lint.sarif\n  \
                        confiture lint db/ --write-baseline lint-baseline.json, then --baseline lint-baseline.json\n  \
                        confiture lint --explain foreign-key-indexed\n\n\
                        A finding is allowed by `-- confiture: allow(RULE) REASON` before or behind the statement that \
                        makes its object, by the same words in the object's comment, or by [[linting.allow]] in the \
                        configuration."
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
    #[command(flatten)]
    narrow: Narrow,
    #[command(flatten)]
    baselines: Baselines,
    #[command(flatten)]
    fixing: Fixing,
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
    pub async fn run(self, global: &Global, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let loaded = plugins::load(&project).await?;
        if let Some(rule) = &self.explain {
            return explain(&loaded, rule).and_then(|text| output::result(global, &text)).map(|()| Exit::Done);
        }
        let format = project.report_format(global)?;
        let source = Source::of(&self.paths)?;
        self.fixing.check(global, &source)?;
        let known = self.baselines.read()?;
        let mut rules = self.narrow.rules(loaded.resolve(&project)?, &loaded)?;
        let mut allows = allow::of_configuration(&project.config.linting, &rules, &loaded.offers())
            .map_err(Failure::with(Exit::Configuration))?;
        let changed = self.narrow.changed(&project, &source)?;
        let acquired = source.acquire(&project, lint::parts(&loaded.plugins, &rules) | self.fixing.reads()).await?;
        loaded.database.set(acquired.login(&project).await);
        for neither in
            lint::reach::settle(&mut rules, &acquired.snapshot, &|name| directories::called(&project.root(), name))
        {
            output::warn(neither);
        }
        match source {
            Source::Live => warn_of_directories(&rules),
            Source::Files(_) => warn_of_missing(&rules, &project.root()),
            Source::Stored(_) => {}
        }
        let focus = self.narrow.focus(&acquired, changed.as_ref())?;
        allows.extend(written(&acquired));
        let failing = self.failing(&project);
        let surroundings =
            Surroundings { title: self.narrow.title(&acquired.title), prefix: project.place_in_repository(), failing };
        let snapshot = Arc::new(acquired.snapshot);
        let mut report = found(&project, &loaded, &rules, snapshot.clone()).await?;
        report.faults.extend(loaded.faults.iter().cloned());
        allow::apply(&mut report, &allows, &self.offered(&offered(&loaded)));
        focus.limit(&mut report, &snapshot);
        if let Some(known) = &known {
            known.apply(&mut report, &self.baselines.name(), &focus);
        }
        report.settle();
        if self.baselines.is_written() {
            return self.baselines.write(&report);
        }
        if self.fixing.is_asked() {
            say_faults(&report);
            return self.fixing.run(global, (&report, &snapshot), failing, interrupt).await;
        }
        report::lint::put(global, &report, format, &surroundings)?;
        say_faults(&report);
        let exit = exit(&report, failing);
        // The process is about to end: giving back their millions of pieces would only take time.
        std::mem::forget((report, snapshot));
        Ok(exit)
    }

    fn failing(&self, project: &Project) -> Option<Severity> {
        match self.fail_on {
            None => Some(project.config.linting.fail_on_severity),
            Some(FailOn::Info) => Some(Severity::Info),
            Some(FailOn::Warning) => Some(Severity::Warning),
            Some(FailOn::Error) => Some(Severity::Error),
            Some(FailOn::Never) => None,
        }
    }

    fn offered<'a>(&self, rules: &'a [(&'a str, &'a str)]) -> Offered<'a> {
        Offered { rules, restricted: self.narrow.leaves_rules_out() }
    }
}

/// Every rule of every plugin.
fn offered(loaded: &Loaded) -> Vec<(&str, &str)> {
    let offers = loaded.plugins.iter();
    offers.flat_map(|plugin| plugin.rules().iter().map(|rule| (plugin.name(), rule.id.as_str()))).collect()
}

/// What is allowed where objects are made, and in their comments.
fn written(acquired: &Acquired) -> Vec<Allow> {
    let mut allows = allow::of_files(&acquired.files);
    allows.extend(allow::of_objects(&acquired.snapshot));
    allows
}

async fn found(
    project: &Project,
    loaded: &Loaded,
    rules: &[ActiveRule],
    snapshot: Arc<Snapshot>,
) -> Result<LintReport, Failure> {
    let masked = Masked::of(project, &snapshot);
    let environment = project.environment_name().unwrap_or_default();
    let view = SchemaView { masked_columns: masked.columns.clone(), snapshot, environment };
    let report = lint::run(&loaded.plugins, rules, &view).await;
    masked.check()?;
    Ok(report)
}

fn say_faults(report: &LintReport) {
    for fault in &report.faults {
        output::error(&fault.to_string());
    }
}

fn exit(report: &LintReport, failing: Option<Severity>) -> Exit {
    if !report.faults.is_empty() {
        return Exit::Plugin;
    }
    match failing {
        Some(severity) if report.fails_at(severity) => Exit::Findings,
        _ => Exit::Done,
    }
}

/// A rule that is limited to a directory that is not there would be found clean.
fn warn_of_missing(rules: &[ActiveRule], root: &Path) {
    for rule in rules {
        for directory in rule.scope.directories.iter().filter(|directory| !root.join(directory).exists()) {
            let place = rule.origin.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            output::warn(format!(
                "{place}the rule `{}` is limited to the directory `{directory}`, which is not there",
                rule.setting.instance
            ));
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
