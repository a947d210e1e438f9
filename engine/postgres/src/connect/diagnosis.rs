//! From a driver's error to a reason, and from a reason to what to do.

use super::{
    error::Reason,
    hosts::Place,
    lookup::Spot,
    options::ConnectOptions,
    tls::{Mode, Rejected},
};
use std::{error::Error as _, io, io::ErrorKind};

/// What an advice may need to know.
pub(super) struct Circumstances<'a> {
    pub(super) options: &'a ConnectOptions,
    pub(super) place: &'a Place,
    pub(super) spot: &'a Spot,
}

/// Whether libpq, too, would try no other host after this.
pub(super) fn ends_the_search(reason: &Reason) -> bool {
    match reason {
        // 57P03: starting up, shutting down, or a standby that takes no connections.
        Reason::Refused { sqlstate, .. } => sqlstate != "57P03",
        Reason::UnknownHost(_) | Reason::Unreachable(_) | Reason::TimedOut(_) | Reason::NotWanted(_) => false,
        Reason::TlsUnavailable | Reason::Tls(_) | Reason::PasswordMissing | Reason::Protocol(_) | Reason::TooOld(_) => {
            true
        }
    }
}

/// Whether the same server may accept us with TLS, or without: no rule of `pg_hba.conf`, or TLS itself failed.
pub(super) fn another_encryption_may_help(reason: &Reason) -> bool {
    match reason {
        Reason::Refused { sqlstate, .. } => sqlstate == "28000",
        Reason::Tls(_) | Reason::TlsUnavailable => true,
        _ => false,
    }
}

/// What a driver's error means.
pub(super) fn reason(error: &tokio_postgres::Error) -> Reason {
    if let Some(refusal) = error.as_db_error() {
        return Reason::Refused { sqlstate: refusal.code().code().to_owned(), message: refusal.message().to_owned() };
    }
    let Some(cause) = error.source() else {
        let why = if error.is_closed() { "the server closed the connection".to_owned() } else { error.to_string() };
        return Reason::Protocol(why);
    };
    if let Some(tls) = tls_error(cause) {
        return Reason::Tls(tls);
    }
    if let Some(system) = cause.downcast_ref::<io::Error>() {
        return match system.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                Reason::Protocol(format!("the server closed the connection ({system})"))
            }
            _ => Reason::Unreachable(unreachable_words(system)),
        };
    }
    match cause.to_string().as_str() {
        "password missing" => Reason::PasswordMissing,
        "server does not support TLS" => Reason::TlsUnavailable,
        words => Reason::Protocol(format!("{error}: {words}")),
    }
}

fn unreachable_words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused: no server listens there".to_owned(),
        ErrorKind::NotFound => "no such socket: no server of this port runs there".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::TimedOut => "the system gave up waiting for an answer".to_owned(),
        _ => error.to_string(),
    }
}

/// A TLS error hides in the system's error that the handshake returned.
fn tls_error(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let error = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>())?;
    if let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other)) = error
        && let Some(Rejected(why)) = other.0.downcast_ref::<Rejected>()
    {
        return Some(why.clone());
    }
    Some(format!("the handshake failed: {error}"))
}

/// What to do, where there is something to do.
pub(super) fn advice(reason: &Reason, at: &Circumstances<'_>) -> Option<String> {
    let user = &at.options.user;
    let database = &at.options.database;
    match reason {
        Reason::Unreachable(_) => Some(match at.spot {
            Spot::Tcp { .. } => {
                "check that the server runs and listens there: host and port come from the connection string, PGHOST and \
                 PGPORT"
                    .to_owned()
            }
            Spot::Socket { .. } => {
                "check that a server runs on this machine, or name its host in the connection string or PGHOST".to_owned()
            }
        }),
        Reason::TimedOut(_) => Some("check host, port and firewalls, or raise connect_timeout (PGCONNECT_TIMEOUT)".into()),
        Reason::TlsUnavailable => {
            Some("turn TLS on at the server (`ssl = on`), or use sslmode=prefer where a plain connection may be".into())
        }
        Reason::Tls(_) if at.options.tls.mode < Mode::VerifyCa => {
            Some("sslmode, sslrootcert, sslcert and sslkey (PGSSLMODE, PGSSLROOTCERT, ...) decide about TLS".into())
        }
        Reason::PasswordMissing => Some(missing_password(at)),
        Reason::Refused { sqlstate, message } => refusal(sqlstate, message, at, user, database),
        Reason::TooOld(_) => Some("upgrade the server".into()),
        Reason::NotWanted(_) => Some("check target_session_attrs (PGTARGETSESSIONATTRS) and the hosts".into()),
        Reason::Tls(_) | Reason::UnknownHost(_) | Reason::Protocol(_) => None,
    }
}

fn missing_password(at: &Circumstances<'_>) -> String {
    let file = at.options.password_file.path.as_ref();
    let file = file.map_or("~/.pgpass".to_owned(), |path| path.display().to_string());
    let key = at.place.host.password_key().replace('\\', "\\\\").replace(':', "\\:");
    format!(
        "set PGPASSWORD, or write the line `{key}:{}:{}:{}:PASSWORD` into {file} (mode 0600)",
        at.place.port, at.options.database, at.options.user
    )
}

fn refusal(sqlstate: &str, message: &str, at: &Circumstances<'_>, user: &str, database: &str) -> Option<String> {
    match sqlstate {
        "28P01" => Some(format!("check the password of `{user}`: {}", password_source(at))),
        "28000" if message.contains("does not exist") => Some(format!("create the role: CREATE ROLE \"{user}\" LOGIN")),
        "28000" if message.contains("pg_hba.conf") => Some(format!(
            "the server's pg_hba.conf has to let `{user}` into `{database}` from here; some rules ask for TLS \
             (sslmode=require)"
        )),
        "28000" => Some(format!("check how the server's pg_hba.conf lets `{user}` in")),
        "3D000" => Some(format!("check the name, or create it: CREATE DATABASE \"{database}\"")),
        "42501" => Some(format!("let the user in: GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"")),
        "53300" => Some("wait for other connections to end, or raise max_connections".to_owned()),
        "57P03" => Some("the server starts or stops: try again in a moment".to_owned()),
        _ => None,
    }
}

fn password_source(at: &Circumstances<'_>) -> String {
    if at.options.password.is_some() {
        return "it came from the connection string, its service, or PGPASSWORD".to_owned();
    }
    match &at.options.password_file.path {
        Some(path) => format!("it came from {}", path.display()),
        None => "none was found".to_owned(),
    }
}
