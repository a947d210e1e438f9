//! Where to look for the server: hosts, addresses, socket directories, ports.

use super::{
    environment::Environment,
    error::ConnectError,
    parameters::{Origin, Parameters, Setting},
};
use std::{fmt, net::IpAddr, path::PathBuf};

/// One place where a server may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) host: Host,
    pub(crate) port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A name to look up.
    Name(String),
    /// An address, and the name that the server's certificate should carry where one was given.
    Address { address: IpAddr, name: Option<String> },
    /// The directory of a unix socket.
    Socket(PathBuf),
    /// No host was named: the directories where this machine's servers keep their sockets.
    LocalSockets(Vec<PathBuf>),
}

impl Host {
    /// What a line of `.pgpass` says for this host.
    pub(crate) fn password_key(&self) -> String {
        match self {
            Host::Name(name) | Host::Address { name: Some(name), .. } => name.clone(),
            Host::Address { address, name: None } => address.to_string(),
            Host::Socket(directory) if is_default_directory(directory) => "localhost".to_owned(),
            Host::Socket(directory) => directory.display().to_string(),
            Host::LocalSockets(_) => "localhost".to_owned(),
        }
    }
}

/// libpq compares with the one directory it was compiled with; ours are those of the usual packages.
fn is_default_directory(directory: &std::path::Path) -> bool {
    ["/var/run/postgresql", "/run/postgresql", "/tmp"].iter().any(|default| directory == std::path::Path::new(default))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Name(name) => write!(f, "host {name}")?,
            Host::Address { address, name: Some(name) } => write!(f, "host {name} ({address})")?,
            Host::Address { address, name: None } => write!(f, "host {address}")?,
            Host::Socket(directory) => write!(f, "socket directory {}", directory.display())?,
            Host::LocalSockets(directories) => {
                let all: Vec<String> = directories.iter().map(|d| d.display().to_string()).collect();
                write!(f, "socket directory {}", all.join(" or "))?;
            }
        }
        write!(f, ", port {}", self.port)
    }
}

/// The places in the order in which to try them.
pub(crate) fn places(parameters: &Parameters, env: &dyn Environment) -> Result<Vec<Place>, ConnectError> {
    let names = list(parameters.get("host"));
    let addresses = list(parameters.get("hostaddr"));
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(ConnectError::parameter(
            format!("{} hosts but {} addresses in hostaddr", names.len(), addresses.len()),
            "give every host its address, or leave hostaddr (PGHOSTADDR) out",
        ));
    }
    let count = names.len().max(addresses.len()).max(1);
    let ports = ports(parameters.get("port"), count)?;
    (0..count)
        .map(|at| {
            let name = names.get(at).map(String::as_str).unwrap_or_default();
            let address = addresses.get(at).map(String::as_str).unwrap_or_default();
            let host = host(name, address, env)?;
            Ok(Place { host, port: ports.get(at).or(ports.first()).copied().unwrap_or(5432) })
        })
        .collect()
}

fn list(setting: Option<&Setting>) -> Vec<String> {
    setting.map(|s| s.value.split(',').map(|item| item.trim().to_owned()).collect()).unwrap_or_default()
}

fn host(name: &str, address: &str, env: &dyn Environment) -> Result<Host, ConnectError> {
    if !address.is_empty() {
        let address = address.parse().map_err(|_| {
            ConnectError::parameter(
                "hostaddr holds something other than a numeric IP address",
                "write names into host (PGHOST), addresses into hostaddr (PGHOSTADDR)",
            )
        })?;
        return Ok(Host::Address { address, name: (!name.is_empty()).then(|| name.to_owned()) });
    }
    match name {
        "" => Ok(Host::LocalSockets(env.socket_directories())),
        path if path.starts_with('/') || path.starts_with('@') => Ok(Host::Socket(PathBuf::from(path))),
        name => Ok(Host::Name(name.to_owned())),
    }
}

fn ports(setting: Option<&Setting>, hosts: usize) -> Result<Vec<u16>, ConnectError> {
    let Some(setting) = setting else { return Ok(vec![5432]) };
    let ports = setting.value.split(',').map(|port| one_port(port.trim(), &setting.origin));
    let ports = ports.collect::<Result<Vec<_>, _>>()?;
    if ports.len() != 1 && ports.len() != hosts {
        return Err(ConnectError::parameter(
            format!("{} ports for {hosts} hosts in {}", ports.len(), setting.origin),
            "give one port for all hosts, or one for each",
        ));
    }
    Ok(ports)
}

fn one_port(text: &str, origin: &Origin) -> Result<u16, ConnectError> {
    match text.parse::<u16>() {
        _ if text.is_empty() => Ok(5432),
        Ok(port) if port > 0 => Ok(port),
        // The text is not repeated: in a URI whose password holds a `/`, it is a piece of the password.
        _ => Err(ConnectError::parameter(
            format!("a port in {origin} is not a number from 1 to 65535"),
            "in a connection URI, write `/` in a password as %2F, `@` as %40 and `:` as %3A",
        )),
    }
}
