//! A plugin that offers strategies without any Wasm.

use confiture_model::{
    BoxFuture,
    fault::{Fault, FaultKind, PluginError},
    mask::{AnonymizationPlugin, Column, ContextColumn, Masking, Opening, Promise, Promises, StrategyInfo, Unless},
    plugin::{Capabilities, PluginInfo},
    rule::OptionInfo,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) struct Fake {
    info: PluginInfo,
    strategies: Vec<StrategyInfo>,
}

const ONE_TO_ONE: Promises = Promises {
    deterministic: true,
    injective: true,
    reversible: false,
    may_keep: false,
    fresh: false,
    makes_nulls: false,
    all_null: false,
};
const SAME: Promises = Promises { injective: false, ..ONE_TO_ONE };
const NOTHING: Promises = Promises { deterministic: false, ..SAME };
const NULLS: Promises = Promises { makes_nulls: true, all_null: true, ..SAME };
const KEEPS: Promises = Promises { reversible: true, may_keep: true, ..ONE_TO_ONE };

pub(crate) fn plugins() -> Vec<Arc<dyn AnonymizationPlugin>> {
    let secret = json!({"type": ["string", "null"], "format": "secret"});
    let text = json!({"type": "string"});
    let inner = json!({"type": ["string", "object"], "format": "strategy"});
    let number = json!({"type": "number"});
    let types = &["text", "character varying", "citext"][..];
    let hash = ["text", "character varying", "uuid", "integer", "bigint", "smallint"];
    let mut email = strategy(
        "email_masking",
        types,
        ONE_TO_ONE,
        &[
            ("prefix", &text, false),
            ("keep_domain", &json!({"type": "boolean"}), false),
            ("key", &secret, false),
            ("random", &json!({"type": "boolean"}), false),
        ],
    );
    email.unless = vec![Unless { option: "random".into(), promises: vec![Promise::Deterministic] }];
    let range = [("strategy", &text, false), ("min", &number, true), ("max", &number, true)];
    let strategies = vec![
        strategy("none", &["any"], KEEPS, &[]),
        strategy("no_anonymization", &["any"], KEEPS, &[]),
        strategy("set_null", &["any"], NULLS, &[]),
        email,
        strategy("pattern_masking", types, SAME, &[("pattern", &text, true)]),
        strategy("deterministic_hash", &hash, ONE_TO_ONE, &[("salt", &secret, false), ("algorithm", &text, false)]),
        strategy(
            "conditional",
            &["any"],
            NOTHING,
            &[("condition", &text, true), ("if_true", &inner, true), ("if_false", &inner, true)],
        ),
        strategy("fake", types, SAME, &[("key", &secret, false)]),
        strategy("template", types, NOTHING, &[("of", &text, true)]),
        strategy("custom", &["integer", "numeric"], NOTHING, &range),
        strategy("custom_function", &["integer", "numeric"], NOTHING, &[("function", &text, true)]),
        strategy("broken", &["any"], SAME, &[]),
    ];
    let info = PluginInfo {
        name: "confiture:mask-core".into(),
        version: "0.1.0".into(),
        summary: String::new(),
        license: None,
        homepage: None,
        wants: Capabilities::default(),
    };
    vec![Arc::new(Fake { info, strategies })]
}

fn strategy(id: &str, accepts: &[&str], promises: Promises, options: &[(&str, &Value, bool)]) -> StrategyInfo {
    let option = |(name, schema, required): &(&str, &Value, bool)| OptionInfo {
        name: (*name).to_owned(),
        summary: format!("the {name}"),
        required: *required,
        schema: (*schema).clone(),
    };
    StrategyInfo {
        id: id.to_owned(),
        summary: format!("what {id} does"),
        documentation: String::new(),
        accepts: accepts.iter().map(|one| (*one).to_owned()).collect(),
        promises,
        options: options.iter().map(option).collect(),
        batch_rows: None,
        when: Vec::new(),
        unless: Vec::new(),
    }
}

impl AnonymizationPlugin for Fake {
    fn name(&self) -> &str {
        "mask-core"
    }

    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn strategies(&self) -> &[StrategyInfo] {
        &self.strategies
    }

    fn open<'a>(&'a self, opening: Opening<'a>) -> BoxFuture<'a, Result<Box<dyn Masking>, Fault>> {
        Box::pin(async move {
            self.opened(&opening).map_err(|kind| Fault {
                plugin: "mask-core".into(),
                item: Some(opening.strategy.to_owned()),
                call: "open".into(),
                kind,
            })
        })
    }
}

impl Fake {
    fn opened(&self, opening: &Opening<'_>) -> Result<Box<dyn Masking>, FaultKind> {
        let failed = |why: &str| FaultKind::Reported(PluginError::Failed(why.to_owned()));
        let options = opening.options;
        let mut context = Vec::new();
        match opening.strategy {
            "email_masking" if opening.target.room().is_some_and(|room| room < 40) => {
                return Err(failed("it has room for too few characters, and a masked address takes 40"));
            }
            "set_null" if !opening.target.nullable => return Err(failed("it is NOT NULL: use `fixed`")),
            "pattern_masking" if !options["pattern"].as_str().unwrap_or_default().contains(['*', '5']) => {
                let expected = "at least one `*`".to_owned();
                return Err(FaultKind::Reported(PluginError::InvalidConfig { pointer: "/pattern".into(), expected }));
            }
            "broken" => return Err(FaultKind::Trap("unreachable".into())),
            "conditional" => {
                for branch in ["if_true", "if_false"] {
                    opening.strategies.resolve(&options[branch]).map_err(FaultKind::Reported)?;
                }
                context.push(ContextColumn { name: "id".into(), masked: false });
            }
            "fake" => context.push(ContextColumn { name: "id".into(), masked: false }),
            "template" => {
                let name = options["of"].as_str().unwrap_or_default().to_owned();
                context.push(ContextColumn { name, masked: true });
            }
            _ => {}
        }
        Ok(Box::new(Open { strategy: opening.strategy.to_owned(), context }))
    }
}

struct Open {
    strategy: String,
    context: Vec<ContextColumn>,
}

impl Masking for Open {
    fn context_columns(&self) -> &[ContextColumn] {
        &self.context
    }

    fn mask<'a>(&'a mut self, values: &'a Column, context: &'a [Column]) -> BoxFuture<'a, Result<Column, Fault>> {
        let masked = |row: usize, value: &str| match self.strategy.as_str() {
            "none" | "no_anonymization" => Some(value.to_owned()),
            "set_null" => None,
            "template" => context.first()?.get(row).map(str::to_owned),
            "pattern_masking" if value == "stays" => Some(value.to_owned()),
            other => Some(format!("{}-{}", other, value.len())),
        };
        let column = (0..values.len()).map(|row| masked(row, values.get(row)?)).collect();
        Box::pin(async move { Ok(column) })
    }
}
