use super::{
    parts,
    report::LintReport,
    rule::{ActiveRule, NamePattern, Scope},
    run,
};
use confiture_model::{
    BoxFuture,
    fault::{Fault, FaultKind},
    finding::{Finding, Severity},
    object::{ObjectKind, ObjectRef},
    plugin::{Capabilities, LintPlugin, PluginInfo, SchemaView},
    rule::{RuleInfo, RuleSetting, Subject},
    schema::{Parts, Snapshot},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

type Answer = fn(&RuleSetting) -> Result<Vec<Finding>, FaultKind>;

/// A plugin whose rules answer for themselves; one that faults takes the whole call with it.
struct Fake {
    name: &'static str,
    info: PluginInfo,
    rules: Vec<RuleInfo>,
    answer: Answer,
    calls: AtomicUsize,
    /// More rules at once are too much.
    limit: usize,
}

impl Fake {
    fn new(name: &'static str, answer: Answer) -> Self {
        let rules = ["a", "b", "c"]
            .into_iter()
            .map(|id| rule_info(id, Subject::Schema))
            .chain([rule_info("m", Subject::Migration)]);
        let info = PluginInfo {
            name: format!("test:{name}"),
            version: "1.0.0".into(),
            summary: String::new(),
            license: None,
            homepage: None,
            wants: Capabilities::default(),
        };
        Self { name, info, rules: rules.collect(), answer, calls: AtomicUsize::new(0), limit: usize::MAX }
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        Fault { plugin: self.name.into(), item: None, call: "check-schema".into(), kind }
    }
}

pub(super) fn rule_info(id: &str, subject: Subject) -> RuleInfo {
    RuleInfo {
        id: id.into(),
        subject,
        summary: String::new(),
        documentation: String::new(),
        category: "naming".into(),
        default_severity: Severity::Warning,
        enabled_by_default: true,
        reads: Parts { columns: id == "a", indexes: id == "b", policies: id == "m", ..Parts::NONE },
        options: Vec::new(),
    }
}

impl LintPlugin for Fake {
    fn name(&self) -> &str {
        self.name
    }
    fn info(&self) -> &PluginInfo {
        &self.info
    }
    fn rules(&self) -> &[RuleInfo] {
        &self.rules
    }
    fn check_schema<'a>(
        &'a self,
        _: &'a SchemaView,
        rules: &'a [RuleSetting],
    ) -> BoxFuture<'a, Result<Vec<Finding>, Fault>> {
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::Relaxed);
            if rules.len() > self.limit {
                return Err(self.fault(FaultKind::MemoryExceeded { limit_bytes: 64 << 20 }));
            }
            let answers: Result<Vec<_>, _> = rules.iter().map(self.answer).collect();
            answers.map(|findings| findings.concat()).map_err(|kind| self.fault(kind))
        })
    }
}

fn finding(rule: &str, subject: ObjectRef) -> Finding {
    Finding {
        rule: rule.into(),
        message: format!("{subject} is bad"),
        subject,
        suggestion: None,
        fix: Vec::new(),
        evidence: Vec::new(),
        span: None,
        severity: None,
        extra: None,
    }
}

fn table(name: &str) -> ObjectRef {
    ObjectRef::in_schema(ObjectKind::Table, "app", name)
}

fn column(name: &str) -> ObjectRef {
    ObjectRef::of_table(ObjectKind::Column, "app", "orders", name)
}

pub(super) fn active(plugin: &str, id: &str) -> ActiveRule {
    ActiveRule {
        plugin: plugin.into(),
        setting: RuleSetting { instance: id.into(), id: id.into(), options: json!({}) },
        severity: Severity::Warning,
        severity_chosen: false,
        message: None,
        scope: Scope::default(),
        origin: None,
    }
}

