//! `schema`: the schema under check, in pages.

use crate::{
    bindings::confiture::plugin::catalog::{Parts, Relation},
    convert,
    fault::Refused,
    state::State,
};
use confiture_model::{plugin::SchemaView, schema::Snapshot};
use std::sync::Arc;
use wasmtime::{
    StoreContextMut,
    component::{ComponentType, Linker, LinkerInstance, Lower},
};

type Caller<'a> = StoreContextMut<'a, State>;

/// The most that one page holds, whatever was asked: a page is copied into the guest's memory whole.
const LARGEST_PAGE: u32 = 1_000;

impl State {
    fn schema(&self) -> wasmtime::Result<Arc<SchemaView>> {
        match &self.powers.schema {
            Some(view) => Ok(Arc::clone(view)),
            None => Err(Refused::call("reading the schema while no rule runs").into()),
        }
    }

    /// A page of relations, written over the one before it: nine in ten of what crosses are short texts, and making and
    /// freeing each costs more than to copy it.
    fn relations(&mut self, offset: u32, count: u32, parts: Parts) -> wasmtime::Result<Arc<Vec<Relation>>> {
        let view = self.schema()?;
        // Nobody holds the last page any more: it was copied into the guest before the guest went on.
        let records = Arc::make_mut(&mut self.page);
        convert::relation::relations(records, page(&view.snapshot.relations, offset, count), parts);
        Ok(Arc::clone(&self.page))
    }
}

/// At most `count` items from `offset` on.
fn page<T>(items: &[T], offset: u32, count: u32) -> &[T] {
    let start = items.len().min(offset as usize);
    let end = items.len().min(start + count.min(LARGEST_PAGE) as usize);
    &items[start..end]
}

/// Links the interface. By hand, because pages of relations are the bulk of what crosses: the bindings would have them made
/// anew, text by text, each time.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut schema = linker.instance("confiture:plugin/schema@0.1.0")?;
    schema
        .func_wrap("describe", |store: Caller<'_>, ()| Ok((convert::catalog::overview(&*store.data().schema()?),)))?;
    schema.func_wrap("relations", |mut store: Caller<'_>, (offset, count, parts): (u32, u32, Parts)| {
        Ok((store.data_mut().relations(offset, count, parts)?,))
    })?;
    schema.func_wrap("find-relation", |store: Caller<'_>, (schema, name): (String, String)| {
        let view = store.data().schema()?;
        let found = view.snapshot.relation(&schema, &name);
        Ok((found.map(|relation| convert::relation::relation(relation, Parts::all())),))
    })?;
    pages(&mut schema, "routines", |snapshot| &snapshot.routines, convert::catalog::routine)?;
    pages(&mut schema, "type-definitions", |snapshot| &snapshot.type_definitions, convert::catalog::type_definition)?;
    pages(&mut schema, "sequences", |snapshot| &snapshot.sequences, convert::catalog::sequence)?;
    pages(&mut schema, "triggers", |snapshot| &snapshot.triggers, convert::catalog::trigger)?;
    schema.func_wrap("masked-columns", |store: Caller<'_>, ()| {
        let view = store.data().schema()?;
        Ok((view.masked_columns.get().iter().map(convert::object::object_out).collect::<Vec<_>>(),))
    })
}

/// Links a function that gives pages of one kind of object.
fn pages<T, Record>(
    schema: &mut LinkerInstance<'_, State>,
    name: &str,
    all: fn(&Snapshot) -> &Vec<T>,
    convert: fn(&T) -> Record,
) -> wasmtime::Result<()>
where
    T: 'static,
    Record: ComponentType + Lower + Send + Sync + 'static,
{
    schema.func_wrap(name, move |store: Caller<'_>, (offset, count): (u32, u32)| {
        let view = store.data().schema()?;
        Ok((page(all(&view.snapshot), offset, count).iter().map(convert).collect::<Vec<_>>(),))
    })
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
