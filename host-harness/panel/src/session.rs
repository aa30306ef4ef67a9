//! Sessions of people who have signed in, and links that sign in once.
//!
//! A session holds the token, in memory only. The browser holds the session's id in a cookie; the
//! tables hold digests of ids, so that looking one up takes the same time for each.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use despertador_contract::Instant;
use sha2::{Digest as _, Sha256};

/// The name of the session's cookie.
pub(crate) const COOKIE: &str = "despertador_session";

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// A session that is not used ends after this time.
const IDLE_MAX: i64 = 12 * HOUR;
/// A session ends after this time, used or not.
const AGE_MAX: i64 = 7 * 24 * HOUR;
/// A link that is not used ends after this time.
const LINK_MAX: i64 = 15 * MINUTE;
/// At most this many sessions; the one that was not used for longest ends first.
const SESSIONS_MAX: usize = 10_000;

/// At most this many characters of a browser's name are kept.
const BROWSER_CHARS_MAX: usize = 160;

type Id = [u8; 32];

/// A session, as a request sees it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The token.
    pub(crate) token: String,
    /// What every form has to repeat.
    pub(crate) csrf: String,
    /// What the browser calls itself.
    browser: String,
    begun: Instant,
    used: Instant,
}

/// A session in the list of its owner.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Names it among the sessions of its token; opens nothing.
    pub(crate) name: String,
    pub(crate) browser: String,
    pub(crate) begun: Instant,
    pub(crate) used: Instant,
    /// Whether the list was asked for in this session.
    pub(crate) is_own: bool,
}

struct Link {
    token: String,
    made: Instant,
}

/// All sessions and links.
#[derive(Default)]
pub(crate) struct Sessions {
    sessions: Mutex<HashMap<Id, Session>>,
    links: Mutex<HashMap<Id, Link>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(id: &str) -> Id {
    Sha256::digest(id.as_bytes()).into()
}

/// 32 random bytes in hexadecimal.
fn random() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the system gives no random bytes: {error}"))?;
    Ok(hexadecimal(&bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing into a string does not fail.
        let _: std::fmt::Result = write!(text, "{byte:02x}");
    }
    text
}

/// What a browser calls itself, cut to what fits into a list.
fn browser(headers: &HeaderMap) -> String {
    let name = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    name.unwrap_or("–").chars().take(BROWSER_CHARS_MAX).collect()
}

impl Sessions {
    /// Begins a session; its id is for the cookie.
    pub(crate) fn begin(
        &self,
        token: &str,
        headers: &HeaderMap,
        now: Instant,
    ) -> Result<String, String> {
        let id = random()?;
        let session = Session {
            token: token.to_owned(),
            csrf: random()?,
            browser: browser(headers),
            begun: now,
            used: now,
        };
        let mut sessions = lock(&self.sessions);
        sessions.retain(|_, session| session.lives(now));
        if sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.used);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                sessions.remove(&oldest);
            }
        }
        sessions.insert(digest(&id), session);
        Ok(id)
    }

    /// The session of a request, which is used by this.
    pub(crate) fn find(&self, headers: &HeaderMap, now: Instant) -> Option<Session> {
        let id = digest(cookie(headers, COOKIE)?);
        let mut sessions = lock(&self.sessions);
        let session = sessions.get_mut(&id)?;
        if !session.lives(now) {
            sessions.remove(&id);
            return None;
        }
        session.used = now.max(session.used);
        Some(session.clone())
    }

    /// Whether the session of a request still lasts; this does not count as using it.
    pub(crate) fn has(&self, headers: &HeaderMap, now: Instant) -> bool {
        let Some(id) = cookie(headers, COOKIE).map(digest) else { return false };
        lock(&self.sessions).get(&id).is_some_and(|session| session.lives(now))
    }

    /// The sessions of a token, the one used last first.
    pub(crate) fn of_token(&self, own: &HeaderMap, token: &str, now: Instant) -> Vec<Listed> {
        let own = cookie(own, COOKIE).map(digest);
        let sessions = lock(&self.sessions);
        let of_token = sessions
            .iter()
            .filter(|(_, session)| session.token == token && session.lives(now))
            .map(|(id, session)| Listed {
                name: hexadecimal(id),
                browser: session.browser.clone(),
                begun: session.begun,
                used: session.used,
                is_own: own.as_ref() == Some(id),
            });
        let mut listed: Vec<Listed> = of_token.collect();
        listed.sort_by(|one, other| (other.used, &other.name).cmp(&(one.used, &one.name)));
        listed
    }

    /// Ends the session of a token with this name; false if there is none.
    pub(crate) fn end_named(&self, token: &str, name: &str) -> bool {
        let mut sessions = lock(&self.sessions);
        let before = sessions.len();
        sessions.retain(|id, session| session.token != token || hexadecimal(id) != name);
        sessions.len() < before
    }

    /// Ends the session of a request.
    pub(crate) fn end(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers, COOKIE) {
            lock(&self.sessions).remove(&digest(id));
        }
    }

    /// A code that signs in once with a token.
    pub(crate) fn link(&self, token: &str, now: Instant) -> Result<String, String> {
        let code = random()?;
        let mut links = lock(&self.links);
        links.retain(|_, link| now.saturating_sub(link.made) <= LINK_MAX);
        links.insert(digest(&code), Link { token: token.to_owned(), made: now });
        Ok(code)
    }

    /// Whether a code can still be used.
    pub(crate) fn has_link(&self, code: &str, now: Instant) -> bool {
        let links = lock(&self.links);
        links.get(&digest(code)).is_some_and(|link| now.saturating_sub(link.made) <= LINK_MAX)
    }

    /// The token of a code, which cannot be used again.
    pub(crate) fn take_link(&self, code: &str, now: Instant) -> Option<String> {
        let link = lock(&self.links).remove(&digest(code))?;
        (now.saturating_sub(link.made) <= LINK_MAX).then_some(link.token)
    }
}

