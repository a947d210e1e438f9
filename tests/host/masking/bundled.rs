//! The bundled strategies through their component: what their documentation says, which native runs are tested with too.

use super::{Profile, column, mask_core, run};
use confiture_engine::anonymize::promises::{Samples, check_promises};
use confiture_model::{
    fault::{Fault, FaultKind},
    mask::{Column, ColumnInfo, Nesting, Opening},
};
use confiture_sdk::masking::{Example, Row, examples};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

fn profile(plugin: &Arc<dyn confiture_model::mask::AnonymizationPlugin>) -> Profile {
    Profile::new(&[plugin])
        .named("uuid_hash", json!({"type": "deterministic_hash", "salt": "${QA_ANON_SALT}", "algorithm": "sha256"}))
        .named("email_mask", json!({"type": "email_masking", "prefix": "qa+"}))
}

fn target(type_name: &str) -> ColumnInfo {
    let bare = type_name.trim_end_matches("not null").trim();
    let nullable = bare == type_name.trim();
    match bare.strip_prefix("enum(").and_then(|rest| rest.strip_suffix(')')) {
        Some(labels) => ColumnInfo {
            labels: labels.split(',').map(|label| label.trim().to_owned()).collect(),
            nullable,
            ..column("value", "mood")
        },
        None => ColumnInfo { nullable, ..column("value", bare) },
    }
}

/// What becomes of one row.
async fn mask(profile: &Profile, id: &str, example: &Example, row: &Row) -> Result<Option<String>, Fault> {
    let options: Value = serde_json::from_str(&example.options).unwrap();
    let others: Vec<ColumnInfo> = row.context.iter().map(|(name, type_name, _)| column(name, type_name)).collect();
    let mut open = profile.open(id, &options, &target(&example.type_name), &others).await?;
    let value = |name: &str| row.context.iter().find(|(other, ..)| other == name).and_then(|(.., value)| value.clone());
    let context: Vec<Column> = open.context_columns().iter().map(|c| [value(&c.name)].into_iter().collect()).collect();
    let masked = open.mask(&[row.value.as_deref()].into_iter().collect(), &context).await?;
    Ok(masked.get(0).map(str::to_owned))
}

#[test]
fn documented_examples_are_what_the_component_does() {
    run(async {
        let plugin = mask_core().await;
        let profile = profile(&plugin);
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for info in plugin.strategies() {
            for example in examples(&info.documentation) {
                let at = format!("{} line {}", info.id, example.line);
                if let Some(words) = &example.refused {
                    let options = serde_json::from_str(&example.options).unwrap();
                    match profile.open(&info.id, &options, &target(&example.type_name), &[]).await {
                        Err(fault) if fault.to_string().contains(words) => {}
                        Err(fault) => wrong.push(format!("{at}: {fault}")),
                        Ok(_) => wrong.push(format!("{at}: it is not refused")),
                    }
                    continue;
                }
                // A shuffle needs all of its rows together; what else it does is tested natively.
                if info.batch_rows.is_some() || info.id == "shuffle" {
                    continue;
                }
                for row in &example.rows {
                    seen += 1;
                    match mask(&profile, &info.id, &example, row).await {
                        Ok(masked) if !row.fails && masked == row.masked => {}
                        Err(Fault { kind: FaultKind::Reported(_), .. }) if row.fails => {}
                        other => wrong.push(format!("{at}: {:?} becomes {other:?}", row.value)),
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(plugin.strategies().len() >= 22 && seen > 60, "{seen}");
    });
}

#[test]
fn promises_hold_for_made_up_values() {
    run(async {
        let plugin = mask_core().await;
        let profile = profile(&plugin);
        let mut wrong = Vec::new();
        for (id, options, type_name) in [
            ("email_masking", json!({}), "text"),
            ("email_masking", json!({"random": true}), "varchar(60)"),
            ("deterministic_hash", json!({}), "text"),
            ("deterministic_hash", json!({}), "uuid"),
            ("deterministic_hash", json!({}), "integer"),
            ("deterministic_hash", json!({}), "bigint"),
            ("deterministic_hash", json!({}), "numeric(8,2)"),
            ("deterministic_hash", json!({}), "bytea"),
            ("pattern_masking", json!({"pattern": "***-***-9999"}), "varchar(12)"),
            ("format_preserving", json!({"on_mismatch": "error"}), "text"),
            ("format_preserving", json!({}), "varchar(20)"),
            ("fixed", json!({"value": "x"}), "text"),
            ("network", json!({}), "inet"),
            ("date_shift", json!({"by": ["id"]}), "date"),
            ("fake", json!({"kind": "full_name", "person": ["id"]}), "text"),
            ("noise", json!({"percent": 20}), "integer"),
        ] {
            let target = ColumnInfo { unique: type_name != "varchar(20)", ..column("value", type_name) };
            let row = [column("id", "integer")];
            let resolved = profile.strategy(id, &options).unwrap();
            let opening = Opening {
                strategy: id,
                options: &resolved.options,
                target: &target,
                row: &row,
                keys: resolved.keys,
                strategies: Arc::new(profile.clone()),
                nesting: Nesting::outermost(),
            };
            let samples = Samples { values: Column::default(), row: BTreeMap::new() };
            match check_promises(&*resolved.plugin, &opening, &samples).await {
                Ok(broken) if broken.is_empty() => {}
                other => wrong.push(format!("{id} {options} {type_name}: {other:?}")),
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}
