//! A hook that asks for no more than reading: it runs the query of its options, and reports the first value.

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "hook" });

use confiture::plugin::{
    common::{OptionInfo, PluginError},
    database::{self, QueryError, Value},
};
use exports::confiture::plugin::{
    hooks::{self, Context, HookInfo, Outcome, Phase, Placement, Placing, Step},
    identity::{self, Capabilities, DatabaseAccess, Info},
};

struct Peeking;

export!(Peeking);

impl identity::Guest for Peeking {
    fn describe() -> Info {
        Info {
            name: "test:peeking".into(),
            version: "0.1.0".into(),
            summary: "Reads".into(),
            license: None,
            homepage: None,
            wants: Capabilities {
                database: DatabaseAccess::Read,
                directories: vec![],
                backup: false,
                secrets: vec![],
                extra: None,
            },
        }
    }
}

impl hooks::Guest for Peeking {
    fn list_hooks() -> Vec<HookInfo> {
        vec![HookInfo {
            id: "peek".into(),
            summary: "Runs a query".into(),
            documentation: String::new(),
            phases: vec![Phase::BeforeDdl, Phase::AfterDdl],
            options: vec![OptionInfo {
                name: "query".into(),
                summary: "The query".into(),
                required: true,
                schema: r#"{"type": "string"}"#.into(),
            }],
            extra: None,
        }]
    }

    fn place(_: String, _: String) -> Result<Placing, PluginError> {
        Ok(Placing { placement: Placement::InTransaction, rehearsable: true, notes: vec![] })
    }

    fn plan(_: String, _: Context, options: String) -> Result<Vec<Step>, PluginError> {
        let query = options.trim_start_matches("{\"query\":\"").trim_end_matches("\"}").to_owned();
        Ok(vec![Step { title: "peek".into(), arguments: query, estimated_rows: None, parallel: false, extra: None }])
    }

    fn run(_: String, _: Context, _: String, step: Step) -> Result<Outcome, PluginError> {
        let rows = database::query(&step.arguments, &[]).and_then(|rows| rows.next(1)).map_err(failed)?;
        let shown = match rows.first().and_then(|row| row.first()) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Integer(number)) => number.to_string(),
            _ => "nothing".into(),
        };
        let notes = vec![format!("saw {shown}")];
        Ok(Outcome { rows_affected: 0, statistics: "{}".into(), notes, next: vec![], extra: None })
    }
}

fn failed(error: QueryError) -> PluginError {
    match error {
        QueryError::Denied(why) => PluginError::Denied(why),
        QueryError::LimitExceeded(why) => PluginError::LimitExceeded(why),
        QueryError::Database(error) => PluginError::Database(error),
        QueryError::TimedOut => PluginError::TimedOut,
    }
}
