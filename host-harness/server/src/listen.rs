//! Connections: a limited number, each for a limited time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

use crate::app::App;
use crate::limits::Seat;

/// Maximum number of headers of a request.
const HEADERS_MAX: usize = 64;
/// Maximum size of a request's head, in bytes.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// The pause after accepting a connection failed because no file handles are left.
const NO_HANDLES_PAUSE: Duration = Duration::from_millis(100);

/// The timeouts of connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionLimits {
    pub(crate) connections: usize,
    /// Maximum time to receive a head, and therefore of an idle connection.
    pub(crate) head_timeout: Duration,
    /// How long to wait for open requests at shutdown.
    pub(crate) stop_timeout: Duration,
}

/// Serves until told to stop, then finishes open requests.
pub(crate) async fn listen(
    listener: TcpListener,
    router: Router,
    app: App,
    held: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(held.connections));
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection");
                tokio::time::sleep(NO_HANDLES_PAUSE).await;
                continue;
            }
        };
        // Responses are small, and the next request waits for them.
        let _: std::io::Result<()> = stream.set_nodelay(true);
        let router = router.clone();
        let seat = app.limits.new_seat();
        let service = service_fn(move |request: Request<Incoming>| {
            let (router, seat) = (router.clone(), Arc::clone(&seat));
            async move { Ok::<_, Infallible>(answer(router, request, peer, seat).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(held.head_timeout)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(held.stop_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were not waited for any longer");
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    seat: Arc<Seat>,
) -> axum::response::Response {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(seat);
    match router.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}
