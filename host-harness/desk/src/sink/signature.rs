//! Signatures of posts, by HMAC-SHA256.
//!
//! - [`sign`] signs `TIMESTAMP.BODY`, with the timestamp in milliseconds since 1970. A receiver
//!   that [`verify`]s knows that the body is ours, and that it is not an old one posted again.
//! - [`sign_standard`] signs `ID.TIMESTAMP.BODY`, with the timestamp in seconds since 1970, as the
//!   specification «Standard Webhooks» 1.0 says: its libraries verify such a post in most
//!   languages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use despertador_contract::{Duration, Instant};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The prefix of a signature, which names the scheme.
const SCHEME: &str = "v1=";

/// The signature of a body: `v1=` and 64 hexadecimal digits.
#[must_use]
pub fn sign(secret: &[u8], timestamp: Instant, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let digest = mac(secret, &[timestamp.as_bytes(), body]).finalize().into_bytes();
    digest.iter().fold(SCHEME.to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// The signature of a body by «Standard Webhooks»: `v1,` and the digest in base64.
///
/// A secret in the form of that specification, `whsec_` and base64, signs with the bytes that the
/// base64 stands for; any other secret signs with its own bytes.
///
/// ```
/// use despertador_desk::sink::signature::sign_standard;
/// let secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let body = br#"{"test": 2432232314}"#;
/// let signature = sign_standard(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
/// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// ```
#[must_use]
pub fn sign_standard(secret: &[u8], id: &str, seconds: i64, body: &[u8]) -> String {
    let decoded = secret.strip_prefix(b"whsec_").and_then(|text| STANDARD.decode(text).ok());
    let secret = decoded.as_deref().unwrap_or(secret);
    let seconds = seconds.to_string();
    let digest = mac(secret, &[id.as_bytes(), seconds.as_bytes(), body]).finalize().into_bytes();
    format!("v1,{}", STANDARD.encode(digest))
}

/// Verifies a body by its headers.
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
/// The signature is wrong, or the timestamp differs from `now` by more than `tolerance`.
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
    // Compares in constant time.
    mac(secret, &[timestamp.to_string().as_bytes(), body])
        .verify_slice(&bytes)
        .map_err(|_| Forged::Signature)?;
    if now.abs_diff(timestamp) > tolerance { Err(Forged::Time) } else { Ok(()) }
}

/// The digest of the parts with full stops between them.
fn mac(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    // Keys of any length are fine: longer ones are hashed first.
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mac) => mac,
        Err(error) => unreachable!("a key of any length is one: {error}"),
    };
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            mac.update(b".");
        }
        mac.update(part);
    }
    mac
}

/// Why a body is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// The signature is wrong.
    #[error("the signature does not fit the body; compare the secrets")]
    Signature,
    /// The signature is right, but its timestamp is too far from now.
    #[error("the timestamp is too far from now; set the clocks")]
    Time,
}
