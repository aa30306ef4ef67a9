//! The signature schemes of webhooks, as a table.
//!
//! | scheme | header | signed | digest |
//! |---|---|---|---|
//! | Chatwoot | `X-Chatwoot-Signature: sha256=HEX` | `TIMESTAMP.BODY` | SHA-256 |
//! | Meta | `X-Hub-Signature-256: sha256=HEX` | `BODY` | SHA-256 |
//! | Zendesk | `X-Zendesk-Webhook-Signature: BASE64` | `TIMESTAMPBODY` | SHA-256 |
//! | Zammad | `X-Hub-Signature: sha1=HEX` | `BODY` | SHA-1 |
//! | Standard Webhooks | `webhook-signature: v1,BASE64 …` | `ID.TIMESTAMP.BODY` | SHA-256 |
//!
//! All are HMACs over the raw body, compared in constant time. A scheme with a timestamp also
//! refuses what is older or newer than [`TOLERANCE_MS`]; one without cannot tell a repeated post,
//! which the ids of messages then do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::{Duration, Instant};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// How far a timestamp may be from now: 5 minutes, in milliseconds.
pub const TOLERANCE_MS: Duration = 300_000;

/// A way of signing posts.
#[derive(Debug, PartialEq, Eq)]
pub struct Scheme {
    /// The name, as in the documentation.
    pub name: &'static str,
    /// The header with the signature.
    pub header: &'static str,
    /// The header with the timestamp, if it is signed.
    pub timestamp: Option<&'static str>,
    /// The header with the id, if it is signed.
    pub id: Option<&'static str>,
    /// What is between the signed parts.
    separator: &'static str,
    /// What stands before the digest.
    prefix: &'static str,
    digest: Digest,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digest {
    Sha1,
    Sha256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Hex,
    Base64,
}

/// Chatwoot, from 4.13 on.
pub const CHATWOOT: Scheme = Scheme {
    name: "Chatwoot",
    header: "x-chatwoot-signature",
    timestamp: Some("x-chatwoot-timestamp"),
    id: None,
    separator: ".",
    prefix: "sha256=",
    digest: Digest::Sha256,
    encoding: Encoding::Hex,
};

/// Meta: WhatsApp, Messenger, Instagram.
pub const META: Scheme = Scheme {
    name: "Meta",
    header: "x-hub-signature-256",
    timestamp: None,
    id: None,
    separator: "",
    prefix: "sha256=",
    digest: Digest::Sha256,
    encoding: Encoding::Hex,
};

/// Zendesk.
pub const ZENDESK: Scheme = Scheme {
    name: "Zendesk",
    header: "x-zendesk-webhook-signature",
    timestamp: Some("x-zendesk-webhook-signature-timestamp"),
    id: None,
    separator: "",
    prefix: "",
    digest: Digest::Sha256,
    encoding: Encoding::Base64,
};

/// Zammad.
pub const ZAMMAD: Scheme = Scheme {
    name: "Zammad",
    header: "x-hub-signature",
    timestamp: None,
    id: None,
    separator: "",
    prefix: "sha1=",
    digest: Digest::Sha1,
    encoding: Encoding::Hex,
};

/// «Standard Webhooks» 1.0.
pub const STANDARD_WEBHOOKS: Scheme = Scheme {
    name: "Standard Webhooks",
    header: "webhook-signature",
    timestamp: Some("webhook-timestamp"),
    id: Some("webhook-id"),
    separator: ".",
    prefix: "v1,",
    digest: Digest::Sha256,
    encoding: Encoding::Base64,
};

/// All schemes.
pub const SCHEMES: [&Scheme; 5] = [&CHATWOOT, &META, &ZENDESK, &ZAMMAD, &STANDARD_WEBHOOKS];

/// Why a post is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// It has no signature, or not in this scheme.
    #[error("the post has no signature of this platform; enter the secret on the platform")]
    Unsigned,
    /// The signature does not fit.
    #[error("the signature does not fit the body; compare the secrets")]
    Signature,
    /// The signature fits, but its timestamp is too far from now.
    #[error("the timestamp is more than 5 minutes from now; set the clocks")]
    Time,
}

/// The headers that are signed together with a body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signed<'a> {
    /// The id, for schemes that sign one.
    pub id: &'a str,
    /// The timestamp as it is in the header, for schemes that sign one.
    pub timestamp: &'a str,
}

impl Scheme {
    /// The value of the signature's header.
    #[must_use]
    pub fn sign(&self, secret: &[u8], signed: Signed<'_>, body: &[u8]) -> String {
        let bytes = self.mac(secret, signed, body);
        let text = match self.encoding {
            Encoding::Hex => bytes.iter().fold(String::new(), |t, byte| t + &format!("{byte:02x}")),
            Encoding::Base64 => STANDARD.encode(bytes),
        };
        format!("{}{text}", self.prefix)
    }

