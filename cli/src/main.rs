//! The `confiture` program: the one place that prints, prompts and reads the command line.

mod arguments;
mod commands;
mod database;
mod exit;
mod explain;
mod failure;
mod output;
mod plugins;
mod project;
mod prompt;
mod report;
mod source;

use arguments::{Arguments, Command};
use clap::Parser;
use exit::Exit;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(interruptible(arguments)),
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

/// Runs the command; Ctrl-C drops it, and with it whatever it started (a scratch cluster, an open transaction). A
/// migration is told instead: it cancels its statement, rolls back and says where it stands.
async fn interruptible(arguments: Arguments) -> Result<Exit, Failure> {
    if let Command::Migrate(command) = arguments.command {
        return command.run(&arguments.global).await;
    }
    tokio::select! {
        outcome = run(arguments) => outcome,
        _ = tokio::signal::ctrl_c() => {
            output::say("interrupted");
            Ok(Exit::Interrupted)
        }
    }
}

async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let global = arguments.global;
    match arguments.command {
        Command::Init(command) => command.run(&global),
        Command::Build(command) => command.run(&global).await,
        Command::Lint(command) => command.run(&global).await,
        Command::Snapshot(command) => command.run(&global).await,
        Command::Plugin(command) => command.run(&global).await,
        Command::Migrate(command) => command.run(&global).await,
        Command::Completions(command) => command.run(&global),
    }
}
