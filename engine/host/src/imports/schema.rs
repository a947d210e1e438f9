//! `schema`: the schema under check, in pages.

use crate::{
    bindings::confiture::plugin::{
        catalog::{Overview, Parts, Relation, Routine, Sequence, Trigger, TypeDefinition},
        common::ObjectRef,
        schema::Host,
    },
    convert,
    fault::Refused,
    state::State,
};
use confiture_model::plugin::SchemaView;
use std::sync::Arc;

/// The most that one page holds, whatever was asked: a page is copied into the guest's memory whole.
const LARGEST_PAGE: u32 = 1_000;

impl State {
    fn schema(&self) -> wasmtime::Result<Arc<SchemaView>> {
        match &self.powers.schema {
            Some(view) => Ok(Arc::clone(view)),
            None => Err(Refused::call("reading the schema while no rule runs").into()),
        }
    }
}

/// At most `count` items from `offset` on.
fn page<T>(items: &[T], offset: u32, count: u32) -> &[T] {
    let start = items.len().min(offset as usize);
    let end = items.len().min(start + count.min(LARGEST_PAGE) as usize);
    &items[start..end]
}

impl Host for State {
    fn describe(&mut self) -> wasmtime::Result<Overview> {
        Ok(convert::catalog::overview(&*self.schema()?))
    }

    fn relations(&mut self, offset: u32, count: u32, parts: Parts) -> wasmtime::Result<Vec<Relation>> {
        let view = self.schema()?;
        let page = page(&view.snapshot.relations, offset, count);
        Ok(page.iter().map(|relation| convert::relation::relation(relation, parts)).collect())
    }

    fn find_relation(&mut self, schema: String, name: String) -> wasmtime::Result<Option<Relation>> {
        let view = self.schema()?;
        let found = view.snapshot.relation(&schema, &name);
        Ok(found.map(|relation| convert::relation::relation(relation, Parts::all())))
    }

    fn routines(&mut self, offset: u32, count: u32) -> wasmtime::Result<Vec<Routine>> {
        let view = self.schema()?;
        Ok(page(&view.snapshot.routines, offset, count).iter().map(convert::catalog::routine).collect())
    }

    fn type_definitions(&mut self, offset: u32, count: u32) -> wasmtime::Result<Vec<TypeDefinition>> {
        let view = self.schema()?;
        Ok(page(&view.snapshot.type_definitions, offset, count).iter().map(convert::catalog::type_definition).collect())
    }

    fn sequences(&mut self, offset: u32, count: u32) -> wasmtime::Result<Vec<Sequence>> {
        let view = self.schema()?;
        Ok(page(&view.snapshot.sequences, offset, count).iter().map(convert::catalog::sequence).collect())
    }

    fn triggers(&mut self, offset: u32, count: u32) -> wasmtime::Result<Vec<Trigger>> {
        let view = self.schema()?;
        Ok(page(&view.snapshot.triggers, offset, count).iter().map(convert::catalog::trigger).collect())
    }

    fn masked_columns(&mut self) -> wasmtime::Result<Vec<ObjectRef>> {
        Ok(self.schema()?.masked_columns.get().iter().map(convert::object::object_out).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn a_page_past_the_end_is_empty() {
        assert!(page(&[1, 2], 2, 10).is_empty());
        assert!(page(&[1, 2], u32::MAX, u32::MAX).is_empty());
        assert_eq!(page(&[1, 2], 1, 10), [2]);
    }

    #[test]
    fn a_page_is_bounded() {
        assert_eq!(page(&[0_u8; 5_000], 0, u32::MAX).len(), 1_000);
    }
}
