//! Strategies that lie, break, and look for what they should not have.

mod lies;

wit_bindgen::generate!({
    path: ["../../../wit/v0.1", "wit/clocks.wit", "wit/lying.wit"],
    world: "test:lying/lying",
    generate_all,
});

use confiture::plugin::{
    common::{OptionInfo, PluginError},
    masking::{Column, ColumnInfo},
    nested::{self, Inner},
};
use exports::confiture::plugin::{
    anonymization::{self, ContextColumn, GuestStrategy, Properties, StrategyInfo},
    identity::{self, Capabilities, DatabaseAccess, Info},
};

struct Lying;

export!(Lying);

impl identity::Guest for Lying {
    fn describe() -> Info {
        Info {
            name: "test:lying".into(),
            version: "0.1.0".into(),
            summary: "Lies".into(),
            license: None,
            homepage: None,
            wants: Capabilities {
                database: DatabaseAccess::None,
                directories: vec![],
                backup: false,
                secrets: vec!["KEY".into(), "OTHER".into()],
                extra: None,
            },
        }
    }
}

/// An open strategy. Its options, whatever they are, are what it opens inside of it.
pub struct Opened {
    id: String,
    options: String,
    inner: Option<Inner>,
    row: usize,
}

impl anonymization::Guest for Lying {
    type Strategy = Opened;

    fn list_strategies() -> Vec<StrategyInfo> {
        lies::LIES.iter().map(|(id, _)| info(id)).collect()
    }

    fn open(
        id: String,
        options: String,
        target: ColumnInfo,
        row: Vec<ColumnInfo>,
    ) -> Result<anonymization::Strategy, PluginError> {
        let wants_inner = ["nested", "swallowing"].contains(&id.as_str());
        let inner = if wants_inner { Some(nested::open(&options, &target, &row)?) } else { None };
        let row = row.len();
        Ok(anonymization::Strategy::new(Opened { id, options, inner, row }))
    }
}

fn info(id: &str) -> StrategyInfo {
    StrategyInfo {
        id: id.into(),
        summary: String::new(),
        documentation: String::new(),
        accepts: vec!["any".into()],
        properties: Properties::DETERMINISTIC,
        options: vec![OptionInfo {
            name: "key".into(),
            summary: String::new(),
            required: false,
            schema: r#"{"type": "string", "format": "secret"}"#.into(),
        }],
        batch_rows: None,
        extra: None,
    }
}

impl GuestStrategy for Opened {
    fn context_columns(&self) -> Vec<ContextColumn> {
        let column = |name: &str, masked| ContextColumn { name: name.into(), masked };
        match self.id.as_str() {
            "unknown-context" => vec![column("nowhere", false)],
            "same-context" => vec![column("a", false), column("a", false)],
            "masked-context" => vec![column("a", true)],
            "nested" if self.row > 0 => vec![column("a", false)],
            _ => vec![],
        }
    }

    fn mask(&self, values: Column, context: Vec<Column>) -> Result<Column, PluginError> {
        match lies::LIES.iter().find(|(id, _)| *id == self.id) {
            Some((_, lie)) => lie(self, values, context),
            None => Err(PluginError::Failed("there is no such lie".into())),
        }
    }
}
