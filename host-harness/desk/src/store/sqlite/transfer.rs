//! Copies all rows out of a file and into one.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{TransactionBehavior, params_from_iter};

use super::Sqlite;
use crate::store::transfer::{Cell, Fill, ROWS_PER_PAGE, Row, TABLES, Table, Transfer};
use crate::store::{Numbers, Store as _, StoreError, StoreProblem};

impl Transfer for Sqlite {
    fn export(
        &self,
        each: &mut dyn FnMut(&'static Table, Vec<Row>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        for table in TABLES {
            let mut statement = self.connection.prepare(&table.select()).map_err(failed)?;
            let mut rows = statement.query([]).map_err(failed)?;
            let mut page = Vec::new();
            while let Some(row) = rows.next().map_err(failed)? {
                let cells = (0..table.columns.len()).map(|column| row.get_ref(column).map(cell));
                page.push(cells.collect::<rusqlite::Result<Row>>().map_err(failed)?);
                if page.len() >= ROWS_PER_PAGE {
                    each(table, std::mem::take(&mut page))?;
                }
            }
            if !page.is_empty() {
                each(table, page)?;
            }
        }
        Ok(())
    }

    fn import(&mut self, fill: &mut Fill<'_>) -> Result<(), StoreError> {
        if self.numbers()? != Numbers::default() {
            let found = format!("`{}` has a desk already", self.file.display());
            return Err(StoreError::new(StoreProblem::InUse, found));
        }
        let file = self.file.clone();
        let failed = |error: rusqlite::Error| super::failed(&file, &error);
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        fill(&mut |table, rows| {
            let places = vec!["?"; table.columns.len()].join(", ");
            let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, table.names());
            let mut insert = tx.prepare_cached(&sql).map_err(failed)?;
            for row in rows {
                insert.execute(params_from_iter(row.into_iter().map(value))).map_err(failed)?;
            }
            Ok(())
        })?;
        let last: i64 = tx
            .query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))
            .map_err(failed)?;
        tx.commit().map_err(failed)?;
        self.mark.entry = self.mark.entry.max(last);
        self.owned.note(&self.mark);
        Ok(())
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null | ValueRef::Real(_) => Cell::Null,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Number(number) => Value::Integer(number),
        Cell::Text(text) => Value::Text(text),
        Cell::Bytes(bytes) => Value::Blob(bytes),
    }
}
