//! The parameters of a connection by libpq's names, each with where its value was written.
//!
//! Source: PostgreSQL's manual, "Parameter Key Words" and "Environment Variables" of libpq.

use super::{environment::Environment, error::ConnectError};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Text,
    Service { file: PathBuf, line: usize },
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Text => write!(f, "the connection string"),
            Origin::Service { file, line } => write!(f, "{}:{line}", file.display()),
            Origin::Variable(name) => write!(f, "the variable {name}"),
        }
    }
}

/// What we do with a parameter that libpq knows.
enum Treatment {
    Used,
    /// Changes nothing that matters here.
    Ignored,
    /// Accepted with these values only, since we cannot do what any other asks.
    Only(&'static [&'static str], &'static str),
}

struct Known {
    name: &'static str,
    variable: Option<&'static str>,
    treatment: Treatment,
}

const fn used(name: &'static str, variable: &'static str) -> Known {
    Known { name, variable: Some(variable), treatment: Treatment::Used }
}
const fn plain(name: &'static str) -> Known {
    Known { name, variable: None, treatment: Treatment::Used }
}
const fn ignored(name: &'static str, variable: Option<&'static str>) -> Known {
    Known { name, variable, treatment: Treatment::Ignored }
}
const fn only(
    name: &'static str,
    variable: Option<&'static str>,
    values: &'static [&'static str],
    why: &'static str,
) -> Known {
    Known { name, variable, treatment: Treatment::Only(values, why) }
}

/// Every parameter of libpq 13 to 18.
static KNOWN: &[Known] = &[
    used("host", "PGHOST"),
    used("hostaddr", "PGHOSTADDR"),
    used("port", "PGPORT"),
    used("dbname", "PGDATABASE"),
    used("user", "PGUSER"),
    used("password", "PGPASSWORD"),
    used("passfile", "PGPASSFILE"),
    used("service", "PGSERVICE"),
    used("servicefile", "PGSERVICEFILE"),
    used("options", "PGOPTIONS"),
    used("application_name", "PGAPPNAME"),
    plain("fallback_application_name"),
    used("connect_timeout", "PGCONNECT_TIMEOUT"),
    used("sslmode", "PGSSLMODE"),
    used("sslrootcert", "PGSSLROOTCERT"),
    used("sslcert", "PGSSLCERT"),
    used("sslkey", "PGSSLKEY"),
    used("sslcrl", "PGSSLCRL"),
    used("sslsni", "PGSSLSNI"),
    used("sslnegotiation", "PGSSLNEGOTIATION"),
    used("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    used("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    used("target_session_attrs", "PGTARGETSESSIONATTRS"),
    used("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    used("channel_binding", "PGCHANNELBINDING"),
    plain("keepalives"),
    plain("keepalives_idle"),
    plain("keepalives_interval"),
    plain("keepalives_count"),
    plain("tcp_user_timeout"),
    // We always speak UTF-8, and never Kerberos.
    ignored("client_encoding", Some("PGCLIENTENCODING")),
    ignored("krbsrvname", Some("PGKRBSRVNAME")),
    ignored("gsslib", Some("PGGSSLIB")),
    ignored("gssdelegation", Some("PGGSSDELEGATION")),
    ignored("sslcompression", Some("PGSSLCOMPRESSION")),
    ignored("max_protocol_version", Some("PGMAXPROTOCOLVERSION")),
    only("min_protocol_version", Some("PGMINPROTOCOLVERSION"), &["3.0"], "protocol 3.0 is spoken"),
    only("gssencmode", Some("PGGSSENCMODE"), &["disable", "prefer"], "GSSAPI encryption is not supported"),
    only("replication", None, &["false", "off", "no", "0"], "replication connections are not supported"),
    only(
        "require_auth",
        Some("PGREQUIREAUTH"),
        &[],
        "the method cannot be limited; channel_binding=require can be asked",
    ),
    only("requirepeer", Some("PGREQUIREPEER"), &[], "the server's user is not checked"),
    only("sslcertmode", Some("PGSSLCERTMODE"), &["disable", "allow"], "whether the server asked is not checked"),
    only("sslcrldir", Some("PGSSLCRLDIR"), &[], "name one file in sslcrl instead"),
    only("sslpassword", None, &[], "encrypted client keys are not supported: decrypt the key into a file of mode 0600"),
    only("sslkeylogfile", None, &[], "keys of a session are never written"),
    only("scram_client_key", None, &[], "a password is needed"),
    only("scram_server_key", None, &[], "a password is needed"),
    only("oauth_issuer", None, &[], "OAuth is not supported"),
    only("oauth_client_id", None, &[], "OAuth is not supported"),
    only("oauth_client_secret", None, &[], "OAuth is not supported"),
    only("oauth_scope", None, &[], "OAuth is not supported"),
];

#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// The values that were given. A value that is there already stays: the sources are read from the strongest on.
#[derive(Default)]
pub(crate) struct Parameters(BTreeMap<&'static str, Setting>);

impl Parameters {
    /// A parameter of the connection string itself: the last one written counts.
    pub(crate) fn set(&mut self, name: &str, value: String) -> Result<(), ConnectError> {
        let known = find(name, &Origin::Text)?;
        check(known, &value, &Origin::Text)?;
        self.0.insert(known.name, Setting { value, origin: Origin::Text });
        Ok(())
    }

    /// A parameter of a weaker source.
    pub(crate) fn add(&mut self, name: &str, value: String, origin: Origin) -> Result<(), ConnectError> {
        let known = find(name, &origin)?;
        if self.get(known.name).is_none() {
            check(known, &value, &origin)?;
            self.0.insert(known.name, Setting { value, origin });
        }
        Ok(())
    }

    /// What the variables say that nothing stronger said.
    pub(crate) fn add_variables(&mut self, env: &dyn Environment) -> Result<(), ConnectError> {
        for known in KNOWN {
            let Some(variable) = known.variable else { continue };
            if let Some(value) = variable_text(env, variable)? {
                self.add(known.name, value, Origin::Variable(variable))?;
            }
        }
        Ok(())
    }

    /// A value that says something: libpq takes an empty one for none.
    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.0.get(name).filter(|setting| !setting.value.is_empty())
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|setting| setting.value.clone())
    }
}

/// The text of a variable.
pub(crate) fn variable_text(env: &dyn Environment, name: &str) -> Result<Option<String>, ConnectError> {
    match env.variable(name).map(std::ffi::OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => {
            Err(ConnectError::parameter(format!("the variable {name} is not UTF-8"), "write it in UTF-8, or unset it"))
        }
    }
}

fn find(name: &str, origin: &Origin) -> Result<&'static Known, ConnectError> {
    KNOWN.iter().find(|known| known.name == name).ok_or_else(|| {
        let advice = match nearest(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the parameters are those of libpq: host, port, dbname, user, password, sslmode, ...".to_owned(),
        };
        ConnectError::parameter(format!("unknown connection parameter `{}` in {origin}", shown(name)), advice)
    })
}

fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let meant = match name.as_str() {
        "database" | "db" | "db_name" => Some("dbname"),
        "username" | "role" => Some("user"),
        "pass" | "pwd" => Some("password"),
        "ssl" | "tls" => Some("sslmode"),
        "hostname" | "server" => Some("host"),
        "timeout" => Some("connect_timeout"),
        _ => None,
    };
    let near = KNOWN.iter().map(|known| (strsim::damerau_levenshtein(&name, known.name), known.name)).min();
    meant.or_else(|| near.filter(|(distance, _)| *distance <= 3).map(|(_, name)| name))
}

/// What a user wrote where a name was expected may be a piece of a password: only what looks like a name is repeated.
fn shown(name: &str) -> &str {
    let harmless = name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if harmless { name } else { "..." }
}

fn check(known: &Known, value: &str, origin: &Origin) -> Result<(), ConnectError> {
    match &known.treatment {
        Treatment::Only(values, why) if !value.is_empty() && !values.contains(&value) => {
            let advice = if values.is_empty() {
                "leave the parameter out".to_owned()
            } else {
                format!("leave the parameter out, or use {}", values.join(" or "))
            };
            Err(ConnectError::parameter(format!("`{}` in {origin} cannot be honoured: {why}", known.name), advice))
        }
        _ if value.contains('\0') => Err(ConnectError::parameter(
            format!("`{}` in {origin} holds a zero byte", known.name),
            "remove it: PostgreSQL's texts have none",
        )),
        _ => Ok(()),
    }
}
