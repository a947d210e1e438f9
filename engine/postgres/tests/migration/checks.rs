//! What no run can work on is refused before anything is changed, with the reason and what to do.

use crate::support::{
    Database, Running, as_server_user, connector, database, directory_of_server_user, entry, event, own_server, reason,
    until,
};
use confiture_model::migration::MigrationConnection as _;
use confiture_postgres::scratch::ServerBinaries;

/// A role of this database's own.
async fn role(database: &Database) -> String {
    let role = format!("role of {}", database.name);
    database.client().await.batch_execute(&format!("CREATE ROLE \"{role}\" LOGIN")).await.unwrap();
    role
}

/// Why this role is refused.
async fn refusal(database: &Database, role: &str) -> String {
    reason(database.connector_as(role).open().await.unwrap().prepare().await)
}

#[tokio::test]
async fn a_database_set_to_be_read_only() {
    let database = database().await;
    let sql = format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name);
    database.client().await.batch_execute(&sql).await.unwrap();
    let why = reason(database.open().await.prepare().await);
    assert!(why.contains("default_transaction_read_only = on") && why.contains("RESET"), "{why}");
}

#[tokio::test]
async fn missing_rights_are_named_one_after_the_other() {
    let database = database().await;
    let role = role(&database).await;
    let admin = database.client().await;
    let why = refusal(&database, &role).await;
    assert!(why.contains(&format!("GRANT CREATE ON DATABASE {} TO \"{role}\"", database.name)), "{why}");

    // A ledger that belongs to another role.
    database.ready().await;
    let why = refusal(&database, &role).await;
    assert!(why.contains("belongs to postgres") && why.contains("GRANT USAGE ON SCHEMA confiture"), "{why}");
    admin.batch_execute(&format!("GRANT USAGE ON SCHEMA confiture TO \"{role}\"")).await.unwrap();
    let why = refusal(&database, &role).await;
    assert!(why.contains("GRANT SELECT ON confiture.meta"), "{why}");
    admin.batch_execute(&format!("GRANT SELECT ON confiture.meta TO \"{role}\"")).await.unwrap();
    // Now it says all that is left; granting that is enough.
    let why = refusal(&database, &role).await;
    let grants = why.split_once("-> ").unwrap().1;
    assert!(grants.contains("GRANT DELETE ON confiture.migration"), "{why}");
    admin.batch_execute(grants).await.unwrap();
    let mut connection = database.connector_as(&role).open().await.unwrap();
    connection.prepare().await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    connection.remove("1", &event("rolled-back", "1")).await.unwrap();
    assert!(connection.events(1).await.unwrap()[0].by.ends_with(&role));
    // An upgrade is for the owner.
    admin.batch_execute("UPDATE confiture.meta SET ledger_version = 0").await.unwrap();
    let why = refusal(&database, &role).await;
    assert!(why.contains("as its owner, postgres"), "{why}");
}

#[tokio::test]
async fn a_schema_made_for_the_role_is_enough() {
    let database = database().await;
    let role = role(&database).await;
    let admin = database.client().await;
    admin.batch_execute("CREATE SCHEMA confiture").await.unwrap();
    let why = refusal(&database, &role).await;
    assert!(why.contains("may not use"), "{why}");
    admin.batch_execute(&format!("GRANT USAGE ON SCHEMA confiture TO \"{role}\"")).await.unwrap();
    let why = refusal(&database, &role).await;
    assert!(why.contains("GRANT CREATE, USAGE ON SCHEMA confiture"), "{why}");
    admin.batch_execute(&format!("GRANT CREATE ON SCHEMA confiture TO \"{role}\"")).await.unwrap();
    database.connector_as(&role).open().await.unwrap().prepare().await.unwrap();
}

/// Set for the role by `ALTER ROLE … SET role`: what the ledger knows us as, and what owns it.
#[tokio::test]
async fn a_role_that_works_as_another() {
    let database = database().await;
    let role = role(&database).await;
    let sql = format!(
        "CREATE ROLE \"owner {role}\"; GRANT \"owner {role}\" TO \"{role}\";
         GRANT CREATE ON DATABASE {} TO \"owner {role}\"; ALTER ROLE \"{role}\" SET role = \"owner {role}\"",
        database.name
    );
    database.client().await.batch_execute(&sql).await.unwrap();
    let mut connection = database.connector_as(&role).open().await.unwrap();
    connection.prepare().await.unwrap();
    connection.begin(0, 0).await.unwrap();
    connection.execute("SET ROLE NONE").await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    connection.commit().await.unwrap();
    connection.reset().await.unwrap();
    connection.note(&event("repaired", "1")).await.unwrap();
    let events = connection.events(2).await.unwrap();
    assert!(events.iter().all(|event| event.by.ends_with(&format!("role owner {role}"))), "{events:?}");
}

#[tokio::test]
async fn a_standby() {
    let binaries = ServerBinaries::find(|name| std::env::var_os(name)).unwrap();
    let basebackup = binaries.directory().join("pg_basebackup");
    if !basebackup.exists() {
        eprintln!("skipped: there is no pg_basebackup beside the server's binaries");
        return;
    }
    let primary = own_server(&[("wal_level", "replica"), ("max_wal_senders", "4")]).await;
    let directory = directory_of_server_user(&primary);
    let data = directory.path().join("data");
    let status = as_server_user(&primary, basebackup)
        .args(["--checkpoint=fast", "--write-recovery-conf", "--username=postgres", "--no-sync", "--pgdata"])
        .arg(&data)
        .arg("--host")
        .arg(primary.directory())
        .status()
        .unwrap();
    assert!(status.success());
    let socket = format!("unix_socket_directories={}", directory.path().display());
    let server = as_server_user(&primary, binaries.directory().join("postgres"))
        .arg("-D")
        .arg(&data)
        .args(["-c", &socket, "-c", "port=5432"])
        .spawn()
        .unwrap();
    let _server = Running(server);
    let url = format!("host={} user=postgres dbname=postgres", directory.path().display());
    until("the standby answers", async || connector(&url).open().await.is_ok()).await;
    let mut connection = connector(&url).open().await.unwrap();
    let why = reason(connection.prepare().await);
    assert!(why.contains("is a standby") && why.contains("connect to the primary"), "{why}");
    // Reading is not refused.
    assert_eq!(connection.entries().await.unwrap(), []);
}

/// Some services take the function with the system identifier from their users.
#[tokio::test]
async fn a_server_that_keeps_its_identifier_to_itself() {
    let database = database().await;
    let seen = database.open().await.identity().await.unwrap();
    assert_eq!(seen.server, database.value("SELECT system_identifier FROM pg_control_system()").await);
    let client = database.client().await;
    let role = format!("poor_{}", database.name);
    let rights = format!("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; CREATE ROLE {role} LOGIN");
    client.batch_execute(&rights).await.unwrap();
    let hidden = database.connector_as(&role).open().await.unwrap().identity().await.unwrap();
    assert_eq!((hidden.server.as_str(), hidden.oid), ("not visible", seen.oid));
    let poor = crate::support::options(&database.url()).with_user(&role);
    assert_eq!(confiture_postgres::facts::facts(&poor, "").await.unwrap().server, "");
    let client = confiture_postgres::connect::connect(&poor).await.unwrap().client;
    let end = confiture_postgres::sync::ends::facts(&client, "here", true).await.unwrap();
    assert_eq!(end.identity.system, None);
}
