//! From read models to what they are derived from.

use super::{
    Options,
    models::{Models, Name},
};
use confiture_sdk::{ObjectKind, ObjectRef, Report};
use std::collections::BTreeSet;

/// The relations of a schema, and what is declared of them.
pub struct Walk<'a> {
    pub models: &'a Models,
    pub options: &'a Options,
}

/// What a view reads.
#[derive(Default)]
struct Read {
    /// All on the way, the view itself among them.
    seen: BTreeSet<Name>,
    /// Where the way ends.
    ends: BTreeSet<Name>,
}

impl Walk<'_> {
    /// Reports what contradicts the declarations.
    pub fn tell(&self, report: &mut Report) {
        self.declared_that_are_missing(report);
        for (name, subject) in &self.models.read_models {
            let declared = self.options.declared(&name.0, &name.1);
            if let Some(sources) = declared {
                self.declared_sources(subject, sources, report);
            }
            match (self.models.views.contains_key(name), declared) {
                (true, declared) => self.view(name, subject, declared, report),
                (false, Some(_)) => {}
                (false, None) => {
                    let message =
                        format!("Read model '{}' is no view, and nothing declares what it is derived from", name.1);
                    report
                        .finding(subject, message)
                        .suggestion(format!("Declare it in `read_model_sources`: {}: [...]", name.1));
                }
            }
        }
        self.circles(report);
        for (key, read_model) in &self.models.held {
            let table = key.parent.as_deref().unwrap_or_default();
            report
                .finding(key, format!("Table '{table}' refers to the read model '{read_model}'"))
                .evidence(format!("foreign key {}", key.name))
                .suggestion("Refer to what the read model is derived from");
        }
    }

    fn declared_that_are_missing(&self, report: &mut Report) {
        for written in self.options.read_model_sources.keys().filter(|name| self.models.named(name).is_empty()) {
            let subject = ObjectRef { kind: ObjectKind::Other, schema: None, parent: None, name: written.clone() };
            report
                .finding(subject, format!("Read model '{written}' is declared, and does not exist"))
                .suggestion("Take it out of `read_model_sources`, or correct its name");
        }
    }

    fn declared_sources(&self, subject: &ObjectRef, sources: &[String], report: &mut Report) {
        for source in sources {
            let named = self.models.named(source);
            if named.is_empty() {
                let message = format!(
                    "Read model '{}' is declared to be derived from '{source}', which does not exist",
                    subject.name
                );
                report.finding(subject, message);
            } else if !named.iter().any(|(schema, name)| self.options.may_be_source(schema, name)) {
                self.no_write_model(subject, source, report);
            }
        }
    }

    fn no_write_model(&self, subject: &ObjectRef, source: &str, report: &mut Report) {
        let patterns: Vec<_> = self.options.write_models.iter().map(|pattern| pattern.as_str()).collect();
        report
            .finding(
                subject,
                format!("Read model '{}' is derived from '{source}', which is no write model", subject.name),
            )
            .evidence(format!("write_models: {}", patterns.join(", ")));
    }

    fn view(&self, view: &Name, subject: &ObjectRef, declared: Option<&[String]>, report: &mut Report) {
        let sources: Vec<Name> = declared.into_iter().flatten().flat_map(|source| self.models.named(source)).collect();
        let read = self.read(view, &sources);
        let evidence = || {
            let names: Vec<_> = read.ends.iter().map(|(schema, name)| format!("{schema}.{name}")).collect();
            format!("it reads {}", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") })
        };
        let Some(declared) = declared else {
            if read.ends.is_empty() {
                report.finding(subject, format!("Read model '{}' reads no table", view.1));
            }
            for (_, end) in read.ends.iter().filter(|(schema, name)| !self.options.may_be_source(schema, name)) {
                self.no_write_model(subject, end, report);
            }
            return;
        };
        for source in declared {
            let named = self.models.named(source);
            if !named.is_empty() && !named.iter().any(|name| read.seen.contains(name)) {
                let message = format!(
                    "Read model '{}' does not read '{source}', which it is declared to be derived from",
                    view.1
                );
                report.finding(subject, message).evidence(evidence());
            }
        }
        for (_, end) in read.ends.iter().filter(|end| !sources.contains(end)) {
            let message = format!("Read model '{}' reads '{end}', which its derivation does not name", view.1);
            report.finding(subject, message).evidence(evidence());
        }
    }

    /// Follows a view through views and declared read models, to tables and to its own sources.
    fn read(&self, view: &Name, sources: &[Name]) -> Read {
        let mut read = Read::default();
        let mut open = vec![view.clone()];
        while let Some(name) = open.pop() {
            if !read.seen.insert(name.clone()) {
                continue;
            }
            let is_source = name != *view && sources.contains(&name);
            let further = self.further(&name).filter(|further| !is_source && (!further.is_empty() || name == *view));
            match further {
                Some(further) => open.extend(further),
                None => {
                    read.ends.insert(name);
                }
            }
        }
        read
    }

    /// What a view reads, or what another read model is declared to be derived from; none for a table.
    fn further(&self, name: &Name) -> Option<Vec<Name>> {
        let of = |names: &[String]| names.iter().flat_map(|name| self.models.named(name)).collect();
        let view = self.models.views.get(name).map(|reads| of(reads));
        view.or_else(|| self.options.declared(&name.0, &name.1).map(of))
    }

    fn circles(&self, report: &mut Report) {
        let mut told: BTreeSet<Name> = BTreeSet::new();
        for start in self.models.read_models.keys() {
            let mut way = vec![start.clone()];
            if !told.contains(start) && self.leads_back(start, &mut way, &mut BTreeSet::new()) {
                told.extend(way.iter().cloned());
                let names: Vec<_> = way.iter().chain([start]).map(|(_, name)| name.as_str()).collect();
                let message = format!("Read models are derived from each other in a circle: {}", names.join(", "));
                report.finding(&self.models.read_models[start], message);
            }
        }
    }

    /// Whether declarations lead from the end of `way` back to `start`; then `way` is the way.
    fn leads_back(&self, start: &Name, way: &mut Vec<Name>, seen: &mut BTreeSet<Name>) -> bool {
        let Some(next) = way.last().and_then(|end| self.options.declared(&end.0, &end.1)) else { return false };
        for name in next.iter().flat_map(|source| self.models.named(source)) {
            if name == *start {
                return true;
            }
            if seen.insert(name.clone()) {
                way.push(name);
                if self.leads_back(start, way, seen) {
                    return true;
                }
                way.pop();
            }
        }
        false
    }
}
