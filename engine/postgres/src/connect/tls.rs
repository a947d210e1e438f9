//! TLS as `sslmode` and its companions ask for it.

mod files;
mod name;
mod options;
mod verifier;

pub(crate) use options::{Mode, Roots, TlsOptions};
pub(crate) use verifier::Rejected;

use rustls::{ClientConfig, SupportedProtocolVersion, crypto::CryptoProvider};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;
use verifier::ServerVerifier;

/// What makes TLS sessions for one set of options. Reads the certificates now.
///
/// # Errors
/// A file that is missing, unreadable or not what it should be, in words.
pub(crate) fn connector(options: &TlsOptions) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = ServerVerifier::new(options, provider.clone())?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(options))
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match files::client_identity(options)? {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| format!("the client certificate and its key cannot be used: {error}"))?,
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = options.send_name;
    if options.direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

fn versions(options: &TlsOptions) -> Vec<&'static SupportedProtocolVersion> {
    let both = [(12, &rustls::version::TLS12), (13, &rustls::version::TLS13)];
    both.into_iter().filter(|(number, _)| options.versions.contains(number)).map(|(_, version)| version).collect()
}

/// The algorithms with which we check signatures.
fn algorithms(provider: &CryptoProvider) -> &rustls::crypto::WebPkiSupportedAlgorithms {
    &provider.signature_verification_algorithms
}
