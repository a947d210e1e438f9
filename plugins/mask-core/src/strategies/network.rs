//! `network`: addresses of machines, other ones of the same network.

use crate::{
    on_mismatch::OnMismatch,
    permutation::{Item, permute},
    written,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind, Mask, Promises, Secret, Strategy, StrategyMeta, When, Written},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses of machines, other ones of the same network.
pub struct Network;

/// Options of `network`.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How many bits of an IPv4 address stay.
    #[schemars(range(max = 24))]
    keep: u32,
    /// How many bits of an IPv6 address stay.
    #[schemars(range(min = 16, max = 112))]
    keep_v6: u32,
    /// What becomes of a text that is no address.
    on_mismatch: OnMismatch,
    /// The secret that decides the addresses; none for the profile's.
    key: Secret,
}

impl Default for Options {
    fn default() -> Self {
        Self { keep: 16, keep_v6: 48, on_mismatch: OnMismatch::default(), key: Secret::default() }
    }
}

impl Strategy for Network {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "network",
        summary: "Replaces IP and MAC addresses by others of the same network or maker",
        documentation: DOCUMENTATION,
        accepts: &["inet", "cidr", "macaddr", "macaddr8", "text", "character varying", "character"],
        promises: Promises::ONE_TO_ONE,
        unless: &[],
        batch_rows: None,
    };
    const WHEN: &'static [When] = OnMismatch::WHEN;

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        if options.keep > 24 {
            return Err(Error::option("/keep", "at most 24 bits: the others have to hide a machine"));
        }
        if !(16..=112).contains(&options.keep_v6) {
            return Err(Error::option("/keep_v6", "from 16 to 112 bits"));
        }
        options.on_mismatch.check(target)?;
        let (room, is_network) = (target.room().unwrap_or(usize::MAX), target.kind() == Kind::Cidr);
        let is_text = target.kind() == Kind::Text;
        let is_ip = matches!(target.kind(), Kind::Inet | Kind::Cidr);
        Ok(Box::new(Addresses { options, room, is_network, is_ip, is_text }))
    }
}

struct Addresses {
    options: Options,
    room: usize,
    is_network: bool,
    is_ip: bool,
    is_text: bool,
}

/// An address as bits, with the stretch that is hidden.
#[derive(Clone, Copy)]
struct Address<'a> {
    form: Form,
    bits: u128,
    width: u32,
    hidden_from: u32,
    hidden_to: u32,
    /// `/24`, or nothing.
    mask: &'a str,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    V4,
    V6,
    Mac,
}

impl Addresses {
    fn read<'a>(&self, value: &'a str) -> Option<Address<'a>> {
        // Eight bytes between colons are an IPv6 address, too, where no MAC address can be.
        if let Some(address) = mac(value).filter(|_| !self.is_ip) {
            return Some(address);
        }
        let (host, mask) = value.split_at(value.find('/').unwrap_or(value.len()));
        let address = host.parse::<IpAddr>().ok()?;
        let (form, bits, width, keep) = match address {
            IpAddr::V4(address) => (Form::V4, u128::from(u32::from(address)), 32, self.options.keep),
            IpAddr::V6(address) => (Form::V6, u128::from(address), 128, self.options.keep_v6),
        };
        let length = match mask.strip_prefix('/') {
            Some(length) => length.parse::<u32>().ok().filter(|length| *length <= width)?,
            None => width,
        };
        let to = if self.is_network { length } else { width };
        // Under eight hidden bits there is nowhere to hide: then no bit of the network stays.
        let from = if to < keep + 8 { 0 } else { keep };
        // A network that is all of the addresses is nobody's.
        Some(Address { form, bits, width, hidden_from: from, hidden_to: to, mask })
    }
}

/// Six or eight bytes between colons, as macaddr and macaddr8 are written: the maker's three stay.
fn mac(value: &str) -> Option<Address<'_>> {
    let width = match value.len() {
        17 => 48,
        23 => 64,
        _ => return None,
    };
    let mut bits = 0;
    for (at, byte) in value.bytes().enumerate() {
        match (at % 3, char::from(byte).to_digit(16)) {
            (2, _) if byte == b':' => {}
            (0 | 1, Some(digit)) => bits = bits << 4 | u128::from(digit),
            _ => return None,
        }
    }
    Some(Address { form: Form::Mac, bits, width, hidden_from: 24, hidden_to: width, mask: "" })
}

impl Address<'_> {
    fn shift(&self) -> u32 {
        self.width - self.hidden_to
    }

    fn hidden_mask(&self) -> u128 {
        (1 << (self.hidden_to - self.hidden_from)) - 1
    }

    fn item(&self) -> Item {
        let value = self.bits >> self.shift() & self.hidden_mask();
        let kept = self.bits & !(self.hidden_mask() << self.shift());
        let tweak = (kept as u64 ^ (kept >> 64) as u64).rotate_left(8) ^ u64::from(self.width);
        Item { value, size: self.hidden_mask() + 1, tweak }
    }

    fn write(&self, hidden: u128, text: &mut String) {
        let bits = self.bits & !(self.hidden_mask() << self.shift()) | hidden << self.shift();
        match self.form {
            Form::V4 => written::number(Ipv4Addr::from(bits as u32), text),
            Form::V6 => written::number(Ipv6Addr::from(bits), text),
            Form::Mac => {
                let bytes = bits.to_be_bytes();
                for (at, byte) in bytes[16 - self.width as usize / 8..].iter().enumerate() {
                    if at > 0 {
                        text.push(':');
                    }
                    written::hex(&[*byte], 2, text);
                }
            }
        }
        text.push_str(self.mask);
    }
}

