//! The SVG picture, from left to right; a block's column is its distance from the root.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::{arrows, in_order, outputs_of_inactivity};
use crate::desk::Close;
use crate::flow::{Block, Flow, Output, Target};

const WIDTH: i64 = 204;
const HEIGHT: i64 = 46;
const COLUMN: i64 = 340;
const ROW: i64 = 70;
const MARGIN: i64 = 24;
/// Maximum number of letters in a line of a box and at an arrow.
const LINE_LETTERS_MAX: usize = 25;

/// The flow as an SVG document. Blocks that wait have square corners, others round ones; the path
/// of inactivity is thick. Only reachable blocks are drawn.
#[must_use]
#[allow(clippy::arithmetic_side_effects, reason = "places of a picture, far from any limit")]
pub fn svg(flow: &Flow) -> String {
    let way = outputs_of_inactivity(flow);
    let blocks = in_order(flow);
    let places = layout(flow, &blocks);
    let lost = blocks
        .iter()
        .any(|block| arrows(block).iter().any(|(output, _)| target(&places, output).is_none()));
    let columns = places.values().map(|(x, _)| *x).max().unwrap_or_default();
    let rows = places.values().map(|(_, y)| *y).max().unwrap_or_default();
    let width = columns + WIDTH + MARGIN + if lost { COLUMN } else { 0 };
    let height = rows + HEIGHT + 2 * MARGIN;

    let mut picture = Picture::default();
    picture.line(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" font-family="system-ui, sans-serif" font-size="13">"#
    ));
    let title = if flow.id.is_empty() { flow.root().name.as_str() } else { flow.id.as_str() };
    picture.line(format_args!("<title>{}</title>", escaped(title)));
    picture.line(format_args!(
        "<desc>{} blocks; the way of a ticket that is closed for inactivity ({}) is drawn thick</desc>",
        blocks.len(),
        Close::Inactivity.status()
    ));
    picture.line(format_args!(r##"<rect width="100%" height="100%" fill="#ffffff"/>"##));
    for (name, color) in [("plain", "#94a3b8"), ("way", "#c2410c")] {
        picture.line(format_args!(
            r#"<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="{color}"/></marker>"#
        ));
    }
    let mut reached: HashSet<&str> = HashSet::new();
    // Elements that are drawn last lie on top.
    for of_the_way in [false, true] {
        for block in &blocks {
            for (output, conditions) in arrows(block) {
                if way.contains(&output.place) == of_the_way {
                    let end = target(&places, output);
                    if of_the_way {
                        reached.extend(output.target.block());
                    }
                    picture.arrow(
                        places.get(block.id.as_str()),
                        end,
                        &conditions,
                        of_the_way,
                        columns,
                    );
                }
            }
        }
    }
    for block in &blocks {
        if let Some(place) = places.get(block.id.as_str()) {
            picture.block(block, *place, reached.contains(block.id.as_str()));
        }
    }
    picture.line(format_args!("</svg>"));
    picture.0
}

type Place = (i64, i64);

fn target<'f>(places: &HashMap<&'f str, Place>, output: &'f Output) -> Option<Place> {
    match &output.target {
        Target::Block(id) => places.get(id.as_str()).copied(),
        Target::Variable(_) | Target::Nowhere => None,
    }
}

