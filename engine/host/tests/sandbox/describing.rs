//! `describe` runs without any power, briefly, in little memory.

use crate::{
    guest::Guest,
    host, host_with, limits,
    memory::{Info, Memory},
    opened, run,
};
use confiture_host::Limits;
use confiture_model::fault::{Fault, FaultKind};
use std::time::Duration;

fn refused(guest: Guest) -> Fault {
    match run(opened(&host(), &guest.build())) {
        Ok(plugin) => panic!("it was opened as {:?}", plugin.info()),
        Err(fault) => fault,
    }
}

fn describing(body: &str) -> Guest {
    Guest { describe: Some(body.to_owned()), ..Guest::quiet() }
}

#[test]
fn an_endless_loop_is_stopped() {
    let host = host_with(Limits { describe_timeout: Duration::from_millis(50), ..limits() });
    let fault = match run(opened(&host, &describing("(loop $again br $again) unreachable").build())) {
        Ok(_) => panic!("it ended"),
        Err(fault) => fault,
    };
    assert_eq!((fault.call.as_str(), fault.kind), ("describe", FaultKind::TimedOut { seconds: 0.05 }));
}

#[test]
fn a_trap_is_told() {
    let fault = refused(describing("unreachable"));
    assert_eq!((fault.call.as_str(), fault.code()), ("describe", "trap"));
}

#[test]
fn memory_is_limited() {
    let fault = refused(describing("(drop (memory.grow (i32.const 1024))) unreachable"));
    assert_eq!(fault.kind, FaultKind::MemoryExceeded { limit_bytes: 64 << 20 });
    assert!(fault.to_string().contains("64 MiB"), "{fault}");
}

#[test]
fn the_schema_is_not_there_yet() {
    let guest = Guest {
        imports: r#"(import "confiture:plugin/schema@0.1.0" "masked-columns" (func $masked (param i32)))"#,
        ..describing("(call $masked (i32.const 0)) unreachable")
    };
    let fault = refused(guest);
    let FaultKind::Denied { what, grant: None } = &fault.kind else { panic!("{fault}") };
    assert!(what.contains("while no rule runs"), "{fault}");
}

#[test]
fn names_that_nobody_could_write_are_refused() {
    let fault = refused(Guest { info: Info { name: "no namespace", ..Info::default() }, ..Guest::quiet() });
    let FaultKind::Malformed(why) = &fault.kind else { panic!("{fault}") };
    assert!(why.contains("`no namespace`: expected `namespace:name`"), "{why}");
}

#[test]
fn bad_utf_8_is_refused() {
    let mut memory = Memory::new();
    let bad = memory.put(b"test:\xff\xfe");
    let info = memory.words(&[[bad, 7].as_slice(), &[0; 20]].concat());
    let guest = Guest { memory, ..Guest::default() };
    let fault = refused(Guest { describe: Some(format!("i32.const {info}")), ..guest });
    let FaultKind::Malformed(why) = &fault.kind else { panic!("{fault}") };
    assert!(why.contains("utf-8"), "{why}");
}

#[test]
fn it_is_asked_once() {
    let host = host();
    let wasm = Guest::quiet().build();
    let first = run(opened(&host, &wasm)).unwrap();
    let second = run(host.open("again", &wasm, None)).unwrap();
    assert_eq!((first.info(), second.name()), (second.info(), "again"));
}
