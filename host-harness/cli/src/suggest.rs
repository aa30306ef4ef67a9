//! `despertador suggest`

use std::collections::BTreeMap;
use std::path::Path;

use despertador_contract::duration;
use despertador_insight::{Suggestion, SuggestionOptions, suggest_for as times};
use serde_json::{Map, Value, json};

use crate::arguments::SuggestArguments;
use crate::events::Unread;
use crate::interrupt::Interrupt;
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, YELLOW, paint};
use crate::table::{Side, columns, percent, thousands, whole};
use crate::{Ended, Unusable, events, written};

/// Minimum number of silences for a department to get its own rule.
const SILENCES_PER_RULE_MIN: u64 = 30;

/// Suggests times, and writes a policy with them.
pub(crate) fn suggest(arguments: &SuggestArguments, as_json: bool) -> Result<Ended, Unusable> {
    let read =
        match events::read(&arguments.events.file, &arguments.events.form, &Interrupt::listen()) {
            Ok(read) => read,
            Err(Unread::Unusable(unusable)) => return Err(unusable),
            Err(Unread::Interrupted(sentence)) => {
                anstream::eprintln!("{sentence}");
                return Ok(Ended::Interrupted);
            }
        };
    let wanted = SuggestionOptions {
        premature_per_mille: arguments.premature.saturating_mul(10),
        window: i64::try_from(arguments.window).unwrap_or(i64::MAX),
    };
    let (all, each) = times(&read.history, wanted).map_err(|error| error.to_string())?;
    let language = Language::chosen();
    let mut rules: Vec<Value> = each
        .iter()
        .filter(|(_, suggestion)| suggestion.silences >= SILENCES_PER_RULE_MIN)
        .filter_map(|(name, suggestion)| rule(name, json!([name]), suggestion, language))
        .collect();
    rules.extend(rule(any(language), json!("any"), &all, language));
    let policy = json!({ "version": "suggested", "language": language.word(), "rules": rules });
    if rules.is_empty() && arguments.output.is_some() {
        return Err(why_none(all.any_judged).into());
    }
    let to_screen = arguments.output.as_deref() == Some(Path::new("-"));
    if let Some(file) = arguments.output.as_deref().filter(|_| !to_screen) {
        written::write(file, format!("{policy:#}\n"), arguments.force)?;
    }
    if to_screen {
        anstream::println!("{policy:#}");
    } else if as_json {
        let departments: Map<String, Value> =
            each.iter().map(|(name, suggestion)| (name.clone(), as_value(suggestion))).collect();
        anstream::println!(
            "{:#}",
            json!({ "all": as_value(&all), "departments": departments, "policy": policy })
        );
    } else {
        events::print(&read, &arguments.events);
        table(&all, &each, arguments);
        if let Some(file) = &arguments.output {
            written::say(file, false, json!({}));
        }
    }
    Ok(if all.close_after.is_some() { Ended::Well } else { Ended::WithFindings })
}

fn any(language: Language) -> &'static str {
    match language {
        Language::Spanish => "Los demás",
        Language::Portuguese => "Os demais",
        Language::English | Language::All => "All others",
    }
}

fn text(language: Language) -> &'static str {
    match language {
        Language::Spanish => {
            "¿Sigue ahí? Si no tenemos respuesta, cerraremos esta conversación en {{time-left}}."
        }
        Language::Portuguese => {
            "Você ainda está aí? Sem resposta, encerraremos esta conversa em {{time-left}}."
        }
        Language::English | Language::All => {
            "Are you still there? Without an answer we will close this conversation in {{time-left}}."
        }
    }
}

/// A closing rule with the suggested times.
fn rule(name: &str, departments: Value, times: &Suggestion, language: Language) -> Option<Value> {
    let mut rule = json!({
        "name": name, "departments": departments, "close-after": shown(times.close_after?),
    });
    if let (Some(after), Some(members)) = (times.remind_after, rule.as_object_mut()) {
        let reminder = json!({ "after": shown(after), "text": text(language) });
        members.insert("reminders".into(), json!([reminder]));
    }
    Some(rule)
}

fn shown(milliseconds: i64) -> String {
    duration::show(u64::try_from(milliseconds).unwrap_or_default())
}

