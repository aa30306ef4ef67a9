//! Reports of a period.

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderName, Method, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::clock_face::show_rfc3339;
use despertador_contract::{Instant, Zone};
use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use crate::account::{self, list, text};
use crate::fields::{Fields, encode, path};
use crate::interface::Call;
use crate::shell::{self, Head, Part, Said, time_of, wide};
use crate::text::{Words, fill};
use crate::visit::{Stop, Visit};

const DAY: i64 = 86_400_000;
/// Days of a report that nobody has chosen a period for.
const USUAL_DAYS: i64 = 30;

/// A period as its form says it.
struct Wanted {
    /// The first day.
    since: String,
    /// The last day.
    until: String,
    department: String,
    window: String,
}

impl Wanted {
    fn of(fields: &Fields, zone: &Zone, now: Instant) -> Wanted {
        let day = |at: Instant| zone.show(at).chars().take(10).collect::<String>();
        let own = |name: &str| fields.filled(name).map(str::to_owned);
        Wanted {
            since: own("since")
                .unwrap_or_else(|| day(now.saturating_sub(USUAL_DAYS.saturating_mul(DAY)))),
            until: own("until").unwrap_or_else(|| day(now)),
            department: own("department").unwrap_or_default(),
            window: own("window").unwrap_or_else(|| "24 h".into()),
        }
    }

    /// The query of the interface: from the first midnight to the one after the last day.
    fn query(&self, zone: &Zone) -> String {
        let midnight = |day: &str| zone.instant(format!("{day}T00:00:00").parse().ok()?);
        // The day after is found at noon: a day may have 23 or 25 hours.
        let after = |day: &str| {
            let noon = midnight(day)?.saturating_add(DAY).saturating_add(DAY / 2);
            midnight(zone.show(noon).get(..10)?)
        };
        let shown =
            |at: Option<Instant>, typed: &str| at.map_or_else(|| typed.to_owned(), show_rfc3339);
        let since = shown(midnight(&self.since), &self.since);
        let until = shown(after(&self.until), &self.until);
        let name = zone.name();
        let name = name.strip_prefix("UTC").filter(|offset| !offset.is_empty()).unwrap_or(&name);
        encode([
            ("since", since.as_str()),
            ("until", until.as_str()),
            ("department", self.department.as_str()),
            ("window", self.window.as_str()),
            ("zone", name),
        ])
    }
}

/// The report of a period.
pub(crate) async fn show(
    visit: Visit,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let w = visit.words;
    let zone = account::zone(&visit, &account).await?;
    let typed = query.unwrap_or_default();
    let wanted = Wanted::of(&Fields::parse(typed.as_bytes()), &zone, visit.now);
    let report =
        path(&["v1", "accounts", &account, "reports", "summary"]) + "?" + &wanted.query(&zone);
    let answer = visit.call(Call { accept: "text/html", ..Call::new(Method::GET, report) }).await;
    let csv = path(&["a", &account, "reports", "closed.csv"]) + "?" + &typed;
    let (content, said) = if answer.status.is_success() {
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        (despertador_page::content(&page).unwrap_or_default().to_owned(), None)
    } else {
        let problem = answer.json().err().unwrap_or_default();
        if problem.status == 401 || problem.status == 403 {
            return Err(visit.stop(problem));
        }
        (String::new(), Some(Said::of(w, &problem)))
    };
    let more = match &said {
        None => details(&visit, &account, &wanted, &zone).await?,
        Some(_) => html! {},
    };
    let content = html! {
        form.filters method="get" {
            label { (w.since) input type="date" name="since" value=(wanted.since) required; }
            label { (w.until) input type="date" name="until" value=(wanted.until) required; }
            label { (w.department) input name="department" value=(wanted.department); }
            label { (w.premature_within) input name="window" value=(wanted.window) size="6"; }
            button { (w.apply) }
        }
        p { a href=(csv) { (w.csv) } " " span.quiet { (fill(w.times_at, &[&zone.name()])) } }
        // Our own page of the interface, whose values are escaped already.
        div.report { (PreEscaped(content)) }
        (more)
    };
    Ok(shell::page(
        &visit,
        &Head { title: w.reports, at: Some((&account, Part::Reports)), said },
        &content,
    ))
}

/// At most this many premature closes are listed; the CSV has all.
const PREMATURE_MAX: usize = 100;

/// What the page of the figures does not show: how sure the reminders' figures are, and the tickets
/// that were closed too early.
async fn details(
    visit: &Visit,
    account: &str,
    wanted: &Wanted,
    zone: &Zone,
) -> Result<Markup, Stop> {
    let w = visit.words;
    let report =
        |what| path(&["v1", "accounts", account, "reports", what]) + "?" + &wanted.query(zone);
    let summary = visit.get(report("summary")).await?;
    let closed = visit.get(report("closed")).await?;
    let total = summary.get("total").cloned().unwrap_or_default();
    let premature: Vec<&Value> = list(&closed, "closed")
        .filter(|close| text(close, "premature") == "yes")
        .take(PREMATURE_MAX)
        .collect();
    Ok(html! {
        @if list(&total, "reminders").next().is_some() {
            h2 #sure { (w.live.how_sure) }
            p.quiet { (w.live.how_sure_help) }
            ul { @for reminder in list(&total, "reminders") { li { (rescued(w, reminder)) } } }
        }
        h2 #premature { (w.live.premature) }
        @if premature.is_empty() { p { (w.none) } } @else {
            (wide(w, w.live.premature, &premature_table(w, account, zone, &premature)))
        }
    })
}

