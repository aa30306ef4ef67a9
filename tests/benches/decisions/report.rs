//! The figures, as tables for people and as JSON for programs.

use serde_json::{Value, json};

use crate::rounds::Sample;

/// All figures; each table is printed when it is added.
pub(crate) struct Report {
    quick: bool,
    silent: bool,
    tables: Vec<Value>,
}

/// Related figures.
pub(crate) struct Table {
    title: String,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    unit: Unit,
    median: f64,
    best: Option<f64>,
    ratio: Option<f64>,
    fuel: Option<u64>,
}

#[derive(Clone, Copy)]
enum Unit {
    Nanos,
    Bytes,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), rows: Vec::new() }
    }

    /// A time, with its ratio to another one, and the fuel.
    pub(crate) fn time(
        &mut self,
        what: impl Into<String>,
        sample: &Sample,
        base: Option<&Sample>,
        fuel: Option<u64>,
    ) {
        self.rows.push(Row {
            what: what.into(),
            unit: Unit::Nanos,
            median: sample.median(),
            best: Some(sample.best()),
            ratio: base.map(|base| sample.over(base)),
            fuel,
        });
    }

    /// A size.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn bytes(&mut self, what: impl Into<String>, bytes: u64) {
        self.rows.push(Row {
            what: what.into(),
            unit: Unit::Bytes,
            median: bytes as f64,
            best: None,
            ratio: None,
            fuel: None,
        });
    }

    fn lines(&self) -> Vec<String> {
        let heads = ["", "median", "best", "ratio", "fuel"].map(String::from);
        let cells: Vec<[String; 5]> =
            std::iter::once(heads).chain(self.rows.iter().map(Row::cells)).collect();
        let width = |column: usize| {
            let lengths =
                cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            lengths.max().unwrap_or(0)
        };
        let [what, median, best, ratio, fuel] = [0, 1, 2, 3, 4].map(width);
        let line = |[a, b, c, d, e]: &[String; 5]| {
            format!("  {a:<what$}  {b:>median$}  {c:>best$}  {d:>ratio$}  {e:>fuel$}")
                .trim_end()
                .to_owned()
        };
        cells.iter().map(line).collect()
    }
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let figure = |value: f64| match self.unit {
            Unit::Nanos => duration(value),
            Unit::Bytes => format!("{} B", thousands(value)),
        };
        [
            self.what.clone(),
            figure(self.median),
            self.best.map(figure).unwrap_or_default(),
            self.ratio.map(|ratio| format!("{ratio:.1} ×")).unwrap_or_default(),
            self.fuel.map(thousands_of).unwrap_or_default(),
        ]
    }

    fn json(&self) -> Value {
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        json!({
            "what": self.what,
            "unit": match self.unit { Unit::Nanos => "ns", Unit::Bytes => "bytes" },
            "median": rounded(self.median),
            "best": self.best.map(rounded),
            "ratio": self.ratio.map(rounded),
            "fuel": self.fuel,
        })
    }
}

impl Report {
    pub(crate) fn new(quick: bool, silent: bool) -> Self {
        let report = Self { quick, silent, tables: Vec::new() };
        report.say(&format!(
            "component {} B, {} cores{}",
            thousands_of(component_bytes()),
            cores(),
            if quick { "; quick: figures are rough" } else { "" }
        ));
        report
    }

    /// Adds a table and prints it.
    pub(crate) fn add(&mut self, table: &Table) {
        self.say(&format!("\n{}\n{}", table.title, table.lines().join("\n")));
        let rows: Vec<Value> = table.rows.iter().map(Row::json).collect();
        self.tables.push(json!({ "title": table.title, "rows": rows }));
    }

    /// All figures, for programs.
    pub(crate) fn json(&self) -> String {
        let all = json!({
            "component_bytes": component_bytes(),
            "cores": cores(),
            "quick": self.quick,
            "tables": self.tables,
        });
        format!("{all:#}")
    }

    fn say(&self, text: &str) {
        if !self.silent {
            println!("{text}");
        }
    }
}

fn component_bytes() -> u64 {
    u64::try_from(despertador_component::COMPONENT.len()).unwrap_or(u64::MAX)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn duration(nanos: f64) -> String {
    match nanos {
        n if n < 100.0 => format!("{n:.1} ns"),
        n if n < 10_000.0 => format!("{} ns", thousands(n)),
        n if n < 10_000_000.0 => format!("{:.1} µs", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures for people")]
fn thousands(value: f64) -> String {
    thousands_of(value.round() as u64)
}

/// A number with thousands separators: `1,234,567`.
fn thousands_of(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
