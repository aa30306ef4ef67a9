//! The presets of `policies/`, compiled in.

/// A ready-made policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name on the command line and in the panel.
    pub name: &'static str,
    /// The text of its file.
    pub config: &'static str,
}

macro_rules! presets {
    ($($name:literal: $file:literal,)*) => {
        [$(Preset {
            name: $name,
            config: include_str!(concat!("../policies/", $file)),
        },)*]
    };
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 7] = presets! {
        "adereso": "adereso.json",
        "klaviyo": "klaviyo.json",
        "blip": "blip.json",
        "respond-io": "respond-io.json",
        "office-hours": "calendars/office-hours.json",
        "collections-colombia": "calendars/collections-colombia.json",
        "collections-chile": "calendars/collections-chile.json",
    };

    /// The preset of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Preset> {
        Self::ALL.into_iter().find(|preset| preset.name == name)
    }
}