impl Mask for Addresses {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let addresses: Vec<Option<Address>> = values.iter().map(|value| self.read(value?)).collect();
        let mut items: Vec<Item> = addresses.iter().flatten().map(Address::item).collect();
        permute(&self.options.key, "network", &mut items)?;
        let mut items = items.iter();
        let mut masked = addresses.iter().map(|address| address.map(|address| (address, items.next())));
        // `map` leaves out nulls, which have no address: both sides are walked together.
        let mut next = 0;
        values.map(|row, value, text| {
            let found = masked.nth(row - next).flatten();
            next = row + 1;
            let from = text.len();
            if let Some((address, Some(item))) = found {
                address.write(item.value, text);
                if text.len() - from <= self.room {
                    return Ok(Written::Value);
                }
                text.truncate(from);
            }
            let on_mismatch = if self.is_text { self.options.on_mismatch } else { OnMismatch::Error };
            on_mismatch.write(row, value, "the value is no address, or the masked one does not fit", text)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces an address by another one: the first `keep` bits of an IPv4 address stay (16), the first `keep_v6` of an IPv6
address (48), and the three bytes of a MAC address that name its maker. The length of a netmask stays. In `cidr` the bits
behind the netmask stay zero; a network in which fewer than 8 bits would change changes whole.

```mask inet {"key": "${K}"}
192.168.17.5 -> 192.168.36.89
192.168.17.6/24 -> 192.168.154.78/24
2001:db8::1 -> 2001:db8:0:3de8:a326:b150:35d2:ee0b
NULL -> NULL
```

```mask cidr {"key": "${K}"}
192.168.17.0/24 -> 192.168.173.0/24
10.0.0.0/8 -> 210.0.0.0/8
```

```mask macaddr {"key": "${K}"}
08:00:2b:01:02:03 -> 08:00:2b:79:f1:87
```

Texts may hold addresses too; what is none there is masked whole, or as `on_mismatch` says.

```mask text {"key": "${K}"}
192.168.17.5 -> 192.168.36.89
printer -> *******
'' -> ''
```

## What it promises

Deterministic and injective: a keyed permutation of the bits that change. Two ways to write one address in a text become
one.

## When to use it

For logs and devices, where who is near whom matters and who is who must not.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, masked, refusal};
    use serde_json::json;

    #[test]
    fn eight_bytes_are_what_the_column_says() {
        let value = "11:22:33:44:55:66:77:88";
        let of = |type_name: &str| {
            let column = ColumnInfo::new("a", type_name);
            masked("network", &json!({}), &column, &[value]).unwrap()[0].clone().unwrap_or_default()
        };
        for type_name in ["macaddr8", "text"] {
            let masked = of(type_name);
            assert!(masked.starts_with("11:22:33:") && masked.len() == 23 && masked != value, "{type_name}: {masked}");
        }
        assert!(of("inet").starts_with("11:22:33:") && of("inet").len() > 23, "{}", of("inet"));
    }

    #[test]
    fn every_host_of_a_network_has_its_own() {
        let hosts: Vec<String> = (0..65_536).map(|host| format!("10.1.{}.{}", host / 256, host % 256)).collect();
        keeps_its_promises("network", &json!({}), &ColumnInfo::new("a", "inet"), &hosts, 12);
        let hosts: Vec<String> = (0..65_000).map(|host| format!("2001:db8:1:{:x}:{host:x}::1", host % 7)).collect();
        keeps_its_promises("network", &json!({"keep_v6": 16}), &ColumnInfo::new("a", "inet"), &hosts, 0);
        let makers: Vec<String> = (0..70_000)
            .map(|at: u32| format!("08:00:2b:{:02x}:{:02x}:{:02x}", at >> 16, at >> 8 & 255, at & 255))
            .collect();
        keeps_its_promises("network", &json!({}), &ColumnInfo::new("a", "macaddr"), &makers, 3);
    }

    #[test]
    fn networks_stay_networks() {
        let column = ColumnInfo::new("a", "cidr");
        for value in ["10.1.2.0/24", "10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32", "2001:db8:1::/56", "10.1.2.3/32"]
        {
            let masked = masked("network", &json!({}), &column, &[value]).unwrap()[0].clone().unwrap();
            let (host, length) = masked.split_once('/').unwrap();
            let (bits, width) = match host.parse::<IpAddr>().unwrap() {
                IpAddr::V4(host) => (u128::from(u32::from(host)) << 96, 32),
                IpAddr::V6(host) => (u128::from(host), 128),
            };
            let length: u32 = length.parse().unwrap();
            assert!(width == 32 || width == 128);
            assert_eq!(bits << (length - 1) << 1, 0, "{value} {masked}");
            assert_eq!(value.split_once('/').unwrap().1, length.to_string());
        }
        assert_eq!(masked("network", &json!({}), &column, &["0.0.0.0/0"]).unwrap()[0].as_deref(), Some("0.0.0.0/0"));
    }

    #[test]
    fn what_is_no_address_is_not_kept() {
        assert!(masked("network", &json!({}), &ColumnInfo::new("a", "inet"), &["x"]).is_err());
        let text = ColumnInfo::new("a", "varchar(17)");
        for value in ["1.1.1.1", "8.8.8.999", "08:00:2b:01:02:0g", "::1", "ü"] {
            let masked = masked("network", &json!({}), &text, &[value]).unwrap()[0].clone().unwrap();
            assert!(masked != value && masked.chars().count() <= 17, "{value} {masked}");
        }
        assert!(refusal("network", &json!({"keep": 25}), &text).contains("/keep"));
        assert!(refusal("network", &json!({"keep_v6": 8}), &text).contains("/keep_v6"));
    }
}
