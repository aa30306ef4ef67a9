//! What each platform can do: said at set-up, and a table of the documentation.

/// The abilities of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Its word in the settings.
    pub platform: &'static str,
    /// The version that the connector was written for.
    pub version: &'static str,
    /// It posts what happens.
    pub webhook: bool,
    /// Its posts are signed.
    pub signed: bool,
    /// It posts again what was not answered.
    pub reposts: bool,
    /// A conversation can be read back before each action.
    pub read_back: bool,
    /// Open conversations can be listed and compared.
    pub sweep: bool,
    /// Our own messages can be told from those of people for certain.
    pub echo: bool,
    /// It takes messages to the customer.
    pub messages: bool,
    /// It takes quick replies.
    pub quick_replies: bool,
    /// It takes templates.
    pub templates: bool,
    /// It takes notes for people.
    pub notes: bool,
    /// It has tickets that are closed.
    pub close: bool,
    /// It has tags.
    pub tags: bool,
    /// A waiting bot goes on after the close.
    pub exit: bool,
}

impl Abilities {
    /// Each ability by its name, in the order of the table.
    #[must_use]
    pub fn all(&self) -> [(&'static str, bool); 13] {
        [
            ("webhook", self.webhook),
            ("signed", self.signed),
            ("reposts", self.reposts),
            ("read-back", self.read_back),
            ("sweep", self.sweep),
            ("echo", self.echo),
            ("messages", self.messages),
            ("quick-replies", self.quick_replies),
            ("templates", self.templates),
            ("notes", self.notes),
            ("close", self.close),
            ("tags", self.tags),
            ("exit", self.exit),
        ]
    }
}

/// Chatwoot.
pub const CHATWOOT: Abilities = Abilities {
    platform: "chatwoot",
    version: "4.13",
    webhook: true,
    signed: true,
    reposts: false,
    read_back: true,
    sweep: true,
    echo: true,
    messages: true,
    quick_replies: true,
    templates: true,
    notes: true,
    close: true,
    tags: true,
    exit: true,
};

/// WhatsApp's Cloud API.
pub const WHATSAPP: Abilities = Abilities {
    platform: "whatsapp",
    version: "Graph API v23.0",
    webhook: true,
    signed: true,
    reposts: true,
    read_back: false,
    sweep: false,
    echo: true,
    messages: true,
    quick_replies: true,
    templates: true,
    notes: false,
    close: false,
    tags: false,
    exit: false,
};

/// Typebot: only the exit of a bot that waits.
pub const TYPEBOT: Abilities = Abilities {
    platform: "typebot",
    version: "3.10",
    webhook: false,
    signed: false,
    reposts: false,
    read_back: false,
    sweep: false,
    echo: false,
    messages: false,
    quick_replies: false,
    templates: false,
    notes: false,
    close: false,
    tags: false,
    exit: true,
};

/// All platforms, in the order of the table.
pub const ALL: [&Abilities; 3] = [&CHATWOOT, &WHATSAPP, &TYPEBOT];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_same_table() {
        let page = include_str!("../../../docs/connect/README.md");
        for (place, (name, _)) in CHATWOOT.all().into_iter().enumerate() {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let cells: Vec<&str> = row.unwrap_or_default().split('|').map(str::trim).collect();
            let has = |it: &&Abilities| it.all().get(place).is_some_and(|(_, has)| *has);
            let expected: Vec<&str> =
                ALL.iter().map(|it| if has(it) { "yes" } else { "no" }).collect();
            assert_eq!(cells.get(3..6), Some(expected.as_slice()), "{name}");
        }
    }
}