/// The positions of the blocks. Within a column, blocks with predecessors further up come first.
#[allow(
    clippy::arithmetic_side_effects,
    reason = "some ten thousand blocks of some hundred pixels"
)]
fn layout<'f>(flow: &'f Flow, blocks: &[&'f Block]) -> HashMap<&'f str, Place> {
    let mut column: HashMap<&str, i64> = HashMap::new();
    let mut columns: Vec<Vec<&Block>> = Vec::new();
    for block in blocks {
        // Blocks come level by level, so the first predecessor is nearest to the root.
        let own = column.get(block.id.as_str()).copied().unwrap_or_default();
        column.insert(&block.id, own);
        let number = usize::try_from(own).unwrap_or_default();
        if columns.len() <= number {
            columns.resize(number + 1, Vec::new());
        }
        if let Some(blocks) = columns.get_mut(number) {
            blocks.push(block);
        }
        for output in block.outputs_in_order() {
            if let Some(next) = output.target.block().and_then(|id| flow.block(id)) {
                column.entry(&next.id).or_insert(own + 1);
            }
        }
    }
    let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
    for block in blocks {
        for next in block.outputs.iter().filter_map(|output| output.target.block()) {
            before.entry(next).or_default().push(&block.id);
        }
    }
    let mut places: HashMap<&str, Place> = HashMap::new();
    for (number, mut blocks) in columns.into_iter().enumerate() {
        let from_above: HashMap<&str, i64> = blocks
            .iter()
            .map(|block| {
                let before = before.get(block.id.as_str()).into_iter().flatten();
                let rows: Vec<i64> =
                    before.filter_map(|id| places.get(id).map(|(_, y)| *y)).collect();
                let count = i64::try_from(rows.len()).unwrap_or(1).max(1);
                (block.id.as_str(), rows.iter().sum::<i64>() / count)
            })
            .collect();
        if number > 0 {
            blocks.sort_by_key(|block| from_above.get(block.id.as_str()).copied());
        }
        for (row, block) in blocks.into_iter().enumerate() {
            let x = MARGIN + i64::try_from(number).unwrap_or_default() * COLUMN;
            let y = MARGIN + i64::try_from(row).unwrap_or_default() * ROW;
            places.insert(&block.id, (x, y));
        }
    }
    places
}

#[derive(Default)]
struct Picture(String);

#[allow(clippy::arithmetic_side_effects, reason = "places of a picture, far from any limit")]
impl Picture {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{text}").expect("writing into a text does not fail");
    }

    fn arrow(
        &mut self,
        from: Option<&Place>,
        to: Option<Place>,
        conditions: &str,
        of_the_way: bool,
        last_column: i64,
    ) {
        let Some((from_x, from_y)) = from.copied() else { return };
        let (color, thickness, opacity, marker) =
            if of_the_way { ("#c2410c", 3, "1", "way") } else { ("#94a3b8", 1, "0.7", "plain") };
        let (start_x, start_y) = (from_x + WIDTH, from_y + HEIGHT / 2);
        let (end_x, end_y, color) = match to {
            Some((x, y)) => (x, y + HEIGHT / 2, color),
            None => (last_column + COLUMN, start_y, "#b91c1c"),
        };
        // Back arrows pass below, so that they are not hidden by boxes.
        let (bend, below) =
            if end_x > start_x { ((end_x - start_x) / 2, 0) } else { (90, ROW * 2 / 3) };
        self.line(format_args!(
            r#"<path d="M{start_x} {start_y}C{} {} {} {} {end_x} {end_y}" fill="none" stroke="{color}" stroke-opacity="{opacity}" stroke-width="{thickness}" marker-end="url(#{marker})"><title>{}</title></path>"#,
            start_x + bend,
            start_y + below,
            end_x - bend,
            end_y + below,
            escaped(conditions)
        ));
        if to.is_none() {
            self.text(end_x + 4, end_y + 4, "#b91c1c", "?");
        }
        if of_the_way && !conditions.is_empty() && to.is_some() {
            let (x, y) = (start_x + 8, start_y - 6);
            self.text(x, y, "#9a3412", &cut(conditions, LINE_LETTERS_MAX));
        }
    }

    fn text(&mut self, x: i64, y: i64, color: &str, text: &str) {
        self.line(format_args!(
            r##"<text x="{x}" y="{y}" fill="{color}" stroke="#ffffff" stroke-width="3" paint-order="stroke" font-size="11">{}</text>"##,
            escaped(text)
        ));
    }

    fn block(&mut self, block: &Block, (x, y): Place, on_the_way: bool) {
        let (fill, stroke, ink) = match (block.is_human_assistance(), on_the_way) {
            (true, _) => ("#e0f2fe", "#0369a1", "#0c4a6e"),
            (false, true) => ("#ffedd5", "#c2410c", "#7c2d12"),
            (false, false) => ("#f8fafc", "#64748b", "#1e293b"),
        };
        let corner = if block.never_waits() { HEIGHT / 2 } else { 4 };
        let thickness = if block.root || block.is_human_assistance() || on_the_way { 2 } else { 1 };
        self.line(format_args!("<g><title>{}</title>", escaped(&block.id)));
        self.line(format_args!(
            r#"<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{corner}" fill="{fill}" stroke="{stroke}" stroke-width="{thickness}"/>"#
        ));
        let lines = lines(&block.name);
        let first = y + HEIGHT / 2 + 4 - if lines.len() > 1 { 8 } else { 0 };
        for (number, line) in lines.iter().enumerate() {
            let y = first + i64::try_from(number).unwrap_or_default() * 16;
            self.line(format_args!(
                r#"<text x="{}" y="{y}" text-anchor="middle" fill="{ink}">{}</text>"#,
                x + WIDTH / 2,
                escaped(line)
            ));
        }
        self.line(format_args!("</g>"));
    }
}

/// A name in one or two lines, broken between words if possible.
fn lines(name: &str) -> Vec<String> {
    let name = name.trim();
    if name.chars().count() <= LINE_LETTERS_MAX {
        return vec![name.to_owned()];
    }
    let head: String = name.chars().take(LINE_LETTERS_MAX).collect();
    let first = head.rsplit_once(' ').map_or(head.as_str(), |(before, _)| before);
    let rest = name.get(first.len()..).unwrap_or_default().trim_start();
    vec![first.to_owned(), cut(rest, LINE_LETTERS_MAX)]
}

fn cut(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other if other.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
