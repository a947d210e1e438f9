//! What is known of a schema's relations after all were seen.

use super::Options;
use confiture_sdk::{ObjectRef, Relation, catalog::RelationKind};
use std::collections::{BTreeMap, HashMap};

/// A relation's schema and name.
pub type Name = (String, String);

/// Relations by what they are, as far as derivations need it.
#[derive(Debug, Default)]
pub struct Models {
    /// Every relation: the schemas in which its name is.
    pub schemas: HashMap<String, Vec<String>>,
    /// Views, and what each reads.
    pub views: HashMap<Name, Vec<String>>,
    /// Read models in their order.
    pub read_models: BTreeMap<Name, ObjectRef>,
    /// Foreign keys from what is no read model to one: the constraint, and the read model's name.
    pub held: Vec<(ObjectRef, String)>,
}

impl Models {
    /// Notes a relation.
    pub fn look_at(&mut self, relation: &Relation, options: &Options) {
        let name = (relation.schema.clone(), relation.name.clone());
        self.schemas.entry(relation.name.clone()).or_default().push(relation.schema.clone());
        if matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) {
            self.views.insert(name.clone(), relation.depends_on.clone());
        }
        if options.is_read_model(&relation.schema, &relation.name) {
            if relation.kind != RelationKind::Partition {
                self.read_models.insert(name, ObjectRef::from(relation));
            }
            return;
        }
        for key in relation.foreign_keys() {
            if let Some(target) = &key.references
                && options.is_read_model(&target.schema, &target.table)
            {
                self.held.push((ObjectRef::from((relation, key)), target.table.clone()));
            }
        }
    }

    /// The relations that a name of the configuration, or of a view's dependencies, means: `orders` in any schema, or
    /// `public.orders`.
    pub fn named(&self, written: &str) -> Vec<Name> {
        let with_schema = written.match_indices('.').filter_map(|(dot, _)| {
            let (schema, name) = (&written[..dot], &written[dot + 1..]);
            let is_there = self.schemas.get(name).is_some_and(|schemas| schemas.iter().any(|one| one == schema));
            is_there.then(|| (schema.to_owned(), name.to_owned()))
        });
        let without = self.schemas.get(written).into_iter().flatten();
        with_schema.chain(without.map(|schema| (schema.clone(), written.to_owned()))).collect()
    }
}
