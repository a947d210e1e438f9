//! What a connection string, a service and the variables come to.

use super::{
    ConnectOptions, Environment,
    hosts::Host,
    options::{ChannelBinding, SessionAttributes},
    tls::Mode,
};
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, time::Duration};

#[derive(Default)]
struct Fake {
    variables: BTreeMap<&'static str, OsString>,
    nameless: bool,
}

impl Environment for Fake {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).cloned()
    }
    fn home(&self) -> Option<PathBuf> {
        None
    }
    fn user_name(&self) -> Option<String> {
        (!self.nameless).then(|| "someone".to_owned())
    }
    fn system_directories(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

fn fake(variables: &[(&'static str, &str)]) -> Fake {
    let variables = variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect();
    Fake { variables, nameless: false }
}

fn read(text: &str) -> ConnectOptions {
    ConnectOptions::from_url(text, &Fake::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    match ConnectOptions::from_url(text, &Fake::default()) {
        Ok(options) => panic!("{text} was read as {options}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn connection_strings() {
    let sockets = "socket directory /var/run/postgresql or /tmp, port 5432";
    for (text, expected) in [
        ("postgresql://", format!("{sockets}, database someone, user someone")),
        ("postgres:///app", format!("{sockets}, database app, user someone")),
        ("postgres://ada@db/app", "host db, port 5432, database app, user ada".into()),
        ("postgres://ada:pw@db:5433/app?", "host db, port 5433, database app, user ada".into()),
        ("postgres://db", "host db, port 5432, database someone, user someone".into()),
        ("postgres://ada@/app", format!("{sockets}, database app, user ada")),
        ("postgres://@db/", "host db, port 5432, database someone, user someone".into()),
        ("postgres://a%40b@db/a%2Fb", "host db, port 5432, database a/b, user a@b".into()),
        ("postgres://[::1]:5433/app", "host ::1, port 5433, database app, user someone".into()),
        ("postgres://[2001:db8::1]/app", "host 2001:db8::1, port 5432, database app, user someone".into()),
        ("postgres://a:1,b:2/app", "host a, port 1; host b, port 2, database app, user someone".into()),
        ("postgres://a,b/app", "host a, port 5432; host b, port 5432, database app, user someone".into()),
        ("postgres:///app?host=/run/pg&port=7", "socket directory /run/pg, port 7, database app, user someone".into()),
        ("postgres://%2Frun%2Fpg:7/app", "socket directory /run/pg, port 7, database app, user someone".into()),
        ("postgres://db/app?user=ada&dbname=other", "host db, port 5432, database other, user ada".into()),
        ("postgres://db/a@b", "host db, port 5432, database a@b, user someone".into()),
        ("host=db port=5433 dbname=app user=ada", "host db, port 5433, database app, user ada".into()),
        ("host = db  user = 'a b\\'c'", "host db, port 5432, database a b'c, user a b'c".into()),
        ("user=a\\ b host=''", format!("{sockets}, database a b, user a b")),
        ("hostaddr=10.0.0.1 host=db", "host db (10.0.0.1), port 5432, database someone, user someone".into()),
        ("hostaddr=::1 port=", "host ::1, port 5432, database someone, user someone".into()),
    ] {
        assert_eq!(read(text).describe(), expected, "{text}");
    }
}

#[test]
fn passwords_are_read_and_hidden() {
    for (text, password) in [
        ("postgres://ada:p%3Aw@db/app", "p:w"),
        ("postgres://ada:p:w?x@db/app", "p:w?x"),
        ("postgres://db/app?password=a%26b", "a&b"),
        ("password=a://b", "a://b"),
        ("password='it\\'s \\\\ it'", "it's \\ it"),
    ] {
        let options = read(text);
        assert_eq!(options.password.as_ref().map(super::secret::Secret::reveal), Some(password), "{text}");
        assert!(!format!("{options:?}").contains(password), "{text}");
    }
}

#[test]
fn settings() {
    let options =
        read("postgres://db/app?sslmode=require&connect_timeout=1&target_session_attrs=read-write&options=-c%20a%3Db");
    assert_eq!(options.tls.mode, Mode::Require);
    assert_eq!(options.timeout, Some(Duration::from_secs(2)));
    assert_eq!(options.wanted, SessionAttributes::ReadWrite);
    assert_eq!(options.startup_options.as_deref(), Some("-c a=b"));
    assert_eq!(options.application_name, "confiture");
    let options = read("channel_binding=require application_name=x connect_timeout=0");
    assert_eq!(options.channel_binding, ChannelBinding::Require);
    assert_eq!(options.application_name, "x");
    assert_eq!(options.timeout, None);
    assert_eq!(read("fallback_application_name=y").application_name, "y");
    assert_eq!(read("postgres://db?ssl=true").tls.mode, Mode::Require);
    assert_eq!(read("sslrootcert=system").tls.mode, Mode::VerifyFull);
    assert_eq!(read("postgres://db?gssencmode=prefer&krbsrvname=x&client_encoding=auto").tls.mode, Mode::Prefer);
}

#[test]
fn variables() {
    let env = fake(&[
        ("PGHOST", "a,b"),
        ("PGPORT", "1,2"),
        ("PGDATABASE", "app"),
        ("PGUSER", "ada"),
        ("PGSSLMODE", "verify-ca"),
        ("PGCONNECT_TIMEOUT", "9"),
        ("PGAPPNAME", "nightly"),
        ("PGOPTIONS", "-c x=y"),
        ("PGGSSENCMODE", "disable"),
    ]);
    let options = ConnectOptions::from_environment(&env).expect("options");
    assert_eq!(options.describe(), "host a, port 1; host b, port 2, database app, user ada");
    assert_eq!(options.tls.mode, Mode::VerifyCa);
    assert_eq!(options.timeout, Some(Duration::from_secs(9)));
    assert_eq!(options.application_name, "nightly");
    // The string wins; an empty value in it counts as written, and means the default.
    let options = ConnectOptions::from_url("host=c port=3 sslmode=disable", &env).expect("options");
    assert_eq!(options.describe(), "host c, port 3, database app, user ada");
    assert_eq!(options.tls.mode, Mode::Disable);
    let nameless = Fake { nameless: true, ..Fake::default() };
    let error = ConnectOptions::from_environment(&nameless).expect_err("nobody").to_string();
    assert!(error.contains("PGUSER"), "{error}");
}

#[test]
fn no_host_means_this_machine() {
    assert!(matches!(read("user=x").places[0].host, Host::LocalSockets(_)));
    assert_eq!(read("host=/tmp").places[0].host.password_key(), "localhost");
    assert_eq!(read("host=/srv/pg").places[0].host.password_key(), "/srv/pg");
    assert_eq!(read("hostaddr=10.0.0.1").places[0].host.password_key(), "10.0.0.1");
}

#[test]
fn what_is_refused_and_why() {
    for (text, part) in [
        ("mysql://db/app", "neither a URI"),
        ("postgresql+asyncpg://db/app", "neither a URI"),
        ("app", "neither a URI"),
        ("host=db user", "not followed by `=`"),
        ("", "neither a URI"),
        ("password='abc", "closing `'`"),
        // Two quotes are no escape in libpq: the value ends, and what follows is no pair.
        ("password='it''s'", "not followed by `=`"),
        ("postgres://db/app?sslmod=require", "did you mean `sslmode`?"),
        ("usr=ada", "did you mean `user`?"),
        ("database=app", "did you mean `dbname`?"),
        ("sslmode=strict", "disable, allow, prefer, require, verify-ca, verify-full"),
        ("postgres://db:port/app", "%2F"),
        ("port=0", "1 to 65535"),
        ("port=70000", "1 to 65535"),
        ("host=a,b port=1,2,3", "3 ports for 2 hosts"),
        ("host=a,b hostaddr=10.0.0.1", "2 hosts but 1 addresses"),
        ("hostaddr=db", "numeric IP address"),
        ("postgres://[::1/app", "closing `]`"),
        ("postgres://[::1]x/app", "follows the `]`"),
        ("postgres://a%2/app", "two hex digits"),
        ("postgres://a%+1/app", "two hex digits"),
        ("postgres://db/%00", "zero byte"),
        ("postgres://db/%ff", "not UTF-8"),
        ("postgres://db/app?sslmode", "no `=`"),
        ("require_auth=scram-sha-256", "cannot be honoured"),
        ("gssencmode=require", "GSSAPI"),
        ("connect_timeout=soon", "number of seconds"),
        ("sslrootcert=system sslmode=require", "verify-full"),
        ("sslnegotiation=direct", "sslmode=require"),
        ("ssl_max_protocol_version=TLSv1.1", "TLSv1.2 or TLSv1.3"),
        ("service=nowhere", "defined nowhere"),
    ] {
        let error = refused(text);
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn no_error_repeats_a_password() {
    for text in [
        "postgres://ada:Secret/7@db/app",
        "postgres://ada:Secret%zz@db/app",
        "postgres://ada:Secret#7@db:x/app",
        "user=ada password=a Secret",
        "password='Secret",
        "mysql://ada:Secret@db",
        "a:Secret@db=x",
    ] {
        let error = refused(text);
        assert!(!error.contains("Secret"), "{text}: {error}");
    }
}

#[test]
fn a_variable_that_is_not_utf8_is_named() {
    use std::os::unix::ffi::OsStringExt;
    let mut env = Fake::default();
    env.variables.insert("PGHOST", OsString::from_vec(vec![0xff]));
    let error = ConnectOptions::from_environment(&env).expect_err("not UTF-8").to_string();
    assert!(error.contains("PGHOST"), "{error}");
}
