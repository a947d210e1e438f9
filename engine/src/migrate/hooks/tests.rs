use super::*;
use crate::{
    config,
    migrate::{
        files::discover,
        plan::{UpRequest, plan_up},
        run::fake::{
            Server,
            plugin::{FakePlugin, hook},
        },
    },
};
use confiture_model::hook::Phase;
use futures_util::FutureExt;
use serde_json::json;

mod paper;

fn files(all: &[(&str, &str)]) -> Files {
    let directory = tempfile::TempDir::new().expect("a directory");
    for (name, text) in all {
        std::fs::write(directory.path().join(name), text).expect("is written");
    }
    discover(directory.path(), "m").expect("reads")
}

fn plan(files: &Files, hooks: &Hooks) -> Plan {
    plan_up(files, &[], &UpRequest::default(), hooks).now_or_never().expect("is made at once")
}

fn act() -> Hooks {
    Hooks { plugins: vec![FakePlugin::act(&Server::new())], ..Hooks::default() }
}

fn with_hooks(hooks: &str) -> Files {
    files(&[("1_a.sql", "select 1"), ("1_a.hooks.yaml", hooks)])
}

/// What the plan refuses, as text.
fn refused(hooks: &str) -> String {
    let plan = plan(&with_hooks(hooks), &act());
    let [refusal] = &plan.refusals[..] else { panic!("{:?}", plan.refusals) };
    refusal.problem.to_string()
}

#[test]
fn what_cannot_be_used_is_refused_where_it_stands() {
    for (hooks, expected) in [
        (
            "hooks:\n  after_ddl:\n    - type: acct\n",
            "m/1_a.hooks.yaml:3:13: unknown hook `acct`: no loaded plugin offers it\n3 |     - type: acct\n  |             ^^^^\n\
             help: the nearest is `act`; `confiture plugin list` shows all",
        ),
        (
            "hooks:\n  after_ddl:\n    - type: act\n      config: {stepz: []}\n",
            "m/1_a.hooks.yaml:4:16: `stepz` is no option of the hook `act`\n4 |       config: {stepz: []}\n  |                ^^^^^\n\
             help: the nearest known one is `steps`; it takes `steps`, `place`, `parallel_workers`",
        ),
        (
            "hooks:\n  after_ddl:\n    - type: act\n      timeot: 5s\n",
            "m/1_a.hooks.yaml:4:7: `timeot` is no option of the hook `act`\n4 |       timeot: 5s\n  |       ^^^^^^\n\
             help: the nearest known one is `timeout`; it takes `steps`, `place`, `parallel_workers`",
        ),
        (
            "hooks:\n  after_ddl:\n    - type: act\n      config:\n        parallel_workers: 0\n",
            "m/1_a.hooks.yaml:5:27: /parallel_workers: expected at least 1\n5 |         parallel_workers: 0\n  |                           ^",
        ),
        (
            "hooks:\n  after_ddl:\n    - type: act\n      config:\n        steps: [\"?options\"]\n",
            "m/1_a.hooks.yaml:5:17: the hook `act`: `steps.0` is wrong: expected something to do\n\
             5 |         steps: [\"?options\"]\n  |                 ^^^^^^^^^^",
        ),
        (
            "hooks:\n  after_ddl:\n    - type: act\n      config: {steps: [\"?denied\"]}\n",
            "m/1_a.hooks.yaml:3:13: it cannot be planned: plugin `test`, `act`, in `place`: the directory was refused: not \
             granted; this would grant it: grant = 1\n3 |     - type: act\n  |             ^^^",
        ),
        (
            "hooks:\n  after_ddl:\n    - type: act\n      when: enviroment == 'x'\n",
            "m/1_a.hooks.yaml:4:13: the condition knows no `enviroment`\n4 |       when: enviroment == 'x'\n  |             \
             ^^^^^^^^^^^^^^^^^\nhelp: the nearest known one is `environment`; also known: `version`, \
             `migration_name`, `direction`, `phase`, `statistics`",
        ),
        (
            "hooks:\n  before_ddl:\n    - type: act\n      stage: after-commit\n",
            "m/1_a.hooks.yaml:4:14: a hook in before_ddl cannot wait for the commit\n4 |       stage: after-commit\n  |              \
             ^^^^^^^^^^^^",
        ),
        (
            "hooks:\n  before_ddl:\n    - type: act\n      config: {place: autocommit}\n",
            "m/1_a.hooks.yaml:3:13: with these options the hook `act` cannot run in a transaction, and in before_ddl it has \
             to\n3 |     - type: act\n  |             ^^^\nhelp: put it into after_ddl or a later phase, where it becomes a \
             stage after the commit",
        ),
    ] {
        assert_eq!(refused(hooks), expected);
    }
}

