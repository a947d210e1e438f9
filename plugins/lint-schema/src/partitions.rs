//! Partitions follow their parent: what is wrong with it is said of it once.

use confiture_sdk::{Relation, Schema, catalog::RelationKind};

/// Whether a table is looked at by itself: not a partition whose parent is part of the schema.
pub fn stands_alone(relation: &Relation, schema: &Schema) -> bool {
    relation.is_table() && (relation.kind != RelationKind::Partition || schema.parent_of(relation).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{
        Parts,
        testing::{Snapshot, Table},
    };

    #[test]
    fn a_partition_is_its_parents_business_where_there_is_one() {
        let snapshot = Snapshot::new()
            .with(Table::new("events").kind(RelationKind::PartitionedTable))
            .with(Table::new("events_1").partition_of("events"))
            .with(Table::new("odd.ev.ents").kind(RelationKind::PartitionedTable))
            .with(Table::new("odd_1").partition_of("odd.ev.ents"))
            .with(Table::new("orphan").partition_of("elsewhere.events"))
            .with(Table::new("report").kind(RelationKind::View));
        let schema = Schema::new(Box::new(snapshot), Parts::NONE);
        let alone: Vec<_> = schema.relations().filter(|table| stands_alone(table, &schema)).map(|t| t.name).collect();
        assert_eq!(alone, ["ev.ents", "events", "orphan"]);
    }
}
