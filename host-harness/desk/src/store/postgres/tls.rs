//! Encrypted connections.
//!
//! Certificates are always verified: against the authorities of the parameter `sslrootcert`, or
//! against the public ones. `sslmode=disable` connects without encryption.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Encrypts connections.
pub(super) struct Tls(MakeRustlsConnect);

/// Splits an address into what the client reads, and the authorities to trust. An error says what
/// is wrong.
pub(super) fn of(address: &str) -> Result<(String, Tls), String> {
    let (before, parameters) = address.split_once('?').unwrap_or((address, ""));
    let mut authorities = None;
    let mut kept = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslrootcert", file)) => authorities = Some(file),
            Some(("sslmode", "verify-full" | "verify-ca")) => kept.push("sslmode=require"),
            _ => kept.push(parameter),
        }
    }
    let tls = Tls::new(authorities)?;
    let parameters = kept.join("&");
    let question = if parameters.is_empty() { "" } else { "?" };
    Ok((format!("{before}{question}{parameters}"), tls))
}

impl Tls {
    fn new(authorities: Option<&str>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        match authorities {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(file) => {
                let unread = |error: String| format!("`{file}` cannot be read: {error}");
                let certificates = CertificateDer::pem_file_iter(file);
                for certificate in certificates.map_err(|error| unread(error.to_string()))? {
                    let certificate = certificate.map_err(|error| unread(error.to_string()))?;
                    roots.add(certificate).map_err(|error| unread(error.to_string()))?;
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(MakeRustlsConnect::new(config)))
    }
}

/// Connects, and reads and writes the connection for as long as its client lives.
pub(super) async fn connect(config: &Config, tls: &Tls) -> Result<Client, tokio_postgres::Error> {
    // A socket of this machine has no name that a certificate could have.
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let (client, connection) = config.connect(tls.0.clone()).await?;
    tokio::spawn(connection);
    Ok(client)
}