pub(super) fn view() -> SchemaView {
    let span = |line: u32| json!({ "file": "db/t.sql", "line": line, "column": 1, "end_line": line, "end_column": 9 });
    let relation = |name: &str, line: u32| {
        json!({ "schema": "app", "name": name, "kind": "table", "persistence": "permanent", "owner": "me", "source": span(line),
            "columns": [{ "name": "id", "type_name": "integer", "nullable": false, "source": span(line + 1) }] })
    };
    let snapshot = json!({ "snapshot_version": 1, "server_version": 150_000, "live": false,
        "relations": [relation("audit_log", 20), relation("orders", 10)] });
    let snapshot: Snapshot = serde_json::from_value(snapshot).expect("is a snapshot");
    SchemaView { snapshot: Arc::new(snapshot), environment: String::new(), masked_columns: Default::default() }
}

async fn report(plugins: Vec<Fake>, rules: &[ActiveRule]) -> LintReport {
    let plugins: Vec<Arc<dyn LintPlugin>> =
        plugins.into_iter().map(|plugin| Arc::new(plugin) as Arc<dyn LintPlugin>).collect();
    run(&plugins, rules, &view()).await
}

fn shown(report: &LintReport) -> Vec<String> {
    let one = |found: &super::report::Reported| {
        let place = found.span.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} {} {} {place}", found.severity, found.instance, found.subject)
    };
    report.findings.iter().map(one).collect()
}

fn faults(report: &LintReport) -> Vec<(&str, Option<&str>)> {
    report.faults.iter().map(|fault| (fault.code(), fault.item.as_deref())).collect()
}

#[tokio::test]
async fn findings_get_their_place_and_come_in_order() {
    let plugin = Fake::new("p", |rule| {
        let own = Finding { severity: Some(Severity::Error), ..finding(&rule.instance, table("orders")) };
        let schema = ObjectRef { kind: ObjectKind::Schema, schema: None, parent: None, name: "app".into() };
        Ok(vec![
            finding(&rule.instance, schema),
            finding(&rule.instance, table("audit_log")),
            finding(&rule.instance, column("id")),
            own.clone(),
            own,
        ])
    });
    let report = report(vec![plugin], &[active("p", "a")]).await;
    assert_eq!(
        shown(&report),
        [
            "error a app.orders db/t.sql:10:1",
            "warning a app.orders.id db/t.sql:11:1",
            "warning a app.audit_log db/t.sql:20:1",
            "warning a app ",
        ]
    );
    assert!(report.faults.is_empty() && report.fails_at(Severity::Error) && report.fails_at(Severity::Info));
    assert_eq!((report.checked.tables, report.checked.columns, report.checked.rules[0].findings), (2, 2, 4));
}

#[tokio::test]
async fn scope_message_and_severity_are_the_projects() {
    let plugin = Fake::new("p", |rule| {
        let raised = Finding { severity: Some(Severity::Error), ..finding(&rule.instance, table("orders")) };
        Ok(vec![raised, finding(&rule.instance, table("audit_log"))])
    });
    let mut rule = active("p", "a");
    rule.severity_chosen = true;
    rule.message = Some("House rule 7".into());
    rule.scope.exemptions = vec![NamePattern::parse("audit_*").expect("is a pattern")];
    let report = report(vec![plugin], &[rule]).await;
    assert_eq!(shown(&report), ["warning a app.orders db/t.sql:10:1"]);
    assert_eq!(report.findings[0].message, "House rule 7");
    assert_eq!(report.findings[0].evidence, ["app.orders is bad"]);
    assert_eq!((report.checked.rules[0].findings, report.checked.rules[0].left_out), (1, 1));
    assert!(!report.fails_at(Severity::Error));
}

#[tokio::test]
async fn one_bad_rule_is_named_and_the_others_report() {
    let plugin = Fake::new("p", |rule| match rule.id.as_str() {
        "b" => Err(FaultKind::Trap("unreachable".into())),
        _ => Ok(vec![finding(&rule.instance, table("orders"))]),
    });
    let other = Fake::new("q", |rule| Ok(vec![finding(&rule.instance, table("audit_log"))]));
    let rules = [active("p", "a"), active("p", "b"), active("p", "c"), active("q", "a")];
    let report = report(vec![plugin, other], &rules).await;
    assert_eq!(faults(&report), [("trap", Some("b"))]);
    assert_eq!(report.findings.len(), 3);
    let faulted: Vec<bool> = report.checked.rules.iter().map(|rule| rule.faulted).collect();
    assert_eq!(faulted, [false, true, false, false]);
}

