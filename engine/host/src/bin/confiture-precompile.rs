//! `confiture-precompile IN.wasm OUT.cwasm`: compiles a component to native code with the engine and the settings that
//! will load it. Part of building Confiture, not of using it.

use confiture_host::{Host, HostOptions};
use std::{error::Error, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [wasm, native] => precompile(Path::new(wasm), Path::new(native)),
        _ => Err("usage: confiture-precompile IN.wasm OUT.cwasm".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "the program has no other way to say what went wrong")]
            {
                eprintln!("error: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn precompile(wasm: &Path, native: &Path) -> Result<(), Box<dyn Error>> {
    let component = std::fs::read(wasm).map_err(|error| format!("cannot read {}: {error}", wasm.display()))?;
    let host = Host::new(HostOptions::default())?;
    let compiled = host.precompile(&component).map_err(|error| format!("{}: {error}", wasm.display()))?;
    std::fs::write(native, compiled).map_err(|error| format!("cannot write {}: {error}", native.display()))?;
    Ok(())
}
