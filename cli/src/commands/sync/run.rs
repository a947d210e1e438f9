//! The run itself: asked for, copied, proved, reported.

use super::{Sync, earlier::Earlier, prepared::Prepared, print};
use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    interrupt::Interrupt,
    output,
    prompt::confirm,
    report::{json, sync::Progress, text::counted},
};
use confiture_engine::sync::report::{Outcome, Report};
use confiture_model::sync::{Plan, TableMasks};
use confiture_postgres::sync::{
    self, Copied, Ending, SourceSnapshot, SyncError,
    verify::{Proof, verify},
};
use std::{sync::Arc, time::Instant};

/// Copies what was prepared.
pub async fn run(
    global: &Global,
    command: &Sync,
    mut prepared: Prepared,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    for notice in &prepared.planned.notices {
        output::warn(notice);
    }
    if prepared.held > 0 {
        let what =
            format!("The rows of {} of {} will be replaced.", counted(prepared.held as u64, "table"), prepared.shown.1);
        confirm(global, &what).await?;
    }
    let snapshot = snapshot(&mut prepared, command.restart).await?;
    match prepared.judge(Some(&snapshot)).await? {
        Ok(more) => more.iter().for_each(output::warn),
        Err(refused) => return refused.end(global, false),
    }
    let progress = Arc::new(Progress::new(&prepared.planned.plan));
    interrupt.listen();
    let begun = Instant::now();
    let masks: Arc<dyn TableMasks> = Arc::new(prepared.masks);
    let plan = &prepared.planned.plan;
    let copied = sync::run(plan, &prepared.ends, &snapshot, masks, progress.clone(), interrupt.asked()).await;
    progress.end();
    let copied: Copied = copied.map_err(|error| failed(&error))?;
    let (source, target) = prepared.shown;
    let mut report = Report::copied(&prepared.planned, source, target, &copied.tables);
    (report.seconds, report.resumed, report.large_objects) =
        (begun.elapsed().as_secs_f64(), copied.resumed, copied.large_objects);
    for remark in &copied.remarks {
        output::warn(remark);
    }
    report.notices.extend(copied.remarks.iter().cloned());
    if command.verify_consistency {
        let begun = Instant::now();
        let proof = Proof { plan, rules: &prepared.rules, copied: &copied.tables };
        let checks = tokio::select! {
            checks = verify(&prepared.ends, &snapshot, proof, &*progress) => checks,
            () = interrupt.asked() => Err(SyncError::Stopped),
        };
        progress.end();
        let proved = match checks {
            Ok(checks) => {
                report.prove(&checks, begun.elapsed().as_secs_f64());
                Ok(())
            }
            Err(error) => {
                report.outcome = Outcome::Unverified;
                Err(error)
            }
        };
        let verified = report.outcome == Outcome::Verified;
        let written = json::render(&report)?;
        sync::record_verdict(&prepared.ends, &plan.run, verified, &written).await.map_err(|error| failed(&error))?;
        if let Err(error) = proved {
            let message = format!("the rows were copied, and the proof could not be completed: {error}");
            return Err(Failure::new(exit_of(error.ending()), message));
        }
    }
    print(global, &report)?;
    Ok(if report.outcome == Outcome::Unverified { Exit::Findings } else { Exit::Done })
}

/// A snapshot of the source: that of a run of the same plan that has not ended, where it can be gone on with.
async fn snapshot(prepared: &mut Prepared, restart: bool) -> Result<SourceSnapshot, Failure> {
    let plan: &mut Plan = &mut prepared.planned.plan;
    if let Some(earlier) = Earlier::find(plan, &prepared.ends, restart).await? {
        output::say(earlier.told());
        if let Ok(snapshot) = earlier.snapshot {
            let workers = plan.workers;
            *plan = earlier.record.plan;
            plan.workers = workers;
            return Ok(snapshot);
        }
    }
    SourceSnapshot::take(&prepared.ends).await.map_err(|error| failed(&error))
}

/// How a run that ended early ends the process.
pub fn failed(error: &SyncError) -> Failure {
    Failure::new(exit_of(error.ending()), error)
}

fn exit_of(ending: Ending) -> Exit {
    match ending {
        Ending::Database => Exit::Database,
        Ending::Undone => Exit::Failed,
        Ending::Locked => Exit::Locked,
        Ending::Plugin => Exit::Plugin,
        Ending::Refused => Exit::Refused,
        Ending::Partly => Exit::Stopped,
        Ending::Interrupted => Exit::Interrupted,
    }
}
