//! `confiture migrate repair`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, change, entries},
    output::{self, BOLD, RED, styled},
    prompt,
    report::{self, json},
};
use clap::Args;
use confiture_engine::migrate::{
    Version,
    files::Id,
    ledger::{self, Answer, LedgerChange, repairs},
};
use std::{fmt::Write, path::Path};

/// Put the ledger right where it does not agree with the files, or a statement's end is not known
///
/// Names each thing that is wrong, and asks what is to be done about it. The schema is never changed.
#[derive(Debug, Args)]
#[command(
    after_help = "Answers: accept (the file is right), forget (take it out of the ledger), done and not-done (whether a \
                        statement took effect), applied (the rest was done by hand). With --yes, whatever has only one \
                        answer gets it.\n\nExample: confiture migrate repair --answer 004=done"
)]
pub struct Repair {
    /// The answer for one migration, without being asked
    #[arg(long = "answer", value_name = "VERSION=ANSWER")]
    answers: Vec<String>,
    #[command(flatten)]
    lock_wait: LockWait,
}

impl Repair {
    /// Asks, then writes the ledger.
    pub async fn run(self, global: &Global, directory: Option<&Path>, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let migrations = Migrations::load(global, directory)?;
        let connector = migrations.connector()?;
        let (connection, entries) = entries(&connector).await?;
        drop(connection);
        let found = repairs(&migrations.files, &entries);
        let given = self.given(&found)?;
        let mut changes: Vec<LedgerChange> = Vec::new();
        let mut open = 0;
        for repair in &found {
            match choose(global, repair, &given).await? {
                Some(answer) => changes.push(answer.change.clone()),
                None => open += 1,
            }
        }
        if !changes.is_empty() {
            let what = format!("The ledger's rows of {} will be changed", report::ledger::titles(&changes));
            migrations.confirm(global, &what).await?;
            change(&connector, &changes, "repaired", self.lock_wait, interrupt).await?;
        }
        self.finish(global, &found, &changes, open)
    }

    fn finish(
        &self,
        global: &Global,
        found: &[ledger::Repair],
        changes: &[LedgerChange],
        open: usize,
    ) -> Result<Exit, Failure> {
        match global.format()? {
            Format::Json => {
                let document = serde_json::json!({ "schema_version": 1, "repairs": found, "changes": changes });
                output::result(global, &json::render(&document)?)?;
            }
            Format::Text if found.is_empty() => output::result(global, "files and ledger agree\n")?,
            Format::Text if changes.is_empty() => {}
            Format::Text => report::ledger::changed(global, "put right in the ledger", changes)?,
        }
        match open {
            0 => Ok(Exit::Done),
            _ if prompt::is_possible() => {
                output::say("what was passed over stays as it is");
                Ok(Exit::Refused)
            }
            _ => {
                let message = "there is no terminal to ask on: --answer VERSION=ANSWER says what is to be done, and --yes \
                               where there is only one answer";
                Err(Failure::new(Exit::Refused, message))
            }
        }
    }

    /// The answers of the command line: each must be for something that is wrong, and be one that it has.
    fn given(&self, found: &[ledger::Repair]) -> Result<Vec<(Id, String)>, Failure> {
        let usage = |message: String| Failure::new(Exit::Usage, message);
        let mut given = Vec::new();
        for text in &self.answers {
            let (version, answer) = text
                .split_once('=')
                .ok_or_else(|| usage(format!("--answer {text}: expected VERSION=ANSWER, such as 004=done")))?;
            let id = Id::of_ledger(version);
            let repair = found.iter().find(|repair| id_of(repair) == id);
            let repair = repair.ok_or_else(|| usage(format!("--answer {text}: nothing is wrong with {version}")))?;
            if !repair.answers.iter().any(|known| known.name == answer) {
                let known: Vec<&str> = repair.answers.iter().map(|answer| answer.name).collect();
                return Err(usage(format!("--answer {text}: the answers for {version} are: {}", known.join(", "))));
            }
            given.push((id, answer.to_owned()));
        }
        Ok(given)
    }
}

fn id_of(repair: &ledger::Repair) -> Id {
    let version = repair.answers.first().map_or("", |answer| answer.change.version());
    Version::parse(version).map_or_else(|| Id::of_ledger(version), Id::Versioned)
}

/// The answer for one thing that is wrong; none where nobody gives one.
async fn choose<'a>(
    global: &Global,
    repair: &'a ledger::Repair,
    given: &[(Id, String)],
) -> Result<Option<&'a Answer>, Failure> {
    let id = id_of(repair);
    let of_name = |name: &str| repair.answers.iter().find(|answer| answer.name == name);
    if let Some((_, name)) = given.iter().find(|(known, _)| *known == id) {
        return Ok(of_name(name));
    }
    output::say(describe(repair));
    if let (true, [only]) = (global.yes, repair.answers.as_slice()) {
        return Ok(Some(only));
    }
    if !prompt::is_possible() {
        return Ok(None);
    }
    let names: Vec<&str> = repair.answers.iter().map(|answer| answer.name).collect();
    loop {
        let answer = prompt::ask(&format!("  {} or skip? [skip] ", names.join(", "))).await?;
        match answer.as_str() {
            "" | "skip" => return Ok(None),
            name => match of_name(name) {
                Some(answer) => return Ok(Some(answer)),
                None => output::say(format!("  `{name}` is none of them")),
            },
        }
    }
}

fn describe(repair: &ledger::Repair) -> String {
    let mut text = format!("{} {}: {}", styled(RED, "✗"), styled(BOLD, &repair.migration), repair.what);
    for answer in &repair.answers {
        let _ = write!(text, "\n    {:<9} {}", answer.name, answer.text);
    }
    text
}
