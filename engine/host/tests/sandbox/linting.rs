//! Rules at work, and every way in which they can break.

use crate::{guest::Guest, host, host_with, limits, linter, memory::Memory, run, setting, view};
use confiture_host::{Limits, LogLevel, LogRecord, LogSink};
use confiture_model::{
    fault::{Fault, FaultKind},
    finding::Finding,
    object::{ObjectKind, ObjectRef},
    plugin::LintPlugin,
    schema::Snapshot,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

async fn check(linter: &Arc<dyn LintPlugin>) -> Result<Vec<Finding>, Fault> {
    linter.check_schema(&view(Snapshot::empty(150_000)), &[setting("a")]).await
}

fn found(guest: Guest, limits: Limits) -> Result<Vec<Finding>, Fault> {
    run(async { check(&linter(&host_with(limits), &guest.build()).await?).await })
}

fn broken(guest: Guest) -> FaultKind {
    let fault = found(guest, limits()).unwrap_err();
    assert_eq!((fault.call.as_str(), fault.item.as_deref()), ("check-schema", Some("a")));
    fault.kind
}

fn malformed(guest: Guest, expected: &str) {
    match broken(guest) {
        FaultKind::Malformed(why) => assert!(why.contains(expected), "`{expected}` is not in: {why}"),
        other => panic!("{other:?}"),
    }
}

/// A guest that returns these findings.
fn finding(rule: &str, message: &[u8]) -> Guest {
    let mut memory = Memory::new();
    let one = memory.finding(rule, message);
    let at = memory.findings(&[one]);
    Guest { memory, ..Guest::checking(&format!("i32.const {at}")) }
}

#[test]
fn a_finding_arrives() {
    let findings = found(finding("a", b"Too\x1b[2J bad"), limits()).unwrap();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.rule.as_str(), finding.message.as_str()), ("a", "Too\u{fffd}[2J bad"));
    assert_eq!(finding.subject, ObjectRef::in_schema(ObjectKind::Table, "shop", "orders"));
}

#[test]
fn rules_are_listed() {
    let linter = run(linter(&host(), &Guest::quiet().build())).unwrap();
    let [rule] = linter.rules() else { panic!("{:?}", linter.rules()) };
    assert_eq!((rule.id.as_str(), rule.category.as_str(), rule.reads.columns), ("some-rule", "naming", true));
    let twice = Guest { rules: &["one", "one"], ..Guest::quiet() }.build();
    let fault = run(async { crate::linter(&host(), &twice).await }).err().unwrap();
    assert!(fault.to_string().contains("`list-rules`") && fault.to_string().contains("`one` twice"), "{fault}");
}

#[test]
fn an_endless_loop_is_stopped() {
    let limits = Limits { call_timeout: Duration::from_millis(100), ..limits() };
    let fault = found(Guest::checking("(loop $again br $again) unreachable"), limits).unwrap_err();
    assert_eq!(fault.kind, FaultKind::TimedOut { seconds: 0.1 });
}

#[test]
fn endless_calls_of_the_host_are_stopped() {
    let guest = Guest {
        imports: r#"(import "confiture:plugin/log@0.1.0" "emit" (func $emit (param i32 i32 i32)))"#,
        ..Guest::checking("(loop $again (call $emit (i32.const 0) (i32.const 0) (i32.const 9)) br $again) unreachable")
    };
    let fault = found(guest, Limits { call_timeout: Duration::from_millis(100), ..limits() }).unwrap_err();
    assert_eq!(fault.kind, FaultKind::TimedOut { seconds: 0.1 });
}

#[test]
fn deep_recursion_is_a_trap() {
    let guest = Guest {
        more: "(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))".to_owned(),
        ..Guest::checking("(call $deep (i32.const 0))")
    };
    assert_eq!(broken(guest), FaultKind::Trap("its call stack ran out, as endless recursion does".to_owned()));
}

#[test]
fn memory_is_limited() {
    for pages in [16, 65_536] {
        let guest = Guest::checking(&format!("(drop (memory.grow (i32.const {pages}))) unreachable"));
        assert_eq!(broken(guest), FaultKind::MemoryExceeded { limit_bytes: 1 << 20 });
    }
}

#[test]
fn a_large_memory_to_begin_with_is_limited() {
    let guest = Guest { more: "(memory $more 100)".to_owned(), ..Guest::quiet() };
    let fault = found(guest, limits()).unwrap_err();
    assert_eq!((fault.call.as_str(), fault.kind), ("list-rules", FaultKind::MemoryExceeded { limit_bytes: 1 << 20 }));
}

#[test]
fn tables_are_limited() {
    let guest = Guest {
        more: "(table $t 0 funcref)".to_owned(),
        ..Guest::checking("(drop (table.grow $t (ref.null func) (i32.const 2000000))) unreachable")
    };
    assert_eq!(broken(guest), FaultKind::MemoryExceeded { limit_bytes: 8 << 20 });
}

