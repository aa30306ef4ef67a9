//! Locations.

use serde_json::Number;

use crate::object::object;

object! {
    /// A location.
    pub struct Location {
        /// Degrees north of the equator.
        "latitude" latitude: Number,
        /// Degrees east of Greenwich.
        "longitude" longitude: Number,
        /// Metres above sea level.
        "altitude" altitude: Number,
        /// Its name.
        "text" text: String,
    }
}
