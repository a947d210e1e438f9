use super::*;
use confiture_model::facts::{FACTS_VERSION, TableFacts};

fn facts(rows: u64, speed_ms: &[f64]) -> Facts {
    Facts {
        schema_version: FACTS_VERSION,
        environment: String::new(),
        taken_at: String::new(),
        server: String::new(),
        server_version: 150_000,
        tables: vec![TableFacts {
            schema: "public".to_owned(),
            name: "orders".to_owned(),
            rows: Some(rows),
            bytes: rows * 100,
            index_bytes: rows * 20,
        }],
        speed_ms: speed_ms.to_vec(),
        runs: Vec::new(),
    }
}

fn timing(work: WorkKind, rows: u64, seconds: f64) -> StatementTiming {
    StatementTiming {
        statement: "a".to_owned(),
        work,
        schema: "public".to_owned(),
        table: "orders".to_owned(),
        rows,
        bytes: rows * 100,
        seconds,
    }
}

fn near(value: Option<f64>, expected: f64) -> bool {
    value.is_some_and(|value| (value / expected - 1.0).abs() < 0.02)
}

#[test]
fn two_sizes_show_the_fixed_part_and_the_growth() {
    let measured: Vec<_> = [(100_000, 0.21), (100_000, 0.19), (1_000_000, 1.12), (1_000_000, 1.08)]
        .map(|(rows, seconds)| timing(WorkKind::Rewrite, rows, seconds))
        .into();
    let estimate = estimate(&measured, &facts(1_000_000, &[]), &facts(5_000_000, &[]));
    assert!(near(estimate.seconds, 5.1), "{estimate:?}");
    let (low, high) = estimate.interval.unwrap();
    assert!(low < 5.1 && 5.1 < high && high < 6.5, "{estimate:?}");
    assert!(estimate.confidence.is_some_and(|confidence| confidence > 0.8), "{estimate:?}");
}

#[test]
fn what_scatters_more_is_less_sure() {
    let confidence = |noise: f64| {
        let measured: Vec<_> = [(100_000, 0.2), (1_000_000, 1.1)]
            .into_iter()
            .flat_map(|(rows, seconds)| {
                [1.0 - noise, 1.0, 1.0 + noise].map(|by| timing(WorkKind::Scan, rows, seconds * by))
            })
            .collect();
        estimate(&measured, &facts(1_000_000, &[]), &facts(5_000_000, &[])).confidence.unwrap()
    };
    assert!(confidence(0.01) > confidence(0.05) && confidence(0.05) > confidence(0.2), "{}", confidence(0.05));
}

#[test]
fn one_size_says_nothing_sure_about_another() {
    let measured = [1.0, 1.02, 0.98].map(|seconds| timing(WorkKind::Scan, 1_000_000, seconds));
    let same = estimate(&measured, &facts(1_000_000, &[]), &facts(1_000_000, &[]));
    assert!(same.confidence.is_some_and(|confidence| confidence > 0.9), "{same:?}");
    let other = estimate(&measured, &facts(1_000_000, &[]), &facts(5_000_000, &[]));
    assert!(near(other.seconds, 5.0), "{other:?}");
    assert_eq!((other.interval, other.confidence), (None, None));
    assert!(other.basis.iter().any(|note| note.contains("one size only")), "{other:?}");
}

#[test]
fn without_a_basis_there_is_no_estimate() {
    let here = facts(1_000_000, &[]);
    let mut there = facts(5_000_000, &[]);
    assert_eq!(estimate(&[], &here, &there).seconds, None);
    there.tables[0].rows = None;
    let never = estimate(&[timing(WorkKind::Scan, 10, 1.0)], &here, &there);
    assert_eq!(never.basis, ["table public.orders was never analyzed there: ANALYZE it"]);
    there.tables.clear();
    let absent = estimate(&[timing(WorkKind::Scan, 10, 1.0)], &here, &there);
    assert_eq!(absent.basis, ["table public.orders is not among the facts of that database"]);
}

