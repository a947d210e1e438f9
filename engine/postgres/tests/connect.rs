//! Connections to a real server: passwords, TLS, sockets, several hosts, and what is said when they fail.
#![cfg(unix)]

mod certificates;
mod server;

use certificates::Certificates;
use confiture_postgres::connect::{ConnectError, ConnectOptions, Connection, Reason, connect};
use server::{Server, Surroundings};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::OnceLock};

/// Which database is asked for decides how one gets in.
const ACCESS: &str = "
local all      postgres              trust
local all      all                   scram-sha-256
hostssl certs  all      127.0.0.1/32 scram-sha-256 clientcert=verify-ca
hostssl tls    all      127.0.0.1/32 scram-sha-256
hostnossl bare all      127.0.0.1/32 scram-sha-256
host  app      all      127.0.0.1/32 scram-sha-256
host  missing  all      127.0.0.1/32 scram-sha-256
";

struct Setting {
    server: Server,
    certificates: Certificates,
}

/// One server for all tests of this file; it ends with the process.
fn setting() -> Option<&'static Setting> {
    static SETTING: OnceLock<Option<Setting>> = OnceLock::new();
    let made = SETTING.get_or_init(|| {
        let certificates = Certificates::make();
        let files = [
            ("server.crt", certificates.server.as_str()),
            ("server.key", certificates.server_key.as_str()),
            ("clients.crt", certificates.authority.as_str()),
        ];
        let server = Server::start(
            ACCESS,
            "ssl = on\nssl_ca_file = 'clients.crt'\npassword_encryption = 'scram-sha-256'",
            &files,
        )?;
        std::thread::scope(|scope| scope.spawn(|| prepare(&server)).join()).expect("roles and databases");
        Some(Setting { server, certificates })
    });
    made.as_ref()
}

#[tokio::main(flavor = "current_thread")]
async fn prepare(server: &Server) {
    let statements = [
        "CREATE ROLE ada LOGIN PASSWORD 'hunter2'",
        "CREATE DATABASE app OWNER ada",
        "CREATE DATABASE tls OWNER ada",
        "CREATE DATABASE bare OWNER ada",
        "CREATE DATABASE certs OWNER ada",
    ];
    server.sql(&statements).await;
}

async fn open(text: &str, env: &Surroundings) -> Result<Connection, ConnectError> {
    connect(&ConnectOptions::from_url(text, env).expect("options")).await
}

fn sqlstate(error: &ConnectError) -> &str {
    match error.reason() {
        Some(Reason::Refused { sqlstate, .. }) => sqlstate,
        other => panic!("{other:?}"),
    }
}

async fn is_encrypted(connection: &Connection) -> bool {
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    connection.client.query_one(sql, &[]).await.expect("a row").get(0)
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode");
}

#[tokio::test]
async fn a_password_from_the_uri_the_variables_or_pgpass() {
    let Some(Setting { server, .. }) = setting() else { return };
    let port = server.port;
    let uri = format!("postgresql://ada:hunter2@127.0.0.1:{port}/app");
    let connection = open(&uri, &Surroundings::default()).await.expect("a connection");
    assert!(connection.server_version >= 130_000);
    let name: String = connection.client.query_one("SHOW application_name", &[]).await.expect("a row").get(0);
    assert_eq!(name, "confiture");

    let home = tempfile::tempdir().expect("a home");
    let variables = Surroundings::default().with("PGPASSWORD", "hunter2").with("PGUSER", "ada");
    open(&format!("host=127.0.0.1 port={port} dbname=app"), &variables).await.expect("by PGPASSWORD");

    write(&home.path().join(".pgpass"), &format!("127.0.0.1:{port}:app:ada:hunter2\n"), 0o600);
    let env = Surroundings::default().at_home(home.path());
    open(&format!("postgres://ada@127.0.0.1:{port}/app"), &env).await.expect("by .pgpass");

    // The reader's password is its own: the one in the URI was for another user.
    let options = ConnectOptions::from_url(&uri, &Surroundings::default()).expect("options").with_user("reader");
    let error = connect(&options).await.expect_err("no password for the reader");
    assert_eq!(error.reason(), Some(&Reason::PasswordMissing));
}

