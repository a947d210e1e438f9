//! Whether the server is the one that was meant.

use super::{
    algorithms, files,
    name::Names,
    options::{Mode, Roots, TlsOptions},
};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime},
};
use std::{fmt, path::Path, sync::Arc};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, OwnedCertRevocationList, RevocationOptionsBuilder,
};
use x509_cert::{
    Certificate,
    der::{Decode, Encode},
};

/// A certificate that was not accepted, in words for the user.
#[derive(Debug)]
pub(crate) struct Rejected(pub(crate) String);

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Rejected {}

/// libpq's checks: nothing but the handshake itself, the chain to a root, or the chain and the host's name.
#[derive(Debug)]
pub(super) struct ServerVerifier {
    trust: Option<Trust>,
    check_name: bool,
    provider: Arc<CryptoProvider>,
}

/// Whom we believe.
struct Trust {
    anchors: Vec<TrustAnchor<'static>>,
    /// The certificates of the root file themselves: a server may show one of them, as PostgreSQL's manual has it for
    /// self-signed certificates.
    pinned: Vec<CertificateDer<'static>>,
    revoked: Vec<CertRevocationList<'static>>,
    source: String,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").field("source", &self.source).finish_non_exhaustive()
    }
}

impl ServerVerifier {
    pub(super) fn new(options: &TlsOptions, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        Ok(Self { trust: trust(options)?, check_name: options.mode == Mode::VerifyFull, provider })
    }

    fn check_chain(
        &self,
        trust: &Trust,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), String> {
        if trust.pinned.iter().any(|known| known.as_ref() == server.as_ref()) {
            return check_dates(server, now);
        }
        let parsed = EndEntityCert::try_from(server).map_err(|error| explain(&error, trust))?;
        let lists: Vec<&CertRevocationList<'_>> = trust.revoked.iter().collect();
        // As OpenSSL: where there are lists, every certificate of the chain needs one that is up to date.
        let revocation = RevocationOptionsBuilder::new(&lists)
            .ok()
            .map(|builder| builder.with_expiration_policy(ExpirationPolicy::Enforce).build());
        parsed
            .verify_for_usage(
                algorithms(&self.provider).all,
                &trust.anchors,
                between,
                now,
                KeyUsage::server_auth(),
                revocation,
                None,
            )
            .map(|_| ())
            .map_err(|error| explain(&error, trust))
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(trust) = &self.trust {
            self.check_chain(trust, server, between, now).map_err(rejected)?;
        }
        if self.check_name {
            check_name(server, &host.to_str()).map_err(rejected)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms(&self.provider))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Checked whatever the mode is: it proves that the server has the key, which channel binding rests on. webpki
        // reads no certificates of X.509 version 1; their key can still be used.
        match EndEntityCert::try_from(certificate) {
            Err(webpki::Error::UnsupportedCertVersion) => {
                let key = public_key(certificate).ok_or(Error::from(CertificateError::BadEncoding))?;
                rustls::crypto::verify_tls13_signature_with_raw_key(message, &key, signed, algorithms(&self.provider))
            }
            _ => rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms(&self.provider)),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        algorithms(&self.provider).supported_schemes()
    }
}

fn trust(options: &TlsOptions) -> Result<Option<Trust>, String> {
    let mut trust = match &options.roots {
        Roots::System => system_trust()?,
        Roots::File { path, .. } if path.exists() => file_trust(path)?,
        Roots::File { path, named } if options.mode >= Mode::VerifyCa || (*named && options.mode >= Mode::Require) => {
            let path = path.display();
            return Err(format!(
                "the file of trusted authorities {path} does not exist; name one in sslrootcert (PGSSLROOTCERT), or use \
                 sslrootcert=system for a certificate of a public authority"
            ));
        }
        Roots::None if options.mode >= Mode::VerifyCa => {
            return Err("no file of trusted authorities is known; name one in sslrootcert (PGSSLROOTCERT)".to_owned());
        }
        Roots::File { .. } | Roots::None => return Ok(None),
    };
    if let Some(place) = options.revoked.as_ref().filter(|place| place.named || place.path.exists()) {
        for list in files::revocation_lists(&place.path)? {
            let list = OwnedCertRevocationList::from_der(&list)
                .map_err(|error| format!("cannot use a revocation list of {}: {error}", place.path.display()))?;
            trust.revoked.push(list.into());
        }
    }
    Ok(Some(trust))
}

