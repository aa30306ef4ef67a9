//! As much of Markdown as the pages of the help use: headings, paragraphs, lists, tables, code,
//! emphasis and links.

use maud::{Markup, PreEscaped, Render, html};

/// The text of the first heading.
pub(super) fn title(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

/// The page without its first heading.
pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().filter(|line| !line.starts_with("# ")).peekable();
    // The id of the next heading.
    let mut id = None;
    while let Some(line) = lines.next() {
        let mut rest = |belongs: fn(&str) -> bool| {
            let mut block = vec![line];
            while let Some(next) = lines.next_if(|next| belongs(next)) {
                block.push(next);
            }
            block
        };
        let markup = if line.trim().is_empty() {
            continue;
        } else if let Some(named) = anchor(line) {
            id = Some(named);
            continue;
        } else if let Some(heading) = line.strip_prefix("## ") {
            html! { h2 id=[id.take()] { (inline(heading)) } }
        } else if let Some((alternative, name)) = picture(line) {
            html! { p { img src={ "/panel/" (name) } alt=(alternative); } }
        } else if let Some(heading) = line.strip_prefix("### ") {
            html! { h3 { (inline(heading)) } }
        } else if line.starts_with("- ") {
            let items = items(&rest(|next| !next.trim().is_empty()), "- ");
            html! { ul { @for item in &items { li { (inline(item)) } } } }
        } else if line.starts_with("1. ") {
            let items = items(&rest(|next| !next.trim().is_empty()), "1. ");
            html! { ol { @for item in &items { li { (inline(item)) } } } }
        } else if line.starts_with('|') {
            table(&rest(|next| next.starts_with('|')))
        } else if line.starts_with("```") {
            let mut code = Vec::new();
            for next in lines.by_ref() {
                if next.starts_with("```") {
                    break;
                }
                code.push(next);
            }
            html! { pre tabindex="0" { code { (code.join("\n")) } } }
        } else {
            let block = rest(|next| !next.trim().is_empty());
            html! { p { (inline(&block.join(" "))) } }
        };
        markup.render_to(&mut out);
    }
    out
}

/// The id in a comment before a heading: `<!-- times -->`.
fn anchor(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")
}

/// A picture on a line of its own: its alternative text, and its file's name.
fn picture(line: &str) -> Option<(&str, &str)> {
    let (alternative, place) = line.strip_prefix("![")?.strip_suffix(')')?.split_once("](")?;
    Some((alternative, place.rsplit('/').next().unwrap_or(place)))
}

/// The ids of the headings of a page.
#[cfg(test)]
pub(super) fn anchors(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(anchor)
}

/// The items of a list, each with the lines that belong to it.
fn items(lines: &[&str], mark: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in lines {
        let numbered = line.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok());
        let begins =
            if mark == "- " { line.strip_prefix("- ") } else { numbered.map(|(_, rest)| rest) };
        match (begins, items.last_mut()) {
            (None, Some(last)) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (begins, _) => items.push(begins.unwrap_or(line).to_owned()),
        }
    }
    items
}

fn table(lines: &[&str]) -> Markup {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = lines.iter().filter(|line| !line.contains("|---")).map(|line| cells(line));
    let head = rows.next().unwrap_or_default();
    html! {
        div.wide tabindex="0" role="region" aria-label=(head.join(", ")) {
            table {
                thead { tr { @for cell in &head { th scope="col" { (inline(cell)) } } } }
                tbody { @for row in rows { tr { @for cell in &row { td { (inline(cell)) } } } } }
            }
        }
    }
}

/// Code, emphasis and links in a line.
fn inline(text: &str) -> Markup {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        let (before, from) = rest.split_at(at);
        html! { (before) }.render_to(&mut out);
        let (markup, after) = special(from);
        markup.render_to(&mut out);
        rest = after;
    }
    html! { (rest) }.render_to(&mut out);
    PreEscaped(out)
}

/// What begins with a sign, and what comes after it.
fn special(from: &str) -> (Markup, &str) {
    let between = |open: &str, close: &str| from.strip_prefix(open)?.split_once(close);
    if let Some((strong, after)) = between("**", "**") {
        return (html! { strong { (strong) } }, after);
    }
    if let Some((code, after)) = between("`", "`") {
        return (html! { code { (code) } }, after);
    }
    if let Some((label, after)) = between("[", "](")
        && let Some((to, after)) = after.split_once(')')
    {
        let to = to.trim_end_matches(".md");
        return (html! { a href=(to) { (label) } }, after);
    }
    let mut chars = from.chars();
    let sign = chars.next();
    (html! { @if let Some(sign) = sign { (sign) } }, chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_html_and_signs_stay_text() {
        let page = "# Title\n\nOne *two*\n**three** <b>\n\n<!-- here -->\n## Head\n\n![a <b>](../x/y.svg)\n\n- a `x<y`\n  more\n- [b](c.md)\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        assert_eq!(title(page), "Title");
        let html = html(page);
        for part in [
            "<p>One *two* <strong>three</strong> &lt;b&gt;</p>",
            "<h2 id=\"here\">Head</h2>",
            "<p><img src=\"/panel/y.svg\" alt=\"a &lt;b&gt;\"></p>",
            "<li>a <code>x&lt;y</code> more</li>",
            "<li><a href=\"c\">b</a></li>",
            "<ol><li>one</li><li>two</li></ol>",
            "<th scope=\"col\">a</th>",
            "<td>2</td>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
