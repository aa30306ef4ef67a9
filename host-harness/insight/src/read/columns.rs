//! Which column of an export has what, and what the words in it mean.

use std::collections::{BTreeMap, HashMap};

use crate::history::Who;

/// What a column of an export can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The ticket's id.
    Ticket,
    /// Who wrote.
    Author,
    /// When.
    At,
    /// The department.
    Department,
    /// The id of the message, by which repeated rows are known.
    Message,
    /// The customer's id, by which tickets of one customer are known.
    Customer,
    /// Whether the row is a note that the customer does not see.
    Private,
    /// Whether the customer sees the row.
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

    /// Its word, which is also the name that such a column has if none is given.
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

    /// Whether no row can be read without it.
    pub(super) fn is_needed(self) -> bool {
        matches!(self, Column::Ticket | Column::Author | Column::At)
    }
}

/// The names of the columns of an export: for each the names that are looked for, the first first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    names: BTreeMap<Column, Names>,
    /// Rows that are left out.
    pub(super) skipped: Vec<Skip>,
    /// Two columns: the customer wrote where both have the same, somebody of the company where not.
    pub(super) same: Option<(Vec<String>, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    names: Vec<String>,
    /// Whether somebody asked for it: then it must be there.
    is_asked_for: bool,
}

/// Rows that are left out: those that have one of some values in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The column.
    pub column: String,
    /// The values; without any, all that mean yes.
    pub values: Vec<String>,
    /// Whether those are left out that have another value.
    pub others: bool,
    /// Whether the column must be there.
    pub is_asked_for: bool,
}

impl Skip {
    /// Whether a row with this value is left out.
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
    /// The words of the columns themselves.
    fn default() -> Self {
        let of = |column: Column| {
            (column, Names { names: vec![column.word().into()], is_asked_for: false })
        };
        Columns { names: Column::ALL.map(of).into(), skipped: Vec::new(), same: None }
    }
}

impl Columns {
    /// The name of a column, which then must be there.
    #[must_use]
    pub fn with(mut self, column: Column, name: &str) -> Self {
        self.names.insert(column, Names { names: vec![name.into()], is_asked_for: true });
        self
    }

    /// Names of a column, of which the first that is there is taken.
    #[must_use]
    pub(super) fn with_any(mut self, column: Column, names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.names.insert(column, Names { names, is_asked_for: false });
        self
    }

    /// Rows to leave out.
    #[must_use]
    pub fn skip(mut self, skip: Skip) -> Self {
        self.skipped.push(skip);
        self
    }

    /// The names of a column, and whether it must be there.
    pub(super) fn of(&self, column: Column) -> (&[String], bool) {
        let names = self.names.get(&column);
        let is_asked_for = names.is_some_and(|names| names.is_asked_for) || column.is_needed();
        (names.map_or(&[], |names| names.names.as_slice()), is_asked_for)
    }
}

/// The place of a column by its name: as it is written, whatever its case, or with other signs
/// between its words.
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

/// Whether a word means yes or no; `None` if neither. Nothing means no.
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

/// Whether the customer does not see a row, by its column of private or of public ones; `None` if its
/// word is not known.
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

/// What stands in the column of authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authors(HashMap<String, Option<Who>>);

impl Default for Authors {
    /// The words that help desks use, in English, Spanish and Portuguese.
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
    /// Takes a word for an author, or for nobody: then its rows are left out.
    pub fn set(&mut self, word: &str, who: Option<Who>) {
        self.0.insert(word.trim().to_lowercase(), who);
    }

    pub(super) fn of(&self, word: &str) -> Option<Option<Who>> {
        let word = word.trim();
        self.0.get(word).or_else(|| self.0.get(&word.to_lowercase())).copied()
    }
}