#[tokio::test]
async fn a_fault_that_no_rule_has_alone_is_kept() {
    let plugin = Fake { limit: 1, ..Fake::new("p", |rule| Ok(vec![finding(&rule.instance, table("orders"))])) };
    let report = report(vec![plugin], &[active("p", "a"), active("p", "b")]).await;
    assert_eq!(faults(&report), [("memory-exceeded", None)]);
    assert_eq!(report.findings.len(), 2);
}

#[tokio::test]
async fn a_plugin_that_cannot_be_loaded_is_called_once() {
    let plugin = Arc::new(Fake::new("p", |_| Err(FaultKind::Load("no".into()))));
    let plugins: Vec<Arc<dyn LintPlugin>> = vec![plugin.clone()];
    let report = run(&plugins, &[active("p", "a"), active("p", "b")], &view()).await;
    assert_eq!(faults(&report), [("load", None)]);
    assert_eq!(plugin.calls.load(Ordering::Relaxed), 1);
    assert!(report.checked.rules.iter().all(|rule| rule.faulted));
}

#[tokio::test]
async fn findings_that_cannot_be_right_are_faults() {
    let plugin = Fake::new("p", |rule| {
        let of_nothing = ObjectRef { schema: None, ..table("orders") };
        let orphan = ObjectRef { kind: ObjectKind::Index, ..table("i") };
        let silent = Finding { message: " ".into(), ..finding(&rule.instance, table("orders")) };
        Ok(vec![
            finding("x", table("orders")),
            finding(&rule.instance, of_nothing),
            finding(&rule.instance, orphan),
            finding(&rule.instance, table("none")),
            finding(&rule.instance, table("")),
            finding(&rule.instance, column("none")),
            silent,
            finding(&rule.instance, table("orders")),
        ])
    });
    let report = report(vec![plugin], &[active("p", "a")]).await;
    assert_eq!(faults(&report), [("malformed", Some("a")), ("malformed", Some("x"))]);
    assert!(report.faults[0].to_string().ends_with("(and 5 more like it)"), "{}", report.faults[0]);
    assert_eq!(report.findings.len(), 1);
}

#[tokio::test]
async fn rules_that_nobody_runs_are_faults() {
    let plugin = Fake::new("p", |_| Ok(Vec::new()));
    let report = report(vec![plugin], &[active("gone", "a"), active("p", "none"), active("p", "m")]).await;
    assert_eq!(faults(&report), [("load", Some("a")), ("load", Some("none"))]);
}

#[test]
fn only_what_the_rules_read_is_fetched() {
    let plugins: Vec<Arc<dyn LintPlugin>> = vec![Arc::new(Fake::new("p", |_| Ok(Vec::new())))];
    let read = parts(&plugins, &[active("p", "a"), active("p", "m")]);
    assert_eq!(read, Parts { columns: true, ..Parts::NONE });
}

#[tokio::test]
async fn the_report_is_one_document_that_fits_its_schema() {
    let plugin = Fake::new("p", |rule| match rule.id.as_str() {
        "b" => Err(FaultKind::TimedOut { seconds: 10.0 }),
        _ => Ok(vec![finding(&rule.instance, column("id"))]),
    });
    let report = report(vec![plugin], &[active("p", "a"), active("p", "b")]).await;
    let document = serde_json::to_value(&report).expect("can be written");
    assert_eq!((&document["schema_version"], &document["faults"][0]["code"]), (&json!(1), &json!("timed-out")));
    let validator = jsonschema::validator_for(&LintReport::json_schema()).expect("is a schema");
    let problems: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}
