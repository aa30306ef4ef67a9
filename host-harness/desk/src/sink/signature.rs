//! Signatures of what is posted: HMAC-SHA256 over `TIMESTAMP.BODY`.
//!
//! The timestamp is in milliseconds since 1970, as the header has it. A receiver that [`verify`]s
//! knows that the body is ours, and that it is not an old one posted again.

use despertador_contract::{Duration, Instant};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What a signature begins with: the way it was made.
const SCHEME: &str = "v1=";

/// The signature of a body: `v1=` and 64 hexadecimal digits.
#[must_use]
pub fn sign(secret: &[u8], timestamp: Instant, body: &[u8]) -> String {
    let digest = mac(secret, timestamp, body).finalize().into_bytes();
    digest.iter().fold(SCHEME.to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// Checks a body against the headers that came with it.
///
/// ```
/// use despertador_desk::sink::signature::{Forged, sign, verify};
/// let signature = sign(b"secret", 1_000, b"{}");
/// assert_eq!(verify(b"secret", 1_000, b"{}", &signature, 2_000, 5_000), Ok(()));
/// assert_eq!(verify(b"secret", 1_000, b"[]", &signature, 2_000, 5_000), Err(Forged::Signature));
/// assert_eq!(verify(b"secret", 1_000, b"{}", &signature, 9_000, 5_000), Err(Forged::Time));
/// ```
///
/// # Errors
///
/// It was not signed with this secret, or is further from `now` than `tolerance`.
pub fn verify(
    secret: &[u8],
    timestamp: Instant,
    body: &[u8],
    signature: &str,
    now: Instant,
    tolerance: Duration,
) -> Result<(), Forged> {
    let digits = signature.strip_prefix(SCHEME).ok_or(Forged::Signature)?;
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    let bytes = bytes.filter(|_| rest.is_empty()).ok_or(Forged::Signature)?;
    // Compares in a time that does not depend on where they differ.
    mac(secret, timestamp, body).verify_slice(&bytes).map_err(|_| Forged::Signature)?;
    if now.abs_diff(timestamp) > tolerance { Err(Forged::Time) } else { Ok(()) }
}

fn mac(secret: &[u8], timestamp: Instant, body: &[u8]) -> Hmac<Sha256> {
    // Keys of any length are fine: longer ones are hashed first.
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mac) => mac,
        Err(error) => unreachable!("a key of any length is one: {error}"),
    };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// Why a body is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// The signature is another one.
    #[error("the signature does not fit the body; compare the secrets")]
    Signature,
    /// The signature is right, and too old or of the future.
    #[error("the timestamp is too far from now; set the clocks")]
    Time,
}
