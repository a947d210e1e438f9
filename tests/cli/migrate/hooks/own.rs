//! The example of a hook of one's own, as its README says: built, and run around the example's migrations.

use confiture_tests::{
    cluster::database,
    program::{Ran, run},
    target, workspace,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A copy of the example: a build leaves files behind.
fn built() -> PathBuf {
    let folder = workspace().join("target/custom-hook");
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("a directory");
    let example = workspace().join("examples/custom-hook");
    let copied = Command::new("cp").arg("-r").arg(example.join(".")).arg(&folder).status().expect("cp");
    assert!(copied.success());
    // The standard library is there already, where `cargo xtask plugins` built it.
    let guests = target().join("guests");
    let guests = guests.to_str().expect("UTF-8");
    run(&folder, &["plugin", "build", ".", "--target-dir", guests], &[]).expect(0).says(&["shop-hooks.wasm"]);
    folder
}

fn migrate(folder: &Path, url: &str, arguments: &[&str]) -> Ran {
    run(folder, &[&["migrate"], arguments].concat(), &[("DATABASE_URL", url)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_of_ones_own_is_built_and_runs() {
    let folder = built();
    // In a scratch cluster there is a role for it to read as.
    migrate(&folder, "", &["up", "--dry-run", "--on", "scratch"]).expect(0).says(&["assert_no_nulls"]);

    let (url, session) = database(&[]).await;
    let execute =
        async |sql: &str| session.client().batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}"));
    let name: String = session.client().query_one("SELECT current_database()::text", &[]).await.expect("a name").get(0);
    execute(&format!(
        "DO $$ BEGIN CREATE ROLE confiture_shop LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$; \
         GRANT CREATE ON DATABASE {name} TO confiture_shop; GRANT ALL ON SCHEMA public TO confiture_shop"
    ))
    .await;
    let url = url.replace("://postgres@", "://confiture_shop@");
    migrate(&folder, &url, &["up", "--target", "001"]).expect(0);
    execute("INSERT INTO orders VALUES (1, NULL), (2, 'kept')").await;
    migrate(&folder, &url, &["up"]).expect(5).says(&["assert_no_nulls", "1 row(s) of orders have no note"]);
    execute("DELETE FROM orders WHERE id = 1").await;
    migrate(&folder, &url, &["up"]).expect(0);
}
