//! What a connection is to be, read once from every source.

use super::{
    conninfo,
    environment::Environment,
    error::ConnectError,
    hosts::{self, Place},
    parameters::{Parameters, Setting},
    pgpass::PasswordFile,
    secret::Secret,
    service,
    tls::TlsOptions,
    uri,
};
use std::{fmt, path::PathBuf, time::Duration};

/// How to connect: where, as whom, how safely. Made from a connection string or the environment, as libpq would.
///
/// The connection string wins over the service file, that over the `PG*` variables, those over the defaults.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    pub(crate) places: Vec<Place>,
    pub(crate) shuffled: bool,
    pub(crate) database: String,
    pub(crate) user: String,
    pub(crate) password: Option<Secret>,
    pub(crate) password_file: PasswordFile,
    pub(crate) application_name: String,
    pub(crate) startup_options: Option<String>,
    pub(crate) tls: TlsOptions,
    pub(crate) channel_binding: ChannelBinding,
    pub(crate) timeout: Option<Duration>,
    pub(crate) wanted: SessionAttributes,
    pub(crate) keepalive: Keepalive,
}

/// `channel_binding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

/// `target_session_attrs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionAttributes {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// What TCP does to notice a peer that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keepalive {
    pub(crate) enabled: bool,
    pub(crate) idle: Option<Duration>,
    pub(crate) interval: Option<Duration>,
    pub(crate) count: Option<u32>,
    pub(crate) user_timeout: Option<Duration>,
}

impl ConnectOptions {
    /// Reads a connection URI (`postgresql://...`) or `key=value` pairs; what it leaves open comes from its service, the
    /// variables and the defaults.
    ///
    /// # Errors
    /// [`ConnectError::Parameter`], naming the parameter and where it was written.
    pub fn from_url(text: &str, env: &dyn Environment) -> Result<Self, ConnectError> {
        let mut parameters = Parameters::default();
        let text = text.trim();
        match uri::after_scheme(text) {
            Some(rest) => uri::parse(rest, &mut parameters)?,
            None if text.contains('=') && !uri::has_a_scheme(text) => conninfo::parse(text, &mut parameters)?,
            None => {
                return Err(ConnectError::parameter(
                    "the connection string is neither a URI of PostgreSQL nor key=value pairs",
                    "write postgresql://user@host:5432/database, or host=... dbname=... user=...",
                ));
            }
        }
        Self::complete(parameters, env)
    }

    /// Reads the `PG*` variables alone.
    ///
    /// # Errors
    /// As [`ConnectOptions::from_url`].
    pub fn from_environment(env: &dyn Environment) -> Result<Self, ConnectError> {
        Self::complete(Parameters::default(), env)
    }

    fn complete(mut parameters: Parameters, env: &dyn Environment) -> Result<Self, ConnectError> {
        service::add(&mut parameters, env)?;
        parameters.add_variables(env)?;
        let user = match parameters.text("user").or_else(|| env.user_name()) {
            Some(user) => user,
            None => {
                let problem = "no user was given, and the system's user has no name";
                return Err(ConnectError::parameter(problem, "write the user into the connection string or PGUSER"));
            }
        };
        Ok(Self {
            places: hosts::places(&parameters, env)?,
            shuffled: one_of(&parameters, "load_balance_hosts", &[("disable", false), ("random", true)], false)?,
            database: parameters.text("dbname").unwrap_or_else(|| user.clone()),
            user,
            password: parameters.text("password").map(Secret::new),
            password_file: password_file(&parameters, env),
            application_name: parameters
                .text("application_name")
                .or_else(|| parameters.text("fallback_application_name"))
                .unwrap_or_else(|| "confiture".to_owned()),
            startup_options: parameters.text("options"),
            tls: TlsOptions::read(&parameters, env)?,
            channel_binding: channel_binding(&parameters)?,
            timeout: timeout(&parameters)?,
            wanted: wanted(&parameters)?,
            keepalive: keepalive(&parameters)?,
        })
    }

