//! The schema under check, as rules read it: in pages, with only the parts that they read.

mod source;

pub use source::Source;

use crate::{
    catalog::{Column, Overview, Parts, Relation, Routine, Sequence, Trigger, TypeDefinition},
    object::ObjectRef,
};
use std::{
    cell::{OnceCell, RefCell},
    collections::HashSet,
    rc::Rc,
};

/// Records asked for at a time. Pages of 8 to 32 cost least: they stay in the processor's cache on both sides of
/// the crossing, and pages of 200 take a tenth of a lint's CPU time more.
pub(crate) const PAGE: u32 = 16;

/// The schema under check. Everything is read from the host when it is asked for, so a loop over ten thousand tables
/// holds one page of them at a time.
pub struct Schema {
    shared: Rc<Shared>,
    reads: Parts,
}

struct Shared {
    source: Box<dyn Source>,
    overview: OnceCell<Overview>,
    /// The parent that was asked for last: partitions of one table come together.
    parent: RefCell<Option<(String, Option<Rc<Relation>>)>>,
    /// Asked for once, however many columns are looked at.
    masked: OnceCell<HashSet<ObjectRef>>,
    /// Read once for all rules: there are as many as tables, with identity columns, and they are small.
    sequences: OnceCell<Vec<Sequence>>,
}

impl Schema {
    /// A schema read from `source`.
    pub fn new(source: Box<dyn Source>, reads: Parts) -> Self {
        let shared = Shared {
            source,
            overview: OnceCell::new(),
            parent: RefCell::new(None),
            masked: OnceCell::new(),
            sequences: OnceCell::new(),
        };
        Self { shared: Rc::new(shared), reads }
    }

    /// The same schema, for a rule that reads other parts.
    pub(crate) fn reading(&self, reads: Parts) -> Self {
        Self { shared: Rc::clone(&self.shared), reads }
    }

    pub(crate) fn source(&self) -> &dyn Source {
        self.shared.source.as_ref()
    }

    /// The schema without its objects: version, environment, extensions.
    pub fn overview(&self) -> &Overview {
        self.shared.overview.get_or_init(|| self.source().overview())
    }

    /// `production`, `local`, ...; empty where the user named none.
    pub fn environment(&self) -> &str {
        &self.overview().environment
    }

    /// `server_version_num`: 150018 for 15.18.
    pub fn server_version(&self) -> u32 {
        self.overview().server_version
    }

    /// All tables and views by schema, then by name, each with the parts that the rule reads. A pass of its own:
    /// [`crate::Rule::check_relation`] shares one with the other rules.
    pub fn relations(&self) -> impl Iterator<Item = Relation> + '_ {
        pages(|offset| self.source().relations(offset, PAGE, self.reads))
    }

    /// All tables, partitioned tables and partitions: see [`Self::relations`].
    pub fn tables(&self) -> impl Iterator<Item = Relation> + '_ {
        self.relations().filter(Relation::is_table)
    }

    /// A relation by its name, with all its parts.
    pub fn find(&self, schema: &str, name: &str) -> Option<Relation> {
        self.source().find(schema, name)
    }

    /// The table that `relation` is a partition of; none where it is no partition, or where its parent is not part of
    /// this schema.
    pub fn parent_of(&self, relation: &Relation) -> Option<Rc<Relation>> {
        let name = relation.partition_of.as_deref()?;
        if let Some((known, parent)) = &*self.shared.parent.borrow()
            && known == name
        {
            return parent.clone();
        }
        let parent = self.find_qualified(name).map(Rc::new);
        *self.shared.parent.borrow_mut() = Some((name.to_owned(), parent.clone()));
        parent
    }

    /// A relation by the name that [`Relation::depends_on`] and [`Relation::partition_of`] write, `schema.name`, where
    /// either may hold dots; with all its parts.
    pub fn find_qualified(&self, name: &str) -> Option<Relation> {
        name.match_indices('.').find_map(|(dot, _)| self.find(&name[..dot], &name[dot + 1..]))
    }

    /// All functions and procedures.
    pub fn routines(&self) -> impl Iterator<Item = Routine> + '_ {
        pages(|offset| self.source().routines(offset, PAGE))
    }

    /// All enums, domains, composite and range types.
    pub fn type_definitions(&self) -> impl Iterator<Item = TypeDefinition> + '_ {
        pages(|offset| self.source().type_definitions(offset, PAGE))
    }

    /// All sequences. They are kept for the next rule that asks.
    pub fn sequences(&self) -> impl Iterator<Item = &Sequence> {
        self.shared.sequences.get_or_init(|| pages(|offset| self.source().sequences(offset, PAGE)).collect()).iter()
    }

    /// All triggers that users made.
    pub fn triggers(&self) -> impl Iterator<Item = Trigger> + '_ {
        pages(|offset| self.source().triggers(offset, PAGE))
    }

    /// Columns that some anonymization profile of the project has a rule for.
    pub fn masked_columns(&self) -> Vec<ObjectRef> {
        self.source().masked_columns()
    }

    /// Whether some anonymization profile of the project has a rule for this column.
    pub fn is_masked(&self, relation: &Relation, column: &Column) -> bool {
        let masked = self.shared.masked.get_or_init(|| self.masked_columns().into_iter().collect());
        masked.contains(&ObjectRef::from((relation, column)))
    }
}

/// Reads pages until an empty one, a page at a time. The offset counts records.
pub(crate) fn pages<T>(mut read: impl FnMut(u32) -> Vec<T>) -> impl Iterator<Item = T> {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let page = read(offset);
        offset += u32::try_from(page.len()).ok()?;
        (!page.is_empty()).then_some(page)
    })
    .flatten()
}
