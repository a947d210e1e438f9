//! A backup of a server that is newer than every `pg_dump` at hand: refused when the plan is made.

use super::{configure, hook, making};
use crate::cli::migrate::site::site;
use confiture_tests::{cluster::cluster, program::run};
use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    thread,
};
use tempfile::TempDir;

/// Stands before a server, and has it say that it is of version 99.
fn newer(server: &Path) -> TempDir {
    let directory = tempfile::Builder::new().prefix("cfn").tempdir_in("/tmp").expect("a directory");
    let listener = UnixListener::bind(directory.path().join(".s.PGSQL.5432")).expect("can listen");
    let socket = server.join(".s.PGSQL.5432");
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            serve(client, &socket);
        }
    });
    directory
}

fn serve(client: UnixStream, socket: &PathBuf) {
    let server = UnixStream::connect(socket).expect("the server listens");
    let (to_server, to_client) = (server.try_clone().expect("is open"), client.try_clone().expect("is open"));
    thread::spawn(move || pass(client, to_server, |_| {}));
    thread::spawn(move || pass(server, to_client, age));
}

fn pass(mut from: UnixStream, mut to: UnixStream, change: impl Fn(&mut [u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        change(&mut buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// `server_version`, a zero byte, and the version: two digits, for every server that is supported.
fn age(message: &mut [u8]) {
    const NAME: &[u8] = b"server_version\0";
    if let Some(at) = message.windows(NAME.len()).position(|window| window == NAME) {
        message[at + NAME.len()..][..2].copy_from_slice(b"99");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pg_dump_that_is_older_than_the_server_is_refused() {
    let backup = hook("before_validation", "backup_database", "        config:\n          backup_dir: kept\n");
    let site = site(&[("001_made.yaml", &making(&backup))]).await;
    std::fs::create_dir(site.directory.path().join("kept")).expect("a directory");
    configure(
        &site,
        "[directories]\nkept = \"kept\"\n[plugins.hooks-core]\ngrant = { database = \"write\", backup = true, \
         directories = { kept = \"write\" } }\n",
    );
    let before = newer(cluster().await.directory());
    let name = site.value("SELECT current_database()::text").await;
    let url = format!("postgres://postgres@/{name}?host={}", before.path().display());
    let migrate =
        |more: &[&str]| run(site.directory.path(), &[&["migrate", "up"], more].concat(), &[("DATABASE_URL", &url)]);
    for more in [&[][..], &["--preview"], &["--dry-run"]] {
        migrate(more).expect(8).says(&[
            "001_made.yaml",
            "`backup_database`",
            "the server is of version 99",
            "-> install",
        ]);
    }
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
}
