//! Curves over time, with the steps of policies above them.

use std::convert::Infallible;
use std::ops::Range;

use maud::{Markup, PreEscaped, html};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::form::exact;
use crate::ink::{Ink, PIXEL, Sheet};
use crate::steps::Lane;

/// The chart library failed to draw a chart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a chart cannot be drawn: {}", .0)]
pub struct ChartError(String);

impl From<DrawingAreaErrorKind<Infallible>> for ChartError {
    fn from(error: DrawingAreaErrorKind<Infallible>) -> ChartError {
        ChartError(error.to_string())
    }
}

/// Maximum number of policies with steps in a chart; more lanes could not be distinguished.
pub(crate) const LANES_MAX: usize = 8;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The ticks of the axis. A chart begins at the first and ends at one of the others.
const TICKS: [i64; 10] =
    [10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

/// The minimum length of the axis.
const AXIS_MILLIS_MIN: i64 = DAY;

/// The range of times of all charts on a page, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    end: i64,
}

/// A scale with ticks at familiar times; the library would put them at round numbers.
#[derive(Debug, Clone)]
struct Scale {
    range: Range<f64>,
    ticks: Vec<f64>,
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    #[allow(clippy::cast_possible_truncation, reason = "units on paper")]
    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let part = (value - self.range.start) / (self.range.end - self.range.start);
        (f64::from(limit.0) + f64::from(limit.1.saturating_sub(limit.0)) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // No minor grid lines.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// Number of points in a curve.
const POINTS_PER_CURVE: i32 = 160;

impl Span {
    /// The span that contains all of these times.
    pub(crate) fn over(times: impl IntoIterator<Item = i64>) -> Span {
        let last = times.into_iter().fold(AXIS_MILLIS_MIN, i64::max);
        let end = TICKS.into_iter().find(|tick| *tick >= last);
        Span { end: end.or(TICKS.last().copied()).unwrap_or(AXIS_MILLIS_MIN) }
    }

    fn ticks(self) -> impl Iterator<Item = i64> {
        TICKS.into_iter().filter(move |tick| *tick <= self.end)
    }

    /// The times at which curves are computed, evenly spaced on the axis.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "milliseconds of a year at most"
    )]
    pub(crate) fn times(self) -> Vec<i64> {
        let (from, to) = self.logarithms();
        (0..=POINTS_PER_CURVE)
            .map(|point| {
                (from + (to - from) * f64::from(point) / f64::from(POINTS_PER_CURVE)).exp().round()
                    as i64
            })
            .collect()
    }

    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a year at most")]
    fn logarithms(self) -> (f64, f64) {
        let first = TICKS.first().copied().unwrap_or(SECOND);
        ((first as f64).ln(), (self.end as f64).ln())
    }

    /// The position of a time between the ends, clamped.
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a year at most")]
    fn position(self, time: i64) -> f64 {
        let (from, to) = self.logarithms();
        (time.max(1) as f64).ln().clamp(from, to)
    }
}

/// A curve: the share, from 0 to 1, at each of the span's times; `None` if unknown.
pub(crate) struct Curve {
    pub(crate) ink: Ink,
    pub(crate) parts: Vec<Option<f64>>,
}

/// The contents of a chart.
pub(crate) struct Chart<'c> {
    /// Unique in its page.
    pub(crate) id: &'c str,
    pub(crate) title: &'c str,
    /// The description in words.
    pub(crate) description: &'c str,
    pub(crate) span: Span,
    /// The curves; the last one is drawn on top.
    pub(crate) curves: &'c [Curve],
    /// Lower and upper bounds around the last curve, at each of the span's times.
    pub(crate) range: &'c [Option<(f64, f64)>],
    /// The steps of each policy.
    pub(crate) lanes: &'c [Lane<'c>],
    /// Each policy's own result, from 0 to 1; drawn at its close.
    pub(crate) measured: &'c [Option<f64>],
    /// The end of the share axis. Charts that are compared have the same end.
    pub(crate) top: f64,
    /// Formats shares at the axis.
    pub(crate) percent: &'c dyn Fn(f64) -> String,
}

const WIDTH: i32 = 420;
const PLOT: i32 = 190;
const LANE: i32 = 17;
const LEFT: i32 = 54;
const BELOW: i32 = 24;

/// Pixels in drawing units.
fn px(pixels: i32) -> i32 {
    pixels.saturating_mul(PIXEL)
}

/// The same, unsigned for the library.
fn upx(pixels: i32) -> u32 {
    px(pixels).unsigned_abs()
}

