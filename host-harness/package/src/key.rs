//! Ed25519 keys, in the PEM files of OpenSSL (RFC 8410).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use pem::{EncodeConfig, LineEnding, Pem};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

const PRIVATE_TAG: &str = "PRIVATE KEY";
const PUBLIC_TAG: &str = "PUBLIC KEY";
/// PKCS #8 of an Ed25519 key, up to its 32 bytes.
const PRIVATE_PREFIX: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
/// SubjectPublicKeyInfo of an Ed25519 key, up to its 32 bytes.
const PUBLIC_PREFIX: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// Why a text is not a key, or none could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(String);

/// The key that signs packages.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// A new key, from the system's randomness.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        SystemRandom::new()
            .fill(&mut seed)
            .map_err(|_| KeyError("the system gave no random bytes; try again".into()))?;
        Self::from_seed(seed)
    }

    /// Reads a private key: PKCS #8 in PEM, as [`to_pem`](Self::to_pem) and `openssl genpkey -algorithm
    /// ed25519` write it.
    ///
    /// # Errors
    ///
    /// The text is no such key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_seed(bytes(text, PRIVATE_TAG, PRIVATE_PREFIX)?)
    }

    fn from_seed(seed: [u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|error| KeyError(format!("it is no Ed25519 key: {error}")))?;
        Ok(Self { seed, pair })
    }

    /// The private key as PEM. It signs in your name: only its owner should be able to read it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        encode(PRIVATE_TAG, PRIVATE_PREFIX, &self.seed)
    }

    /// The key that verifies its signatures.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(self.pair.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        PublicKey(bytes)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.public().fingerprint()).finish()
    }
}

/// The key that verifies signatures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads a public key: SubjectPublicKeyInfo in PEM, as [`to_pem`](Self::to_pem) and `openssl pkey
    /// -pubout` write it.
    ///
    /// # Errors
    ///
    /// The text is no such key; a private key is told apart.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        bytes(text, PUBLIC_TAG, PUBLIC_PREFIX).map(Self)
    }

    /// The key as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        encode(PUBLIC_TAG, PUBLIC_PREFIX, &self.0)
    }

    /// A short name for people to compare: `SHA256:` and the digest of the key in base64, as SSH
    /// writes it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let info = [PUBLIC_PREFIX, &self.0].concat();
        format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, &info)))
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.fingerprint()).finish()
    }
}

fn encode(tag: &str, prefix: &[u8], key: &[u8; 32]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(tag, [prefix, key].concat()), config)
}

/// The bytes of a key in a PEM file.
fn bytes(text: &str, tag: &str, prefix: &[u8]) -> Result<[u8; 32], KeyError> {
    let parsed = pem::parse(text).map_err(|error| {
        KeyError(format!("it is no key in PEM: {error}; `despertador plugin keygen` makes one"))
    })?;
    if parsed.tag() != tag {
        let found = parsed.tag().to_lowercase();
        let wanted = tag.to_lowercase();
        return Err(KeyError(format!("it is a {found}; give the {wanted} of the pair")));
    }
    parsed.contents().strip_prefix(prefix).and_then(|key| key.try_into().ok()).ok_or_else(|| {
        KeyError("it is no Ed25519 key; `despertador plugin keygen` makes one".into())
    })
}