#[test]
fn what_is_no_hook_is_found_when_files_are_read() {
    for (hooks, expected) in [
        ("hooks:\n  after_dll: []\n", "m/a.hooks.yaml:2:3: /hooks/after_dll: `after_dll` is no phase of a migration"),
        (
            "hooks:\n  after_ddl:\n    type: act\n",
            "m/a.hooks.yaml:3:5: /hooks/after_ddl: expected a list of hooks, found a table",
        ),
        (
            "hooks:\n  after_ddl:\n    - kind: act\n",
            "m/a.hooks.yaml:3:7: /hooks/after_ddl/0: the key `type` is missing: which hook is it?",
        ),
        (
            "hooks:\n  after_ddl:\n    - {type: a, tries: 0}\n",
            "m/a.hooks.yaml:3:24: /hooks/after_ddl/0/tries: expected a number from 1 to 100",
        ),
        (
            "hooks:\n  after_ddl:\n    - {type: a, retries: -1}\n",
            "m/a.hooks.yaml:3:26: /hooks/after_ddl/0/retries: expected a number from 0 to 99",
        ),
        (
            "hooks:\n  after_ddl:\n    - {type: a, tries: 1, retries: 1}\n",
            "m/a.hooks.yaml:3:27: /hooks/after_ddl/0: `tries` is already there under another name",
        ),
        (
            "hooks:\n  after_ddl:\n    - {type: a, timeout: soon}\n",
            "m/a.hooks.yaml:3:26: /hooks/after_ddl/0/timeout: expected",
        ),
        (
            "hooks:\n  after_ddl:\n    - {type: a, timeout: 0}\n",
            "m/a.hooks.yaml:3:26: /hooks/after_ddl/0/timeout: a step that may take no time at all cannot run",
        ),
        (
            "hooks:\n  after_ddl:\n    - {type: a, stage: later}\n",
            "m/a.hooks.yaml:3:24: /hooks/after_ddl/0/stage: expected `after-commit`",
        ),
    ] {
        let directory = tempfile::TempDir::new().expect("a directory");
        std::fs::write(directory.path().join("1_a.sql"), "select 1").expect("is written");
        std::fs::write(directory.path().join("1_a.hooks.yaml"), hooks).expect("is written");
        let error = discover(directory.path(), "m").expect_err("is refused").to_string();
        let expected = expected.replace("m/a.", "m/1_a.");
        assert!(error.starts_with(&expected), "{error}\n{expected}");
    }
}

#[test]
fn two_plugins_with_one_hook_are_told_apart() {
    let server = Server::new();
    let offer = |name: &str| FakePlugin::new(&server, name, vec![hook("notify", &[Phase::AfterDdl], &[])]);
    let hooks = Hooks { plugins: vec![offer("one"), offer("two")], ..Hooks::default() };
    let refusals = plan(&with_hooks("hooks:\n  after_ddl:\n    - type: notify\n"), &hooks).refusals;
    assert_eq!(
        refusals[0].problem.to_string(),
        "m/1_a.hooks.yaml:3:13: several plugins offer the hook `notify`: `one` and `two`\n3 |     - type: notify\n  |             \
         ^^^^^^\nhelp: write `one/notify` or `two/notify`"
    );
    let plan = plan(&with_hooks("hooks:\n  after_ddl:\n    - type: two/notify\n"), &hooks);
    assert_eq!((plan.refusals.len(), &*plan.steps[0].hooks[0].plugin), (0, "two"));
}

#[test]
fn a_phase_that_a_hook_does_not_know_is_refused() {
    let plugin = FakePlugin::new(&Server::new(), "one", vec![hook("backup", &[Phase::BeforeValidation], &[])]);
    let hooks = Hooks { plugins: vec![plugin], ..Hooks::default() };
    let refusals = plan(&with_hooks("hooks:\n  after_ddl:\n    - type: backup\n"), &hooks).refusals;
    assert_eq!(
        refusals[0].problem.to_string(),
        "m/1_a.hooks.yaml:3:13: the hook `backup` cannot run in after_ddl\n3 |     - type: backup\n  |             ^^^^^^\n\
         help: it runs in `before_validation`"
    );
}

