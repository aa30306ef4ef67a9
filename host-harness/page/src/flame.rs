//! Flame graphs: where calls spend something that adds up, such as fuel.

use maud::{PreEscaped, html};

use crate::form::{clean, short};

/// Width of the picture, in pixels.
const WIDTH: f64 = 1200.0;
/// Height of a frame with its gap, in pixels.
const ROW: usize = 18;
/// Height of the line with the title, in pixels.
const HEAD: usize = 28;
/// Width of a character, in pixels. Longer names are cut; the tooltip has the whole name.
const CHARACTER: f64 = 7.3;
/// Narrower frames are left out, in pixels.
const NARROWEST: f64 = 0.5;
/// Frames farther inside are left out.
const DEPTH_MAX: usize = 200;
/// Number of colours in `flame.css`.
const COLOURS: usize = 4;

/// A function within its callers.
#[derive(Debug, PartialEq)]
struct Frame<'s> {
    name: &'s str,
    /// Number of callers.
    depth: usize,
    /// Where it begins, and how much is its own and of what it calls.
    from: u64,
    amount: u64,
}

/// Draws stacks as an SVG image with its own style, in light and dark. A stack has its functions from
/// the outermost to the innermost, and an amount in `unit`. The same stacks give the same image.
#[must_use]
pub fn flame_graph(title: &str, unit: &str, stacks: &[(Vec<&str>, u64)]) -> String {
    let (frames, whole) = frames(stacks);
    let depth = frames.iter().map(|frame| frame.depth.saturating_add(1)).max().unwrap_or(0);
    let height = depth.saturating_mul(ROW).saturating_add(HEAD);
    let scale = |amount: u64| number(amount) / number(whole.max(1)) * WIDTH;
    let drawn = frames.iter().filter(|frame| scale(frame.amount) >= NARROWEST).map(|frame| {
        let (x, width) = (scale(frame.from), scale(frame.amount));
        let y = frame.depth.saturating_mul(ROW).saturating_add(HEAD);
        let percent = number(frame.amount) / number(whole.max(1)) * 100.0;
        let class = format!("c{}", colour(frame.name));
        html! {
            g {
                title { (clean(frame.name)) ": " (frame.amount) " " (unit) (format!(" ({percent:.1} %)")) }
                rect class=(class) x=(format!("{x:.1}")) y=(y) width=(format!("{width:.1}"))
                    height=(ROW.saturating_sub(1)) rx="2" {}
                @if let Some(most) = characters(width) {
                    text x=(format!("{:.1}", x + 4.0)) y=(y.saturating_add(13)) { (short(frame.name, most)) }
                }
            }
        }
    });
    html! {
        svg.flame xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
            width=(WIDTH) height=(height) role="img" aria-label=(clean(title)) {
            style { (PreEscaped(include_str!("flame.css"))) }
            rect.paper width="100%" height="100%" {}
            text.title x="4" y="18" { (clean(title)) ": " (whole) " " (unit) }
            @for frame in drawn { (frame) }
        }
    }
    .into_string()
}

/// The frames of all stacks, callers beside each other in the order of their names, and the sum.
fn frames<'s>(stacks: &[(Vec<&'s str>, u64)]) -> (Vec<Frame<'s>>, u64) {
    let mut stacks: Vec<(&[&str], u64)> = stacks
        .iter()
        .map(|(stack, amount)| (stack.get(..DEPTH_MAX).unwrap_or(stack), *amount))
        .collect();
    stacks.sort_unstable();
    let mut frames = Vec::new();
    let mut running: Vec<Frame<'_>> = Vec::new();
    let mut at = 0_u64;
    for (stack, amount) in stacks.into_iter().chain([(&[][..], 0)]) {
        let same =
            running.iter().zip(stack).take_while(|(frame, name)| frame.name == **name).count();
        // Functions that this stack does not have end here; the innermost one comes first.
        for frame in running.drain(same..).rev() {
            frames.push(Frame { amount: at.saturating_sub(frame.from), ..frame });
        }
        for (depth, name) in stack.iter().enumerate().skip(same) {
            running.push(Frame { name, depth, from: at, amount: 0 });
        }
        at = at.saturating_add(amount);
    }
    (frames, at)
}

/// The number of characters that fit into a frame; none if it is too narrow for a name.
fn characters(width: f64) -> Option<usize> {
    let most = (3..=200_u32).rev().find(|most| f64::from(*most) * CHARACTER + 8.0 <= width)?;
    usize::try_from(most).ok()
}

/// A colour that a function has in every image.
fn colour(name: &str) -> usize {
    name.bytes().map(usize::from).sum::<usize>() % COLOURS
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share of the width is seen to a tenth of a pixel"
)]
fn number(amount: u64) -> f64 {
    amount as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stacks() -> Vec<(Vec<&'static str>, u64)> {
        vec![
            (vec!["tick", "decide", "due"], 300),
            (vec!["message", "decide"], 100),
            (vec!["tick", "decide"], 50),
            (vec!["tick"], 50),
        ]
    }

    #[test]
    fn a_function_is_as_wide_as_what_it_calls() {
        let (mut drawn, whole) = frames(&stacks());
        drawn.sort_by_key(|frame| (frame.depth, frame.from));
        let drawn: Vec<_> =
            drawn.iter().map(|it| (it.name, it.depth, it.from, it.amount)).collect();
        assert_eq!(whole, 500);
        assert_eq!(
            drawn,
            [
                ("message", 0, 0, 100),
                ("tick", 0, 100, 400),
                ("decide", 1, 0, 100),
                ("decide", 1, 150, 350),
                ("due", 2, 200, 300),
            ]
        );
    }

    #[test]
    fn the_image_has_names_and_shares_and_no_markup_of_plugins() {
        let mut stacks = stacks();
        stacks.push((vec!["<script>\u{7}"], 500));
        let svg = flame_graph("quiet", "fuel", &stacks);
        assert!(svg.contains("<title>due: 300 fuel (30.0 %)</title>"), "{svg}");
        assert!(svg.contains("quiet: 1000 fuel"), "{svg}");
        assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script>"), "{svg}");
        assert_eq!(flame_graph("quiet", "fuel", &[]).matches("<g>").count(), 0);
    }

    #[test]
    fn deep_stacks_are_cut() {
        let (drawn, whole) = frames(&[(vec!["again"; 100_000], 7)]);
        assert_eq!((drawn.len(), whole), (DEPTH_MAX, 7));
    }
}
