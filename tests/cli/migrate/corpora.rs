//! Real histories: what a run makes of them is what psql makes of the same files.

use super::site::{Site, site};
use confiture_tests::{
    cluster::has_version,
    corpus,
    program::{Ran, run},
    skipped,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

#[tokio::test(flavor = "multi_thread")]
async fn cratesio() {
    let Some(folder) = corpus("corpora/cratesio/sql/migrations") else { return };
    let site = site(&[]).await;
    if !has_version(15, "this history").await {
        return;
    }
    let ran = migrate(&site, &folder, &["up", "--format", "json"]).expect(0).json();
    let scripts = diesel_scripts(&folder);
    assert_eq!(ran["migrations"].as_array().map(Vec::len), Some(scripts.len()));
    migrate(&site, &folder, &["verify"]).expect(0);
    same_as_psql(&site, &scripts).await;
}

/// Downs that are no use fail with their place, and leave the database as it was; all the others run.
#[tokio::test(flavor = "multi_thread")]
async fn cratesio_downs() {
    let Some(folder) = corpus("corpora/cratesio/sql/migrations") else { return };
    let versions: Vec<String> = diesel_scripts(&folder).iter().map(version).collect();
    let (mut broken, mut left) = (Vec::new(), versions.as_slice());
    while let Some(last) = left.last() {
        let site = site(&[]).await;
        if !has_version(15, "this history").await {
            return;
        }
        migrate(&site, &folder, &["up", "--target", last]).expect(0);
        let down = migrate(&site, &folder, &["down", "--steps", "1000", "--format", "json"]);
        if down.code == 0 {
            assert_eq!(site.ledger().await, "");
            break;
        }
        let (file, line, title) = failure(&down);
        assert!(line.is_some() && file.ends_with("down.sql"), "{file}:{line:?}");
        // What is not as it was, a comparison with the schema that was stored shows.
        migrate(&site, &folder, &["verify"]).expect(0);
        let at = versions.iter().position(|version| title.starts_with(version.as_str()));
        let at = at.unwrap_or_else(|| panic!("{title} is none of ours"));
        assert!(site.ledger().await.contains(&versions[at]));
        broken.push(versions[at].clone());
        left = &versions[..at];
    }
    assert!(broken.contains(&"20170318181441".to_owned()) && broken.len() <= 10, "{broken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn penpot() {
    let Some(folder) = corpus("corpora/penpot/sql/backend/src/app") else { return };
    if !has_version(14, "this history").await {
        return;
    }
    let list = std::fs::read_to_string(folder.join("migrations.clj")).expect("reads");
    let site = site(&[]).await;
    let mut scripts = Vec::new();
    let resources = list.split("(mg/resource \"app/").skip(1).filter_map(|rest| rest.split('"').next());
    for (index, resource) in resources.enumerate() {
        let path = folder.join(resource);
        let text = std::fs::read_to_string(&path).expect("reads");
        site.write(&format!("{:04}_{}", index + 1, path.file_name().expect("has one").to_string_lossy()), &text);
        scripts.push(Script { path, transaction: true });
    }
    assert!(scripts.len() > 100);
    site.migrate(&["up"]).expect(0);
    same_as_psql(&site, &scripts).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn northwind_and_chinook_as_first_migrations() {
    for (name, behind) in [
        ("northwind/sql/northwind.sql", ""),
        ("chinook/sql/ChinookDatabase/DataSources/Chinook_PostgreSql.sql", "\\c chinook;"),
    ] {
        let Some(path) = corpus(&format!("corpora/{name}")) else { return };
        let text = std::fs::read_to_string(path).expect("reads");
        let script = if behind.is_empty() { text.as_str() } else { text.split_once(behind).expect("is there").1 };
        let site = site(&[("001_all.sql", script)]).await;
        site.migrate(&["up"]).expect(0);
        site.migrate(&["verify"]).expect(0);
        let path = site.directory.path().join("migrations/001_all.sql");
        same_as_psql(&site, &[Script { path, transaction: true }]).await;
    }
}

/// The place and the migration of a down that failed, or of one that was refused.
fn failure(down: &Ran) -> (String, Option<u64>, String) {
    let document = down.json();
    let failure = match down.code {
        5 => &document["failure"],
        8 => &document["refusals"][0],
        _ => panic!("exit {}:\n{}", down.code, down.stderr),
    };
    let text = |key: &str| failure[key].as_str().unwrap_or_default().to_owned();
    (text("file"), failure["line"].as_u64(), text("migration"))
}

struct Script {
    path: PathBuf,
    transaction: bool,
}

fn migrate(site: &Site, folder: &Path, arguments: &[&str]) -> Ran {
    let folder = folder.to_string_lossy();
    let arguments = [&["migrate", "--migrations", &folder], arguments].concat();
    run(site.directory.path(), &arguments, &[("DATABASE_URL", &site.url)])
}

/// The scripts of a diesel history in the order of their versions.
fn diesel_scripts(folder: &Path) -> Vec<Script> {
    let mut scripts: Vec<Script> = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("up.sql").exists())
        .map(|path| {
            let metadata = std::fs::read_to_string(path.join("metadata.toml")).unwrap_or_default();
            Script { path: path.join("up.sql"), transaction: !metadata.contains("run_in_transaction = false") }
        })
        .collect();
    scripts.sort_by_key(version);
    scripts
}

fn version(script: &Script) -> String {
    let directory = script.path.parent().and_then(Path::file_name).expect("has one").to_string_lossy().into_owned();
    directory.split('_').next().unwrap_or_default().replace('-', "")
}

/// Runs the files with psql in another database, and compares what pg_dump says of both.
async fn same_as_psql(ours: &Site, scripts: &[Script]) {
    let theirs = site(&[]).await;
    for script in scripts {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &theirs.url, "-f"]).arg(&script.path);
        psql.env("PGOPTIONS", "-c client_min_messages=warning");
        if script.transaction {
            psql.arg("-1");
        }
        let Ok(output) = psql.output() else {
            skipped("psql is not installed");
            return;
        };
        assert!(output.status.success(), "{}: {}", script.path.display(), String::from_utf8_lossy(&output.stderr));
    }
    let (Some(ours), Some(theirs)) = (dump(&ours.url), dump(&theirs.url)) else {
        skipped("pg_dump is not installed, or older than the server");
        return;
    };
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours, theirs);
}

/// The schema without our ledger, and without pg_dump's own random lines.
fn dump(url: &str) -> Option<String> {
    let output = Command::new("pg_dump").args(["-s", "--exclude-schema=confiture", "-d", url]).output().ok()?;
    if String::from_utf8_lossy(&output.stderr).contains("server version mismatch") {
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("is UTF-8");
    Some(text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n"))
}
