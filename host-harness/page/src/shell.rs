//! The frame of every page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use sha2::{Digest, Sha256};

use crate::form::Form;

/// The style of pages and their pictures.
pub const STYLE: &str = concat!(include_str!("page.css"), include_str!("picture.css"));
/// Sorts the tables with `data-sort` by their heads.
pub const SORT_SCRIPT: &str = include_str!("sort.js");
const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("sort.js"));

/// A section of a page: id, heading, content.
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) heading: String,
    pub(crate) content: Markup,
}

/// The hash by which a browser recognises allowed content.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// A whole page. Nothing is loaded from outside, and only this style and this script are allowed.
pub(crate) fn page(form: Form, title: &str, lead: &impl Render, sections: &[Section]) -> String {
    let words = form.words;
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    html! {
        (DOCTYPE)
        html lang=(form.language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { (words.skip) }
                header {
                    h1 { bdi { (title) } }
                    (lead)
                    p.quiet { ((words.clock)(&form.zone())) }
                    @if sections.len() > 3 {
                        nav aria-label=(words.contents) {
                            ul { @for section in sections {
                                li { a href={ "#" (section.id) } { (section.heading) } }
                            } }
                        }
                    }
                }
                main id="content" tabindex="-1" {
                    @for section in sections {
                        section id=(section.id) aria-labelledby={ (section.id) "-h" } {
                            h2 id={ (section.id) "-h" } { (section.heading) }
                            (section.content)
                        }
                    }
                }
                footer { p { (words.made_by) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

const CONTENT: &str = r#"<main id="content" tabindex="-1">"#;

/// What stands between a page's head and foot, for a page that has its own.
#[must_use]
pub fn content(page: &str) -> Option<&str> {
    let (_, from) = page.split_once(CONTENT)?;
    from.rsplit_once("</main>").map(|(content, _)| content)
}

/// Wide content that scrolls by itself and can be reached with the keyboard.
pub(crate) fn wide(form: Form, name: &str, content: &Markup) -> Markup {
    html! {
        div.wide role="region" tabindex="0" aria-label={ (name) ", " (form.words.scrolls) } { (content) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_contract::Language;

    #[test]
    fn nothing_is_let_in_but_what_is_inside() {
        let form = Form::new(Language::English, &crate::form::UTC);
        let page = page(form, "</title><script>", &html! {}, &[]);
        assert!(page.contains("default-src 'none'"));
        assert!(
            !page.contains("unsafe-inline") && !page.contains("http:") && !page.contains("https:")
        );
        assert_eq!(page.matches("<script>").count(), 1, "only our own");
        let section = Section { id: "a", heading: "</main>".into(), content: html! { p { "b" } } };
        let whole = self::page(form, "", &html! {}, &[section]);
        let content = content(&whole).expect("a content");
        assert!(content.starts_with("<section") && content.ends_with("</section>"), "{content}");
        assert_eq!(super::content("<p>"), None);
        // The hashed text is exactly the text between the tags: our texts end neither of them.
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
        assert_eq!(hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }
}
