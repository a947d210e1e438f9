//! `confiture-precompile COMPONENT.wasm NATIVE.cwasm`: compiles a component ahead of time, for every machine of this
//! architecture, so that a program can embed it and start without a compiler.
#![allow(clippy::print_stderr)]

use confiture_host::{Host, HostOptions};
use std::{env, fs, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [component, native] = arguments.as_slice() else {
        eprintln!("usage: confiture-precompile COMPONENT.wasm NATIVE.cwasm");
        return ExitCode::from(2);
    };
    match precompile(component, native) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Writes beside the file and renames: whoever embeds it sees the old one or the new one, never half of one.
fn precompile(component: &str, native: &str) -> Result<(), String> {
    let wasm = fs::read(component).map_err(|error| format!("cannot read {component}: {error}"))?;
    let host = Host::new(HostOptions::default()).map_err(|error| error.to_string())?;
    let compiled = host.precompile(&wasm).map_err(|error| format!("{component}: {error}"))?;
    let partial = format!("{native}.partial");
    fs::write(&partial, compiled)
        .and_then(|()| fs::rename(&partial, native))
        .map_err(|error| format!("cannot write {native}: {error}"))
}
