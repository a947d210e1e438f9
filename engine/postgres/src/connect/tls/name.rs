//! Whether a certificate speaks for a host, by libpq's rules: the names of its subjectAltName, and, only where that
//! has none of the host's kind, its common name. (webpki knows no common names; half of PostgreSQL's servers have
//! nothing else.)

use std::net::IpAddr;
use x509_cert::{
    Certificate,
    der::{
        Decode,
        asn1::{Ia5StringRef, PrintableStringRef, Utf8StringRef},
        oid::{AssociatedOid, ObjectIdentifier},
    },
    ext::pkix::{SubjectAltName, name::GeneralName},
};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The names in a certificate.
pub(super) struct Names {
    dns: Vec<String>,
    addresses: Vec<IpAddr>,
    common: Option<String>,
}

impl Names {
    /// Reads a certificate in DER form; `None` where it is not one.
    pub(super) fn of(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let mut names = Names { dns: Vec::new(), addresses: Vec::new(), common: None };
        let extensions = certificate.extensions.unwrap_or_default();
        for extension in extensions.iter().filter(|extension| extension.extn_id == SubjectAltName::OID) {
            let SubjectAltName(general) = SubjectAltName::from_der(extension.extn_value.as_bytes()).ok()?;
            general.into_iter().for_each(|name| names.add(name));
        }
        let mut parts = certificate.subject.0.iter().rev().flat_map(|part| part.0.iter());
        names.common = parts.find(|part| part.oid == COMMON_NAME).and_then(|part| text(&part.value));
        Some(names)
    }

    fn add(&mut self, name: GeneralName) {
        match name {
            GeneralName::DnsName(name) => self.dns.push(name.as_str().to_owned()),
            GeneralName::IpAddress(bytes) => {
                let four = <[u8; 4]>::try_from(bytes.as_bytes()).map(IpAddr::from);
                let sixteen = <[u8; 16]>::try_from(bytes.as_bytes()).map(IpAddr::from);
                self.addresses.extend(four.ok().or(sixteen.ok()));
            }
            _ => {}
        }
    }

    /// Whether one of the names is this host.
    pub(super) fn fit(&self, host: &str) -> bool {
        let address = host.parse::<IpAddr>().ok();
        let of_the_kind = match address {
            Some(_) => !self.addresses.is_empty(),
            None => !self.dns.is_empty(),
        };
        let common = self.common.iter().filter(|_| !of_the_kind);
        address.is_some_and(|address| self.addresses.contains(&address))
            || self.dns.iter().chain(common).any(|pattern| fits(pattern, host))
    }

    /// For a message: what the certificate does speak for.
    pub(super) fn list(&self) -> String {
        let mut all: Vec<String> = self.dns.clone();
        all.extend(self.addresses.iter().map(IpAddr::to_string));
        if all.is_empty() {
            all.extend(self.common.clone());
        }
        if all.is_empty() { "nobody".to_owned() } else { all.join(", ") }
    }
}

fn text(value: &x509_cert::der::Any) -> Option<String> {
    let utf8 = value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned());
    let printable = value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned());
    let ia5 = value.decode_as::<Ia5StringRef<'_>>().map(|text| text.as_str().to_owned());
    utf8.or(printable).or(ia5).ok()
}

/// A star stands for one whole label, the first.
fn fits(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let Some(domain) = pattern.strip_prefix("*.").filter(|domain| !domain.is_empty()) else { return false };
    host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dns: &[&str], addresses: &[&str], common: Option<&str>) -> Names {
        Names {
            dns: dns.iter().map(|name| (*name).to_owned()).collect(),
            addresses: addresses.iter().filter_map(|address| address.parse().ok()).collect(),
            common: common.map(str::to_owned),
        }
    }

    #[test]
    fn a_name_fits_or_not() {
        assert!(names(&["db.example.org"], &[], None).fit("DB.example.org"));
        assert!(names(&["*.example.org"], &[], None).fit("db.example.org"));
        assert!(!names(&["*.example.org"], &[], None).fit("a.db.example.org"));
        assert!(!names(&["*.example.org"], &[], None).fit("example.org"));
        assert!(!names(&["*."], &[], None).fit("db."));
        assert!(!names(&["*"], &[], None).fit("db"));
    }

    #[test]
    fn the_common_name_counts_where_no_alternative_of_the_kind_is_there() {
        assert!(names(&[], &[], Some("db")).fit("db"));
        assert!(!names(&["other"], &[], Some("db")).fit("db"));
        assert!(names(&[], &["10.0.0.1"], Some("db")).fit("db"));
        assert!(names(&["other"], &[], Some("10.0.0.1")).fit("10.0.0.1"));
        assert!(!names(&[], &["10.0.0.2"], Some("10.0.0.1")).fit("10.0.0.1"));
        assert!(names(&[], &["::1"], None).fit("0:0::1"));
    }
}
