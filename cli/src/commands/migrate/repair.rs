//! `confiture migrate repair`.

use super::work::Work;
use crate::{
    arguments::{Format, Global},
    exit::Exit,
    failure::Failure,
    output,
    prompt::answer,
};
use clap::Args;
use confiture_engine::migrate::ledger::{self, Answer, LedgerChange, repairs};

/// Put the ledger right: names each thing that is wrong, and asks
///
/// Only the ledger is changed, never the schema.
#[derive(Debug, Args)]
pub struct Repair {
    /// The answer for a migration, instead of asking: `003=accept`
    #[arg(long = "answer", value_name = "VERSION=ANSWER")]
    answers: Vec<String>,
    /// Only say what is wrong
    #[arg(long)]
    list: bool,
}

impl Repair {
    /// Asks, and writes the ledger.
    pub async fn run(self, work: &Work, global: &Global) -> Result<Exit, Failure> {
        let files = work.files()?;
        let found = repairs(&files, &work.entries().await?);
        if self.list || global.format == Some(Format::Json) {
            let document = serde_json::json!({ "schema_version": 1, "repairs": found });
            let text = match global.format {
                Some(Format::Json) => {
                    serde_json::to_string_pretty(&document).map_err(Failure::with(Exit::Failed))? + "\n"
                }
                _ => found.iter().map(describe).collect(),
            };
            output::result(global, &text)?;
            if self.list {
                return Ok(if found.is_empty() { Exit::Done } else { Exit::Findings });
            }
        }
        let mut changes: Vec<LedgerChange> = Vec::new();
        for repair in &found {
            changes.extend(self.choose(repair, global)?.map(|answer| answer.change.clone()));
        }
        if changes.is_empty() {
            output::say(if found.is_empty() { "nothing is wrong with the ledger" } else { "nothing was changed" });
            return Ok(Exit::Done);
        }
        let count = work.change(&changes, "repaired").await?;
        output::say(format!("{count} repaired on {}", work.target()?));
        Ok(Exit::Done)
    }

    /// `--yes` takes an answer only where there is no other.
    fn choose<'r>(&self, repair: &'r ledger::Repair, global: &Global) -> Result<Option<&'r Answer>, Failure> {
        let mut given = self.answers.iter().filter_map(|given| given.split_once('='));
        let version = repair.answers.first().map(|answer| answer.change.version()).unwrap_or_default();
        let is_it = |(migration, _): &(&str, &str)| *migration == version || *migration == repair.migration;
        if let Some((_, name)) = given.rfind(is_it) {
            return named(repair, name).map(Some);
        }
        if let (true, [only]) = (global.yes, repair.answers.as_slice()) {
            return Ok(Some(only));
        }
        let what = format!("{}: {}.", repair.migration, repair.what);
        let question = format!("{}answer, or nothing to leave it: ", describe(repair));
        match answer(&question, &what)?.as_str() {
            "" => Ok(None),
            name => named(repair, name).map(Some),
        }
    }
}

fn named<'r>(repair: &'r ledger::Repair, name: &str) -> Result<&'r Answer, Failure> {
    repair.answers.iter().find(|answer| answer.name == name).ok_or_else(|| {
        let known: Vec<&str> = repair.answers.iter().map(|answer| answer.name).collect();
        let message = format!("{}: `{name}` is no answer; these are: {}", repair.migration, known.join(", "));
        Failure::new(Exit::Usage, message)
    })
}

fn describe(repair: &ledger::Repair) -> String {
    let answers: String = repair.answers.iter().map(|answer| format!("  {}: {}\n", answer.name, answer.text)).collect();
    format!("{}: {}\n{answers}", repair.migration, repair.what)
}