impl Chart<'_> {
    /// The chart as SVG, with a description in words.
    pub(crate) fn svg(&self) -> Result<Markup, ChartError> {
        let lanes = self.lanes.get(..LANES_MAX).unwrap_or(self.lanes);
        let above = LANE.saturating_mul(i32::try_from(lanes.len()).unwrap_or(0)).saturating_add(8);
        let height = above.saturating_add(PLOT).saturating_add(BELOW);
        let mut drawn = String::new();
        self.draw(Sheet::new(&mut drawn, (upx(WIDTH), upx(height))), lanes, above)?;
        let (title, description) = (format!("{}-t", self.id), format!("{}-d", self.id));
        Ok(html! {
            svg.chart viewBox={ "0 0 " (px(WIDTH)) " " (px(height)) } role="img"
                aria-labelledby={ (title) " " (description) } {
                title id=(title) { (self.title) }
                desc id=(description) { (self.description) }
                (PreEscaped(drawn))
            }
        })
    }

    fn draw(&self, sheet: Sheet<'_>, lanes: &[Lane<'_>], above: i32) -> Result<(), ChartError> {
        let root = sheet.into_drawing_area();
        let (from, to) = self.span.logarithms();
        let top = self.top;
        let x_ticks: Vec<i64> = self.span.ticks().collect();
        let places: Vec<f64> = x_ticks.iter().map(|tick| self.span.position(*tick)).collect();
        let y_ticks: Vec<f64> = (0..=4).map(|quarter| top * f64::from(quarter) / 4.0).collect();
        let mut chart = ChartBuilder::on(&root)
            .margin_top(upx(above))
            .margin_right(upx(20))
            .x_label_area_size(upx(BELOW))
            .y_label_area_size(upx(LEFT))
            .build_cartesian_2d(
                Scale { range: from..to, ticks: places },
                Scale { range: 0.0..top, ticks: y_ticks },
            )?;
        let written = |place: &f64| {
            let near = |tick: &&i64| (self.span.position(**tick) - place).abs() < 1e-9;
            x_ticks.iter().find(near).map(|tick| exact(*tick)).unwrap_or_default()
        };
        let ink = Ink::Label.color();
        let label = TextStyle::from(("sans-serif", px(13)).into_font()).color(&ink);
        chart
            .configure_mesh()
            .bold_line_style(Ink::Grid.line())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Axis.line())
            .label_style(label.clone())
            .set_all_tick_mark_size(upx(4))
            .x_label_formatter(&written)
            .y_label_formatter(&|part| (self.percent)(*part))
            .draw()?;

        let at = |time: i64, part: f64| chart.backend_coord(&(self.span.position(time), part));
        for (number, Lane { letter, steps, .. }) in (0_u8..).zip(lanes) {
            let lane = px(LANE.saturating_mul(i32::from(number)).saturating_add(LANE / 2));
            let style = ShapeStyle {
                color: Ink::Step.of_policy(number).into(),
                filled: false,
                stroke_width: 1,
            };
            let name = label.pos(Pos::new(HPos::Right, VPos::Center));
            root.draw(&Text::new(letter.clone(), (px(LEFT.saturating_sub(6)), lane), name))?;
            for time in steps.reminders.iter().copied().chain(steps.close) {
                let (x, bottom) = at(time, 0.0);
                root.draw(&PathElement::new([(x, lane), (x, bottom)], style))?;
            }
            for reminder in &steps.reminders {
                let (x, _) = at(*reminder, 0.0);
                root.draw(&Circle::new((x, lane), px(4), style.filled()))?;
            }
            if let Some(close) = steps.close {
                let ((x, _), half) = (at(close, 0.0), px(5));
                let corners = [
                    (x.saturating_sub(half), lane.saturating_sub(half)),
                    (x.saturating_add(half), lane.saturating_add(half)),
                ];
                root.draw(&Rectangle::new(corners, style.filled()))?;
            }
        }

        let times = self.span.times();
        let place = |time: &i64| self.span.position(*time);
        let known =
            || times.iter().zip(self.range).filter_map(|(time, range)| Some((time, (*range)?)));
        let mut around: Vec<(f64, f64)> =
            known().map(|(time, (_, high))| (place(time), high)).collect();
        let mut lower: Vec<(f64, f64)> =
            known().map(|(time, (low, _))| (place(time), low)).collect();
        lower.reverse();
        around.extend(lower);
        if !around.is_empty() {
            let inside = around.into_iter().map(|(place, part)| (place, part.min(top)));
            let filled = ShapeStyle { filled: true, ..Ink::Range.line() };
            chart.draw_series(std::iter::once(Polygon::new(inside.collect::<Vec<_>>(), filled)))?;
        }
        for curve in self.curves {
            let known = times
                .iter()
                .zip(&curve.parts)
                .map_while(|(time, part)| Some((place(time), (*part)?)));
            chart.draw_series(LineSeries::new(known, curve.ink.line()))?;
        }
        for (number, (lane, measured)) in (0_u8..).zip(lanes.iter().zip(self.measured)) {
            let Some((close, part)) = lane.steps.close.zip(*measured) else { continue };
            let (x, y) = chart.backend_coord(&(self.span.position(close), part.min(self.top)));
            let half = px(6);
            let corners = [
                (x.saturating_sub(half), y),
                (x, y.saturating_sub(half)),
                (x.saturating_add(half), y),
                (x, y.saturating_add(half)),
            ];
            let style = ShapeStyle::from(Ink::Step.of_policy(number)).filled();
            root.draw(&Polygon::new(corners, style))?;
        }
        root.present()?;
        Ok(())
    }
}

