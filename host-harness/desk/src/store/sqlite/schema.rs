//! The tables and their migrations.

/// Marks a file as a desk's: «desp» in ASCII.
pub(super) const APPLICATION: i64 = 0x6465_7370;

/// The migration from each version of the tables to the next; a new file goes through all of them.
///
/// - `journal` is only appended to: the entries of a ticket are a chain from the last one back, so
///   that no index is needed.
/// - `consumed` is ordered by ticket, so that the ids of one conversation are stored together.
/// - The index of due tickets contains only tickets with a deadline, by lane.
/// - `damaged` names tickets to skip: an unreadable row cannot be marked in the row itself.
/// - `sent` has the messages that count for a customer's budget, over all of their tickets;
///   `known_as` has former customer ids.
/// - `packed` is a ticket's facts, or an entry's row, decision and note, in few bytes:
///   `packing.rs`; `texts` are those of a policy, as they are found in what is packed.
/// - `shutdown` says whether the file is whole without its log, and the last entry ever made.
pub(super) const STEPS: &[&str] = &[
    "
CREATE TABLE account (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, policy INTEGER NOT NULL, sweep INTEGER
) STRICT;
CREATE TABLE lane (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL, department TEXT
) STRICT;
CREATE TABLE policy (
    account INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
    config TEXT NOT NULL, surroundings TEXT NOT NULL,
    PRIMARY KEY (account, version)
) STRICT;
CREATE TABLE flow (
    account INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
    text TEXT NOT NULL, exit TEXT NOT NULL,
    PRIMARY KEY (account, version)
) STRICT;
CREATE TABLE audit (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
    what TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE TABLE token (
    digest BLOB PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, accounts TEXT NOT NULL,
    at INTEGER NOT NULL, revoked INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE ticket (
    no INTEGER PRIMARY KEY, account INTEGER NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL, lane INTEGER NOT NULL, status TEXT NOT NULL, department TEXT,
    customer TEXT, due INTEGER, aim TEXT, parked TEXT, failures INTEGER NOT NULL,
    unheard INTEGER, last INTEGER NOT NULL, changed INTEGER NOT NULL,
    facts TEXT NOT NULL, memory BLOB NOT NULL, carried_out TEXT NOT NULL, outbox INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ticket_by_id ON ticket (account, id);
CREATE INDEX ticket_by_due ON ticket (lane, due) WHERE due IS NOT NULL;
CREATE INDEX ticket_by_status ON ticket (account, status);
CREATE INDEX ticket_by_customer ON ticket (account, customer) WHERE customer IS NOT NULL;
CREATE INDEX ticket_parked ON ticket (account) WHERE parked IS NOT NULL;
CREATE TABLE consumed (
    ticket INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (ticket, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, previous INTEGER NOT NULL, ticket INTEGER NOT NULL,
    at INTEGER NOT NULL, kind INTEGER NOT NULL, policy INTEGER NOT NULL,
    row TEXT, decision TEXT, note TEXT
) STRICT;
CREATE TABLE outbox (
    ticket INTEGER NOT NULL, key TEXT NOT NULL, account INTEGER NOT NULL, lane INTEGER NOT NULL,
    state INTEGER NOT NULL, attempts INTEGER NOT NULL, next INTEGER NOT NULL,
    since INTEGER NOT NULL, due INTEGER NOT NULL, action TEXT NOT NULL, why TEXT,
    PRIMARY KEY (ticket, key)
) STRICT;
CREATE INDEX outbox_by_next ON outbox (next) WHERE state <> 1;
CREATE INDEX outbox_dead ON outbox (account, since) WHERE state = 1;
",
    "
CREATE TABLE damaged (
    ticket INTEGER PRIMARY KEY, account INTEGER NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL
) STRICT;
DROP INDEX outbox_by_next;
CREATE INDEX outbox_by_account ON outbox (account, next) WHERE state <> 1;
",
    "
CREATE TABLE inbound (
    account INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, door TEXT NOT NULL,
    why TEXT NOT NULL, bytes INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (account, id)
) STRICT;
CREATE INDEX inbound_by_time ON inbound (account, at, bytes);
CREATE TABLE inbound_name (
    account INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, inbound TEXT NOT NULL,
    PRIMARY KEY (account, kind, name, inbound)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_name_by_entry ON inbound_name (account, inbound);
CREATE TABLE customer_alias (
    account INTEGER NOT NULL, alias TEXT NOT NULL, ticket INTEGER NOT NULL,
    PRIMARY KEY (account, alias, ticket)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_alias_by_ticket ON customer_alias (ticket);
",
    "
CREATE TABLE shutdown (
    one INTEGER PRIMARY KEY CHECK (one = 1), store TEXT NOT NULL, is_clean INTEGER NOT NULL,
    entry INTEGER NOT NULL
) STRICT;
INSERT INTO shutdown VALUES (1, lower(hex(randomblob(8))), 1, 0);
",
    r#"
CREATE TABLE sent (
    account INTEGER NOT NULL, customer TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (account, customer, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE known_as (
    account INTEGER NOT NULL, customer TEXT NOT NULL, ticket INTEGER NOT NULL,
    PRIMARY KEY (account, customer, ticket)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_as_by_ticket ON known_as (ticket);
CREATE TABLE backup (file TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO sent
    SELECT account, customer, CAST(round((julianday(value) - 2440587.5) * 86400000) AS INTEGER)
    FROM ticket, json_each(CASE WHEN json_valid(facts) THEN facts ELSE '{}' END, '$."sent-to-customer"')
    WHERE customer IS NOT NULL AND julianday(value) IS NOT NULL;
INSERT OR IGNORE INTO known_as
    SELECT account, earlier, no FROM (
        SELECT ticket.account, ticket.customer, ticket.no, json_extract(
            CASE WHEN json_valid(row) THEN row ELSE '{}' END, '$.facts.more."customer.id"') AS earlier
        FROM journal JOIN ticket ON ticket.no = journal.ticket
        WHERE row LIKE '%"customer.id"%'
    ) WHERE typeof(earlier) = 'text' AND earlier IS NOT customer;
"#,
    // The columns shown in lists of versions, which are read without the long texts.
    "
CREATE INDEX flow_head ON flow (account, version, at, by, exit);
CREATE INDEX policy_head ON policy (account, version, at, by);
",
    "
ALTER TABLE journal ADD COLUMN packed BLOB;
ALTER TABLE ticket ADD COLUMN packed BLOB;
ALTER TABLE policy ADD COLUMN texts TEXT;
",
    "
CREATE TABLE IF NOT EXISTS proposal (
    account INTEGER NOT NULL, no INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
    base INTEGER NOT NULL, config TEXT NOT NULL, surroundings TEXT NOT NULL,
    PRIMARY KEY (account, no)
) STRICT, WITHOUT ROWID;
",
];

/// The version from which customers are stored in canonical spelling.
pub(super) const CANONICAL_CUSTOMERS: usize = 3;
/// The version from which former customer ids are stored in canonical spelling.
pub(super) const EARLIER_CUSTOMERS: usize = 5;
/// The version from which entries are packed.
pub(super) const PACKED_ENTRIES: usize = 7;
