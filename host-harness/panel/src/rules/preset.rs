//! Policies to begin with.

macro_rules! presets {
    ($($name:literal: $file:literal,)*) => {
        &[$(($name, include_str!(concat!("../../../../policies/", $file))),)*]
    };
}

/// The names of the presets with their texts.
pub(crate) const PRESETS: &[(&str, &str)] = presets! {
    "adereso": "adereso.json",
    "klaviyo": "klaviyo.json",
    "blip": "blip.json",
    "respond-io": "respond-io.json",
    "office-hours": "calendars/office-hours.json",
    "collections-colombia": "calendars/collections-colombia.json",
    "collections-chile": "calendars/collections-chile.json",
};

/// The text of a preset.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
