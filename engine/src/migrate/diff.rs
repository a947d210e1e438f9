//! Two snapshots of a schema, and what is different: as people read it.

mod facts;
mod words;

pub use words::in_words;

use confiture_model::{object::ObjectRef, schema::Snapshot};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What happened to the object.
    pub change: Change,
    /// The object.
    pub object: ObjectRef,
    /// What of it differs; none for an object that is there in one snapshot only.
    pub what: Option<String>,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

/// `table public.a: added`, `column public.a.b: type was integer, is bigint`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.object.kind, self.object)?;
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        match (self.change, &self.what) {
            (Change::Added, _) => f.write_str("added"),
            (Change::Removed, _) => f.write_str("removed"),
            (Change::Changed, Some(what)) => write!(f, "{what} was {}, is {}", shown(&self.before), shown(&self.after)),
            (Change::Changed, None) => f.write_str("changed"),
        }
    }
}

/// What of an object can differ: its name and its value; none where it is not set.
type Fact = (&'static str, Option<String>);
type Facts = Vec<Fact>;

/// The differences from one snapshot to another, objects in the order of their names. Statistics do not count.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Vec<Difference> {
    let (before, after) = (facts::of(before), facts::of(after));
    let mut differences = Vec::new();
    for (key, (object, facts)) in &before {
        match after.get(key) {
            None if is_within_missing(object, &after) => {}
            None => differences.push(whole(Change::Removed, object)),
            Some((_, now)) => differences.extend(changed(object, facts, now)),
        }
    }
    for (key, (object, _)) in &after {
        if !before.contains_key(key) && !is_within_missing(object, &before) {
            differences.push(whole(Change::Added, object));
        }
    }
    differences.sort_by(|a, b| {
        let place = |difference: &Difference| (difference.object.schema.clone(), difference.object.to_string());
        place(a).cmp(&place(b))
    });
    differences
}

/// Every object of a snapshot by a key that is its own.
type Objects = BTreeMap<String, (ObjectRef, Facts)>;

/// Whether an object belongs to a table that the other side does not have: the table says it all.
fn is_within_missing(object: &ObjectRef, other: &Objects) -> bool {
    let Some((schema, table)) = object.parent.as_ref().and(object.relation()) else { return false };
    !other.contains_key(&facts::relation_key(schema, table))
}

fn whole(change: Change, object: &ObjectRef) -> Difference {
    Difference { change, object: object.clone(), what: None, before: None, after: None }
}

fn changed(object: &ObjectRef, before: &Facts, after: &Facts) -> Vec<Difference> {
    let differs = before.iter().zip(after).filter(|(before, after)| before.1 != after.1);
    let difference = |(before, after): (&Fact, &Fact)| Difference {
        change: Change::Changed,
        object: object.clone(),
        what: Some(before.0.to_owned()),
        before: before.1.clone(),
        after: after.1.clone(),
    };
    differs.map(difference).collect()
}

#[cfg(test)]
mod tests;
