//! Steps of a stage that run side by side, each worker on a connection of its own.

use super::step;
use crate::migrate::{
    hooks::Hooks,
    run::{
        Moment, Observer, Pace, Run,
        hooks::{About, HookRecord, HookRun, HookTrouble, Wanted},
        job::Job,
    },
};
use confiture_model::migration::{MigrationConnector, StoredStep};
use futures_util::future::join_all;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What workers share.
struct Bench<'b> {
    connector: &'b dyn MigrationConnector,
    hooks: &'b Hooks,
    pace: &'b dyn Pace,
    about: About<'b>,
    observer: Mutex<&'b mut dyn Observer>,
    queue: Mutex<VecDeque<StoredStep>>,
    record: Mutex<&'b mut HookRecord>,
    found: Mutex<Vec<StoredStep>>,
    trouble: Mutex<Option<HookTrouble>>,
}

/// An observer that several workers tell.
struct Shared<'s, 'b>(&'s Mutex<&'b mut dyn Observer>);

impl Observer for Shared<'_, '_> {
    fn observe(&mut self, moment: &Moment<'_>) {
        locked(self.0).observe(moment);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run<'_> {
    /// Runs steps side by side, as many at a time as the hook has workers. After the first failure no worker begins
    /// another step.
    pub(super) async fn parallel(
        &mut self,
        job: &Job<'_>,
        wanted: &Wanted<'_>,
        steps: &[StoredStep],
        record: &mut HookRecord,
    ) -> Result<Vec<StoredStep>, HookTrouble> {
        let workers = steps.len().min(wanted.planned.workers as usize);
        let bench = Bench {
            connector: self.connector,
            hooks: self.hooks,
            pace: self.pace,
            about: job.about(),
            observer: Mutex::new(&mut *self.observer),
            queue: Mutex::new(steps.iter().cloned().collect()),
            record: Mutex::new(record),
            found: Mutex::default(),
            trouble: Mutex::default(),
        };
        join_all((0..workers).map(|_| bench.work(wanted))).await;
        if let Some(trouble) = locked(&bench.trouble).take() {
            return Err(trouble);
        }
        let mut found = std::mem::take(&mut *locked(&bench.found));
        step::sort(&mut found);
        Ok(found)
    }
}

impl Bench<'_> {
    async fn work(&self, wanted: &Wanted<'_>) {
        if let Err(trouble) = self.steps(wanted).await {
            locked(&self.trouble).get_or_insert(trouble);
        }
    }

    async fn steps(&self, wanted: &Wanted<'_>) -> Result<(), HookTrouble> {
        let connection = self.connector.connect().await;
        let mut connection = connection.map_err(HookTrouble::of("connecting another worker"))?;
        let mut observer = Shared(&self.observer);
        while let Some(stored) = self.next() {
            let mut own = HookRecord::new(wanted.planned);
            let mut run = HookRun {
                connection: &mut *connection,
                hooks: self.hooks,
                pace: self.pace,
                observer: &mut observer,
                about: self.about,
            };
            let found = run.stage_step(wanted, &stored, &mut own).await?;
            locked(&self.record).join(own);
            locked(&self.found).extend(found);
        }
        Ok(())
    }

    fn next(&self) -> Option<StoredStep> {
        match locked(&self.trouble).is_some() {
            true => None,
            false => locked(&self.queue).pop_front(),
        }
    }
}
