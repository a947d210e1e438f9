//! Differences, counted.

use super::{Change, Difference};
use confiture_model::object::{ObjectKind, ObjectRef};
use std::collections::{BTreeMap, BTreeSet};

/// `added columns: 2`, `changed tables: 1`: how many objects of each kind, in the order added, changed, removed.
pub fn in_words(differences: &[Difference]) -> Vec<String> {
    let mut counts: BTreeMap<(u8, ObjectKind), BTreeSet<&ObjectRef>> = BTreeMap::new();
    for difference in differences {
        let order = match difference.change {
            Change::Added => 0,
            Change::Changed => 1,
            Change::Removed => 2,
        };
        counts.entry((order, difference.object.kind)).or_default().insert(&difference.object);
    }
    let verbs = ["added", "changed", "removed"];
    let words = |((order, kind), objects): (&(u8, ObjectKind), &BTreeSet<&ObjectRef>)| {
        format!("{} {}: {}", verbs[usize::from(*order)], plural(*kind), objects.len())
    };
    counts.iter().map(words).collect()
}

fn plural(kind: ObjectKind) -> String {
    match kind {
        ObjectKind::Index => "indexes".to_owned(),
        ObjectKind::Policy => "policies".to_owned(),
        kind => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_counted_once() {
        let column = |name| ObjectRef::of_table(ObjectKind::Column, "public", "t", name);
        let of = |change, object, what: Option<&str>| Difference {
            change,
            object,
            what: what.map(str::to_owned),
            before: None,
            after: None,
        };
        let differences = [
            of(Change::Changed, column("c"), Some("type")),
            of(Change::Changed, column("c"), Some("nullable")),
            of(Change::Added, column("a"), None),
            of(Change::Added, column("b"), None),
            of(Change::Removed, ObjectRef::of_table(ObjectKind::Index, "public", "t", "i"), None),
        ];
        assert_eq!(in_words(&differences), ["added columns: 2", "changed columns: 1", "removed indexes: 1"]);
    }
}
