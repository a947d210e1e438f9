//! Plugins whose hooks do what their options say.

use super::Server;
use confiture_model::{
    BoxFuture,
    database::QueryError,
    fault::{Fault, FaultKind, PluginError},
    hook::{
        HookCall, HookInfo, HookOutcome, HookPlugin, HookPowers, HookStep, NamedDirectory, Phase, Placement, Placing,
    },
    plugin::{Capabilities, DatabaseAccess, DirectoryAccess, PluginInfo},
    rule::OptionInfo,
};
use serde_json::{Value as Json, json};
use std::{
    future::pending,
    sync::{Arc, Mutex},
};

/// A plugin.
pub(in crate::migrate) struct FakePlugin {
    name: String,
    info: PluginInfo,
    hooks: Vec<HookInfo>,
    server: Server,
    /// What its hooks were told, call by call.
    pub(in crate::migrate) told: Mutex<Vec<Json>>,
}

/// A hook of that name in these phases, with these options.
pub(in crate::migrate) fn hook(id: &str, phases: &[Phase], options: &[(&str, Json)]) -> HookInfo {
    let options = options.iter().map(|(name, schema)| OptionInfo {
        name: (*name).to_owned(),
        summary: format!("What {name} is."),
        required: false,
        schema: schema.clone(),
    });
    HookInfo {
        id: id.to_owned(),
        summary: String::new(),
        documentation: String::new(),
        phases: phases.to_vec(),
        options: options.collect(),
    }
}

impl FakePlugin {
    /// `name` with `hooks`; their databases write.
    pub(in crate::migrate) fn new(server: &Server, name: &str, hooks: Vec<HookInfo>) -> Arc<Self> {
        let wants = Capabilities { database: DatabaseAccess::Write, ..Capabilities::default() };
        let info = PluginInfo {
            name: format!("test:{name}"),
            version: "0.1.0".into(),
            summary: String::new(),
            license: None,
            homepage: None,
            wants,
        };
        Arc::new(Self { name: name.to_owned(), info, hooks, server: server.clone(), told: Mutex::default() })
    }

    /// `act`: what a run is tried with. Each of its `steps` is a statement; `+x` finds the step `x`, `!kind` fails, `~`
    /// hangs.
    pub(in crate::migrate) fn act(server: &Server) -> Arc<Self> {
        let options = [
            ("steps", json!({ "type": "array", "items": { "type": "string" } })),
            ("place", json!({ "enum": ["in-transaction", "own-transaction", "autocommit"] })),
            ("parallel_workers", json!({ "type": "integer", "minimum": 1 })),
        ];
        Self::new(server, "test", vec![hook("act", &Phase::ALL, &options)])
    }

    fn fault(&self, call: &str, kind: FaultKind) -> Fault {
        Fault { plugin: self.name.clone(), item: Some("act".into()), call: call.into(), kind }
    }

    async fn step(&self, call: HookCall<'_>, title: &str, powers: HookPowers) -> Result<HookOutcome, Fault> {
        let context = serde_json::to_value(call.context).expect("can be written");
        self.told.lock().expect("nobody panicked").push(json!({ "step": title, "context": context }));
        let reported = |error| Err(self.fault("run", FaultKind::Reported(error)));
        match title {
            "!check" => return reported(PluginError::CheckFailed("7 is not 8".into())),
            "!failed" => return reported(PluginError::Failed("it failed".into())),
            "!trap" => return Err(self.fault("run", FaultKind::Trap("unreachable".into()))),
            "~" => {
                self.server.stop.send_replace(true);
                pending::<()>().await;
            }
            _ => {}
        }
        if let Some(progress) = &powers.progress {
            progress.report(1, Some(2), "rows");
        }
        let database = powers.database.as_ref().expect("is lent");
        let sql = title.trim_start_matches('+');
        let rows = database.execute(sql, &[]).await.map_err(|error| {
            let error = match error {
                QueryError::Denied(why) => PluginError::Denied(why),
                QueryError::LimitExceeded(why) => PluginError::LimitExceeded(why),
                QueryError::Database(error) => PluginError::Database(error),
                QueryError::TimedOut => PluginError::TimedOut,
            };
            self.fault("run", FaultKind::Reported(error))
        })?;
        let next = title.strip_prefix('+').map(|_| step(&format!("{sql} found"), false));
        Ok(HookOutcome {
            rows_affected: rows,
            statistics: json!({ sql: rows }),
            notes: vec![format!("did {sql}")],
            next: next.into_iter().collect(),
        })
    }
}

fn step(title: &str, parallel: bool) -> HookStep {
    HookStep { title: title.to_owned(), arguments: title.to_owned(), estimated_rows: None, parallel }
}

impl HookPlugin for FakePlugin {
    fn name(&self) -> &str {
        &self.name
    }

    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn hooks(&self) -> &[HookInfo] {
        &self.hooks
    }

    fn place<'a>(&'a self, _: &'a str, options: &'a str) -> BoxFuture<'a, Result<Placing, Fault>> {
        let options: Json = serde_json::from_str(options).expect("is JSON");
        Box::pin(async move {
            let (placement, notes) = match options["place"].as_str().unwrap_or_default() {
                "own-transaction" => (Placement::OwnTransaction, Vec::new()),
                "autocommit" => (Placement::Autocommit, Vec::new()),
                _ if options["concurrent"] == json!(true) => (Placement::Autocommit, vec!["CONCURRENTLY".to_owned()]),
                _ => (Placement::InTransaction, Vec::new()),
            };
            match options["steps"][0].as_str() {
                Some("?options") => {
                    let (pointer, expected) = ("/steps/0".to_owned(), "something to do".to_owned());
                    Err(self.fault("place", FaultKind::Reported(PluginError::InvalidConfig { pointer, expected })))
                }
                Some("?denied") => {
                    let kind = FaultKind::Denied { what: "the directory".into(), grant: Some("grant = 1".into()) };
                    Err(self.fault("place", kind))
                }
                _ => Ok(Placing { placement, rehearsable: placement == Placement::InTransaction, notes }),
            }
        })
    }

    fn reach<'a>(&'a self, _: &'a str, directory: NamedDirectory<'a>) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            match (directory.name, directory.access) {
                ("backups", _) | ("queries", DirectoryAccess::Read) | ("/backups", _) => Ok(()),
                (name, access) => {
                    let denied = PluginError::Denied(format!("{access:?} of `{name}` is not granted"));
                    Err(self.fault("place", FaultKind::Reported(denied)))
                }
            }
        })
    }

    fn plan<'a>(&'a self, call: HookCall<'a>, _: HookPowers) -> BoxFuture<'a, Result<Vec<HookStep>, Fault>> {
        let options: Json = serde_json::from_str(call.options).expect("is JSON");
        let parallel = options["parallel_workers"].as_u64().unwrap_or(1) > 1;
        let steps = options["steps"].as_array().cloned().unwrap_or_default();
        let steps = steps.iter().filter_map(|text| Some(step(text.as_str()?, parallel))).collect();
        Box::pin(async move { Ok(steps) })
    }

    fn run<'a>(
        &'a self,
        call: HookCall<'a>,
        step: &'a HookStep,
        powers: HookPowers,
    ) -> BoxFuture<'a, Result<HookOutcome, Fault>> {
        Box::pin(self.step(call, &step.arguments, powers))
    }
}
