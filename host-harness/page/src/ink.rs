//! The drawing backend of charts: SVG with classes instead of colours, so that one image works in
//! light and dark mode.

use std::convert::Infallible;
use std::fmt::Write;

use maud::{Render, html};
use plotters::prelude::DrawingBackend;
use plotters::style::{RGBColor, ShapeStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind,
};

/// Drawing units per pixel: the library uses integers, and curves need finer steps.
pub(crate) const PIXEL: i32 = 10;

/// The purpose of a line. The style of the page determines how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ink {
    /// Text, which the library draws by itself.
    Label = 0,
    Axis = 1,
    Grid = 2,
    All = 3,
    Own = 4,
    Range = 5,
    /// A step of a policy.
    Step = 6,
}

const CLASSES: [&str; 7] = ["label", "axis", "grid", "all", "own", "range", "step"];

impl Ink {
    /// The colour that represents it while the library draws.
    pub(crate) fn color(self) -> RGBColor {
        RGBColor(self as u8, 0, 0)
    }

    /// The colour of a policy, by its number.
    pub(crate) fn of_policy(self, number: u8) -> RGBColor {
        RGBColor(self as u8, number, 0)
    }

    pub(crate) fn line(self) -> ShapeStyle {
        ShapeStyle { color: self.color().into(), filled: false, stroke_width: 1 }
    }
}

/// The classes for a colour.
fn class(color: BackendColor, filled: bool) -> String {
    let (ink, policy, _) = color.rgb;
    let name = CLASSES.get(usize::from(ink)).copied().unwrap_or_default();
    let what = if filled { "f" } else { "l" };
    if ink == Ink::Step as u8 {
        format!("{what} {name} p{policy}")
    } else {
        format!("{what} {name}")
    }
}

/// An SVG drawing.
pub(crate) struct Sheet<'s> {
    drawn: &'s mut String,
    size: (u32, u32),
}

impl<'s> Sheet<'s> {
    /// A drawing with this size in units.
    pub(crate) fn new(drawn: &'s mut String, size: (u32, u32)) -> Self {
        Sheet { drawn, size }
    }

    fn draw(&mut self, what: &impl Render) -> Drawn {
        what.render_to(self.drawn);
        Ok(())
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut text = String::new();
    for (x, y) in path {
        // Writing into a `String` cannot fail.
        let _: std::fmt::Result = write!(text, "{x},{y} ");
    }
    text.truncate(text.trim_end().len());
    text
}

impl DrawingBackend for Sheet<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw(&html! { rect class=(class(color, true)) x=(x) y=(y) width="1" height="1" {} })
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
        let class = class(style.color(), fill);
        self.draw(&html! { rect class=(class) x=(left) y=(top) width=(width) height=(height) {} })
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let class = class(style.color(), false);
        self.draw(&html! { polyline class=(class) points=(points(path)) {} })
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.draw(&html! { circle class=(class(style.color(), fill)) cx=(x) cy=(y) r=(radius) {} })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let class = class(style.color(), true);
        self.draw(&html! { polygon class=(class) points=(points(path)) {} })
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let down = match style.anchor().v_pos {
            VPos::Top => "0.8em",
            VPos::Center => "0.35em",
            VPos::Bottom => "-0.2em",
        };
        let class = class(style.color(), true);
        self.draw(
            &html! { text class=(class) x=(x) y=(y) dy=(down) text-anchor=(anchor) { (text) } },
        )
    }

    /// An estimate of the space for a text, because the font is not known.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "labels of some characters"
    )]
    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = text.chars().count() as f64 * style.size() * 0.58;
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}