/// Bars side by side, each consisting of parts.
pub(crate) struct Bars<'c> {
    /// Unique in its page.
    pub(crate) id: &'c str,
    pub(crate) title: &'c str,
    /// The description in words.
    pub(crate) description: &'c str,
    /// The names of the parts, from below; empty if bars have one part.
    pub(crate) names: &'c [String],
    /// The bars: the label below each, and its parts.
    pub(crate) columns: &'c [(String, Vec<f64>)],
    /// The end of the axis.
    pub(crate) top: f64,
    /// Formats heights at the axis.
    pub(crate) written: &'c dyn Fn(f64) -> String,
}

/// Maximum number of labels below the bars.
const LABELS_MAX: usize = 6;

impl Bars<'_> {
    /// The bars as SVG, with a description in words.
    pub(crate) fn svg(&self) -> Result<Markup, ChartError> {
        let above = LANE.saturating_mul(i32::try_from(self.names.len()).unwrap_or(0));
        let above = above.saturating_add(8);
        let height = above.saturating_add(PLOT).saturating_add(BELOW);
        let mut drawn = String::new();
        self.draw(Sheet::new(&mut drawn, (upx(WIDTH), upx(height))), above)?;
        let (title, description) = (format!("{}-t", self.id), format!("{}-d", self.id));
        Ok(html! {
            svg.chart viewBox={ "0 0 " (px(WIDTH)) " " (px(height)) } role="img"
                aria-labelledby={ (title) " " (description) } {
                title id=(title) { (self.title) }
                desc id=(description) { (self.description) }
                (PreEscaped(drawn))
            }
        })
    }

    fn draw(&self, sheet: Sheet<'_>, above: i32) -> Result<(), ChartError> {
        let root = sheet.into_drawing_area();
        let middle = |place: usize| f64::from(u32::try_from(place).unwrap_or(u32::MAX)) + 0.5;
        let every = self.columns.len().div_ceil(LABELS_MAX).max(1);
        let labels: Vec<(f64, &str)> = self
            .columns
            .iter()
            .enumerate()
            .step_by(every)
            .map(|(place, (name, _))| (middle(place), name.as_str()))
            .collect();
        let y_ticks: Vec<f64> =
            (0..=4).map(|quarter| self.top * f64::from(quarter) / 4.0).collect();
        let mut chart = ChartBuilder::on(&root)
            .margin_top(upx(above))
            .margin_right(upx(20))
            .x_label_area_size(upx(BELOW))
            .y_label_area_size(upx(LEFT))
            .build_cartesian_2d(
                Scale {
                    range: 0.0..middle(self.columns.len()) - 0.5,
                    ticks: labels.iter().map(|(at, _)| *at).collect(),
                },
                Scale { range: 0.0..self.top, ticks: y_ticks },
            )?;
        let written = |place: &f64| {
            let near = |label: &&(f64, &str)| (label.0 - place).abs() < 1e-9;
            labels.iter().find(near).map(|(_, name)| (*name).to_owned()).unwrap_or_default()
        };
        let ink = Ink::Label.color();
        let label = TextStyle::from(("sans-serif", px(13)).into_font()).color(&ink);
        chart
            .configure_mesh()
            .bold_line_style(Ink::Grid.line())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Axis.line())
            .label_style(label.clone())
            .set_all_tick_mark_size(upx(4))
            .x_label_formatter(&written)
            .y_label_formatter(&|height| (self.written)(*height))
            .draw()?;
        for (place, (_, parts)) in self.columns.iter().enumerate() {
            let mut below = 0.0;
            for (number, part) in (0_u8..).zip(parts) {
                let corner = |side: f64, height: f64| {
                    chart.backend_coord(&(middle(place) + side, height.min(self.top)))
                };
                let corners = [corner(-0.4, below), corner(0.4, below + part)];
                let style = ShapeStyle::from(Ink::Step.of_policy(number)).filled();
                if *part > 0.0 {
                    root.draw(&Rectangle::new(corners, style))?;
                }
                below += part;
            }
        }
        // From top to bottom, as they are drawn.
        let last = self.names.len().saturating_sub(1);
        for (number, name) in (0_u8..).zip(self.names) {
            let lane = i32::try_from(last).unwrap_or(0).saturating_sub(i32::from(number));
            let y = px(LANE.saturating_mul(lane).saturating_add(LANE / 2));
            let half = px(5);
            let corners = [
                (px(LEFT).saturating_sub(half), y.saturating_sub(half)),
                (px(LEFT).saturating_add(half), y.saturating_add(half)),
            ];
            let style = ShapeStyle::from(Ink::Step.of_policy(number)).filled();
            root.draw(&Rectangle::new(corners, style))?;
            let text = label.pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(name.clone(), (px(LEFT.saturating_add(12)), y), text))?;
        }
        root.present()?;
        Ok(())
    }
}

