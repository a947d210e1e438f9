//! What of a schema, and which rules: `--schema`, `--only`, `--rule`, `--since`.

use super::since;
use crate::{
    exit::Exit,
    failure::Failure,
    plugins::Loaded,
    project::Project,
    source::{Acquired, Source},
};
use clap::Args;
use confiture_engine::lint::{
    focus::Focus,
    reach,
    resolve::select,
    rule::{ActiveRule, NamePattern},
};
use std::{collections::HashSet, path::PathBuf};

/// What of a schema, and which rules.
#[derive(Debug, Args)]
pub struct Narrow {
    /// Report only what is in this schema: a name, a glob, or a regular expression that starts with ^; may be repeated
    #[arg(long, value_name = "SCHEMA", help_heading = "Only a part", conflicts_with = "explain")]
    schema: Vec<String>,
    /// Report only what is about these objects, their columns, indexes and constraints: as --schema, of `name` or `schema.name`
    #[arg(long, value_name = "OBJECT", help_heading = "Only a part", conflicts_with = "explain")]
    only: Vec<String>,
    /// Run only this rule, whether or not it is on: its name, PLUGIN/RULE, or the name of a use of it; may be repeated
    #[arg(long, value_name = "RULE", help_heading = "Only a part", conflicts_with = "explain")]
    rule: Vec<String>,
    /// Report only objects of files that git has as changed since REF was branched off, or does not know; needs PATHs
    #[arg(long, value_name = "REF", help_heading = "Only a part", conflicts_with = "explain")]
    since: Option<String>,
}

impl Narrow {
    /// Whether rules that the project switched on do not run.
    pub fn leaves_rules_out(&self) -> bool {
        !self.rule.is_empty()
    }

    /// What was linted, with what of it.
    pub fn title(&self, title: &str) -> String {
        let mut parts = vec![title.to_owned()];
        for (what, names) in [("schema", &self.schema), ("", &self.only), ("rule", &self.rule)] {
            if !names.is_empty() {
                parts.push(format!("only {what} {}", names.join(", ")).replace("  ", " "));
            }
        }
        parts.extend(self.since.iter().map(|reference| format!("only what changed since {reference}")));
        parts.join("; ")
    }

    /// The rules that run.
    pub fn rules(&self, rules: Vec<ActiveRule>, loaded: &Loaded) -> Result<Vec<ActiveRule>, Failure> {
        select(rules, &self.rule, &loaded.offers()).map_err(|error| match loaded.faults.first() {
            // A rule that is not known may be one of the plugin that did not load.
            Some(fault) => Failure::new(Exit::Plugin, format!("{fault}\n--rule: {error}")),
            None => Failure::new(Exit::Usage, format!("--rule: {error}")),
        })
    }

    /// The files that changed, where that is asked for. Before anything is built: what git refuses need not wait for it.
    pub fn changed(&self, project: &Project, source: &Source) -> Result<Option<HashSet<PathBuf>>, Failure> {
        match (&self.since, source) {
            (None, _) => Ok(None),
            (Some(reference), Source::Files(_)) => since::changed(&project.root(), reference).map(Some),
            (Some(_), Source::Live | Source::Stored(_)) => Err(Failure::new(
                Exit::Usage,
                "--since is about files: a database does not know which of them made what\n  name the DDL files: \
                 confiture lint PATH --since REF",
            )),
        }
    }

    /// What the findings are asked for.
    pub fn focus(&self, acquired: &Acquired, changed: Option<&HashSet<PathBuf>>) -> Result<Focus, Failure> {
        let names = |paths: &HashSet<PathBuf>| {
            let files = acquired.files.iter().filter(|file| paths.contains(&file.path));
            files.map(|file| file.shown.clone()).collect()
        };
        let focus = Focus {
            schemas: patterns("--schema", &self.schema)?,
            objects: patterns("--only", &self.only)?,
            named: acquired.reported.named(),
            changed: changed.map(names),
        };
        self.refuse_unknown(&focus, acquired)?;
        Ok(focus)
    }

    /// A schema that is not there would be found clean.
    fn refuse_unknown(&self, focus: &Focus, acquired: &Acquired) -> Result<(), Failure> {
        let schemas = reach::schemas(&acquired.snapshot);
        let mut asked = self.schema.iter().zip(&focus.schemas);
        match asked.find(|(_, pattern)| !schemas.iter().any(|schema| pattern.matches(schema))) {
            None => Ok(()),
            Some((written, _)) => {
                let known: Vec<&str> = schemas.into_iter().collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let message = format!("--schema {written}: nothing is in such a schema. There are: {known}");
                Err(Failure::new(Exit::Usage, message))
            }
        }
    }
}

fn patterns(option: &str, texts: &[String]) -> Result<Vec<NamePattern>, Failure> {
    let read = |text: &String| {
        NamePattern::parse(text).map_err(|why| {
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Failure::new(Exit::Usage, format!("{option} {text}: this is no pattern: {why}"))
        })
    };
    texts.iter().map(read).collect()
}
