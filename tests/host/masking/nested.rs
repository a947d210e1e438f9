//! Strategies inside strategies, also of other plugins, each in an instance of its own.

use super::{Profile, column, limits, lying, mask_core, plugin, run, values};
use confiture_model::{
    fault::{FaultKind, PluginError},
    mask::{ColumnInfo, Nesting},
};
use confiture_tests::{target, workspace};
use serde_json::{Value, json};

#[test]
fn a_conditional_masks_by_other_strategies() {
    run(async {
        let profile = Profile::new(&[&mask_core().await])
            .named("email_mask", json!({"type": "email_masking", "prefix": "qa+", "key": "${QA_KEY}"}));
        let options = json!({
            "condition": "row['internal'] == true", "if_true": "none", "if_false": {"strategy": "email_mask"},
        });
        let row = [column("id", "integer"), column("internal", "boolean")];
        let mut open = profile.open("conditional", &options, &column("email", "text"), &row).await.unwrap();
        assert_eq!(open.context_columns().iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["internal"]);
        let emails = values(&[Some("me@here.example"), Some("ada@example.com"), None]);
        let masked = open.mask(&emails, &[values(&[Some("t"), Some("f"), Some("f")])]).await.unwrap();
        // What `email_masking` documents for this address under this key.
        let expected = [Some("me@here.example"), Some("qa+26b90dad82a1efe339ffd08a@example.com"), None];
        assert_eq!(masked.iter().collect::<Vec<_>>(), expected);
    });
}

#[test]
fn a_refusal_inside_names_where_it_stands() {
    run(async {
        let profile = Profile::new(&[&mask_core().await]);
        let options = json!({
            "condition": "true", "if_true": "none", "if_false": {"type": "email_masking", "prefix": 7},
        });
        let fault = profile.open("conditional", &options, &column("email", "text"), &[]).await.err().unwrap();
        let FaultKind::Reported(PluginError::InvalidConfig { pointer, .. }) = &fault.kind else { panic!("{fault}") };
        assert_eq!(pointer, "/if_false/prefix");
    });
}

#[test]
fn another_plugins_strategy_stands_inside() {
    run(async {
        let mut request = confiture_plugin_build::Request::new(workspace().join("examples/custom-strategy"));
        // The standard library is there already, where `cargo xtask plugins` built it.
        request.target_dir = Some(target().join("guests"));
        let directory = tempfile::tempdir().unwrap();
        request.out = Some(directory.path().join("license-plates.wasm"));
        let built =
            tokio::task::spawn_blocking(move || confiture_plugin_build::build(&request)).await.unwrap().unwrap();
        let plates = plugin("plates", &std::fs::read(built.path).unwrap(), limits()).await;
        let profile = Profile::new(&[&mask_core().await, &plates]);
        let documents = json!({"paths": {"$.plate": {"type": "german_plate", "key": "${KEY}"}}});
        let mut open = profile.open("json_paths", &documents, &column("car", "jsonb"), &[]).await.unwrap();
        let car = values(&[Some(r#"{"plate": "WOB-AB 123", "doors": 4}"#)]);
        let masked = open.mask(&car, &[]).await.unwrap();
        let masked: Value = serde_json::from_str(masked.get(0).unwrap()).unwrap();
        assert!(masked["plate"].as_str().unwrap().starts_with("WOB-") && masked["plate"] != "WOB-AB 123", "{masked}");
        assert_eq!(masked["doors"], 4);
    });
}

#[test]
fn a_fault_inside_is_not_passed_over() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await]);
        let text = column("v", "text");
        for (inner, is) in [("trap", "trap"), ("one-more", "malformed")] {
            let mut open = profile.open("swallowing", &json!({ "inner": inner }), &text, &[]).await.unwrap();
            let fault = open.mask(&values(&[Some("ada")]), &[]).await.unwrap_err();
            assert_eq!((fault.code(), fault.item.as_deref()), (is, Some(inner)), "{fault}");
        }
        // What the inner one reports itself, the outer one may answer.
        let mut open = profile.open("swallowing", &json!({"inner": "reports"}), &text, &[]).await.unwrap();
        assert!(open.mask(&values(&[Some("ada")]), &[]).await.is_ok());
    });
}

#[test]
fn there_is_a_bottom_and_a_most() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await]);
        let text = column("v", "text");
        let deep = |depth: u8| (0..depth).fold(json!("keep"), |inner, _| json!({"type": "nested", "inner": inner}));
        let bottom = Nesting::DEEPEST;
        let mut open = profile.open("nested", &json!({ "inner": deep(bottom - 1) }), &text, &[]).await.unwrap();
        assert_eq!(open.mask(&values(&[Some("ada")]), &[]).await.unwrap().get(0), Some("ada"));
        let refused = profile.open("nested", &json!({ "inner": deep(bottom) }), &text, &[]).await.err().unwrap();
        assert!(matches!(refused.kind, FaultKind::Reported(PluginError::LimitExceeded(_))), "{refused}");
        let mut open = profile.open("opens-for-ever", &json!({"inner": "keep"}), &text, &[]).await.unwrap();
        let refused = open.mask(&values(&[Some("ada")]), &[]).await.unwrap_err();
        assert!(matches!(refused.kind, FaultKind::Reported(PluginError::LimitExceeded(_))), "{refused}");
    });
}

#[test]
fn an_inner_strategy_has_its_own_keys() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await, &mask_core().await]);
        let text = column("v", "text");
        // The outer one's options name it for the inner one; the outer one does not get it.
        let inner = json!({"type": "email_masking", "key": "${OTHER}"});
        let mut open = profile.open("nested", &json!({ "inner": inner }), &text, &[]).await.unwrap();
        let masked = open.mask(&values(&[Some("ada@example.com")]), &[]).await.unwrap();
        assert!(masked.get(0).unwrap().starts_with("user+"));
        let mut open = profile.open("other-key", &json!({ "inner": inner }), &text, &[]).await.unwrap();
        assert!(open.mask(&values(&[Some("ada")]), &[]).await.is_err());
    });
}

#[test]
fn what_is_to_be_seen_masked_is_not_given_in_clear() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await]);
        let row: [ColumnInfo; 1] = [column("a", "text")];
        let refused = profile.open("nested", &json!({"inner": "masked-context"}), &column("v", "text"), &row).await;
        let fault = refused.err().unwrap();
        assert!(fault.to_string().contains("column `a` as it is after masking"), "{fault}");
    });
}

#[test]
fn a_secrets_value_never_reaches_the_guest() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await]);
        let options = json!({"key": "${KEY}", "inner": {"key": "${QA_KEY}"}});
        let mut open = profile.open("options", &options, &column("v", "text"), &[]).await.unwrap();
        let seen = open.mask(&values(&[Some("x")]), &[]).await.unwrap();
        let named = json!({"key": "KEY", "inner": {"key": "${QA_KEY}"}});
        assert_eq!(serde_json::from_str::<Value>(seen.get(0).unwrap()).unwrap(), named);
    });
}