/// The end of an axis that contains all of these shares.
pub(crate) fn top(parts: impl IntoIterator<Item = f64>) -> f64 {
    let most = parts.into_iter().fold(0.0, f64::max);
    [0.04, 0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|top| most <= *top).unwrap_or(1.0)
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]
mod tests {
    use super::*;
    use crate::steps::Steps;

    #[test]
    fn a_chart_goes_on_until_everything_is_in_it() {
        assert_eq!(Span::over([]).end, DAY);
        assert_eq!(Span::over([HOUR, DAY + 1]).end, 7 * DAY);
        assert_eq!(Span::over([i64::MAX]).end, 365 * DAY);
        let times = Span::over([]).times();
        assert_eq!((times.first(), times.last()), (Some(&(10 * SECOND)), Some(&DAY)));
        assert!(times.is_sorted());
    }

    #[test]
    fn bars_are_as_high_as_what_they_stand_for() {
        let columns = [("03-01".to_owned(), vec![1.0, 3.0]), ("03-02".to_owned(), vec![0.0, 2.0])];
        let bars = Bars {
            id: "b",
            title: "t",
            description: "<d>",
            names: &["one".to_owned(), "two".to_owned()],
            columns: &columns,
            top: 4.0,
            written: &|height| format!("{height:.0}"),
        };
        let svg = bars.svg().expect("bars").into_string();
        let heights = |class: &str| -> Vec<u32> {
            let begins = format!("<rect class=\"f step {class}\"");
            let all = svg.split(&begins).skip(1);
            let height = |one: &str| one.split("height=\"").nth(1)?.split('"').next()?.parse().ok();
            all.filter_map(height).collect()
        };
        // One each for the names; none for empty parts.
        let (below, above) = (heights("p0"), heights("p1"));
        assert_eq!((below.len(), above.len()), (2, 3), "{svg}");
        let near = |one: u32, other: u32| one.abs_diff(other) <= 2;
        assert!(near(above[0], 3 * below[0]) && near(above[1], 2 * below[0]), "{svg}");
        assert!(svg.contains("&lt;d&gt;") && svg.contains(">03-02<") && svg.contains(">two<"));
    }

    #[test]
    fn curves_and_steps_are_drawn_and_what_they_are_called_is_text() {
        let span = Span::over([]);
        let parts = span.times().into_iter().map(|time| Some(if time < HOUR { 0.0 } else { 0.05 }));
        let chart = Chart {
            id: "c",
            title: "<b>&",
            description: "d",
            span,
            curves: &[Curve { ink: Ink::All, parts: parts.collect() }],
            range: &[],
            lanes: &[Lane {
                letter: "A".into(),
                steps: Steps { reminders: vec![MINUTE, 10 * MINUTE], close: Some(HOUR) },
                rule: None,
            }],
            measured: &[Some(0.03)],
            top: top([0.05, 0.03]),
            percent: &|part| format!("{part:.3}"),
        };
        let svg = chart.svg().expect("a chart").into_string();
        assert_eq!(svg.matches("<circle").count(), 2, "{svg}");
        assert_eq!(svg.matches("<rect").count(), 1, "{svg}");
        assert_eq!(svg.matches("l step p0").count(), 3, "{svg}");
        assert_eq!(svg.matches(r#"<polygon class="f step p0""#).count(), 1, "{svg}");
        assert!(svg.contains("&lt;b&gt;&amp;") && !svg.contains("<b>"));
        assert!(svg.contains("0.100") && !svg.contains("0.200"), "the axis fits the curve: {svg}");
        // The curve rises at the close.
        let curve = svg.split("l all\" points=\"").nth(1).and_then(|rest| rest.split('"').next());
        let heights: Vec<&str> = curve
            .expect("a curve")
            .split(' ')
            .filter_map(|point| Some(point.split_once(',')?.1))
            .collect();
        assert_eq!(heights.len(), 161);
        assert_ne!(heights.first(), heights.last());
    }
}