fn premature_table(w: &'static Words, account: &str, zone: &Zone, closes: &[&Value]) -> Markup {
    html! { table {
        thead { tr { @for head in [w.customer, w.department, w.live.was_closed_at, w.live.came_back] {
            th scope="col" { (head) }
        } } }
        tbody { @for close in closes {
            @let (ticket, customer) = (text(close, "ticket"), text(close, "customer"));
            tr {
                th scope="row" {
                    a href=(path(&["a", account, "tickets", ticket])) {
                        bdi { (if customer.is_empty() { ticket } else { customer }) }
                    }
                }
                td { bdi { (text(close, "department")) } }
                td { (time_of(zone, Some(text(close, "closed")))) }
                td { @match text(close, "wrote-again") {
                    "" => (time_of(zone, Some(text(close, "reopened")))),
                    wrote => (time_of(zone, Some(wrote))),
                } }
            }
        } }
    } }
}

/// How many customers a reminder has brought back, and between which shares that leaves the rate.
fn rescued(w: &'static Words, reminder: &Value) -> String {
    let number = |name| reminder.get(name).and_then(Value::as_u64).unwrap_or_default();
    let (of, per_mille) = (number("window-passed"), number("answered-per-mille"));
    let name = fill(w.step_reminder, &[&number("number").to_string()]);
    let Some([low, high]) = interval(per_mille, of) else { return format!("{name}: –") };
    let share = |per_mille: u64| format!("{} %", per_mille.saturating_add(5) / 10);
    fill(w.live.rescued, &[&name, &share(per_mille), &of.to_string(), &share(low), &share(high)])
}

/// The 95 % interval of Wilson for a share in thousandths of so many cases; none without cases.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "shares between 0 and 1 in thousandths"
)]
fn interval(per_mille: u64, of: u64) -> Option<[u64; 2]> {
    const Z: f64 = 1.96;
    if of == 0 {
        return None;
    }
    let (share, count) = (per_mille as f64 / 1_000.0, of as f64);
    let scale = 1.0 + Z * Z / count;
    let middle = (share + Z * Z / (2.0 * count)) / scale;
    let spread = share * (1.0 - share) / count + Z * Z / (4.0 * count * count);
    let half = Z * spread.sqrt() / scale;
    let thousandths = |share: f64| (share.clamp(0.0, 1.0) * 1_000.0).round() as u64;
    Some([thousandths(middle - half), thousandths(middle + half)])
}

/// The closes of a period as CSV.
pub(crate) async fn csv(
    visit: Visit,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let zone = account::zone(&visit, &account).await?;
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::of(&fields, &zone, visit.now);
    let closed =
        path(&["v1", "accounts", &account, "reports", "closed"]) + "?" + &wanted.query(&zone);
    let answer = visit.call(Call { accept: "text/csv", ..Call::new(Method::GET, closed) }).await;
    if !answer.status.is_success() {
        return Err(visit.stop(answer.json().err().unwrap_or_default()));
    }
    let mut file = answer.body.into_response();
    let kept: [HeaderName; 2] = [header::CONTENT_TYPE, header::CONTENT_DISPOSITION];
    for name in kept {
        if let Some(value) = answer.headers.get(&name) {
            file.headers_mut().insert(name, value.clone());
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_few_cases_is_less_sure_than_one_of_many() {
        assert_eq!(interval(500, 0), None);
        // Known values of the interval: 5 of 10, 50 of 100, 0 of 10.
        assert_eq!(interval(500, 10), Some([237, 763]));
        assert_eq!(interval(500, 100), Some([404, 596]));
        assert_eq!(interval(0, 10), Some([0, 278]));
        assert_eq!(interval(1_000, 10), Some([722, 1_000]));
    }

    #[test]
    fn days_begin_at_the_accounts_midnight_also_when_clocks_change() {
        let zone = Zone::parse("Europe/Madrid").expect("a zone");
        let fields = Fields::parse(b"since=2026-03-29&until=2026-03-29");
        let wanted = Wanted::of(&fields, &zone, 0);
        let query = Fields::parse(wanted.query(&zone).as_bytes());
        assert_eq!(query.get("since"), "2026-03-28T23:00:00Z");
        assert_eq!(query.get("until"), "2026-03-29T22:00:00Z");
        assert_eq!(query.get("zone"), "Europe/Madrid");
        let utc = Wanted::of(&Fields::default(), &Zone::UTC, 1_772_442_000_000);
        assert_eq!((utc.since.as_str(), utc.until.as_str()), ("2026-01-31", "2026-03-02"));
        // What is no day is the interface's to refuse.
        let odd = Wanted::of(&Fields::parse(b"since=soon"), &Zone::UTC, 0);
        assert!(odd.query(&Zone::UTC).contains("since=soon"));
    }
}
