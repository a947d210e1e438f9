use super::{Baseline, fingerprints};
use crate::lint::{
    focus::Focus,
    report::{Checked, CheckedRule, LintReport, NotJudged, Reported},
    rule::NamePattern,
};
use confiture_model::{
    finding::Severity,
    object::{ObjectKind, ObjectRef},
};

fn found(rule: &str, table: &str, message: &str) -> Reported {
    Reported {
        rule: rule.into(),
        instance: rule.into(),
        plugin: "p".into(),
        category: String::new(),
        severity: Severity::Warning,
        subject: ObjectRef::in_schema(ObjectKind::Table, "app", table),
        message: message.into(),
        suggestion: None,
        fix: Vec::new(),
        evidence: Vec::new(),
        span: None,
    }
}

fn report(findings: &[(&str, &str, &str)]) -> LintReport {
    let mut report = LintReport::new(Checked::default());
    report.findings = findings.iter().map(|(rule, table, message)| found(rule, table, message)).collect();
    report.checked.rules = ["a", "b"]
        .map(|rule| CheckedRule {
            rule: rule.into(),
            instance: rule.into(),
            plugin: "p".into(),
            category: String::new(),
            summary: String::new(),
            findings: 0,
            left_out: 0,
            faulted: rule == "b",
            not_judged: None,
        })
        .into();
    report
}

/// The messages of what is new, and of what is gone.
fn compared(before: &[(&str, &str, &str)], now: &[(&str, &str, &str)], focus: &Focus) -> (Vec<String>, Vec<String>) {
    let written = Baseline::of(&report(before)).write();
    let baseline = Baseline::read(&written, "b.json").expect("is what was written");
    let mut report = report(now);
    baseline.apply(&mut report, "b.json", focus);
    let fixed = report.baseline.expect("was compared").fixed;
    let messages = report.findings.into_iter().map(|finding| finding.message);
    (messages.collect(), fixed.into_iter().map(|entry| entry.message).collect())
}

#[test]
fn a_finding_is_known_by_its_rule_and_object() {
    let everything = Focus::default();
    let none: (Vec<String>, Vec<String>) = Default::default();
    assert_eq!(compared(&[("a", "t", "12 rows")], &[("a", "t", "13 rows")], &everything), none);
    let (new, gone) = compared(&[("a", "t", "m")], &[("a", "u", "m"), ("c", "t", "n")], &everything);
    assert_eq!((new, gone), (vec!["m".to_owned(), "n".to_owned()], vec!["m".to_owned()]));
}

#[test]
fn of_several_about_one_object_those_that_say_the_same_are_known() {
    let (new, gone) = compared(
        &[("a", "t", "x"), ("a", "t", "y")],
        &[("a", "t", "w"), ("a", "t", "y"), ("a", "t", "x")],
        &Focus::default(),
    );
    assert_eq!((new, gone), (vec!["w".to_owned()], Vec::new()));
}

#[test]
fn what_was_not_looked_at_is_not_gone() {
    let before = [("a", "t", "ran"), ("b", "t", "broke"), ("c", "t", "is off"), ("a", "u", "elsewhere")];
    let focus = Focus { objects: vec![NamePattern::parse("t").expect("a pattern")], ..Focus::default() };
    assert_eq!(compared(&before, &[], &focus).1, ["ran"]);
    let files = Focus { changed: Some(Default::default()), ..Focus::default() };
    assert_eq!(compared(&before, &[], &files).1, [""; 0]);
}

#[test]
fn a_fingerprint_does_not_depend_on_order_or_numbers() {
    let one = fingerprints(&[found("a", "t", "1 row"), found("a", "u", "x"), found("b", "t", "x")]);
    let other = fingerprints(&[found("b", "t", "y"), found("a", "t", "2 rows"), found("a", "u", "x")]);
    assert_eq!([&one[0], &one[1], &one[2]], [&other[1], &other[2], &other[0]]);
    let twice = fingerprints(&[found("a", "t", "x"), found("a", "t", "x")]);
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn what_could_not_be_judged_is_not_gone() {
    let known = [("a", "t", "12 scans")];
    let told = |live: Option<bool>, why: Option<NotJudged>| {
        let mut baseline = Baseline { live, ..Baseline::of(&report(&known)) };
        baseline = Baseline::read(&baseline.write(), "b.json").expect("is what was written");
        let mut now = report(&[]);
        now.checked.rules[0].not_judged = why;
        baseline.apply(&mut now, "b.json", &Focus::default());
        let told = now.baseline.expect("was compared");
        (told.fixed.len(), told.not_judged.len())
    };
    assert_eq!(told(Some(true), Some(NotJudged::NoStatistics)), (0, 1));
    assert_eq!(told(None, Some(NotJudged::NoStatistics)), (0, 1));
    assert_eq!(told(Some(false), Some(NotJudged::NoStatistics)), (1, 0));
    assert_eq!(told(Some(false), Some(NotJudged::NoFiles)), (0, 1));
    assert_eq!(told(Some(true), None), (1, 0));
}
