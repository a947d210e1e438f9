//! PgBouncer between us and the server.

use crate::support::{Running, as_server_user, connector, directory_of_server_user, own_server, reason, until};
use confiture_model::migration::MigrationConnection as _;
use std::path::Path;

/// The program, where it is installed.
fn pgbouncer() -> Option<&'static Path> {
    ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]
        .into_iter()
        .map(Path::new)
        .find(|path| path.exists())
}

/// What `prepare` and taking the lock answer through a pool of this mode and size.
async fn through(mode: &str, size: u32, round_robin: u8) -> Option<Result<(), String>> {
    let Some(program) = pgbouncer() else {
        eprintln!("skipped: pgbouncer is not installed");
        return None;
    };
    let server = own_server(&[]).await;
    let directory = directory_of_server_user(&server);
    let here = directory.path().display();
    let file = directory.path().join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host={} port=5432 user=postgres\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {here}\nlisten_port = 6432\n\
         auth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\nserver_round_robin = {round_robin}\nlogfile = {here}/log\n",
        server.directory().display()
    );
    std::fs::write(&file, text).unwrap();
    let _pooler = Running(as_server_user(&server, program).arg(&file).spawn().unwrap());
    let url = format!("host={here} port=6432 user=postgres dbname=postgres");
    until("the pooler answers", async || connector(&url).open().await.is_ok()).await;
    let mut connection = connector(&url).open().await.unwrap();
    Some(match connection.prepare().await {
        Ok(()) => {
            assert_eq!(connection.try_lock().await.unwrap(), Ok(()));
            assert!(connection.lock_is_held().await.unwrap());
            Ok(())
        }
        error => {
            let why = reason(error);
            assert_eq!(reason(connection.try_lock().await), why);
            Err(why)
        }
    })
}

#[tokio::test]
async fn transaction_mode_is_refused() {
    for (size, round_robin) in [(1, 0), (20, 0), (20, 1)] {
        if let Some(result) = through("transaction", size, round_robin).await {
            let why = result.unwrap_err();
            assert!(why.contains("transaction mode") && why.contains("pool_mode = session"), "{why}");
        }
    }
}

#[tokio::test]
async fn session_mode_works() {
    if let Some(result) = through("session", 20, 0).await {
        assert_eq!(result, Ok(()));
    }
}