#[tokio::test]
async fn a_wrong_password_says_where_it_came_from_and_is_not_shown() {
    let Some(Setting { server, .. }) = setting() else { return };
    let uri = format!("postgresql://ada:Secret-7@127.0.0.1:{}/app", server.port);
    let error = open(&uri, &Surroundings::default()).await.expect_err("refused");
    assert_eq!(sqlstate(&error), "28P01");
    let text = format!("{error}\n{error:?}");
    for part in ["127.0.0.1", &server.port.to_string(), "`app`", "`ada`", "28P01", "PGPASSWORD"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(!text.contains("Secret-7"), "{text}");
    let options = ConnectOptions::from_url(&uri, &Surroundings::default()).expect("options");
    assert!(!format!("{options:?}{options}{}", options.describe()).contains("Secret-7"));
}

#[tokio::test]
async fn a_missing_password_says_which_line_to_write() {
    let Some(Setting { server, .. }) = setting() else { return };
    let home = tempfile::tempdir().expect("a home");
    let pgpass = home.path().join(".pgpass");
    write(&pgpass, &format!("127.0.0.1:{}:app:ada:hunter2\n", server.port), 0o644);
    let env = Surroundings::default().at_home(home.path());
    let error = open(&format!("postgres://ada@127.0.0.1:{}/app", server.port), &env).await.expect_err("refused");
    assert_eq!(error.reason(), Some(&Reason::PasswordMissing));
    let text = error.to_string();
    assert!(text.contains(&format!("`127.0.0.1:{}:app:ada:PASSWORD`", server.port)), "{text}");
    assert!(text.contains("chmod 0600"), "{text}");
}

#[tokio::test]
async fn a_service_file_and_what_wins_over_it() {
    let Some(Setting { server, .. }) = setting() else { return };
    let home = tempfile::tempdir().expect("a home");
    let text = format!(
        "# services\n[other]\nhost=nowhere.invalid\n\n[mine]\nhost=127.0.0.1\nport={}\ndbname=nothing\nuser=ada\n\
         password=hunter2\n[after]\nport=1\n",
        server.port
    );
    write(&home.path().join(".pg_service.conf"), &text, 0o600);
    // The connection string wins over the service, the service over the variables.
    let env = Surroundings::default().at_home(home.path()).with("PGPORT", "1").with("PGDATABASE", "nothing");
    let connection = open("service=mine dbname=app", &env).await.expect("a connection");
    let name: String = connection.client.query_one("SELECT current_database()", &[]).await.expect("a row").get(0);
    assert_eq!(name, "app");
    let env = env.with("PGSERVICE", "mine");
    assert_eq!(ConnectOptions::from_environment(&env).expect("options").database(), "nothing");
    let error = ConnectOptions::from_url("service=unknown", &env).expect_err("no such service");
    assert!(error.to_string().contains("[unknown]"), "{error}");
}

#[tokio::test]
async fn a_socket_directory_in_every_notation() {
    let Some(Setting { server, .. }) = setting() else { return };
    let (directory, port) = (server.directory.display(), server.port);
    let encoded = server.directory.display().to_string().replace('/', "%2F");
    for text in [
        format!("postgresql:///app?host={directory}&port={port}&user=ada&password=hunter2"),
        format!("postgresql://ada:hunter2@{encoded}:{port}/app"),
        format!("host={directory} port={port} user=ada password=hunter2 dbname=app sslmode=require"),
    ] {
        let connection = open(&text, &Surroundings::default()).await.expect(&text);
        assert!(!is_encrypted(&connection).await);
    }
    let mut env = Surroundings::default().with("PGPORT", port.to_string()).with("PGPASSWORD", "hunter2");
    env.sockets = vec!["/nonexistent".into(), server.directory.clone()];
    let options = ConnectOptions::from_environment(&env).expect("options").with_user("ada").with_database("app");
    connect(&options.with_password("hunter2")).await.expect("the default directories");
}

#[tokio::test]
async fn what_the_server_refuses_is_told_apart() {
    let Some(Setting { server, .. }) = setting() else { return };
    let port = server.port;
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    let missing = open(&format!("postgres://ada@127.0.0.1:{port}/missing"), &env).await.expect_err("no database");
    assert_eq!(sqlstate(&missing), "3D000");
    assert!(missing.to_string().contains("CREATE DATABASE"), "{missing}");
    let barred = open(&format!("postgres://ada@127.0.0.1:{port}/postgres"), &env).await.expect_err("no rule");
    assert_eq!(sqlstate(&barred), "28000");
    assert!(barred.to_string().contains("pg_hba.conf"), "{barred}");
    let nobody = open(&format!("postgres://nobody@127.0.0.1:{port}/app"), &env).await.expect_err("no role");
    assert_eq!(sqlstate(&nobody), "28P01");
}

#[tokio::test]
async fn no_server_and_no_host() {
    let port = server::free_port();
    let error =
        open(&format!("postgres://ada@127.0.0.1:{port}/app"), &Surroundings::default()).await.expect_err("none");
    assert!(matches!(error.reason(), Some(Reason::Unreachable(_))), "{error:?}");
    assert!(error.to_string().contains("connection refused"), "{error}");
    let error = open("postgres://ada@nowhere.invalid/app", &Surroundings::default()).await.expect_err("none");
    assert!(matches!(error.reason(), Some(Reason::UnknownHost(_))), "{error:?}");
    let error = open("host=/nonexistent user=ada", &Surroundings::default()).await.expect_err("none");
    assert!(error.to_string().contains("/nonexistent/.s.PGSQL.5432"), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let text = format!("postgres://ada@127.0.0.1:{port}/app?connect_timeout=1");
    let error = open(&text, &Surroundings::default()).await.expect_err("silence");
    assert_eq!(error.reason(), Some(&Reason::TimedOut(2)));
}

#[tokio::test]
async fn several_hosts_in_order() {
    let Some(Setting { server, .. }) = setting() else { return };
    let (port, closed) = (server.port, server::free_port());
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    let connection =
        open(&format!("postgres://ada@127.0.0.1:{closed},127.0.0.1:{port}/app"), &env).await.expect("the second");
    assert!(connection.place.contains(&port.to_string()));
    let mixed = format!("host=/nonexistent,127.0.0.1 port={port} user=ada dbname=app");
    open(&mixed, &env).await.expect("the second");

    // A server that refuses us ends the search, as libpq has it.
    let wrong = format!("postgres://ada:wrong@127.0.0.1:{port},127.0.0.1:{closed}/app?sslmode=disable");
    let ConnectError::Failed(failed) = open(&wrong, &env).await.expect_err("refused") else { panic!() };
    assert_eq!(failed.attempts.len(), 1);

    let standby = format!("postgres://ada@127.0.0.1:{port},127.0.0.1:{port}/app?target_session_attrs=");
    let ConnectError::Failed(failed) = open(&format!("{standby}standby"), &env).await.expect_err("no standby") else {
        panic!()
    };
    assert_eq!(failed.attempts.len(), 2);
    assert!(matches!(failed.attempts[0].reason, Reason::NotWanted(_)));
    for wanted in ["any", "read-write", "primary", "prefer-standby"] {
        open(&format!("{standby}{wanted}"), &env).await.expect(wanted);
    }
}

#[tokio::test]
async fn how_tls_is_chosen() {
    let Some(Setting { server, .. }) = setting() else { return };
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    let url =
        |database: &str, mode: &str| format!("postgres://ada@127.0.0.1:{}/{database}?sslmode={mode}", server.port);
    for (database, mode, encrypted) in [
        ("app", "disable", Some(false)),
        ("app", "allow", Some(false)),
        ("app", "prefer", Some(true)),
        ("app", "require", Some(true)),
        ("tls", "disable", None),
        ("tls", "allow", Some(true)),
        ("tls", "require", Some(true)),
        ("bare", "require", None),
        ("bare", "prefer", Some(false)),
    ] {
        match (open(&url(database, mode), &env).await, encrypted) {
            (Ok(connection), Some(encrypted)) => {
                assert_eq!(is_encrypted(&connection).await, encrypted, "{database} {mode}")
            }
            (Err(error), None) => assert_eq!(sqlstate(&error), "28000", "{database} {mode}"),
            (result, _) => panic!("{database} {mode}: {result:?}"),
        }
    }
}

#[tokio::test]
async fn certificates_are_checked_as_asked() {
    let Some(Setting { server, certificates }) = setting() else { return };
    let home = tempfile::tempdir().expect("a home");
    let good = home.path().join("good.crt");
    let strange = home.path().join("strange.crt");
    write(&good, &certificates.authority, 0o644);
    write(&strange, &certificates.stranger, 0o644);
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    let url = |host: &str, mode: &str, root: &Path| {
        let (port, root) = (server.port, root.display());
        format!("host={host} hostaddr=127.0.0.1 port={port} user=ada dbname=app sslmode={mode} sslrootcert={root}")
    };
    for (host, mode, root, works) in [
        ("db.test", "verify-full", &good, true),
        ("a.wild.test", "verify-full", &good, true),
        ("a.b.wild.test", "verify-full", &good, false),
        ("other.test", "verify-full", &good, false),
        ("127.0.0.1", "verify-full", &good, true),
        ("other.test", "verify-ca", &good, true),
        ("db.test", "verify-ca", &strange, false),
        ("db.test", "verify-full", &strange, false),
        // libpq: a root file that is there turns require into verify-ca.
        ("other.test", "require", &good, true),
        ("other.test", "require", &strange, false),
    ] {
        let result = open(&url(host, mode, root), &env).await;
        assert_eq!(result.is_ok(), works, "{host} {mode}: {result:?}");
        if let Err(error) = result {
            assert!(matches!(error.reason(), Some(Reason::Tls(_))), "{error:?}");
        }
    }
    let text = open(&url("other.test", "verify-full", &good), &env).await.expect_err("another name").to_string();
    assert!(text.contains("db.test") && text.contains("`other.test`"), "{text}");
    let text = open(&url("db.test", "verify-ca", Path::new("/nonexistent/root.crt")), &env)
        .await
        .expect_err("no file")
        .to_string();
    assert!(text.contains("/nonexistent/root.crt") && text.contains("PGSSLROOTCERT"), "{text}");
    // Prefer falls back to a plain connection where the certificate is not accepted.
    let connection = open(&url("db.test", "prefer", &strange), &env).await.expect("plain");
    assert!(!is_encrypted(&connection).await);
    // The default place of the root file counts as well.
    fs::create_dir(home.path().join(".postgresql")).expect("a directory");
    fs::copy(&strange, home.path().join(".postgresql/root.crt")).expect("a file");
    let env = env.at_home(home.path());
    let text = format!("host=127.0.0.1 port={} user=ada dbname=app sslmode=require", server.port);
    assert!(open(&text, &env).await.is_err());
}

#[tokio::test]
async fn a_revoked_certificate() {
    let Some(Setting { server, certificates }) = setting() else { return };
    let home = tempfile::tempdir().expect("a home");
    let root = home.path().join("root.crt");
    write(&root, &certificates.authority, 0o644);
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    for (list, works) in [(&certificates.nobody_revoked, true), (&certificates.server_revoked, false)] {
        let path = home.path().join("root.crl");
        write(&path, list, 0o644);
        let text = format!(
            "host=127.0.0.1 port={} user=ada dbname=app sslmode=verify-full sslrootcert={} sslcrl={}",
            server.port,
            root.display(),
            path.display()
        );
        let result = open(&text, &env).await;
        assert_eq!(result.is_ok(), works, "{result:?}");
    }
}

#[tokio::test]
async fn a_client_certificate() {
    let Some(Setting { server, certificates }) = setting() else { return };
    let home = tempfile::tempdir().expect("a home");
    let (certificate, key) = (home.path().join("ada.crt"), home.path().join("ada.key"));
    write(&certificate, &certificates.client, 0o644);
    write(&key, &certificates.client_key, 0o600);
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    let bare = format!("host=127.0.0.1 port={} user=ada dbname=certs sslmode=require", server.port);
    let error = open(&bare, &env).await.expect_err("no certificate");
    assert_eq!(sqlstate(&error), "28000");
    let text = format!("{bare} sslcert={} sslkey={}", certificate.display(), key.display());
    open(&text, &env).await.expect("with a certificate");
    write(&key, &certificates.client_key, 0o644);
    let error = open(&text, &env).await.expect_err("a key for everyone").to_string();
    assert!(error.contains("chmod 0600"), "{error}");
    write(&key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n", 0o600);
    let error = open(&text, &env).await.expect_err("an encrypted key").to_string();
    assert!(error.contains("decrypt"), "{error}");
}

#[tokio::test]
async fn channel_binding_and_versions_of_tls() {
    let Some(Setting { server, .. }) = setting() else { return };
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    let text = format!("host=127.0.0.1 port={} user=ada dbname=app sslmode=require", server.port);
    open(&format!("{text} channel_binding=require"), &env).await.expect("bound to the channel");
    open(&format!("{text} channel_binding=disable"), &env).await.expect("not bound");
    open(&format!("{text} ssl_max_protocol_version=TLSv1.2"), &env).await.expect("TLS 1.2");
    open(&format!("{text} ssl_min_protocol_version=TLSv1.3"), &env).await.expect("TLS 1.3");
    let plain = format!("host=127.0.0.1 port={} user=ada dbname=app sslmode=disable", server.port);
    open(&format!("{plain} channel_binding=require"), &env).await.expect_err("no channel to bind to");
}

#[tokio::test]
async fn self_signed_with_nothing_but_a_common_name() {
    let made = Certificates::self_signed("db.internal");
    let access = "local all postgres trust\nhost all all 127.0.0.1/32 trust\n";
    let files = [("server.crt", made.0.as_str()), ("server.key", made.1.as_str())];
    let Some(server) = Server::start(access, "ssl = on", &files) else { return };
    let home = tempfile::tempdir().expect("a home");
    let root = home.path().join("server.crt");
    write(&root, &made.0, 0o644);
    let env = Surroundings::default();
    let text = |host: &str| {
        format!(
            "host={host} hostaddr=127.0.0.1 port={} user=postgres dbname=postgres sslmode=verify-full sslrootcert={}",
            server.port,
            root.display()
        )
    };
    open(&text("db.internal"), &env).await.expect("the certificate is its own root");
    open(&text("other.internal"), &env).await.expect_err("another name");
}

#[tokio::test]
async fn a_running_statement_is_cancelled() {
    let Some(Setting { server, .. }) = setting() else { return };
    let env = Surroundings::default().with("PGPASSWORD", "hunter2");
    for mode in ["disable", "require"] {
        let text = format!("host=127.0.0.1 port={} user=ada dbname=app sslmode={mode}", server.port);
        let connection = open(&text, &env).await.expect("a connection");
        let canceller = connection.canceller();
        let running = connection.client.batch_execute("SELECT pg_sleep(600)");
        let cancel = async {
            // Repeated, since a request that comes before the statement does nothing.
            loop {
                canceller.cancel().await.expect("the server answers");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let result = tokio::select! { result = running => result, () = cancel => unreachable!() };
        assert_eq!(result.expect_err("cancelled").code().map(|code| code.code()), Some("57014"));
    }
}
