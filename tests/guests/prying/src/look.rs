//! Where a guest with WASI could look.

use crate::wasi::{
    cli::environment as cli,
    filesystem::preopens,
    sockets::{
        instance_network::instance_network,
        ip_name_lookup::resolve_addresses,
        network::{ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress},
        tcp_create_socket::create_tcp_socket,
    },
};

/// Every file is reached through a directory that was opened beforehand.
pub fn files() -> Vec<String> {
    preopens::get_directories().into_iter().map(|(_, path)| format!("directory {path}")).collect()
}

pub fn environment() -> Vec<String> {
    let variables = cli::get_environment().into_iter().map(|(name, _)| format!("variable {name}"));
    variables.chain(cli::get_arguments().into_iter().map(|argument| format!("argument {argument}"))).collect()
}

/// Connects to a server on this machine, and binds a port.
pub fn sockets() -> Vec<String> {
    let address = |port| IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: (127, 0, 0, 1) });
    let socket = match create_tcp_socket(IpAddressFamily::Ipv4) {
        Ok(socket) => socket,
        Err(error) => return refused("a socket", error),
    };
    let network = instance_network();
    let mut found = match socket.start_connect(&network, address(5432)) {
        Ok(()) => vec!["a connection".to_owned()],
        Err(error) => refused("a connection", error),
    };
    found.extend(match socket.start_bind(&network, address(0)) {
        Ok(()) => vec!["a bound port".to_owned()],
        Err(error) => refused("a bound port", error),
    });
    found
}

pub fn names() -> Vec<String> {
    match resolve_addresses(&instance_network(), "localhost") {
        Ok(_) => vec!["the address of a name".to_owned()],
        Err(error) => refused("the address of a name", error),
    }
}

/// A refusal is nothing found; any other error is told, since something was there to fail.
fn refused(what: &str, error: ErrorCode) -> Vec<String> {
    match error {
        ErrorCode::AccessDenied | ErrorCode::NotSupported | ErrorCode::PermanentResolverFailure => vec![],
        other => vec![format!("{what}, which failed with {other:?}")],
    }
}
