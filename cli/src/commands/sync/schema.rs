//! `--create-schema`: an empty target gets the source's schema, once nothing else forbids the run.

use super::{
    ends::Chosen,
    prepared::{Side, Work},
};
use crate::{exit::Exit, failure::Failure, output};
use confiture_engine::sync::{RefusalKind, Refusals};
use confiture_model::sync::{EndFacts, TableFacts};
use confiture_postgres::backup::{Programs, copy_schema};

/// Builds it. Of a dry-run the target is taken to have it, and nothing is built.
pub async fn build(
    work: &mut Work<'_>,
    target: &mut Side,
    (from, to): (&Chosen, &Chosen),
) -> Result<Result<(), Refusals>, Failure> {
    if !target.snapshot.relations.is_empty() {
        let mut refusals = Refusals::default();
        let message = format!("--create-schema: the target has {} relations already", target.snapshot.relations.len());
        refusals.say(RefusalKind::Schema, message, "name an empty database, or leave it out".to_owned());
        return Ok(Err(refusals));
    }
    let ours = TableFacts {
        readable: true,
        insertable: true,
        truncatable: true,
        owned: true,
        holds_rows: Some(false),
        ..TableFacts::default()
    };
    let tables = work.source.facts.tables.iter().map(|(name, facts)| {
        (name.clone(), TableFacts { identity_always: facts.identity_always.clone(), ..ours.clone() })
    });
    let expected = EndFacts { tables: tables.collect(), ..target.facts.clone() };
    // The profile is not resolved yet: that there is one is looked at again.
    if let Err(mut refusals) = work.plan(&work.source.snapshot, &expected) {
        refusals.0.retain(|refusal| refusal.kind != RefusalKind::Profile);
        if !refusals.0.is_empty() {
            return Ok(Err(refusals));
        }
    }
    if work.command.dry_run {
        (target.snapshot, target.facts) = (work.source.snapshot.clone(), expected);
        return Ok(Ok(()));
    }
    output::say("building the target's schema from the source's");
    let programs = Programs::new(|name| std::env::var_os(name));
    copy_schema(&from.options, &to.options, &programs).await.map_err(Failure::with(Exit::Failed))?;
    target.again().await?;
    Ok(Ok(()))
}
