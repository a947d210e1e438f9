//! `confiture sync worker`: another machine's share of a run.

use super::{
    ends::Sides,
    prepared::{Side, ends, resolve_for},
    run::failed,
};
use crate::{
    exit::Exit, failure::Failure, global::Global, interrupt::Interrupt, output, project::Project,
    report::sync::Progress,
};
use clap::Args;
use confiture_engine::sync::{Masks, mark, root_names};
use confiture_model::sync::TableMasks;
use confiture_postgres::sync::{join, unfinished};
use std::sync::Arc;

/// Take part in a run that another process began
///
/// It copies chunks of the same snapshot until none is left. The profile has to be the same, with the same secrets.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  confiture sync worker --source production --target qa --anonymization-profile qa --workers 2"
)]
pub struct Worker {
    #[command(flatten)]
    sides: Sides,
    /// Copy with so many streams
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    workers: u32,
}

impl Worker {
    /// Finds the run in the target, checks that it would mask alike, and copies.
    pub async fn run(self, global: &Global, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let (from, to) = self.sides.choose(&project)?;
        let ends = ends(&from, &to);
        let Some(record) = unfinished(&ends).await.map_err(|error| failed(&error))? else {
            return Err(Failure::new(
                Exit::Refused,
                "no run is at work on the target: there is nothing to take part in",
            ));
        };
        let source = Side::open(&from, "source", false).await?;
        let resolved = match self.sides.profile(&project, &to)? {
            Some(profile) => {
                let target = Side::open(&to, "target", true).await?;
                Some(resolve_for(&project, &profile, &source, &target).await?)
            }
            None => None,
        };
        let mark = resolved.as_ref().map(mark).transpose().map_err(Failure::with(Exit::Configuration))?;
        if mark != record.plan.profile {
            let message = "the run at work on the target masks by another profile, or under other secrets\n  -> give the \
                           worker the profile and the variables of the process that began it; without `key` in the \
                           profile, no other process can take part";
            return Err(Failure::new(Exit::Refused, message));
        }
        let roots = root_names(&source.snapshot);
        let masks = Masks::new(&record.plan, resolved.as_ref(), &|schema, name| roots(schema, name))
            .map_err(Failure::with(Exit::Configuration))?;
        let masks: Arc<dyn TableMasks> = Arc::new(masks);
        let progress = Arc::new(Progress::new(&record.plan));
        interrupt.listen();
        let joined = join(&record, self.workers, &ends, masks, progress.clone(), interrupt.asked()).await;
        progress.end();
        joined.map_err(|error| failed(&error))?;
        output::say(format!("this worker has done its share: {} rows", progress.rows()));
        Ok(Exit::Done)
    }
}
