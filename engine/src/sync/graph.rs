//! Foreign keys between the tables that are copied, and what an order of them has to mind.

use super::scope::{Scope, root_of};
use confiture_model::schema::{Constraint, ConstraintKind, ForeignKeyTarget, Relation};

/// A foreign key between two tables, by their places among [`Scope::roots`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: usize,
    pub columns: Vec<String>,
    pub to: usize,
    pub referenced: Vec<String>,
}

/// The columns of the primary key.
pub(super) fn primary_key(relation: &Relation) -> &[String] {
    let key = relation.constraints.iter().find(|one| one.kind == ConstraintKind::PrimaryKey);
    key.map_or(&[], |key| &key.columns)
}

/// The foreign keys of a relation, with where they lead.
pub(super) fn foreign_keys(relation: &Relation) -> impl Iterator<Item = (&Constraint, &ForeignKeyTarget)> {
    let keys = relation.constraints.iter().filter(|one| one.kind == ConstraintKind::ForeignKey);
    keys.filter_map(|one| Some((one, one.references.as_ref()?)))
}

/// Every foreign key between roots, of the source and of the target: what either of them joins stays joined.
pub(super) fn edges(scope: &Scope<'_>) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    let place = |root: &Relation| scope.roots.iter().position(|one| one.schema == root.schema && one.name == root.name);
    for snapshot in [scope.source, scope.target] {
        for relation in &snapshot.relations {
            let Some(from) = place(root_of(snapshot, relation)) else { continue };
            for (constraint, target) in foreign_keys(relation) {
                let referenced = snapshot.relation(&target.schema, &target.table);
                let Some(to) = referenced.and_then(|one| place(root_of(snapshot, one))) else { continue };
                let edge = Edge { from, columns: constraint.columns.clone(), to, referenced: target.columns.clone() };
                let known = |place: usize, names: &[String]| {
                    let columns = scope.roots.get(place).map(|root| &root.columns);
                    names.iter().all(|name| columns.is_some_and(|columns| columns.iter().any(|one| one.name == *name)))
                };
                if known(from, &edge.columns) && known(to, &edge.referenced) && !edges.contains(&edge) {
                    edges.push(edge);
                }
            }
        }
    }
    edges
}

/// The strongly connected parts of a graph of `count` nodes, each behind those that it leads to (Tarjan's algorithm, with a
/// stack of its own).
pub(super) fn parts(count: usize, leads_to: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut state =
        Tarjan { index: vec![None; count], low: vec![0; count], on_stack: vec![false; count], ..Tarjan::default() };
    for start in 0..count {
        if state.index[start].is_none() {
            state.visit(start, leads_to);
        }
    }
    state.parts
}

#[derive(Default)]
struct Tarjan {
    next: usize,
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    parts: Vec<Vec<usize>>,
}

impl Tarjan {
    fn enter(&mut self, node: usize) {
        self.index[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn visit(&mut self, start: usize, leads_to: &[Vec<usize>]) {
        // A node, and how many of its edges were followed.
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((node, followed)) = path.last_mut() {
            let node = *node;
            let Some(&other) = leads_to.get(node).and_then(|edges| edges.get(*followed)) else {
                path.pop();
                self.leave(node);
                if let Some((parent, _)) = path.last() {
                    self.low[*parent] = self.low[*parent].min(self.low[node]);
                }
                continue;
            };
            *followed += 1;
            match self.index[other] {
                None => {
                    self.enter(other);
                    path.push((other, 0));
                }
                Some(index) if self.on_stack[other] => self.low[node] = self.low[node].min(index),
                Some(_) => {}
            }
        }
    }

    /// All that was reached from a node is done: where nothing leads out of it, it is a part.
    fn leave(&mut self, node: usize) {
        if Some(self.low[node]) != self.index[node] {
            return;
        }
        let mut part = Vec::new();
        while let Some(other) = self.stack.pop() {
            self.on_stack[other] = false;
            part.push(other);
            if other == node {
                break;
            }
        }
        part.sort_unstable();
        self.parts.push(part);
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn what_is_referred_to_comes_first_and_circles_stay_together() {
        // 0 → 1 → 2 → 1, 3 → 0, 4 → 4.
        let graph = [vec![1], vec![2], vec![1], vec![0], vec![4]];
        assert_eq!(parts(5, &graph), [vec![1, 2], vec![0], vec![3], vec![4]]);
        let long: Vec<Vec<usize>> = (0..50_000).map(|node| vec![node + 1]).chain([vec![]]).collect();
        assert_eq!(parts(50_001, &long).len(), 50_001);
    }
}
