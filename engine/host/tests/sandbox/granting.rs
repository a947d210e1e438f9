//! What a plugin wants and imports, against what the project grants.

use crate::{guest::Guest, host, memory::Info, opened, run};
use confiture_host::LintGrant;
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    plugin::{Capabilities, DatabaseAccess, DirectoryAccess},
};
use std::collections::BTreeMap;

const QUERY: &str = r#"(import "confiture:plugin/database@0.1.0" "split" (func $split (param i32 i32 i32)))"#;

fn reading() -> Capabilities {
    Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() }
}

fn checked(guest: Guest, grant: &Capabilities) -> Result<(), Fault> {
    run(opened(&host(), &guest.build())).unwrap().check_grant(grant)
}

fn grant_line(fault: &Fault) -> &str {
    match &fault.kind {
        FaultKind::Denied { grant: Some(line), .. } => line,
        _ => panic!("{fault}"),
    }
}

/// A linter that imports the database, calls it while it checks, and reports what it was answered.
fn asking(info: Info) -> Guest {
    Guest {
        world: "database-linter",
        info,
        imports: QUERY,
        // The answer, `result<_, query-error>`, has its error at offset 4: made to look as `failed(text)` it comes back.
        check_schema: "(call $split (i32.const 0) (i32.const 0) (i32.const 64))
            (if (i32.ne (i32.load8_u (i32.const 64)) (i32.const 1)) (then unreachable))
            (i32.store8 (i32.const 128) (i32.const 1))
            (i32.store8 (i32.const 132) (i32.const 6))
            (i32.store (i32.const 136) (i32.load (i32.const 72)))
            (i32.store (i32.const 140) (i32.load (i32.const 76)))
            (i32.const 128)"
            .to_owned(),
        ..Guest::default()
    }
}

fn answered(guest: Guest, grant: Capabilities) -> Result<String, Fault> {
    run(async {
        let plugin = opened(&host(), &guest.build()).await?;
        let linter = plugin.lint(LintGrant { capabilities: grant, ..LintGrant::default() }).await?;
        let schema = crate::view(confiture_model::schema::Snapshot::empty(150_000));
        match linter.check_schema(&schema, &[crate::setting("a"), crate::setting("b")]).await {
            Err(Fault { kind: FaultKind::Reported(PluginError::Failed(text)), .. }) => Ok(text),
            Err(fault) => Err(fault),
            Ok(findings) => panic!("{findings:?}"),
        }
    })
}

#[test]
fn an_import_of_the_database_needs_a_grant() {
    let fault = answered(asking(Info::default()), Capabilities::default()).unwrap_err();
    assert_eq!((fault.code(), fault.call.as_str()), ("denied", "load"));
    assert_eq!(grant_line(&fault), "`grant = { database = \"read\" }` under `[plugins.rules]`");
}

#[test]
fn a_want_needs_a_grant() {
    let info = Info { database: 1, ..Info::default() };
    let fault = checked(Guest { info, ..Guest::quiet() }, &Capabilities::default()).unwrap_err();
    assert_eq!(grant_line(&fault), "`grant = { database = \"read\" }` under `[plugins.rules]`");
}

#[test]
fn a_grant_that_was_not_asked_for_gives_nothing() {
    let text = answered(asking(Info::default()), reading()).unwrap();
    assert!(text.contains("does not ask for the database"), "{text}");
}

#[test]
fn files_have_no_database_behind_them() {
    let info = Info { database: 1, ..Info::default() };
    assert!(answered(asking(info), reading()).unwrap().contains("read from files"));
}

#[test]
fn hooks_are_granted_or_refused() {
    let hook = || Guest {
        world: "backup-hook",
        info: Info {
            database: 2,
            directories: &[("backups", true)],
            backup: true,
            secrets: &["SALT"],
            ..Info::default()
        },
        ..Guest::default()
    };
    let fault = checked(hook(), &reading()).unwrap_err();
    let expected = "`grant = { database = \"write\", directories = { backups = \"write\" }, backup = true, \
                    secrets = [\"SALT\"] }` under `[plugins.rules]`";
    assert_eq!(grant_line(&fault), expected);
    let mut grant = Capabilities { database: DatabaseAccess::Write, backup: true, ..Capabilities::default() };
    grant.directories.insert("backups".to_owned(), DirectoryAccess::Write);
    grant.secrets.push("SALT".to_owned());
    checked(hook(), &grant).unwrap();
}

#[test]
fn granted_directories_are_opened() {
    let root = tempfile::tempdir().unwrap();
    let info = Info { directories: &[("backups", false)], ..Info::default() };
    let plugin = run(opened(&host(), &Guest { world: "hook", info, ..Guest::default() }.build())).unwrap();
    let mut grant = Capabilities::default();
    let mut paths = BTreeMap::new();
    assert_eq!(plugin.grant_directories(&grant, &paths).unwrap_err().code(), "denied");
    grant.directories.insert("backups".to_owned(), DirectoryAccess::Read);
    assert!(plugin.grant_directories(&grant, &paths).unwrap_err().to_string().contains("gives it no path"));
    paths.insert("backups".to_owned(), root.path().join("missing"));
    assert!(plugin.grant_directories(&grant, &paths).unwrap_err().to_string().contains("cannot be opened"));
    paths.insert("backups".to_owned(), root.path().to_owned());
    plugin.grant_directories(&grant, &paths).unwrap();
}

#[test]
fn what_later_versions_add_is_refused_by_name() {
    let info = Info { extra: Some(r#"{"network": "api.example.com"}"#), ..Info::default() };
    let fault = checked(Guest { info, ..Guest::quiet() }, &Capabilities::default()).unwrap_err();
    assert!(fault.to_string().contains("`network`, which this version of confiture does not know"), "{fault}");
}

#[test]
fn a_plugin_without_rules_cannot_lint() {
    let wasm = Guest { world: "hook", ..Guest::default() }.build();
    let fault = run(async { opened(&host(), &wasm).await?.lint(LintGrant::default()).await }).err().unwrap();
    assert!(fault.to_string().contains("offers no lint rules"), "{fault}");
}