#[test]
fn malformed_results_are_refused() {
    malformed(finding("a", b"bad \xff utf-8"), "utf-8");
    malformed(finding("other", b"Nobody asked"), "rule `other`, which was not asked");
    malformed(finding("a", b"  "), "has no message");
    malformed(Guest::checking("i32.const 0x7fffffff"), "");
    malformed(Guest::checking("i32.const 3"), "");
    let mut memory = Memory::new();
    let beyond = memory.words(&[0, 64, 1_000_000]);
    malformed(Guest { memory, ..Guest::checking(&format!("i32.const {beyond}")) }, "out of bounds");
    let mut memory = Memory::new();
    let no_case = memory.words(&[7, 0, 0]);
    malformed(Guest { memory, ..Guest::checking(&format!("i32.const {no_case}")) }, "discriminant");
}

#[test]
fn a_finding_that_stands_for_thousands_is_refused() {
    let mut memory = Memory::new();
    let one = memory.finding("a", &[b'x'; 4096]);
    let many = memory.findings(&vec![one; 500]);
    let guest = || Guest { memory: Memory::new(), ..Guest::checking("") };
    let guest = Guest { memory, check_schema: format!("i32.const {many}"), ..guest() };
    let fault = found(guest, Limits { result_bytes: 1 << 20, ..limits() }).unwrap_err();
    let FaultKind::Malformed(why) = &fault.kind else { panic!("{fault}") };
    assert!(why.contains("more data than one call may carry"), "{why}");
}

#[test]
fn findings_are_counted() {
    let mut memory = Memory::new();
    let one = memory.finding("a", b"Found");
    let two = memory.findings(&[one.clone(), one]);
    let guest = Guest { memory, ..Guest::checking(&format!("i32.const {two}")) };
    let fault = found(guest, Limits { findings: 1, ..limits() }).unwrap_err();
    assert!(fault.to_string().contains("2 findings, where one call may hand over 1"), "{fault}");
}

/// The first call of an instance traps or not, by `traps_on`; each call counts.
fn counting(traps_on: u32) -> Guest {
    let mut guest = Guest::quiet();
    guest.more = "(global $calls (mut i32) (i32.const 0))".to_owned();
    guest.check_schema = format!(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
         (if (i32.eq (global.get $calls) (i32.const {traps_on})) (then unreachable))
         {}",
        guest.check_schema
    );
    guest
}

#[test]
fn an_instance_is_kept_until_it_breaks() {
    run(async {
        let linter = linter(&host(), &counting(3).build()).await.unwrap();
        for round in 0..2 {
            assert_eq!(check(&linter).await, Ok(vec![]), "round {round}");
            assert_eq!(check(&linter).await, Ok(vec![]), "round {round}");
            assert_eq!(check(&linter).await.unwrap_err().code(), "trap", "round {round}");
        }
    });
}

#[test]
fn a_fault_of_several_rules_blames_none() {
    let fault = run(async {
        let linter = linter(&host(), &Guest::checking("unreachable").build()).await.unwrap();
        linter.check_schema(&view(Snapshot::empty(150_000)), &[setting("a"), setting("b")]).await.unwrap_err()
    });
    assert_eq!((fault.item, fault.call.as_str()), (None, "check-schema"));
}

#[derive(Default)]
struct Heard(Mutex<Vec<(LogLevel, String)>>);

impl LogSink for Heard {
    fn emit(&self, record: LogRecord<'_>) {
        assert_eq!(record.plugin, "rules");
        self.0.lock().unwrap().push((record.level, record.message.to_owned()));
    }
}

#[test]
fn what_it_says_is_heard_within_bounds() {
    let heard = Arc::new(Heard::default());
    let mut guest = Guest::quiet();
    let [text, length] = guest.memory.string(b"hello\nthere");
    guest.imports = r#"(import "confiture:plugin/log@0.1.0" "emit" (func $emit (param i32 i32 i32)))"#;
    let say = format!("(call $emit (i32.const 3) (i32.const {text}) (i32.const {length}))");
    guest.check_schema = format!("{} {}", say.repeat(4), guest.check_schema);
    let host = host_with(Limits { log_bytes: 25, ..limits() }).log_to(Arc::clone(&heard) as Arc<dyn LogSink>);
    run(async { check(&linter(&host, &guest.build()).await.unwrap()).await.unwrap() });
    let said = |text: &str| (LogLevel::Warn, text.to_owned());
    let expected = [said("hello there"), said("hello there"), said("2 more messages of this call were dropped")];
    assert_eq!(*heard.0.lock().unwrap(), expected);
}