#[test]
fn project_then_environment_then_migration_in_each_phase() {
    let text = "environments:\n  production:\n    hooks:\n      after_ddl: [{type: act, description: e}]\nhooks:\n  before_ddl:\n    - {type: act, description: p1}\n  after_ddl:\n    - {type: act, description: p2}\n  rollback:\n    after_ddl: [{type: act, description: down}]\n";
    let directory = tempfile::TempDir::new().expect("a directory");
    let path = directory.path().join("confiture.yaml");
    std::fs::write(&path, text).expect("is written");
    let config = config::load(&path, &|_| None).expect("reads");
    let own = "hooks:\n  before_ddl: [{type: act, description: m1}]\n  after_ddl: [{type: act, description: m2}]\n";
    let order = |environment: Option<&str>| {
        let hooks = Hooks::new(vec![FakePlugin::act(&Server::new())], &config, environment);
        let plan = plan(&with_hooks(own), &hooks);
        assert_eq!(plan.refusals, []);
        let titles: Vec<String> = plan.steps[0].hooks.iter().map(|hook| hook.title().to_owned()).collect();
        titles.join(" ")
    };
    assert_eq!(order(Some("production")), "p1 m1 p2 e m2");
    assert_eq!(order(None), "p1 m1 p2 m2");
}

#[test]
fn staging_is_contagious_and_said() {
    let own = "hooks:\n  after_ddl:\n    - {type: act, description: a}\n    - {type: act, description: b, place: autocommit}\n    - {type: act, description: c}\n  cleanup:\n    - {type: act, description: d, stage: after-commit, config: {parallel_workers: 4}}\n  on_error:\n    - {type: act, description: e}\n  after_migration:\n    - {type: act, description: f}\n";
    let files = with_hooks(own);
    let plan = plan(&files, &act());
    let runs: Vec<(&str, Runs, u32)> =
        plan.steps[0].hooks.iter().map(|hook| (hook.title(), hook.runs, hook.workers)).collect();
    let expected = [
        ("a", Runs::InTransaction, 1),
        ("b", Runs::AfterCommitOutside, 1),
        ("c", Runs::AfterCommit, 1),
        ("d", Runs::AfterCommit, 4),
        ("e", Runs::OnError, 1),
        ("f", Runs::AfterCommit, 1),
    ];
    assert_eq!(runs, expected);
    assert_eq!(plan.steps[0].hooks[2].notes, ["it follows `act`, which is a stage after the commit"]);
    let preview = crate::migrate::plan::preview(&files, &plan);
    let lines: Vec<&str> = preview.lines().filter(|line| !line.starts_with("--      ")).collect();
    assert_eq!(
        lines,
        [
            "-- 1_a (m/1_a.sql), in one transaction",
            "BEGIN;",
            "SET LOCAL lock_timeout = 0;",
            "select 1;",
            "-- hook after_ddl: test/act, in the transaction (m/1_a.hooks.yaml:3:14)",
            "-- the ledger: 1_a is applied",
            "COMMIT;",
            "-- hook after_ddl: test/act, after the commit, outside of transactions (m/1_a.hooks.yaml:4:14)",
            "-- hook after_ddl: test/act, after the commit (m/1_a.hooks.yaml:5:14)",
            "-- hook cleanup: test/act, after the commit (m/1_a.hooks.yaml:7:14)",
            "-- hook after_migration: test/act, after the commit (m/1_a.hooks.yaml:11:14)",
            "-- hook on_error: test/act, after a rollback (m/1_a.hooks.yaml:9:14)",
        ]
    );
}

#[test]
fn an_approval_covers_hooks() {
    use crate::migrate::plan::{Approval, RefusalCode};
    let before = with_hooks("hooks:\n  after_ddl: [{type: act, config: {steps: [x]}}]\n");
    let hooks = act();
    let request = UpRequest::default();
    let plan = plan(&before, &hooks);
    let database =
        confiture_model::migration::DatabaseIdentity { server: "7".to_owned(), database: "shop".to_owned(), oid: 1 };
    let text = Approval::of(&plan, &[], &request, database).write().expect("is written");
    let approved = || Approval::read(&text).expect("reads").request(None);
    let again = |files: &Files| {
        let request = approved();
        plan_up(files, &[], &request, &hooks).now_or_never().expect("at once").refusals
    };
    assert_eq!(again(&before), []);
    for other in ["[{type: act, config: {steps: [y]}}]", "[{type: act, config: {steps: [x]}, tries: 2}]", "[]"] {
        let refusals = again(&with_hooks(&format!("hooks:\n  after_ddl: {other}\n")));
        assert_eq!(refusals[0].code, RefusalCode::NotApproved);
        assert_eq!(refusals[0].problem.message, "its hooks are not those that were approved");
    }
    assert_eq!(json!(plan.steps[0].hooks[0])["runs"], "in-transaction");
}
