//! Certificates, good and bad ones.

use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use std::sync::Arc;
use tokio_rustls::rustls::{
    ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    version::{TLS12, TLS13},
};

/// Signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// What a server shows to its clients.
#[derive(Clone, Copy)]
pub struct Shows {
    pub name: &'static str,
    pub expired: bool,
    pub versions: &'static [&'static SupportedProtocolVersion],
}

/// Nothing to find fault with.
pub const GOOD: Shows = Shows {
    name: "127.0.0.1",
    expired: false,
    versions: &[&TLS12, &TLS13],
};

impl Authority {
    /// One that nobody trusts yet.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Its own certificate, which is to be trusted.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// What a server needs to show this.
    pub fn server(&self, shows: Shows) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([shows.name.to_owned()]).expect("a name");
        if shows.expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.issuer);
        let certificate = certificate.expect("a certificate").der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(ring::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(shows.versions)
            .expect("these versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a key that fits");
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(server)
    }
}
