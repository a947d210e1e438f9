//! A read-only standby: nothing can be run on it, everything can be read.

use super::own_server::{Process, as_server_user, own_server, server_program, site_on, through, until_status};
use confiture_tests::program::confiture;
use confiture_tests::small_disk::directory_of_server_user;

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_refused_and_its_ledger_is_read() {
    let (Some(basebackup), Some(postgres)) = (server_program("pg_basebackup"), server_program("postgres")) else {
        return;
    };
    let primary = own_server(&[("wal_level", "replica"), ("max_wal_senders", "4")]).await;
    let site = site_on(&primary, &[("1_a.sql", "CREATE TABLE a ();"), ("2_b.sql", "CREATE TABLE b ();")]).await;
    site.migrate(&["up", "--target", "1"]).expect(0);
    site.migrate(&["up", "--out", "plan.json"]).expect(0);
    let directory = directory_of_server_user(&primary);
    let data = directory.path().join("data");
    let copied = as_server_user(&primary, basebackup)
        .args(["--checkpoint=fast", "--write-recovery-conf", "--username=postgres", "--no-sync", "--pgdata"])
        .arg(&data)
        .arg("--host")
        .arg(primary.directory())
        .status();
    assert!(copied.expect("runs").success());
    let socket = format!("unix_socket_directories={}", directory.path().display());
    let mut server = as_server_user(&primary, postgres);
    let _standby = Process::start(server.arg("-D").arg(&data).args(["-c", &socket, "-c", "port=5432"]));
    let url = through(directory.path(), 5432);
    let status = until_status(&site, &url, 0);
    assert!(status.stdout.contains("1_a  applied"), "{}", status.stdout);
    let on_standby = |arguments: &[&str]| {
        confiture(site.directory.path(), &[&["migrate"], arguments, &["--database-url", &url]].concat())
    };
    for command in [&["up"][..], &["down"], &["baseline", "--through", "2"], &["up", "--plan", "plan.json"]] {
        on_standby(command).expect(4).says(&["is a standby", "connect to the primary"]);
    }
    let preview = on_standby(&["up", "--preview"]).expect(0).stdout;
    assert!(preview.contains("CREATE TABLE b ()"), "{preview}");
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "1"));
    // A standby is the same cluster: what was approved for the primary may run there.
    site.migrate(&["up", "--plan", "plan.json"]).expect(0);
    primary.stop().await;
}