    /// Verifies a body by its headers. `header` returns a header by its name in lower case.
    ///
    /// # Errors
    ///
    /// See [`Forged`].
    pub fn verify<'h>(
        &self,
        secret: &[u8],
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
        now: Instant,
    ) -> Result<(), Forged> {
        let given = header(self.header).ok_or(Forged::Unsigned)?;
        let part = |name: Option<&str>| name.map_or(Some(""), &header).ok_or(Forged::Unsigned);
        let signed = Signed { id: part(self.id)?, timestamp: part(self.timestamp)? };
        let expected = self.sign(secret, signed, body);
        // «Standard Webhooks» lists several while a secret is changed.
        let fits = given.split(' ').any(|given| equal(given.as_bytes(), expected.as_bytes()));
        if !fits {
            return Err(Forged::Signature);
        }
        match self.timestamp {
            Some(_) if !is_near(signed.timestamp, now) => Err(Forged::Time),
            _ => Ok(()),
        }
    }

    fn mac(&self, secret: &[u8], signed: Signed<'_>, body: &[u8]) -> Vec<u8> {
        let decoded = match self.id {
            // The form of secrets of «Standard Webhooks».
            Some(_) => secret.strip_prefix(b"whsec_").and_then(|it| STANDARD.decode(it).ok()),
            None => None,
        };
        let secret = decoded.as_deref().unwrap_or(secret);
        let mut parts: Vec<&[u8]> = Vec::new();
        parts.extend(self.id.map(|_| signed.id.as_bytes()));
        parts.extend(self.timestamp.map(|_| signed.timestamp.as_bytes()));
        parts.push(body);
        let joined = parts.join(self.separator.as_bytes());
        match self.digest {
            Digest::Sha1 => digest::<Hmac<Sha1>>(secret, &joined),
            Digest::Sha256 => digest::<Hmac<Sha256>>(secret, &joined),
        }
    }
}

fn digest<M: Mac + hmac::digest::KeyInit>(secret: &[u8], text: &[u8]) -> Vec<u8> {
    // Keys of any length are fine: longer ones are hashed first.
    let mut mac = match <M as Mac>::new_from_slice(secret) {
        Ok(mac) => mac,
        Err(error) => unreachable!("a key of any length is one: {error}"),
    };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// Compares in a time that depends on the lengths only.
#[must_use]
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Whether a timestamp, in seconds or as RFC 3339, is near enough.
fn is_near(timestamp: &str, now: Instant) -> bool {
    let seconds = timestamp.parse::<i64>().ok().map(|seconds| seconds.saturating_mul(1_000));
    let at = seconds.or_else(|| parse_rfc3339(timestamp));
    at.is_some_and(|at| now.abs_diff(at) <= TOLERANCE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2026-03-02 09:00 UTC.
    const NINE: Instant = 1_772_442_000_000;

    fn headers<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<&'a str> {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    #[test]
    fn each_scheme_takes_its_own_signature_and_no_other() {
        let body = br#"{"event":"message_created"}"#;
        for scheme in SCHEMES {
            let stamp = match scheme.name {
                "Zendesk" => "2026-03-02T09:00:00Z",
                _ => "1772442000",
            };
            let signature = scheme.sign(b"secret", Signed { id: "m1", timestamp: stamp }, body);
            let mut pairs = vec![(scheme.header, signature.as_str())];
            pairs.extend(scheme.timestamp.map(|name| (name, stamp)));
            pairs.extend(scheme.id.map(|name| (name, "m1")));
            let told = headers(&pairs);
            let name = scheme.name;
            assert_eq!(scheme.verify(b"secret", &told, body, NINE), Ok(()), "{name}");
            let wrong = scheme.verify(b"another", &told, body, NINE);
            assert_eq!(wrong, Err(Forged::Signature), "{name}");
            assert_eq!(scheme.verify(b"secret", &told, b"{}", NINE), Err(Forged::Signature));
            let unsigned = scheme.verify(b"secret", |_| None, body, NINE);
            assert_eq!(unsigned, Err(Forged::Unsigned), "{name}");
            let late = scheme.verify(b"secret", &told, body, NINE + 301_000);
            assert_eq!(late.is_err(), scheme.timestamp.is_some(), "{name}");
        }
    }

    /// Values that others have computed: the example of Meta's and of GitHub's documentation form,
    /// and that of «Standard Webhooks».
    #[test]
    fn known_signatures_are_computed() {
        let body = b"Hello, World!";
        let secret = b"It's a Secret to Everybody";
        assert_eq!(
            META.sign(secret, Signed::default(), body),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
        let signed = Signed { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330" };
        assert_eq!(
            STANDARD_WEBHOOKS.sign(
                b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                signed,
                br#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn one_of_several_signatures_is_enough() {
        let signed = Signed { id: "m1", timestamp: "1772442000" };
        let old = STANDARD_WEBHOOKS.sign(b"old", signed, b"{}");
        let new = STANDARD_WEBHOOKS.sign(b"new", signed, b"{}");
        let both = format!("{old} {new}");
        let pairs = [
            ("webhook-signature", both.as_str()),
            ("webhook-id", "m1"),
            ("webhook-timestamp", "1772442000"),
        ];
        for secret in [b"old".as_slice(), b"new"] {
            assert_eq!(STANDARD_WEBHOOKS.verify(secret, headers(&pairs), b"{}", NINE), Ok(()));
        }
    }
}