    /// The same server and database as another user. A password that was given for the first user is forgotten; `.pgpass`
    /// is searched for the new one.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self.password = None;
        self
    }

    /// The same with this password.
    #[must_use]
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password));
        self
    }

    /// The same server and user, another database.
    #[must_use]
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// The same under another name in `pg_stat_activity`.
    #[must_use]
    pub fn with_application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// The same, asking after so long a silence whether the other end is still there, where nobody has said otherwise.
    #[must_use]
    pub fn with_keepalive(mut self, idle: Duration) -> Self {
        self.keepalive.idle.get_or_insert(idle);
        self
    }

    /// The name in `pg_stat_activity`.
    pub fn application_name(&self) -> &str {
        &self.application_name
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The user's name.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What was left aside while reading, as a `.pgpass` that others may read.
    pub fn warnings(&self) -> Vec<String> {
        self.password_file.warning.iter().cloned().collect()
    }

    /// Hosts, ports, database and user; never the password.
    pub fn describe(&self) -> String {
        let places: Vec<String> = self.places.iter().map(Place::to_string).collect();
        format!("{}, database {}, user {}", places.join("; "), self.database, self.user)
    }

    /// The password for one place.
    pub(crate) fn password_for(&self, place: &Place) -> Option<Secret> {
        let found = || self.password_file.find(&place.host.password_key(), place.port, &self.database, &self.user);
        self.password.clone().or_else(found)
    }
}

impl fmt::Display for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

fn password_file(parameters: &Parameters, env: &dyn Environment) -> PasswordFile {
    // A password at hand: the file is not even looked at, so that its permissions are nobody's concern.
    if parameters.get("password").is_some() {
        return PasswordFile::default();
    }
    let path = parameters.text("passfile").map(PathBuf::from).or_else(|| env.home().map(|home| home.join(".pgpass")));
    path.map(PasswordFile::read).unwrap_or_default()
}

/// The value of a parameter that is one of a few words.
pub(crate) fn one_of<T: Copy>(
    parameters: &Parameters,
    name: &str,
    words: &[(&str, T)],
    default: T,
) -> Result<T, ConnectError> {
    let Some(setting) = parameters.get(name) else { return Ok(default) };
    words.iter().find(|(word, _)| *word == setting.value).map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let problem = format!("`{name}` in {} is `{}`", setting.origin, setting.value);
        ConnectError::parameter(problem, format!("use {}", all.join(", ")))
    })
}

fn channel_binding(parameters: &Parameters) -> Result<ChannelBinding, ConnectError> {
    use ChannelBinding::*;
    one_of(parameters, "channel_binding", &[("disable", Disable), ("prefer", Prefer), ("require", Require)], Prefer)
}

fn wanted(parameters: &Parameters) -> Result<SessionAttributes, ConnectError> {
    use SessionAttributes::*;
    let words = [
        ("any", Any),
        ("read-write", ReadWrite),
        ("read-only", ReadOnly),
        ("primary", Primary),
        ("standby", Standby),
        ("prefer-standby", PreferStandby),
    ];
    one_of(parameters, "target_session_attrs", &words, Any)
}

/// `connect_timeout` in whole seconds: none where 0 or negative, at least 2, as libpq has it.
fn timeout(parameters: &Parameters) -> Result<Option<Duration>, ConnectError> {
    let Some(setting) = parameters.get("connect_timeout") else { return Ok(None) };
    let seconds = number(setting, "connect_timeout", "a number of seconds")?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds.max(2).unsigned_abs())))
}

fn keepalive(parameters: &Parameters) -> Result<Keepalive, ConnectError> {
    let value = |name: &str, unit: &str| -> Result<Option<u32>, ConnectError> {
        let Some(setting) = parameters.get(name) else { return Ok(None) };
        Ok(u32::try_from(number(setting, name, unit)?).ok().filter(|n| *n > 0))
    };
    let seconds = |name: &str| -> Result<Option<Duration>, ConnectError> {
        Ok(value(name, "a number of seconds")?.map(|s| Duration::from_secs(s.into())))
    };
    let enabled = parameters.get("keepalives").map(|s| number(s, "keepalives", "0 or 1")).transpose()?;
    Ok(Keepalive {
        enabled: enabled != Some(0),
        idle: seconds("keepalives_idle")?,
        interval: seconds("keepalives_interval")?,
        count: value("keepalives_count", "a number")?,
        user_timeout: value("tcp_user_timeout", "milliseconds")?.map(|ms| Duration::from_millis(ms.into())),
    })
}

fn number(setting: &Setting, name: &str, expected: &str) -> Result<i64, ConnectError> {
    setting.value.trim().parse::<i32>().map(i64::from).map_err(|_| {
        let problem = format!("`{name}` in {} is not {expected}", setting.origin);
        ConnectError::parameter(problem, format!("write {expected}"))
    })
}
