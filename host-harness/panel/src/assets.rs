//! Style and scripts, under names that change with them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

/// A file of the panel.
pub(crate) struct Asset {
    name: &'static str,
    kind: &'static str,
    text: String,
}

const SVG: &str = "image/svg+xml";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The style.
pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset {
    name: "panel.css",
    kind: CSS,
    text: [despertador_page::STYLE, include_str!("panel.css"), include_str!("rules.css")].concat(),
});

/// The script.
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset {
    name: "panel.js",
    kind: JS,
    text: [include_str!("panel.js"), include_str!("rules.js"), despertador_page::SORT_SCRIPT]
        .concat(),
});

/// The script of times and live tickets.
pub(crate) static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset { name: "live.js", kind: JS, text: include_str!("live.js").into() });

static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset { name: "icon.svg", kind: SVG, text: include_str!("icon.svg").into() });

/// The worked example of the help.
static MANUAL: LazyLock<Asset> = LazyLock::new(|| Asset {
    name: "manual.svg",
    kind: SVG,
    text: include_str!("../help/manual.svg").into(),
});

impl Asset {
    /// Where it is. Another text has another address.
    pub(crate) fn address(&self) -> String {
        let mut address = format!("/panel/{}?", self.name);
        for byte in Sha256::digest(&self.text).iter().take(8) {
            // Writing into a string does not fail.
            let _: std::fmt::Result = write!(address, "{byte:02x}");
        }
        address
    }
}

/// A file of the panel.
pub(crate) async fn serve(Path(file): Path<String>) -> Response {
    let all: [&Asset; 5] = [&STYLE, &SCRIPT, &LIVE, &ICON, &MANUAL];
    let Some(asset) = all.into_iter().find(|asset| asset.name == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut answer = asset.text.clone().into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    let cached = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, cached);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