#[test]
fn a_slower_server_takes_longer() {
    let measured = [1.0, 1.0, 1.0].map(|seconds| timing(WorkKind::Catalog, 0, seconds));
    let slow = estimate(&measured, &facts(1, &[10.0, 10.1, 9.9]), &facts(1, &[20.0, 20.2, 19.8]));
    assert!(near(slow.seconds, 2.0), "{slow:?}");
    assert!(slow.basis.iter().any(|note| note.contains("2.00 times as long")), "{slow:?}");
    let unknown = estimate(&measured, &facts(1, &[]), &facts(1, &[20.0, 20.2, 19.8]));
    assert!(near(unknown.seconds, 1.0) && unknown.basis[0].contains("taken to be as fast"), "{unknown:?}");
}

#[test]
fn runs_that_were_recorded_elsewhere_count() {
    let measured = [timing(WorkKind::Rows, 1_000, 0.01)];
    let mut there = facts(1_000_000, &[]);
    let tables = there.tables.clone();
    let run = |seconds| RecordedStatement { statement: "a".to_owned(), seconds, tables: tables.clone() };
    there.runs = [9.0, 10.0, 11.0].map(run).into();
    let estimate = estimate(&measured, &facts(1_000, &[]), &there);
    assert!(near(estimate.seconds, 10.0) && estimate.confidence.is_some(), "{estimate:?}");
}

#[test]
fn parts_add_up_and_one_without_a_basis_takes_the_confidence_away() {
    let here = facts(1_000_000, &[]);
    let measured = [1.0, 1.02, 0.98].map(|seconds| timing(WorkKind::Scan, 1_000_000, seconds));
    let one = estimate(&measured, &here, &here);
    let sure = impact(&[("a".to_owned(), one.clone(), false), ("b".to_owned(), one.clone(), true)]);
    assert!(near(sure.time.seconds, 2.0) && near(sure.downtime.seconds, 1.0), "{sure:?}");
    assert!(sure.time.confidence.is_some());
    let unsure = impact(&[("a".to_owned(), one, false), ("b".to_owned(), Estimate::none("why"), true)]);
    assert_eq!((unsure.time.confidence, unsure.without_basis.len()), (None, 1));
}

#[test]
fn a_file_that_holds_no_facts_says_what_it_should_be() {
    let whole = facts(7, &[1.0]);
    assert_eq!(read("f.json", &write(&whole).unwrap()).unwrap(), whole);
    let torn = read("f.json", "{\"schema_version\": 1,\n \"tables\": 3}").unwrap_err();
    assert!(torn.starts_with("f.json:2:12: these are no facts of a database: invalid type"), "{torn}");
    assert!(read("f.json", "").unwrap_err().starts_with("f.json:1:0: these are no facts"));
    assert!(read("f.json", "{\"schema_version\": 9}").unwrap_err().contains("form 9"));
}

#[test]
fn what_grows_faster_than_its_table_is_foretold_between_two_ways_and_less_surely() {
    let foretold = |medium: f64| {
        let measured: Vec<_> = [(100_000, 0.1), (1_000_000, medium)]
            .into_iter()
            .flat_map(|(rows, seconds)| [0.99, 1.0, 1.01].map(|by| timing(WorkKind::Rewrite, rows, seconds * by)))
            .collect();
        estimate(&measured, &facts(1_000_000, &[]), &facts(5_000_000, &[]))
    };
    let (straight, bent) = (foretold(1.0), foretold(1.3));
    assert!(near(straight.seconds, 5.0), "{straight:?}");
    // In proportion it would be 6.5; as a power of the size 5^1.114 times 1.3, which is 7.8.
    assert!(bent.seconds.is_some_and(|seconds| 6.6 < seconds && seconds < 7.7), "{bent:?}");
    assert!(bent.confidence < straight.confidence, "{bent:?} {straight:?}");
    assert!(bent.basis.iter().any(|note| note.contains("faster than the table")), "{bent:?}");
}
