//! The panel beside the interface, of which it is a client.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Extensions;
use despertador_panel::{Identity, Options, Panel};

use crate::app::App;
use crate::limits::Seat;

/// A panel that calls this interface.
pub(crate) fn panel(app: &App, interface: Router) -> Panel {
    let (known, clock) = (app.clone(), Arc::clone(&app.clock));
    Panel::new(Options {
        interface,
        identify: Arc::new(move |secret| {
            let caller = known.tokens.find(secret)?;
            Some(Identity { scopes: caller.scopes().collect(), name: caller.name })
        }),
        carry,
        clock: Arc::new(move || clock.now()),
    })
}

/// The peer, whose wrong tokens are counted, and the connection, which is counted to its account.
fn carry(from: &Extensions, to: &mut Extensions) {
    if let Some(peer) = from.get::<ConnectInfo<SocketAddr>>() {
        to.insert(*peer);
    }
    if let Some(seat) = from.get::<Arc<Seat>>() {
        to.insert(Arc::clone(seat));
    }
}
