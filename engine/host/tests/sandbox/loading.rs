//! What is no plugin of this contract says so when it is opened.

use crate::{
    guest::{Guest, changed_contract, contract, encode},
    host, opened, run,
};
use confiture_host::Loaded;
use confiture_model::{
    fault::{Fault, FaultKind},
    plugin::Offer,
};

fn refused(wasm: &[u8]) -> Fault {
    match run(opened(&host(), wasm)) {
        Ok(plugin) => panic!("it was opened as {:?}", plugin.info()),
        Err(fault) => fault,
    }
}

fn refused_load(wasm: &[u8], expected: &str) {
    let fault = refused(wasm);
    assert_eq!((fault.code(), fault.call.as_str(), fault.plugin.as_str()), ("load", "load", "rules"), "{fault}");
    assert!(fault.to_string().contains(expected), "`{expected}` is not in: {fault}");
}

#[test]
fn a_linter_is_opened() {
    let wasm = Guest::quiet().build();
    let plugin = run(opened(&host(), &wasm)).unwrap();
    assert_eq!((plugin.name(), plugin.info().name.as_str()), ("rules", "test:guest"));
    assert_eq!(plugin.offers(), [Offer::Lint]);
    assert_eq!(plugin.loaded(), Loaded::Compiled);
    assert!(plugin.digest().starts_with("sha256:") && plugin.digest().len() == 71);
    assert_eq!(plugin.imports(), Vec::<String>::new(), "types alone are no import");
}

#[test]
fn the_other_worlds_are_opened() {
    let offered = [
        ("hook", vec![Offer::Hooks]),
        ("backup-hook", vec![Offer::Hooks]),
        ("anonymizer", vec![Offer::Anonymization]),
        ("bundle", vec![Offer::Anonymization, Offer::Hooks, Offer::Lint]),
    ];
    for (world, expected) in offered {
        let wasm = Guest { world, ..Guest::quiet() }.build();
        let plugin = run(opened(&host(), &wasm)).unwrap();
        let mut offers = plugin.offers().to_vec();
        offers.sort_by_key(|offer| format!("{offer:?}"));
        assert_eq!(offers, expected, "{world}");
        assert_eq!(plugin.info().name, "test:guest");
    }
}

#[test]
fn an_empty_file() {
    refused_load(b"", "the file is empty");
}

#[test]
fn random_bytes() {
    let noise: Vec<u8> = (0_u32..4096).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    refused_load(&noise, "no WebAssembly component");
    refused_load(&[b"\0asm\x0d\0\x01\0".as_slice(), &noise].concat(), "damaged or cut short");
}

#[test]
fn text() {
    refused_load(b"(component)", "text form");
}

#[test]
fn a_core_module() {
    refused_load(&wat::parse_str("(module)").unwrap(), "core WebAssembly module");
}

#[test]
fn cut_short_anywhere() {
    let whole = Guest::quiet().build();
    for length in (1..whole.len()).step_by(whole.len() / 40) {
        let fault = refused(&whole[..length]);
        assert_eq!(fault.code(), "load", "cut at {length}: {fault}");
    }
    refused_load(&whole[..whole.len() / 2], "damaged or cut short");
}

#[test]
fn a_component_of_another_world() {
    refused_load(&wat::parse_str("(component)").unwrap(), "it exports nothing");
}

#[test]
fn another_version_of_the_contract() {
    let (mut resolve, package) = changed_contract(|text| text.replace("plugin@0.1.0", "plugin@0.2.0"));
    let wasm = Guest::quiet().build_in(&mut resolve, package);
    refused_load(&wasm, "another version of the plugin contract");
    refused_load(&wasm, "@0.2.0`");
}

#[test]
fn a_patch_of_the_contract_fits() {
    let (mut resolve, package) = changed_contract(|text| text.replace("plugin@0.1.0", "plugin@0.1.7"));
    let wasm = Guest::quiet().build_in(&mut resolve, package);
    assert!(run(opened(&host(), &wasm)).is_ok());
}

#[test]
fn a_record_that_was_changed() {
    let (mut resolve, package) =
        changed_contract(|text| text.replace("default-severity: severity,", "default-severity: severity, more: u32,"));
    let wasm = Guest::quiet().build_in(&mut resolve, package);
    let fault = refused(&wasm);
    assert!(fault.to_string().contains("its `lint` does not fit the contract"), "{fault}");
}

#[test]
fn an_import_that_nobody_offers() {
    let mut resolve = contract().0;
    resolve.push_str("tools.wit", "package acme:tools; interface powers { wield: func(); }").unwrap();
    let world =
        "package acme:both; world reaching { include confiture:plugin/linter@0.1.0; import acme:tools/powers; }";
    let package = resolve.push_str("both.wit", world).unwrap();
    let mut guest = Guest { imports: r#"(import "acme:tools/powers" "wield" (func))"#, ..Guest::quiet() };
    let fault = refused(&encode(&resolve, package, "reaching", &guest.text()));
    let FaultKind::Denied { what, grant: None } = &fault.kind else { panic!("{fault}") };
    assert!(what.contains("`acme:tools/powers`"), "{fault}");
}
