//! The parts of a page that are renewed while somebody types.

/// The elements that are marked with `data-live` and say something. The page is our own: well-formed,
/// with double quotes, and without live parts in one another.
pub(super) fn parts(page: &str) -> String {
    let mut parts = String::new();
    let mut rest = page;
    while let Some(mark) = rest.find(" data-live>") {
        let (before, from) = rest.split_at(mark);
        let begin = before.rfind('<').unwrap_or(mark);
        let name = rest.get(begin..).unwrap_or_default();
        let name = name.trim_start_matches('<').split([' ', '>']).next().unwrap_or_default();
        let inside = from.strip_prefix(" data-live>").unwrap_or_default();
        let end = closing(inside, name);
        let content = inside.get(..end).unwrap_or_default();
        if !content.is_empty() {
            parts.push_str(before.get(begin..).unwrap_or_default());
            parts.push('>');
            parts.push_str(content);
            parts.push_str("</");
            parts.push_str(name);
            parts.push('>');
        }
        rest = inside.get(end..).unwrap_or_default();
    }
    parts
}

/// Where the end of an element begins, after its start.
fn closing(inside: &str, name: &str) -> usize {
    let (opens, closes) = (format!("<{name}"), format!("</{name}>"));
    let (mut depth, mut at) = (0_usize, 0_usize);
    loop {
        let from = inside.get(at..).unwrap_or_default();
        let Some(close) = from.find(&closes) else { return inside.len() };
        let same = |rest: &str| rest.starts_with([' ', '>']);
        let before = from.get(..close).unwrap_or_default();
        let opened = before.match_indices(&opens).filter(|(place, _)| {
            same(before.get(place.saturating_add(opens.len())..).unwrap_or_default())
        });
        depth = depth.saturating_add(opened.count());
        let end = at.saturating_add(close);
        if depth == 0 {
            return end;
        }
        depth = depth.saturating_sub(1);
        at = end.saturating_add(closes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_parts_are_taken_whole_and_empty_ones_are_left_out() {
        let page = r#"<p>x</p><ul class="problems" id="a" data-live></ul>
            <div id="b" class="looks" data-live><div><div>1</div></div><p>2</p></div><div>no</div>
            <span id="c" data-live><span>3</span></span><spanner>no</spanner>
            <ul id="d" data-live><li>4</li></ul>"#;
        assert_eq!(
            parts(page),
            r#"<div id="b" class="looks"><div><div>1</div></div><p>2</p></div><span id="c"><span>3</span></span><ul id="d"><li>4</li></ul>"#
        );
        assert_eq!(parts("<p>none</p>"), "");
    }
}
