//! `despertador flow show`

use despertador_flow::picture;
use serde_json::json;

use crate::arguments::FlowShowArguments;
use crate::{Ended, Unusable, written};

/// Draws a flow.
pub(crate) fn show(arguments: &FlowShowArguments, as_json: bool) -> Result<Ended, Unusable> {
    let flow = super::read(&arguments.file)?;
    let picture = match arguments.format.as_str() {
        "mermaid" => picture::mermaid(&flow),
        _ => picture::svg(&flow),
    };
    match &arguments.output {
        None if as_json => {
            anstream::println!("{:#}", json!({ "format": arguments.format, "picture": picture }));
        }
        None => anstream::print!("{picture}"),
        // It can be drawn again at any time.
        Some(file) => {
            written::write(file, &picture, true)?;
            written::say(file, as_json, json!({ "format": arguments.format }));
        }
    }
    Ok(Ended::Well)
}
