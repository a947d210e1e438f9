//! Rules whose findings cannot be used, and one whose can.

use crate::{
    Finding, RuleSetting,
    confiture::plugin::{catalog::Parts, schema},
    finding,
};

/// One finding a relation.
pub fn well_behaved(setting: &RuleSetting) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = 0;
    loop {
        let page = schema::relations(seen, 200, Parts::empty());
        if page.is_empty() {
            return findings;
        }
        seen += page.len() as u32;
        findings.extend(page.iter().map(|relation| finding(&setting.instance, &relation.name, "It is there".into())));
    }
}

/// Reads every part of every relation; one finding for each without a primary key among its constraints.
pub fn every_column(setting: &RuleSetting) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = 0;
    loop {
        let page = schema::relations(seen, 200, Parts::COLUMNS | Parts::CONSTRAINTS | Parts::INDEXES);
        if page.is_empty() {
            return findings;
        }
        seen += page.len() as u32;
        for relation in page {
            let parts = relation.columns.len() + relation.constraints.len() + relation.indexes.len();
            findings.push(finding(&setting.instance, &relation.name, format!("It has {parts} parts")));
        }
    }
}

pub fn huge_result(setting: &RuleSetting) -> Vec<Finding> {
    vec![finding(&setting.instance, "t", "x".repeat(40 << 20))]
}

pub fn many_findings(setting: &RuleSetting) -> Vec<Finding> {
    (0..150_000).map(|_| finding(&setting.instance, "t", "m".into())).collect()
}

pub fn bad_utf_8(setting: &RuleSetting) -> Vec<Finding> {
    // SAFETY: none; the host has to find this out.
    let text = unsafe { String::from_utf8_unchecked(vec![b'a', 0xff, 0xfe]) };
    vec![finding(&setting.instance, "t", text)]
}

/// A message that goes on far beyond the end of memory.
pub fn wrong_length(setting: &RuleSetting) -> Vec<Finding> {
    let text = Box::leak(Box::new(*b"short"));
    // SAFETY: none; the host has to find this out.
    let text = unsafe { String::from_raw_parts(text.as_mut_ptr(), 0x7fff_0000, 0x7fff_0000) };
    vec![finding(&setting.instance, "t", text)]
}

pub fn somebody_elses_rule(_: &RuleSetting) -> Vec<Finding> {
    vec![finding("primary-key-required", "t", "Not mine".into())]
}
