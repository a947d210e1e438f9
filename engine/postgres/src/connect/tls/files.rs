//! Certificates and keys from files.

use super::options::{Place, TlsOptions};
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer,
    pem::{Error as PemError, PemObject},
};
use std::path::Path;

/// The certificates of a PEM file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(|items| items.collect::<Result<Vec<_>, _>>())
        .map_err(|error| unreadable("certificates", path, &error))?;
    match found.is_empty() {
        true => Err(format!("{} holds no certificate in PEM form", path.display())),
        false => Ok(found),
    }
}

/// The revocation lists of a PEM file.
pub(super) fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    CertificateRevocationListDer::pem_file_iter(path)
        .and_then(|items| items.collect::<Result<Vec<_>, _>>())
        .map_err(|error| unreadable("revocation lists (sslcrl)", path, &error))
}

/// What we show to a server that asks who we are.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The client's certificate and key: none where no parameter names one and none is in the default place.
pub(super) fn client_identity(options: &TlsOptions) -> Result<Option<Identity>, String> {
    let Some(certificate) = options.certificate.as_ref().filter(|place| place.named || place.path.exists()) else {
        return Ok(None);
    };
    let chain = certificates(&certificate.path)?;
    let Some(key) = &options.key else {
        return Err("a client certificate is given (sslcert), but no key: name it in sslkey (PGSSLKEY)".to_owned());
    };
    Ok(Some((chain, private_key(key)?)))
}

fn private_key(place: &Place) -> Result<PrivateKeyDer<'static>, String> {
    let path = place.path.display();
    let metadata = std::fs::metadata(&place.path)
        .map_err(|error| format!("cannot read the client's key {path}: {error}; name it in sslkey (PGSSLKEY)"))?;
    if too_open(&metadata) {
        return Err(format!("the client's key {path} may be read by others: run `chmod 0600 {path}`"));
    }
    PrivateKeyDer::from_pem_file(&place.path).map_err(|error| match error {
        PemError::NoItemsFound => {
            format!("{path} holds no unencrypted private key in PEM form; decrypt it into a file of mode 0600")
        }
        other => unreadable("the client's key", &place.path, &other),
    })
}

/// As libpq: nothing for others; a group may read a key that root owns.
#[cfg(unix)]
fn too_open(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let forbidden = if metadata.uid() == 0 { 0o137 } else { 0o177 };
    metadata.mode() & forbidden & 0o777 != 0
}

#[cfg(not(unix))]
fn too_open(_: &std::fs::Metadata) -> bool {
    false
}

fn unreadable(what: &str, path: &Path, error: &PemError) -> String {
    let why = match error {
        PemError::Io(error) => error.to_string(),
        _ => "it is not in PEM form".to_owned(),
    };
    format!("cannot read {what} from {}: {why}", path.display())
}