fn file_trust(path: &Path) -> Result<Trust, String> {
    let pinned = files::certificates(path)?;
    let anchors = pinned
        .iter()
        .map(|certificate| webpki::anchor_from_trusted_cert(certificate).map(|anchor| anchor.to_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("a certificate of {} cannot be used: {error}", path.display()))?;
    Ok(Trust { anchors, pinned, revoked: Vec::new(), source: path.display().to_string() })
}

fn system_trust() -> Result<Trust, String> {
    let found = rustls_native_certs::load_native_certs().certs;
    // A store of a system holds odd certificates now and then: those that can be read are trusted.
    let anchors: Vec<TrustAnchor<'static>> = found
        .iter()
        .filter_map(|certificate| webpki::anchor_from_trusted_cert(certificate).ok().map(|anchor| anchor.to_owned()))
        .collect();
    if anchors.is_empty() {
        return Err(
            "the system has no trusted authorities (on Debian they come with the package ca-certificates)".into()
        );
    }
    Ok(Trust { anchors, pinned: Vec::new(), revoked: Vec::new(), source: "the system's authorities".to_owned() })
}

fn check_name(server: &CertificateDer<'_>, host: &str) -> Result<(), String> {
    let names = Names::of(server).ok_or("the server's certificate cannot be read")?;
    if names.fit(host) {
        return Ok(());
    }
    Err(format!(
        "the server's certificate is for {}, not for `{host}`; connect by that name (with hostaddr for the address), or \
         use sslmode=verify-ca",
        names.list()
    ))
}

fn check_dates(server: &CertificateDer<'_>, now: UnixTime) -> Result<(), String> {
    let certificate = Certificate::from_der(server).map_err(|_| "the server's certificate cannot be read")?;
    let validity = certificate.tbs_certificate.validity;
    let from = validity.not_before.to_unix_duration().as_secs();
    let until = validity.not_after.to_unix_duration().as_secs();
    match now.as_secs() {
        now if now < from => Err("the server's certificate is not valid yet".to_owned()),
        now if now > until => Err("the server's certificate has expired".to_owned()),
        _ => Ok(()),
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'static>> {
    let certificate = Certificate::from_der(certificate).ok()?;
    certificate.tbs_certificate.subject_public_key_info.to_der().ok().map(SubjectPublicKeyInfoDer::from)
}

fn explain(error: &webpki::Error, trust: &Trust) -> String {
    let source = &trust.source;
    match error {
        webpki::Error::UnknownIssuer => {
            format!("the server's certificate is signed by nobody that {source} trusts")
        }
        webpki::Error::CertExpired { .. } => "the server's certificate, or one of its chain, has expired".to_owned(),
        webpki::Error::CertNotValidYet { .. } => "the server's certificate is not valid yet".to_owned(),
        webpki::Error::UnknownRevocationStatus => {
            "no revocation list of sslcrl speaks for the issuer of the server's certificate".to_owned()
        }
        webpki::Error::CertRevoked => "the server's certificate was revoked".to_owned(),
        webpki::Error::UnsupportedCertVersion => {
            "the server's certificate is of X.509 version 1, whose chain cannot be checked; issue it with extensions \
             (openssl x509 -extfile, with a subjectAltName)"
                .to_owned()
        }
        other => format!("the server's certificate was not accepted: {other}"),
    }
}

fn rejected(why: String) -> Error {
    CertificateError::Other(OtherError(Arc::new(Rejected(why)))).into()
}
