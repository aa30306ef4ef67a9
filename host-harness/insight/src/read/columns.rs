//! The columns of an export and the meaning of their words.

use std::collections::{BTreeMap, HashMap};

use crate::history::Who;

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The ticket's id.
    Ticket,
    /// The author.
    Author,
    /// When.
    At,
    /// The department.
    Department,
    /// The id of the message, which identifies repeated rows.
    Message,
    /// The customer's id, which connects tickets of one customer.
    Customer,
    /// Whether the row is a private note.
    Private,
    /// Whether the row is public.
    Public,
}

impl Column {
    /// All of them.
    pub const ALL: [Column; 8] = [
        Column::Ticket,
        Column::Author,
        Column::At,
        Column::Department,
        Column::Message,
        Column::Customer,
        Column::Private,
        Column::Public,
    ];

    /// Its word, which is also its default name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Column::Ticket => "ticket",
            Column::Author => "author",
            Column::At => "at",
            Column::Department => "department",
            Column::Message => "message",
            Column::Customer => "customer",
            Column::Private => "private",
            Column::Public => "public",
        }
    }

    /// The column of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.word() == word)
    }

    /// Whether it is required.
    pub(super) fn is_needed(self) -> bool {
        matches!(self, Column::Ticket | Column::Author | Column::At)
    }
}

/// The names of the columns of an export, in order of preference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    names: BTreeMap<Column, Names>,
    /// Rules for rows to skip.
    pub(super) skipped: Vec<Skip>,
    /// Two columns: the customer is the author where both are equal, else the company.
    pub(super) same: Option<(Vec<String>, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    names: Vec<String>,
    /// Whether it was requested, and so must exist.
    is_asked_for: bool,
}

/// A rule for rows to skip, by the value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The column.
    pub column: String,
    /// The values; if empty, every value that means yes.
    pub values: Vec<String>,
    /// Whether rows with other values are skipped instead.
    pub others: bool,
    /// Whether the column must exist.
    pub is_asked_for: bool,
}

impl Skip {
    /// Whether a row with this value is skipped.
    pub(super) fn has(&self, value: &str) -> bool {
        let value = value.trim();
        if self.values.is_empty() {
            return is_yes(value) == Some(true);
        }
        let is_one = self.values.iter().any(|one| one.eq_ignore_ascii_case(value));
        is_one != self.others && !(self.others && value.is_empty())
    }
}

impl Default for Columns {
    /// Uses the words of the columns as names.
    fn default() -> Self {
        let of = |column: Column| {
            (column, Names { names: vec![column.word().into()], is_asked_for: false })
        };
        Columns { names: Column::ALL.map(of).into(), skipped: Vec::new(), same: None }
    }
}

impl Columns {
    /// Sets the name of a column, which must exist.
    #[must_use]
    pub fn with(mut self, column: Column, name: &str) -> Self {
        self.names.insert(column, Names { names: vec![name.into()], is_asked_for: true });
        self
    }

    /// Sets alternative names of a column; the first existing one is used.
    #[must_use]
    pub(super) fn with_any(mut self, column: Column, names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.names.insert(column, Names { names, is_asked_for: false });
        self
    }

    /// Adds a rule for rows to skip.
    #[must_use]
    pub fn skip(mut self, skip: Skip) -> Self {
        self.skipped.push(skip);
        self
    }

    /// The names of a column, and whether it must exist.
    pub(super) fn of(&self, column: Column) -> (&[String], bool) {
        let names = self.names.get(&column);
        let is_asked_for = names.is_some_and(|names| names.is_asked_for) || column.is_needed();
        (names.map_or(&[], |names| names.names.as_slice()), is_asked_for)
    }
}

/// The position of a column by name: exact, ignoring case, or with other separators between its
/// words.
pub(super) fn place(head: &[String], name: &str) -> Option<usize> {
    let plain = |name: &str| -> String {
        name.chars()
            .filter(|c| c.is_alphanumeric() || *c == '^')
            .flat_map(char::to_lowercase)
            .collect()
    };
    head.iter()
        .position(|found| found.eq_ignore_ascii_case(name))
        .or_else(|| head.iter().position(|found| plain(found) == plain(name)))
}

/// Whether a word means yes or no; `None` if neither. An empty word means no.
fn is_yes(word: &str) -> Option<bool> {
    const YES: [&str; 13] = [
        "true",
        "t",
        "yes",
        "y",
        "1",
        "x",
        "sí",
        "si",
        "s",
        "sim",
        "verdadero",
        "verdadeiro",
        "on",
    ];
    const NO: [&str; 11] = ["", "false", "f", "no", "n", "0", "não", "nao", "falso", "off", "null"];
    let word = word.trim().to_lowercase();
    if YES.contains(&word.as_str()) {
        return Some(true);
    }
    NO.contains(&word.as_str()).then_some(false)
}

/// Whether a private or public column hides the row from the customer; `None` if its word is
/// unknown.
pub(super) fn is_hidden(column: Column, word: &str) -> Option<bool> {
    const HIDDEN: [&str; 8] =
        ["private", "privado", "privada", "internal", "interno", "interna", "note", "nota"];
    const SHOWN: [&str; 7] =
        ["public", "público", "pública", "publico", "external", "externo", "externa"];
    let lower = word.trim().to_lowercase();
    if HIDDEN.contains(&lower.as_str()) {
        return Some(true);
    }
    if SHOWN.contains(&lower.as_str()) {
        return Some(false);
    }
    is_yes(&lower).map(|yes| yes == (column == Column::Private))
}

/// The meaning of the words in the author column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authors(HashMap<String, Option<Who>>);

impl Default for Authors {
    /// The usual words of help desks, in English, Spanish and Portuguese.
    fn default() -> Self {
        const WORDS: [(&str, Who); 19] = [
            ("customer", Who::Customer),
            ("client", Who::Customer),
            ("contact", Who::Customer),
            ("user", Who::Customer),
            ("end-user", Who::Customer),
            ("visitor", Who::Customer),
            ("cliente", Who::Customer),
            ("agent", Who::Agent),
            ("operator", Who::Agent),
            ("attendant", Who::Agent),
            ("company", Who::Agent),
            ("agente", Who::Agent),
            ("atendente", Who::Agent),
            ("operador", Who::Agent),
            ("ai-agent", Who::AiAgent),
            ("ai", Who::AiAgent),
            ("bot", Who::Bot),
            ("system", Who::Bot),
            ("automation", Who::Bot),
        ];
        Authors(WORDS.map(|(word, who)| (word.to_owned(), Some(who))).into())
    }
}

impl Authors {
    /// Maps a word to an author, or to `None` to skip its rows.
    pub fn set(&mut self, word: &str, who: Option<Who>) {
        self.0.insert(word.trim().to_lowercase(), who);
    }

    pub(super) fn of(&self, word: &str) -> Option<Option<Who>> {
        let word = word.trim();
        self.0.get(word).or_else(|| self.0.get(&word.to_lowercase())).copied()
    }
}
