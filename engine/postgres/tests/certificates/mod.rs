//! Certificates made for one run of the tests.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber,
    date_time_ymd,
};

/// An authority with a server and a client, and another authority that signed neither; all in PEM form.
pub struct Certificates {
    pub authority: String,
    pub server: String,
    pub server_key: String,
    pub client: String,
    pub client_key: String,
    pub stranger: String,
    pub nobody_revoked: String,
    pub server_revoked: String,
}

impl Certificates {
    pub fn make() -> Self {
        let authority = authority("Authority");
        let (server, server_key) = signed(&authority, "db.test", 7, ExtendedKeyUsagePurpose::ServerAuth);
        let (client, client_key) = signed(&authority, "ada", 8, ExtendedKeyUsagePurpose::ClientAuth);
        Self {
            server,
            server_key,
            client,
            client_key,
            stranger: self::authority("Stranger").pem(),
            nobody_revoked: revocations(&authority, 99),
            server_revoked: revocations(&authority, 7),
            authority: authority.pem(),
        }
    }

    /// A certificate that signs itself, with a common name and no alternative names, and its key.
    pub fn self_signed(name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params.self_signed(&key).expect("a certificate").pem(), key.serialize_pem())
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

fn signed(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    serial: u64,
    purpose: ExtendedKeyUsagePurpose,
) -> (String, String) {
    let mut params = named(name);
    params.serial_number = Some(SerialNumber::from(serial));
    params.extended_key_usages = vec![purpose];
    params.subject_alt_names = vec![
        SanType::DnsName(name.try_into().expect("a name")),
        SanType::DnsName("*.wild.test".try_into().expect("a name")),
        SanType::IpAddress([127, 0, 0, 1].into()),
    ];
    let key = KeyPair::generate().expect("a key");
    (params.signed_by(&key, authority).expect("a certificate").pem(), key.serialize_pem())
}

fn revocations(authority: &CertifiedIssuer<'static, KeyPair>, serial: u64) -> String {
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2024, 1, 1),
        next_update: date_time_ymd(2099, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(authority).expect("a list").pem().expect("PEM")
}
