//! PgBouncer between us and the server: in transaction mode no lock can be held, in session mode all is as without it.

use super::own_server::{Process, as_server_user, own_server, site_on, through, until_status};
use confiture_tests::program::{Ran, confiture};
use confiture_tests::small_disk::directory_of_server_user;
use std::path::Path;

const PLACES: [&str; 3] = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];

/// What `up` says through a pool of this mode; and the tables and the ledger after it.
async fn up_through(mode: &str) -> Option<(Ran, String, String)> {
    let Some(program) = PLACES.into_iter().map(Path::new).find(|path| path.exists()) else {
        eprintln!("skipped: pgbouncer is not installed");
        return None;
    };
    let server = own_server(&[]).await;
    let site = site_on(&server, &[("1_a.sql", "CREATE TABLE a ();")]).await;
    let directory = directory_of_server_user(&server);
    let here = directory.path().display();
    let file = directory.path().join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host={} port=5432 user=postgres\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {here}\n\
         listen_port = 6432\nauth_type = any\npool_mode = {mode}\nlogfile = {here}/log\n",
        server.directory().display()
    );
    std::fs::write(&file, text).expect("is written");
    let _pooler = Process::start(as_server_user(&server, program).arg(&file));
    let url = through(directory.path(), 6432);
    until_status(&site, &url, 0);
    let ran = confiture(site.directory.path(), &["migrate", "up", "--database-url", &url]);
    let after = (site.tables().await, site.ledger().await);
    server.stop().await;
    Some((ran, after.0, after.1))
}

#[tokio::test(flavor = "multi_thread")]
async fn transaction_mode_is_refused_with_the_reason() {
    let Some((ran, tables, ledger)) = up_through("transaction").await else { return };
    ran.expect(4).says(&["connection pooler in transaction mode", "pool_mode = session"]);
    assert_eq!((tables.as_str(), ledger.as_str()), ("", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn session_mode_works() {
    let Some((ran, tables, ledger)) = up_through("session").await else { return };
    ran.expect(0);
    assert_eq!((tables.as_str(), ledger.as_str()), ("a", "1"));
}
