//! Addresses of networks.

use bytes::{BufMut as _, BytesMut};
use std::net::IpAddr;

/// `inet` and `cidr`: a family, how many bits of it are the network's, whether it is a `cidr`, and the address.
pub(super) fn inet(text: &str, cidr: bool, out: &mut BytesMut) -> Option<()> {
    let (address, bits) = match text.trim().split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text.trim(), None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (family, bytes) = match address {
        IpAddr::V4(address) => (2, address.octets().to_vec()),
        IpAddr::V6(address) => (3, address.octets().to_vec()),
    };
    let most = u8::try_from(bytes.len() * 8).ok()?;
    let bits = bits.unwrap_or(most);
    if bits > most {
        return None;
    }
    out.put_slice(&[family, bits, u8::from(cidr), most / 8]);
    out.put_slice(&bytes);
    Some(())
}

/// `08:00:2b:01:02:03`.
pub(super) fn macaddr(text: &str) -> Option<[u8; 6]> {
    let parts: Option<Vec<u8>> = text
        .trim()
        .split([':', '-'])
        .map(|part| u8::from_str_radix(part, 16).ok().filter(|_| part.len() <= 2))
        .collect();
    parts?.try_into().ok()
}
