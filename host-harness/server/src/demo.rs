//! For demonstrations: a public token, and a webhook receiver that shows what it received. A server
//! contains neither unless requested.

use std::net::SocketAddr;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use despertador_desk::runtime::{Clock as _, SystemClock};
use despertador_desk::sink::signature;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::scope::{NewToken, Scope};

/// The token of demonstrations. It has no other permissions.
pub const TOKEN: &str = "desp_demo";

/// [`TOKEN`], with all scopes in the account `demo`.
#[must_use]
pub fn token() -> NewToken {
    NewToken::of(TOKEN.into(), SystemClock.now(), "demo", &Scope::ALL, &["demo".into()])
}

/// Receives webhooks like a platform: checks the signature, and accepts each key once.
#[derive(Debug)]
pub struct Receiver {
    _runtime: tokio::runtime::Runtime,
    address: SocketAddr,
}

#[derive(Clone)]
struct Received {
    secret: Arc<Vec<u8>>,
    actions: Arc<Mutex<Vec<Value>>>,
    told: Sender<Value>,
}

/// Maximum number of received actions that are kept.
const KEPT_ACTIONS_MAX: usize = 1_000;
/// Maximum age of signatures, in milliseconds.
const SIGNATURE_AGE_MILLIS_MAX: u64 = 300_000;

impl Receiver {
    /// Starts a receiver with this secret, on port 7072 of this machine or any free port. It also
    /// sends what it receives to `told`.
    ///
    /// # Errors
    ///
    /// No port or no thread is available.
    pub fn start(secret: Vec<u8>, told: Sender<Value>) -> Result<Receiver, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_io()
            .build()
            .map_err(|error| error.to_string())?;
        let received = Received { secret: Arc::new(secret), actions: Arc::default(), told };
        let router = Router::new()
            .route("/actions", post(receive))
            .route("/received", get(show))
            .with_state(received);
        let bind = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], PORT)));
        let listener = match runtime.block_on(bind) {
            Ok(listener) => listener,
            Err(_) => runtime
                .block_on(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))))
                .map_err(|error| error.to_string())?,
        };
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Receiver { _runtime: runtime, address })
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The receiver's port, if it is free.
const PORT: u16 = 7072;

async fn receive(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let timestamp = header("despertador-timestamp").and_then(|at| at.parse().ok());
    let signed = header("despertador-signature").unwrap_or_default();
    let now = SystemClock.now();
    let checked = timestamp.map(|at| {
        signature::verify(&received.secret, at, &body, signed, now, SIGNATURE_AGE_MILLIS_MAX)
    });
    if !matches!(checked, Some(Ok(()))) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(action) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let mut actions = received.actions.lock().unwrap_or_else(PoisonError::into_inner);
    if !actions.iter().any(|known| known.get("key") == action.get("key"))
        && actions.len() < KEPT_ACTIONS_MAX
    {
        actions.push(action.clone());
        // There may be no listener.
        let _: Result<(), _> = received.told.send(action);
    }
    StatusCode::NO_CONTENT
}

async fn show(State(received): State<Received>) -> Json<Value> {
    let actions = received.actions.lock().unwrap_or_else(PoisonError::into_inner);
    Json(json!({ "received": *actions }))
}