/// Why no time is suggested, and what to do.
fn why_none(any_judged: bool) -> String {
    if any_judged {
        tr!(
            "no time keeps that rate; allow more closes to be premature with --premature",
            "ningún tiempo mantiene esa tasa; permita más cierres prematuros con --premature",
            "nenhum tempo mantém essa taxa; permita mais encerramentos prematuros com --premature"
        )
    } else {
        tr!(
            "no close can be judged: the history ends before the window of the first one does; take a longer \
             history or a shorter --window",
            "no se puede juzgar ningún cierre: el historial termina antes que la ventana del primero; tome un \
             historial más largo o un --window más corto",
            "nenhum encerramento pode ser julgado: o histórico termina antes da janela do primeiro; tome um \
             histórico mais longo ou um --window mais curto"
        )
    }
}

fn table(all: &Suggestion, each: &BTreeMap<String, Suggestion>, arguments: &SuggestArguments) {
    let mut cells = vec![vec![
        String::new(),
        tr!("silences", "silencios", "silêncios"),
        tr!("half answer in", "la mitad responde en", "metade responde em"),
        tr!("nine of ten in", "nueve de diez en", "nove de dez em"),
        tr!("remind after", "recordar tras", "lembrar após"),
        tr!("close after", "cerrar tras", "encerrar após"),
        tr!("premature", "prematuros", "prematuros"),
        tr!("true rate", "tasa real", "taxa real"),
    ]];
    let or_none = |time: Option<i64>| time.map_or_else(|| "–".into(), shown);
    let minutes =
        |time: i64| duration::show(whole(u64::try_from(time).unwrap_or_default(), 60_000));
    let row = |name: String, s: &Suggestion| {
        vec![
            name,
            thousands(s.silences),
            s.answers.map_or_else(|| "–".into(), |(half, _)| minutes(half)),
            s.answers.map_or_else(|| "–".into(), |(_, most)| minutes(most)),
            or_none(s.remind_after),
            or_none(s.close_after),
            s.close_after.map_or_else(
                || "–".into(),
                |_| {
                    let (premature, closes) = (thousands(s.premature), thousands(s.closes));
                    tr!(
                        "{premature} of {closes}",
                        "{premature} de {closes}",
                        "{premature} de {closes}"
                    )
                },
            ),
            s.close_after.map_or_else(
                || "–".into(),
                |_| {
                    let (low, high) = (percent(s.between.0), percent(s.between.1));
                    tr!("{low} to {high}", "{low} a {high}", "{low} a {high}")
                },
            ),
        ]
    };
    cells.push(row(tr!("all", "todos", "todos"), all));
    let few = |s: &Suggestion| s.silences < SILENCES_PER_RULE_MIN;
    cells.extend(each.iter().map(|(name, s)| {
        let name = if few(s) {
            tr!("{name} (few)", "{name} (pocos)", "{name} (poucos)")
        } else {
            name.clone()
        };
        row(name, s)
    }));
    let sides: Vec<Side> =
        (0..8).map(|column| if column == 0 { Side::Left } else { Side::Right }).collect();
    let dim = [false, false].into_iter().chain(each.values().map(few));
    for ((number, line), dim) in columns(&sides, &cells).into_iter().enumerate().zip(dim) {
        let line = match number {
            0 => paint(BOLD, line),
            _ if dim => paint(DIM, line),
            _ => line,
        };
        anstream::println!("{line}");
    }
    let wanted = tr!(
        "at most {part} % of closes premature: the customer wrote within {window} after them; the true rate lies in \
         the range nine times of ten",
        "como máximo {part} % de cierres prematuros: el cliente escribió en {window} tras ellos; la tasa real está \
         en el rango nueve de cada diez veces",
        "no máximo {part} % de encerramentos prematuros: o cliente escreveu em {window} após eles; a taxa real está \
         no intervalo nove de cada dez vezes",
        part = arguments.premature,
        window = duration::show(arguments.window)
    );
    anstream::println!("{}", paint(DIM, wanted));
    let mut suggestions = std::iter::once(all).chain(each.values());
    if suggestions.all(|suggestion| suggestion.close_after.is_none()) {
        let mut suggestions = std::iter::once(all).chain(each.values());
        let why = why_none(suggestions.any(|suggestion| suggestion.any_judged));
        anstream::println!("{}", paint(YELLOW, why));
    }
}

fn as_value(s: &Suggestion) -> Value {
    json!({
        "silences": s.silences,
        "answers": s.answers.map(|(half, most)| json!({ "half-ms": half, "nine-of-ten-ms": most })),
        "remind-after": s.remind_after.map(shown),
        "close-after": s.close_after.map(shown),
        "closes": s.closes,
        "premature": s.premature,
        "premature-per-mille-between": [s.between.0, s.between.1],
    })
}
