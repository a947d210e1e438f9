//! The `confiture` program: the one place that prints, prompts and reads the command line.

mod arguments;
mod commands;
mod database;
mod exit;
mod explain;
mod failure;
mod global;
mod hooks;
mod interrupt;
mod masked;
mod migrations;
mod output;
mod pace;
mod plugins;
mod project;
mod prompt;
mod report;
mod source;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use exit::Exit;
use failure::Failure;
use interrupt::Interrupt;
use std::{pin::pin, process::ExitCode};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = runtime_for(&arguments.command).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(interruptible(arguments));
            // A question that nobody answered must not keep the process.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Failure::new(Exit::Failed, format!("the async runtime could not be started: {error}"))),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::error(&failure.message);
            failure.exit.into()
        }
    }
}

/// A migration run waits for one answer after the other: on one thread, none has to be handed from one to another.
fn runtime_for(command: &Command) -> Builder {
    match command {
        Command::Migrate(_) => Builder::new_current_thread(),
        _ => {
            let mut several = Builder::new_multi_thread();
            several.worker_threads(2);
            several
        }
    }
}

/// Runs the command; Ctrl-C asks it to stop, or drops it, and with it whatever it started (a scratch cluster, an open
/// transaction).
async fn interruptible(arguments: Arguments) -> Result<Exit, Failure> {
    let interrupt = Interrupt::default();
    let mut running = pin!(run(arguments, &interrupt));
    loop {
        tokio::select! {
            outcome = &mut running => return outcome,
            () = interrupt::signal() => {
                if !interrupt.ask() {
                    output::say("interrupted");
                    return Ok(Exit::Interrupted);
                }
                output::say("stopping: what is under way is undone (once more to end at once)");
            }
        }
    }
}

async fn run(arguments: Arguments, interrupt: &Interrupt) -> Result<Exit, Failure> {
    let global = arguments.global;
    match arguments.command {
        Command::Init(command) => command.run(&global),
        Command::Build(command) => command.run(&global).await,
        Command::Lint(command) => command.run(&global, interrupt).await,
        Command::Snapshot(command) => command.run(&global).await,
        Command::Migrate(command) => command.run(&global, interrupt).await,
        Command::Anonymize(command) => command.run(&global).await,
        Command::Sync(command) => command.run(&global, interrupt).await,
        Command::Facts(command) => command.run(&global).await,
        Command::Schema(command) => command.run(&global).await,
        Command::Scratch(command) => command.run().await,
        Command::Plugin(command) => command.run(&global).await,
        Command::Completions(command) => command.run(&global, Arguments::command()),
    }
}
