//! From a place as it was written to the addresses and sockets that it stands for.

use super::{
    error::{Attempt, Reason},
    hosts::{Host, Place},
    options::ConnectOptions,
};
use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    net::IpAddr,
    path::PathBuf,
};

/// One address or socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    Tcp { address: IpAddr, name: Option<String>, port: u16 },
    Socket { directory: PathBuf, port: u16 },
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spot::Tcp { address, name: Some(name), port } if *name != address.to_string() => {
                write!(f, "host {name} ({address}), port {port}")
            }
            Spot::Tcp { address, port, .. } => write!(f, "host {address}, port {port}"),
            Spot::Socket { directory, port } => write!(f, "socket {}/.s.PGSQL.{port}", directory.display()),
        }
    }
}

/// The places in the order in which to try them.
pub(super) fn order(options: &ConnectOptions) -> Vec<Place> {
    let mut places = options.places.clone();
    if options.shuffled {
        shuffle(&mut places);
    }
    places
}

/// The addresses or sockets of a place.
pub(super) async fn spots(place: &Place, shuffled: bool) -> Result<Vec<Spot>, Attempt> {
    let port = place.port;
    match &place.host {
        Host::Address { address, name } => Ok(vec![Spot::Tcp { address: *address, name: name.clone(), port }]),
        Host::Socket(directory) => Ok(vec![Spot::Socket { directory: directory.clone(), port }]),
        Host::LocalSockets(directories) => Ok(local_sockets(directories, port)),
        Host::Name(name) => {
            let found = tokio::net::lookup_host((name.as_str(), port)).await;
            let mut spots: Vec<Spot> = found
                .map_err(|error| unknown(place, error.to_string()))?
                .map(|found| Spot::Tcp { address: found.ip(), name: Some(name.clone()), port })
                .collect();
            if spots.is_empty() {
                return Err(unknown(place, "it has no address".to_owned()));
            }
            if shuffled {
                shuffle(&mut spots);
            }
            Ok(spots)
        }
    }
}

/// Those whose socket is there; where none is, all of them, so that the error names each.
fn local_sockets(directories: &[PathBuf], port: u16) -> Vec<Spot> {
    let there = |directory: &&PathBuf| directory.join(format!(".s.PGSQL.{port}")).exists();
    let found: Vec<&PathBuf> = directories.iter().filter(there).collect();
    let tried = if found.is_empty() { directories.iter().collect() } else { found };
    tried.into_iter().map(|directory| Spot::Socket { directory: directory.clone(), port }).collect()
}

fn unknown(place: &Place, why: String) -> Attempt {
    let advice = "check the host's name in the connection string or PGHOST".to_owned();
    Attempt { place: place.to_string(), reason: Reason::UnknownHost(why), advice: Some(advice) }
}

/// Fisher and Yates, with the randomness that the standard library has for its hash maps.
fn shuffle<T>(items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let random = RandomState::new().build_hasher().finish();
        let bound = last as u64 + 1;
        items.swap(last, usize::try_from(random % bound).unwrap_or(0));
    }
}
