//! Hooks that do what their options say: run them as SQL, make a backup of that name, misbehave in one way.

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "backup-hook" });

use confiture::plugin::{
    backup::{self, BackupReport, Compression},
    common::{OptionInfo, PluginError},
    database::{self, QueryError, Value},
    files, progress,
};
use exports::confiture::plugin::{
    hooks::{self, Context, HookInfo, Outcome, Phase, Placement, Placing, Step},
    identity::{self, Capabilities, DatabaseAccess, DirectoryAccess, Info},
};

struct Hooking;

export!(Hooking);

const HOOKS: &[&str] = &[
    "execute",
    "query",
    "many",
    "spin",
    "trap",
    "grow",
    "lie-rows",
    "lie-json",
    "lie-steps",
    "dump",
    "restore",
    "restore-unasked",
    "prune",
    "files",
    "plan-writes",
    "report",
];

impl identity::Guest for Hooking {
    fn describe() -> Info {
        Info {
            name: "test:hooking".into(),
            version: "0.1.0".into(),
            summary: "Does what its options say".into(),
            license: None,
            homepage: None,
            wants: Capabilities {
                database: DatabaseAccess::Write,
                directories: vec![DirectoryAccess { name: "backups".into(), write: true }],
                backup: true,
                secrets: vec![],
                extra: None,
            },
        }
    }
}

impl hooks::Guest for Hooking {
    fn list_hooks() -> Vec<HookInfo> {
        HOOKS.iter().map(|id| info(id)).collect()
    }

    fn place(_: String, options: String) -> Result<Placing, PluginError> {
        if options == "ask" {
            database::execute("SELECT 1", &[]).map_err(failed)?;
        }
        let autocommit = options == "autocommit";
        let placement = if autocommit { Placement::Autocommit } else { Placement::InTransaction };
        Ok(Placing { placement, rehearsable: !autocommit, notes: vec!["noted".into()] })
    }

    fn plan(hook: String, _: Context, options: String) -> Result<Vec<Step>, PluginError> {
        if hook == "plan-writes" {
            database::execute(&options, &[]).map_err(failed)?;
        }
        let title = if hook == "lie-steps" { String::new() } else { format!("{hook} once") };
        Ok(vec![Step { title, arguments: text(&options), estimated_rows: Some(7), parallel: false, extra: None }])
    }

    fn run(hook: String, context: Context, _: String, step: Step) -> Result<Outcome, PluginError> {
        let text = step.arguments.as_str();
        match hook.as_str() {
            "execute" => database::execute(text, &[]).map(|rows| outcome(rows, "{}")).map_err(failed),
            "query" => query(text),
            "many" => many(text),
            "spin" => loop {
                std::hint::black_box(0);
            },
            "trap" => panic!("as asked"),
            "grow" => Ok(outcome(std::hint::black_box(vec![1_u8; 1 << 30]).len() as u64, "{}")),
            "lie-rows" => Ok(outcome(u64::MAX, "{}")),
            "lie-json" => Ok(outcome(1, text)),
            "dump" => {
                let tables: Vec<String> = text.split(',').skip(2).map(str::to_owned).collect();
                let mut parts = text.split(',');
                let name = parts.next().unwrap_or_default();
                let compression = match parts.next() {
                    Some("gzip") => Compression::Gzip,
                    Some("zstd") => Compression::Zstd,
                    _ => Compression::None,
                };
                backup::dump("backups", name, compression, &tables).map(|made| reported(&made))
            }
            "restore" | "restore-unasked" => {
                let tables: Vec<String> = text.split(',').skip(1).map(str::to_owned).collect();
                let name = text.split(',').next().unwrap_or_default();
                backup::restore("backups", name, &tables).map(|made| reported(&made))
            }
            "prune" => backup::prune("backups", text.parse().unwrap_or(30)).map(|gone| outcome(gone.into(), "{}")),
            "files" => {
                files::write("backups", "note", text.as_bytes())?;
                let names = files::list_files("backups")?;
                let read = files::read("backups", "note")?;
                Ok(outcome(names.len() as u64, &format!("{{\"bytes\": {}}}", read.len())))
            }
            "report" => {
                progress::report(3, Some(7), "things");
                let dry = context.dry_run && context.statistics == "{\"a\":1}";
                Ok(outcome(dry.into(), "{}"))
            }
            other => Err(PluginError::Failed(format!("no hook {other}"))),
        }
    }
}

/// The option `text`; where the options are not it alone, they are the text themselves.
fn text(options: &str) -> String {
    let quoted = options.strip_prefix("{\"text\":\"").and_then(|rest| rest.strip_suffix("\"}"));
    let Some(quoted) = quoted else { return options.to_owned() };
    let (mut text, mut characters) = (String::new(), quoted.chars());
    while let Some(character) = characters.next() {
        text.push(match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n') => '\n',
                other => other.unwrap_or_default(),
            },
            (plain, false) => plain,
        });
    }
    text
}

/// Runs a query to its end.
fn query(sql: &str) -> Result<Outcome, PluginError> {
    let rows = database::query(sql, &[]).map_err(failed)?;
    let (mut count, mut first) = (0_u64, String::from("null"));
    loop {
        let batch = rows.next(1000).map_err(failed)?;
        if batch.is_empty() {
            return Ok(outcome(count, &format!("{{\"first\": {first}}}")));
        }
        if let (0, Some(Value::Integer(value))) = (count, batch[0].first()) {
            first = value.to_string();
        }
        count += batch.len() as u64;
    }
}

/// Runs statements one after the other, whatever becomes of each, and fails with the last failure.
fn many(text: &str) -> Result<Outcome, PluginError> {
    let mut last = Ok(0);
    for sql in text.split("\n;;\n") {
        let done = database::execute(sql, &[]);
        last = if done.is_err() { done } else { last };
    }
    last.map(|rows| outcome(rows, "{}")).map_err(failed)
}

fn reported(made: &BackupReport) -> Outcome {
    outcome(made.tables.into(), &format!("{{\"file\": \"{}\", \"bytes\": {}}}", made.file, made.bytes))
}

fn outcome(rows_affected: u64, statistics: &str) -> Outcome {
    Outcome { rows_affected, statistics: statistics.into(), notes: vec![], next: vec![], extra: None }
}

fn failed(error: QueryError) -> PluginError {
    match error {
        QueryError::Denied(why) => PluginError::Denied(why),
        QueryError::LimitExceeded(why) => PluginError::LimitExceeded(why),
        QueryError::Database(error) => PluginError::Database(error),
        QueryError::TimedOut => PluginError::TimedOut,
    }
}

fn info(id: &str) -> HookInfo {
    let option = |name: &str, summary: &str, schema: &str| OptionInfo {
        name: name.into(),
        summary: summary.into(),
        required: false,
        schema: schema.into(),
    };
    let mut options = vec![option("text", "What it does that with", r#"{"type": "string"}"#)];
    if id == "restore" {
        options.push(option("from", "Where backups are", r#"{"type": "string", "format": "restore-directory"}"#));
    }
    HookInfo {
        id: id.into(),
        summary: "Does what its options say".into(),
        documentation: String::new(),
        phases: vec![
            Phase::BeforeValidation,
            Phase::BeforeDdl,
            Phase::AfterDdl,
            Phase::AfterValidation,
            Phase::Cleanup,
            Phase::OnError,
            Phase::AfterMigration,
        ],
        options,
        extra: None,
    }
}
