//! The parameters of TLS.

use crate::connect::{environment::Environment, error::ConnectError, options::one_of, parameters::Parameters};
use std::{ops::RangeInclusive, path::PathBuf};

/// `sslmode`, from the weakest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Whose certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    /// A file of certificates; `named` where a parameter says so, and not only the default place.
    File { path: PathBuf, named: bool },
    /// Those of the operating system.
    System,
    /// No file was named and there is no home to look in.
    None,
}

/// A file with the default place that libpq looks in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) named: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct TlsOptions {
    pub(crate) mode: Mode,
    pub(crate) roots: Roots,
    pub(crate) revoked: Option<Place>,
    pub(crate) certificate: Option<Place>,
    pub(crate) key: Option<Place>,
    pub(crate) send_name: bool,
    /// TLS from the first byte on, without asking the server (PostgreSQL 17).
    pub(crate) direct: bool,
    /// 12 for TLS 1.2, 13 for TLS 1.3.
    pub(crate) versions: RangeInclusive<u8>,
}

const MODES: &[(&str, Mode)] = &[
    ("disable", Mode::Disable),
    ("allow", Mode::Allow),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

impl TlsOptions {
    pub(crate) fn read(parameters: &Parameters, env: &dyn Environment) -> Result<Self, ConnectError> {
        let file = |name: &str, default: &str| place(parameters, env, name, default);
        let roots = match parameters.text("sslrootcert").as_deref() {
            Some("system") => Roots::System,
            _ => file("sslrootcert", "root.crt")
                .map_or(Roots::None, |place| Roots::File { path: place.path, named: place.named }),
        };
        let default = if roots == Roots::System { Mode::VerifyFull } else { Mode::Prefer };
        let mode = one_of(parameters, "sslmode", MODES, default)?;
        if roots == Roots::System && mode != Mode::VerifyFull {
            return Err(ConnectError::parameter(
                "sslrootcert=system trusts every public authority, so that a weaker sslmode than verify-full proves nothing",
                "use sslmode=verify-full, or name a file of your own authority in sslrootcert (PGSSLROOTCERT)",
            ));
        }
        let direct = one_of(parameters, "sslnegotiation", &[("postgres", false), ("direct", true)], false)?;
        if direct && mode < Mode::Require {
            return Err(ConnectError::parameter(
                "sslnegotiation=direct cannot fall back to a plain connection",
                "use sslmode=require or a stronger one (PGSSLMODE)",
            ));
        }
        let certificates = one_of(parameters, "sslcertmode", &[("disable", false), ("allow", true)], true)?;
        Ok(Self {
            mode,
            roots,
            revoked: file("sslcrl", "root.crl"),
            certificate: file("sslcert", "postgresql.crt").filter(|_| certificates),
            key: file("sslkey", "postgresql.key").filter(|_| certificates),
            send_name: one_of(parameters, "sslsni", &[("0", false), ("1", true)], true)?,
            direct,
            versions: versions(parameters)?,
        })
    }
}

fn place(parameters: &Parameters, env: &dyn Environment, name: &str, default: &str) -> Option<Place> {
    match parameters.text(name) {
        Some(path) => Some(Place { path: PathBuf::from(path), named: true }),
        None => env.home().map(|home| Place { path: home.join(".postgresql").join(default), named: false }),
    }
}

fn versions(parameters: &Parameters) -> Result<RangeInclusive<u8>, ConnectError> {
    let words = [("TLSv1", 10), ("TLSv1.1", 11), ("TLSv1.2", 12), ("TLSv1.3", 13)];
    let least = one_of(parameters, "ssl_min_protocol_version", &words, 12)?;
    let most = one_of(parameters, "ssl_max_protocol_version", &words, 13)?;
    if most < least || most < 12 {
        return Err(ConnectError::parameter(
            "ssl_min_protocol_version and ssl_max_protocol_version leave no version of TLS; 1.2 and 1.3 are spoken",
            "leave both out, or use TLSv1.2 or TLSv1.3",
        ));
    }
    Ok(least..=most)
}
