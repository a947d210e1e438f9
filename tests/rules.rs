//! The examples in the bundled rules' documentation, run: each in a database of its own, through the component.

use confiture_host::{Host, HostOptions, LintGrant};
use confiture_model::{
    plugin::{LintPlugin, SchemaView},
    rule::{RuleInfo, RuleSetting},
    schema::Parts,
    session::Session,
};
use confiture_tests::{cluster::database, plugin_wasm};
use serde_json::Value;
use std::sync::Arc;

/// A fenced block of a rule's documentation: ` ```sql fires {options} ` or ` ```sql clean `.
struct Example<'a> {
    fires: bool,
    options: Value,
    sql: &'a str,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_fires_or_is_clean_as_it_says() {
    let plugin = lint_schema().await;
    let mut wrong = Vec::new();
    for rule in plugin.rules() {
        let examples = examples(&rule.documentation);
        assert!(examples.iter().any(|example| example.fires), "{}: no example fires", rule.id);
        assert!(examples.iter().any(|example| !example.fires), "{}: no example is clean", rule.id);
        for (number, example) in examples.iter().enumerate() {
            let found = findings(plugin.as_ref(), rule, example).await;
            if found.is_empty() == example.fires {
                wrong.push(format!("{}, example {}: found {found:?}\n{}", rule.id, number + 1, example.sql));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The bundled plugin, as the program loads it.
pub async fn lint_schema() -> Arc<dyn LintPlugin> {
    let host = Host::new(HostOptions::default()).expect("a host");
    let plugin = host.open("lint-schema", &plugin_wasm("lint-schema"), None).await.expect("the bundled plugin");
    plugin.lint(LintGrant::default()).await.expect("it needs no grant")
}

async fn findings(plugin: &dyn LintPlugin, rule: &RuleInfo, example: &Example<'_>) -> Vec<String> {
    // Some rules look at what only a database in use has: sequences that have come far, indexes without scans.
    let (_, session) = database(&[]).await;
    let mut session = session.live();
    for statement in confiture_sql::split::split(example.sql).expect("statements") {
        session
            .execute(statement.text)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", rule.id, statement.text));
    }
    let view = SchemaView {
        snapshot: Arc::new(session.snapshot(Parts::ALL).await.expect("a snapshot")),
        environment: "production".to_owned(),
        masked_columns: Default::default(),
    };
    let setting = RuleSetting { instance: rule.id.clone(), id: rule.id.clone(), options: example.options.clone() };
    let found = plugin.check_schema(&view, &[setting]).await.unwrap_or_else(|fault| panic!("{fault}"));
    found.into_iter().map(|finding| finding.message).collect()
}

fn examples(documentation: &str) -> Vec<Example<'_>> {
    let blocks = documentation.split("```").skip(1).step_by(2);
    blocks
        .filter_map(|block| {
            let (head, sql) = block.split_once('\n')?;
            let head = head.strip_prefix("sql ")?;
            let (fires, options) = match (head.strip_prefix("fires"), head.strip_prefix("clean")) {
                (Some(options), _) => (true, options),
                (_, Some(options)) => (false, options),
                _ => return None,
            };
            let options = match options.trim() {
                "" => Value::Object(serde_json::Map::new()),
                json => serde_json::from_str(json).expect("options are JSON"),
            };
            Some(Example { fires, options, sql })
        })
        .collect()
}
