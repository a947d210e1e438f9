//! WASI is there, with nothing behind it.

use crate::{
    guest::{Guest, contract, encode},
    host, linter, opened, run, setting, view,
};
use confiture_model::{
    fault::{Fault, FaultKind},
    schema::Snapshot,
};
use wit_parser::Resolve;

/// As much of WASI as these guests import.
const WASI: &str = "
    package wasi:cli@0.2.3;
    interface environment { get-environment: func() -> list<tuple<string, string>>; get-arguments: func() -> list<string>; }
    interface exit { exit: func(status: result); }
";
const HTTP: &str = "package wasi:http@0.2.0; interface handler { handle: func() -> u32; }";

/// A linter of a world that also imports `interface`.
fn carrying(interface: &str, guest: Guest) -> Vec<u8> {
    let mut guest = guest;
    let (mut resolve, _): (Resolve, _) = contract();
    resolve.push_str("cli.wit", WASI).unwrap();
    resolve.push_str("http.wit", HTTP).unwrap();
    let world = format!(
        "package test:carrying; world carrying {{ include confiture:plugin/linter@0.1.0; import {interface}; }}"
    );
    let package = resolve.push_str("carrying.wit", &world).unwrap();
    encode(&resolve, package, "carrying", &guest.text())
}

fn checked(wasm: &[u8]) -> Result<usize, Fault> {
    run(async {
        let linter = linter(&host(), wasm).await?;
        let schema = view(Snapshot::empty(150_000));
        linter.check_schema(&schema, &[setting("a")]).await.map(|findings| findings.len())
    })
}

#[test]
fn the_environment_is_empty() {
    let mut guest = Guest::quiet();
    guest.imports = r#"
        (import "wasi:cli/environment@0.2.3" "get-environment" (func $env (param i32)))
        (import "wasi:cli/environment@0.2.3" "get-arguments" (func $args (param i32)))"#;
    guest.check_schema = format!(
        "(call $env (i32.const 64)) (call $args (i32.const 72))
         (if (i32.or (i32.load (i32.const 68)) (i32.load (i32.const 76))) (then unreachable))
         {}",
        guest.check_schema
    );
    assert_eq!(checked(&carrying("wasi:cli/environment@0.2.3", guest)), Ok(0));
}

#[test]
fn exit_ends_the_instance() {
    let guest = Guest {
        imports: r#"(import "wasi:cli/exit@0.2.3" "exit" (func $exit (param i32)))"#,
        ..Guest::checking("(call $exit (i32.const 1)) unreachable")
    };
    let fault = checked(&carrying("wasi:cli/exit@0.2.3", guest)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Trap("it ended itself with exit code 1".to_owned()));
}

#[test]
fn what_wasi_does_not_answer_is_refused_when_called() {
    let handle = r#"(import "wasi:http/handler@0.2.0" "handle" (func $handle (result i32)))"#;
    let carried = carrying("wasi:http/handler@0.2.0", Guest { imports: handle, ..Guest::quiet() });
    assert_eq!(checked(&carried), Ok(0));
    let calling = Guest { imports: handle, ..Guest::checking("(drop (call $handle)) unreachable") };
    let fault = checked(&carrying("wasi:http/handler@0.2.0", calling)).unwrap_err();
    let expected = "calling `wasi:http/handler@0.2.0#handle`".to_owned();
    assert_eq!(fault.kind, FaultKind::Denied { what: expected, grant: None });
}

#[test]
fn what_is_carried_is_told() {
    let handle = r#"(import "wasi:http/handler@0.2.0" "handle" (func $handle (result i32)))"#;
    let wasm = carrying("wasi:http/handler@0.2.0", Guest { imports: handle, ..Guest::quiet() });
    assert_eq!(run(opened(&host(), &wasm)).unwrap().imports(), ["wasi:http/handler@0.2.0"]);
}
