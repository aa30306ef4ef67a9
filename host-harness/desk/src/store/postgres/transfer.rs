//! Copies all rows out of a database and into one.

use tokio_postgres::types::ToSql;

use super::failure::Failure;
use super::reader::READ_ONLY;
use super::write::text;
use super::{Postgres, schema};
use crate::store::transfer::{Cell, Fill, Kind, ROWS_PER_PAGE, Row, TABLES, Table, Transfer};
use crate::store::{Numbers, Store as _, StoreError, StoreProblem};

/// Begins to fill the database, for as long as it takes.
const BEGIN: &str = "BEGIN; SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0";

impl Transfer for Postgres {
    fn export(
        &self,
        each: &mut dyn FnMut(&'static Table, Vec<Row>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.own()?;
        let read = self.link.begin_together(READ_ONLY).and_then(|()| {
            for table in TABLES {
                self.export_table(table, each)?;
            }
            Ok(())
        });
        self.link.end_together(read)
    }

    fn import(&mut self, fill: &mut Fill<'_>) -> Result<(), StoreError> {
        if self.numbers()? != Numbers::default() {
            let found = format!("`{}` has a desk already", self.link.place());
            return Err(StoreError::new(StoreProblem::InUse, found));
        }
        let begun = self.link.begin_together(BEGIN);
        let filled = begun.and_then(|()| {
            let mut spans = vec![0];
            fill(&mut |table, rows| {
                if table.name == "ticket" {
                    self.begin_spans(&mut spans, &rows)?;
                }
                self.import_rows(table, &rows)
            })?;
            self.link.batch(
                "INSERT INTO deadline SELECT no, lane, due FROM ticket WHERE due IS NOT NULL;
                 SELECT setval(pg_get_serial_sequence('audit', 'no'),
                     (SELECT coalesce(max(no), 0) + 1 FROM audit), false);",
            )?;
            let numbers = "UPDATE lease SET account = (SELECT coalesce(max(no), 0) FROM account),
                    lane = (SELECT coalesce(max(no), 0) FROM lane),
                    ticket = (SELECT coalesce(max(no), 0) FROM ticket),
                    entry = (SELECT coalesce(max(seq), 0) FROM journal)
                WHERE part = 0 AND holder = $1 AND epoch = $2";
            match self.link.execute(numbers, &[&self.lease.holder(), &self.lease.epoch()])? {
                1 => Ok(()),
                _ => Err(self.fenced()),
            }
        });
        self.link.end_together(filled)
    }
}

impl Postgres {
    fn export_table(
        &self,
        table: &'static Table,
        each: &mut dyn FnMut(&'static Table, Vec<Row>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.link.batch(&format!("DECLARE page NO SCROLL CURSOR FOR {}", table.select()))?;
        let fetch = format!("FETCH {ROWS_PER_PAGE} FROM page");
        loop {
            let page = self.link.all_at_once(&fetch, |row| read(table, row))?;
            if page.is_empty() {
                break;
            }
            each(table, page)?;
        }
        self.link.batch("CLOSE page")
    }

    /// Creates the partitions for these tickets' entries.
    fn begin_spans(&self, spans: &mut Vec<i64>, tickets: &[Row]) -> Result<(), StoreError> {
        for ticket in tickets {
            let Some(Cell::Number(no)) = ticket.first() else { continue };
            let span = no >> schema::SPAN_BITS;
            if !spans.contains(&span) {
                self.link.batch(&schema::new_span(span))?;
                spans.push(span);
            }
        }
        Ok(())
    }

    fn import_rows(&self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        let columns: Vec<_> = table
            .columns
            .iter()
            .enumerate()
            .map(|(place, (_, kind))| column(*kind, rows.iter().map(|row| row.get(place))))
            .collect();
        let types: Vec<String> = (table.columns.iter().zip(1_usize..))
            .map(|((_, kind), place)| format!("${place}::{}[]", type_of(*kind)))
            .collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT * FROM unnest({})",
            table.name,
            table.names(),
            types.join(", ")
        );
        let values: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| &**column).collect();
        self.link.execute(&sql, &values).map(|_| ())
    }
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Number | Kind::Small => "bigint",
        Kind::Text => "text",
        Kind::Bytes | Kind::AnyText => "bytea",
    }
}

fn column<'a>(
    kind: Kind,
    cells: impl Iterator<Item = Option<&'a Cell>>,
) -> Box<dyn ToSql + Sync + 'a> {
    let number = |cell: Option<&Cell>| match cell {
        Some(Cell::Number(number)) => Some(*number),
        _ => None,
    };
    match kind {
        // The database refuses a number that is too large for its column.
        Kind::Number | Kind::Small => Box::new(cells.map(number).collect::<Vec<_>>()),
        Kind::Text => {
            let texts = cells.map(|cell| match cell {
                Some(Cell::Text(cell)) => Some(text(cell)),
                _ => None,
            });
            Box::new(texts.collect::<Vec<_>>())
        }
        Kind::Bytes | Kind::AnyText => {
            let bytes = cells.map(|cell| match cell {
                Some(Cell::Bytes(bytes)) => Some(bytes.as_slice()),
                Some(Cell::Text(text)) => Some(text.as_bytes()),
                _ => None,
            });
            Box::new(bytes.collect::<Vec<_>>())
        }
    }
}

fn read(table: &Table, row: &tokio_postgres::Row) -> Result<Row, Failure> {
    let cell = |(place, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Kind::Number => row.try_get::<_, Option<i64>>(place)?.map(Cell::Number),
            Kind::Small => {
                row.try_get::<_, Option<i16>>(place)?.map(|number| Cell::Number(number.into()))
            }
            Kind::Text => row.try_get::<_, Option<String>>(place)?.map(Cell::Text),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.map(Cell::Bytes),
            Kind::AnyText => row
                .try_get::<_, Option<&[u8]>>(place)?
                .map(|bytes| Cell::Text(String::from_utf8_lossy(bytes).into_owned())),
        }
        .unwrap_or(Cell::Null))
    };
    table.columns.iter().enumerate().map(cell).collect()
}
