//! What the host makes of a plugin's findings: checked, placed, limited to each rule's scope, weighed.

use super::{call, places::Places, report::Reported, rule::ActiveRule};
use confiture_model::{
    fault::Fault,
    finding::{Finding, Severity},
    object::SourceSpan,
    plugin::LintPlugin,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Judges the findings of one plugin.
pub(super) struct Judge<'a> {
    pub(super) plugin: &'a dyn LintPlugin,
    pub(super) rules: &'a [&'a ActiveRule],
    pub(super) places: &'a Places<'a>,
}

/// Rules by instance, each with its category.
type Known<'a> = HashMap<&'a str, (&'a ActiveRule, &'a str)>;

/// What is left of a plugin's findings.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) findings: Vec<Reported>,
    pub(super) faults: Vec<Fault>,
    /// How many findings of an instance its scope left out.
    pub(super) left_out: HashMap<String, u64>,
}

impl Judge<'_> {
    pub(super) fn judge(&self, findings: Vec<Finding>) -> Judged {
        let mut judged = Judged::default();
        let mut absurd: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let repeated = repeated(&findings);
        let known = self.known();
        for (finding, repeated) in findings.into_iter().zip(repeated) {
            let (rule, category) = match self.check(&finding, &known) {
                Ok(rule) => rule,
                Err(why) => {
                    absurd.entry(finding.rule).or_default().push(why);
                    continue;
                }
            };
            if repeated {
                continue;
            }
            // A plugin cannot know the user's files: only the host's own place counts.
            let span = self.places.span(&finding.subject);
            if rule.scope.covers(&finding.subject, span.as_ref()) {
                judged.findings.push(reported(rule, category, finding, span));
            } else {
                *judged.left_out.entry(finding.rule).or_default() += 1;
            }
        }
        judged.faults.extend(absurd.into_iter().map(|(instance, reasons)| self.malformed(instance, &reasons)));
        judged
    }

    /// The rules by instance, each with its category.
    fn known(&self) -> Known<'_> {
        let info = |rule: &ActiveRule| super::info(self.plugin, &rule.setting.id);
        let category = |rule: &ActiveRule| info(rule).map_or("", |info| info.category.as_str());
        self.rules.iter().map(|rule| (rule.setting.instance.as_str(), (*rule, category(rule)))).collect()
    }

    /// The rule that found it, or why that cannot be.
    fn check<'k>(&self, finding: &Finding, known: &Known<'k>) -> Result<(&'k ActiveRule, &'k str), String> {
        let rule = known.get(finding.rule.as_str()).copied();
        let rule = rule.ok_or_else(|| "a finding names this rule, which was not switched on".to_owned())?;
        if finding.message.trim().is_empty() {
            return Err(format!("a finding about `{}` has no message", finding.subject));
        }
        match self.places.absurdity(&finding.subject) {
            Some(why) => Err(format!("a finding cannot be right: {why}")),
            None => Ok(rule),
        }
    }

    /// One fault a rule, however many of its findings are wrong.
    fn malformed(&self, instance: String, reasons: &[String]) -> Fault {
        let mut why = reasons.first().cloned().unwrap_or_default();
        if reasons.len() > 1 {
            why.push_str(&format!(" (and {} more like it)", reasons.len() - 1));
        }
        call::malformed(self.plugin.name(), Some(instance), why)
    }
}

fn reported(rule: &ActiveRule, category: &str, finding: Finding, span: Option<SourceSpan>) -> Reported {
    let mut evidence = finding.evidence;
    let message = match &rule.message {
        // The rule's own words say what the project's do not: the names.
        Some(message) => {
            evidence.insert(0, finding.message);
            message.clone()
        }
        None => finding.message,
    };
    Reported {
        rule: rule.setting.id.clone(),
        instance: rule.setting.instance.clone(),
        plugin: rule.plugin.clone(),
        category: category.to_owned(),
        severity: severity(rule, finding.severity),
        subject: finding.subject,
        message,
        suggestion: finding.suggestion,
        fix: finding.fix,
        evidence,
        span,
    }
}

/// Which findings say again what another one has said.
fn repeated(findings: &[Finding]) -> Vec<bool> {
    let mut seen = HashSet::with_capacity(findings.len());
    findings.iter().map(|finding| !seen.insert((&finding.rule, &finding.subject, &finding.message))).collect()
}

/// A finding may lower what the project chose, and not raise it.
fn severity(rule: &ActiveRule, own: Option<Severity>) -> Severity {
    match own {
        None => rule.severity,
        Some(own) if rule.severity_chosen => own.min(rule.severity),
        Some(own) => own,
    }
}
