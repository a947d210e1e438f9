//! A JUnit report: a suite a rule, a case a finding. A rule that found nothing is a case that passed.

use super::{Surroundings, line};
use crate::lint::report::{CheckedRule, LintReport, Reported};
use confiture_model::fault::Fault;
use std::fmt::Write;

/// The document. Findings below the failing severity pass, with their text as output: a test run fails as the program does.
pub fn junit(report: &LintReport, surroundings: &Surroundings) -> String {
    let failures = |findings: &[&Reported]| findings.iter().filter(|one| surroundings.fails(one.severity)).count();
    let all: Vec<&Reported> = report.findings.iter().collect();
    let (mut cases, mut suites) = (0, String::new());
    for rule in &report.checked.rules {
        let of_rule = |one: &&&Reported| one.instance == rule.instance && one.plugin == rule.plugin;
        let found: Vec<&Reported> = all.iter().filter(of_rule).copied().collect();
        cases += suite(&mut suites, &rule.instance, &found, silent(rule, &found), surroundings);
    }
    let ran = |one: &Reported| {
        report.checked.rules.iter().any(|rule| rule.instance == one.instance && rule.plugin == one.plugin)
    };
    let own: Vec<&Reported> = all.iter().filter(|one| !ran(one)).copied().collect();
    if !own.is_empty() {
        cases += suite(&mut suites, "confiture", &own, None, surroundings);
    }
    if !report.faults.is_empty() {
        cases += broken(&mut suites, &report.faults);
    }
    let (failed, errors) = (failures(&all), report.faults.len());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{cases}\" failures=\"{failed}\" \
         errors=\"{errors}\">\n{suites}</testsuites>\n",
        escaped(&surroundings.title)
    )
}

/// The case of a rule that found nothing.
fn silent<'r>(rule: &'r CheckedRule, found: &[&Reported]) -> Option<&'r CheckedRule> {
    (found.is_empty() && !rule.faulted).then_some(rule)
}

fn suite(
    text: &mut String,
    name: &str,
    found: &[&Reported],
    silent: Option<&CheckedRule>,
    surroundings: &Surroundings,
) -> usize {
    let failed = found.iter().filter(|one| surroundings.fails(one.severity)).count();
    let count = found.len() + usize::from(silent.is_some());
    let name = escaped(name);
    let _ = writeln!(text, "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\">");
    for finding in found {
        case(text, finding, surroundings);
    }
    if let Some(rule) = silent {
        let case = format!("    <testcase classname=\"{name}\" name=\"{}\"", escaped(&rule.summary));
        let _ = match rule.not_judged {
            None => writeln!(text, "{case}/>"),
            // It did not pass: it could not look.
            Some(why) => {
                writeln!(text, "{case}>\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(why.as_str()))
            }
        };
    }
    let _ = writeln!(text, "  </testsuite>");
    count
}

fn case(text: &mut String, finding: &Reported, surroundings: &Surroundings) {
    let place = finding.span.as_ref().map(|span| {
        let file = escaped(&surroundings.file(span));
        format!(" file=\"{file}\" line=\"{}\"", span.line)
    });
    let _ = writeln!(
        text,
        "    <testcase classname=\"{}\" name=\"{}\"{}>",
        escaped(&finding.instance),
        escaped(&format!("{} {}", finding.subject.kind, finding.subject)),
        place.unwrap_or_default()
    );
    let whole = escaped(&line::whole(finding));
    let _ = match surroundings.fails(finding.severity) {
        true => writeln!(
            text,
            "      <failure message=\"{}\" type=\"{}\">{whole}</failure>",
            escaped(&finding.message),
            finding.severity
        ),
        false => writeln!(text, "      <system-out>{}: {whole}</system-out>", finding.severity),
    };
    let _ = writeln!(text, "    </testcase>");
}

fn broken(text: &mut String, faults: &[Fault]) -> usize {
    let count = faults.len();
    let _ = writeln!(text, "  <testsuite name=\"plugins\" tests=\"{count}\" failures=\"0\" errors=\"{count}\">");
    for fault in faults {
        let name = fault.item.as_ref().unwrap_or(&fault.plugin);
        let message = escaped(&fault.to_string());
        let _ = writeln!(
            text,
            "    <testcase classname=\"{}\" name=\"{}\">\n      <error message=\"{message}\" type=\"{}\"/>\n    </testcase>",
            escaped(&fault.plugin),
            escaped(name),
            fault.code()
        );
    }
    let _ = writeln!(text, "  </testsuite>");
    count
}

/// Text as an attribute or an element takes it. Characters that XML 1.0 does not know, even escaped, become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