impl Session {
    fn lives(&self, now: Instant) -> bool {
        now.saturating_sub(self.used) <= IDLE_MAX && now.saturating_sub(self.begun) <= AGE_MAX
    }

    /// Whether a form of this session repeats what it has to.
    pub(crate) fn wrote(&self, csrf: &str) -> bool {
        digest(&self.csrf) == digest(csrf)
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(id: &str) -> HeaderMap {
        let value = format!("other=1; {COOKIE}={id}");
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&value).expect("a value"))])
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
        let sessions = Sessions::default();
        let id = sessions.begin("desp_x", &HeaderMap::new(), 0).expect("random bytes");
        assert!(sessions.find(&with(&id), IDLE_MAX).is_some());
        assert!(sessions.find(&with(&id), 2 * IDLE_MAX).is_some());
        assert!(sessions.find(&with(&id), 3 * IDLE_MAX + 1).is_none());
        let id = sessions.begin("desp_x", &HeaderMap::new(), 0).expect("random bytes");
        let mut now = 0;
        while now <= AGE_MAX {
            assert!(sessions.find(&with(&id), now).is_some());
            now += IDLE_MAX;
        }
        assert!(sessions.find(&with(&id), now).is_none());
        assert!(sessions.find(&with("guess"), 0).is_none());
    }

    #[test]
    fn a_session_ends_when_its_owner_signs_out() {
        let sessions = Sessions::default();
        let id = sessions.begin("desp_x", &HeaderMap::new(), 0).expect("random bytes");
        let session = sessions.find(&with(&id), 1).expect("a session");
        assert!(session.wrote(&session.csrf) && !session.wrote(""));
        sessions.end(&with(&id));
        assert!(sessions.find(&with(&id), 1).is_none());
    }

    #[test]
    fn the_sessions_of_a_token_are_listed_and_end_from_each_other() {
        let sessions = Sessions::default();
        let mut phone = HeaderMap::new();
        phone.insert(header::USER_AGENT, HeaderValue::from_static("Telephone/1"));
        let own = sessions.begin("desp_x", &HeaderMap::new(), 0).expect("random bytes");
        let other = sessions.begin("desp_x", &phone, 1).expect("random bytes");
        let foreign = sessions.begin("desp_y", &phone, 2).expect("random bytes");
        let listed = sessions.of_token(&with(&own), "desp_x", 3);
        let shown: Vec<_> = listed.iter().map(|one| (one.browser.as_str(), one.is_own)).collect();
        assert_eq!(shown, [("Telephone/1", false), ("–", true)]);
        let [theirs] = &sessions.of_token(&with(&foreign), "desp_y", 3)[..] else { panic!("one") };
        assert!(!sessions.end_named("desp_x", &theirs.name), "it is another token's");
        assert!(sessions.end_named("desp_x", &listed[0].name));
        assert!(!sessions.has(&with(&other), 3) && sessions.has(&with(&own), 3));
        assert!(sessions.has(&with(&foreign), 3));
    }

    #[test]
    fn a_link_signs_in_once_and_not_late() {
        let sessions = Sessions::default();
        let code = sessions.link("desp_x", 0).expect("random bytes");
        assert!(sessions.has_link(&code, 1) && !sessions.has_link("guess", 1));
        assert_eq!(sessions.take_link(&code, 1).as_deref(), Some("desp_x"));
        assert_eq!(sessions.take_link(&code, 1), None);
        let code = sessions.link("desp_x", 0).expect("random bytes");
        assert_eq!(sessions.take_link(&code, LINK_MAX + 1), None);
    }

    #[test]
    fn there_are_only_so_many_sessions() {
        let sessions = Sessions::default();
        let first = sessions.begin("desp_x", &HeaderMap::new(), 0).expect("random bytes");
        for at in 1..=10_000 {
            sessions.begin("desp_x", &HeaderMap::new(), at).expect("random bytes");
        }
        assert_eq!(lock(&sessions.sessions).len(), SESSIONS_MAX);
        assert!(sessions.find(&with(&first), 10_001).is_none());
    }
}
