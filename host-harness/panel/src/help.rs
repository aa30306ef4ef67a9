//! Help for people who are not programmers: the pages of `docs/es`, `docs/pt` and `docs/en`.

mod markdown;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use despertador_contract::Language;
use maud::{PreEscaped, html};

use crate::shell::{self, Head};
use crate::visit::Visit;

macro_rules! pages {
    ($($topic:literal),*) => {
        &[$((
            $topic,
            [
                include_str!(concat!("../help/es/", $topic, ".md")),
                include_str!(concat!("../help/pt/", $topic, ".md")),
                include_str!(concat!("../help/en/", $topic, ".md")),
            ],
        )),*]
    };
}

/// The topics, each in Spanish, Portuguese and English.
const PAGES: &[(&str, [&str; 3])] =
    pages!["rules", "texts", "hours", "channels", "tickets", "reports"];

fn of(texts: &[&'static str; 3], language: Language) -> &'static str {
    let [spanish, portuguese, english] = *texts;
    match language {
        Language::Spanish => spanish,
        Language::Portuguese => portuguese,
        Language::English => english,
    }
}

/// Whether a page of the help has a place: `rules#times`, or `rules`.
#[cfg(test)]
pub(crate) fn has(place: &str) -> bool {
    let (topic, anchor) = place.split_once('#').unwrap_or((place, ""));
    PAGES.iter().any(|(known, [text, ..])| {
        *known == topic && (anchor.is_empty() || markdown::anchors(text).any(|id| id == anchor))
    })
}

/// The contents of the help.
pub(crate) async fn contents(visit: Visit) -> Response {
    let content = html! {
        ul { @for (topic, texts) in PAGES {
            li { a href={ "/help/" (topic) } { (markdown::title(of(texts, visit.language))) } }
        } }
    };
    shell::page(&visit, &Head { title: visit.words.help, at: None, said: None }, &content)
}

/// One page of the help.
pub(crate) async fn topic(visit: Visit, Path(topic): Path<String>) -> Response {
    let topic = topic.strip_suffix(".md").unwrap_or(&topic);
    let Some((_, texts)) = PAGES.iter().find(|(known, _)| *known == topic) else {
        return Redirect::to("/help").into_response();
    };
    let text = of(texts, visit.language);
    let content = html! {
        p { a href="/help" { "← " (visit.words.help) } }
        div.help { (PreEscaped(markdown::html(text))) }
    };
    shell::page(&visit, &Head { title: markdown::title(text), at: None, said: None }, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_exists_in_every_language_and_links_to_pages_that_exist() {
        for (topic, texts) in PAGES {
            for language in Language::ALL {
                let text = of(texts, language);
                assert!(!markdown::title(text).is_empty(), "{topic}");
                let html = markdown::html(text);
                for link in html.split("href=\"").skip(1) {
                    let to = link.split('"').next().unwrap_or_default();
                    let name = to.trim_end_matches(".md");
                    assert!(PAGES.iter().any(|(known, _)| *known == name), "{topic}: {to}");
                }
                assert_eq!(
                    html.matches("<h2").count(),
                    markdown::html(texts[0]).matches("<h2").count(),
                    "{topic}"
                );
                let anchors: Vec<&str> = markdown::anchors(text).collect();
                assert_eq!(anchors, markdown::anchors(texts[0]).collect::<Vec<_>>(), "{topic}");
                assert_eq!(anchors.len(), html.matches("<h2 id=").count(), "{topic}");
            }
        }
    }
}
