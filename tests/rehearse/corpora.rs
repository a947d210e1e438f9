//! Real histories, each migration rehearsed before it is applied: the dry-run sees what the run then does, and leaves
//! nothing.

use super::site::{Site, request, site};
use confiture_engine::migrate::{
    Version,
    diff::{Difference, diff},
    files::{Files, Id, discover},
    plan::UpRequest,
    rehearse::{RehearsalOptions, Request},
};
use confiture_tests::{cluster::has_version, corpus};

/// How often `pg_dump` is asked whether anything stayed; the catalog is asked every time.
const DUMP_EVERY: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn cratesio() {
    let Some(folder) = corpus("corpora/cratesio/sql/migrations") else { return };
    if !has_version(15, "this history").await {
        return;
    }
    let site = site(&[], &[]).await;
    one_by_one(&site, &discover(&folder, "migrations").expect("reads")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn penpot() {
    let Some(folder) = corpus("corpora/penpot/sql/backend/src/app") else { return };
    if !has_version(14, "this history").await {
        return;
    }
    let list = std::fs::read_to_string(folder.join("migrations.clj")).expect("reads");
    let site = site(&[], &[]).await;
    let resources = list.split("(mg/resource \"app/").skip(1).filter_map(|rest| rest.split('"').next());
    for (index, resource) in resources.enumerate() {
        let path = folder.join(resource);
        let name = path.file_name().expect("has one").to_string_lossy().into_owned();
        site.write(&format!("{:04}_{name}", index + 1), &std::fs::read_to_string(&path).expect("reads"));
    }
    one_by_one(&site, &site.files()).await;
}

async fn one_by_one(site: &Site, files: &Files) {
    let versions: Vec<Version> = files
        .migrations
        .iter()
        .filter_map(|migration| match &migration.id {
            Id::Versioned(version) => Some(version.clone()),
            Id::Repeatable(_) => None,
        })
        .collect();
    assert!(versions.len() > 100);
    let mut before = site.snapshot().await;
    for (index, version) in versions.iter().enumerate() {
        let request = UpRequest { target: Some(version.clone()), ..request() };
        let dumps = index % DUMP_EVERY == 0;
        let dump = dumps.then(|| site.dump(&[])).flatten();
        let rehearsal = site.rehearse_files(files, Request::Up(&request), &RehearsalOptions::default()).await;
        let report = rehearsal.report;
        assert_eq!(site.snapshot().await, before, "{version}: the rehearsal left something");
        if dumps {
            assert_eq!(dump, site.dump(&[]), "{version}: the rehearsal left something");
        }
        assert!(report.left_behind.is_empty(), "{version}: {:?}", report.left_behind);
        site.up(files, &request).await.unwrap_or_else(|error| panic!("{version}: {error}"));
        let after = site.snapshot().await;
        let real = diff(&before, &after);
        if report.unrehearsed.is_empty() {
            assert_eq!(rehearsal.failure, None, "{version}");
            assert_eq!(report.differences, real, "{version}");
        } else {
            // What was left out is missing, and nothing else is seen.
            let is_real = |difference: &Difference| real.contains(difference);
            assert!(report.differences.iter().all(is_real), "{version}: {:?}", report.differences);
        }
        before = after;
    }
}
