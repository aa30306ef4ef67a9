//! `despertador init`

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use despertador_contract::layout::Node;
use despertador_contract::{Diagnostic, Severity};
use despertador_contract::{duration, facts};
use despertador_harness::{Engine, ParseError};
use despertador_policy::{Channel, REMINDERS_MAX};
use serde_json::{Value, json};

use crate::arguments::{InitArguments, PluginArgument};
use crate::language::Language;
use crate::paint::{DIM, RED, YELLOW, paint};
use crate::{Ended, Unusable, plugin, written};

mod comments;
mod draft;
mod spoken;
mod words;

use comments::commented;
use draft::{Draft, Rule, Timing};
use words::Words;

/// Maximum number of parts of the time to the close; smaller shares are no useful defaults.
const PARTS_MAX: usize = 10_000;

/// Writes a new policy.
pub(crate) fn init(arguments: &InitArguments, as_json: bool) -> Result<Ended, Unusable> {
    let printed = arguments.output == Path::new("-");
    if !printed {
        written::refuse_existing(&arguments.output, arguments.force)?;
    }
    let language = match Language::chosen() {
        Language::All => Language::English,
        one => one,
    };
    let engine = plugin::load(&PluginArgument::default())?;
    let (config, command) = match arguments.preset {
        Some(preset) => {
            let command = format!("despertador init --preset {}", preset.name);
            (preset.config.to_owned(), command)
        }
        None => {
            let draft = if arguments.yes {
                Draft::new(language)
            } else {
                let stdin = std::io::stdin();
                let mut interview = Interview {
                    language,
                    engine: &engine,
                    echo: !stdin.is_terminal(),
                    answers: stdin.lock(),
                    questions: anstream::stderr(),
                    warned: Vec::new(),
                };
                interview.draft()?
            };
            (draft.policy().file(), "despertador init".to_owned())
        }
    };
    let config = commented(&config, &command, language);
    if let Err(problems) = check(&engine, &config)? {
        let words = problems.iter().map(|problem| wording(problem, language));
        return Err(words.collect::<Vec<_>>().join("\n").into());
    }
    if printed {
        anstream::print!("{config}");
        return Ok(Ended::Well);
    }
    written::write(&arguments.output, &config, arguments.force)?;
    let policy: Value = serde_json::from_str(&config).unwrap_or_default();
    written::say(&arguments.output, as_json, json!({ "policy": policy }));
    if !as_json {
        let file = arguments.output.display().to_string();
        anstream::println!("{}", Words::of(language).look.replace("{0}", &file));
    }
    Ok(Ended::Well)
}

/// The warnings of a config, or its problems.
fn check(
    engine: &dyn Engine,
    config: &str,
) -> Result<Result<Vec<Diagnostic>, Vec<Diagnostic>>, Unusable> {
    match engine.parse(config, &facts::no_surroundings()) {
        Ok(mut player) => Ok(Ok(player.warnings().map_err(|error| error.to_string())?)),
        Err(ParseError::Refused(problems)) => Ok(Err(problems)),
        Err(ParseError::Broken(sentence)) => Err(sentence.into()),
    }
}

/// The problem and its help, as text.
fn wording(problem: &Diagnostic, language: Language) -> String {
    let wordings = language.of(&problem.wordings);
    let lines = wordings.iter().map(|wording| format!("{}; {}", wording.text, wording.help));
    lines.collect::<Vec<_>>().join("\n")
}

/// Asks questions and reads the answers.
struct Interview<'e, R, W> {
    language: Language,
    engine: &'e dyn Engine,
    answers: R,
    questions: W,
    /// Whether answers are printed because they are not typed at a terminal.
    echo: bool,
    /// The warnings that were already shown.
    warned: Vec<(String, String)>,
}

impl<R: BufRead, W: Write> Interview<'_, R, W> {
    fn draft(&mut self) -> Result<Draft, Unusable> {
        let words = Words::of(self.language);
        let mut draft = Draft::empty(self.language);
        draft = self.ask(words.departments, words.any, &draft, |draft, answer| {
            draft.change(|rule| rule.departments = departments(answer, words));
            Ok(())
        })?;
        draft = self.account(draft)?;
        loop {
            draft = self.rule(draft)?;
            let is_for_the_rest = draft.rules.last().is_none_or(|rule| rule.departments.is_none());
            if is_for_the_rest {
                return Ok(draft);
            }
            let rules = draft.rules.len();
            draft = self.ask(words.next_rule, words.the_rest, &draft, |draft, answer| {
                if !among(answer, &[words.none, words.no_more, "none", "no"]) {
                    let departments = departments(answer, words);
                    draft.rules.push(Rule { departments, ..Rule::default() });
                }
                Ok(())
            })?;
            if draft.rules.len() == rules {
                return Ok(draft);
            }
        }
    }

    /// Asks what applies to all rules: channel, opening hours, holidays.
    fn account(&mut self, mut draft: Draft) -> Result<Draft, Unusable> {
        let words = Words::of(self.language);
        let channels: Vec<&str> = Channel::NAMED.iter().map(|(word, _)| *word).collect();
        let question = words.channel.replace("{0}", &channels.join(", "));
        draft = self.ask(&question, words.none, &draft, |draft, answer| {
            draft.channel = said(answer, &[words.none, "none"]).map(|c| spoken::channel(&c));
            Ok(())
        })?;
        let question = words.hours.replace("{0}", words.hours_example);
        draft = self.ask(&question, words.none, &draft, |draft, answer| {
            let hours = said(answer, &[words.none, "none"]);
            draft.hours = hours.map(|hours| spoken::week(&hours)).unwrap_or_default();
            Ok(())
        })?;
        if draft.hours.is_empty() {
            return Ok(draft);
        }
        draft = self.ask(words.zone, words.default_zone, &draft, |draft, answer| {
            draft.zone = Some(answer.to_owned());
            Ok(())
        })?;
        let question = words.holidays.replace("{0}", words.holidays_example);
        let language = self.language;
        self.ask(&question, words.none, &draft, |draft, answer| {
            let days = said(answer, &[words.none, "none"]).map(|days| parts(&days));
            draft.holidays =
                days.unwrap_or_default().iter().map(|day| spoken::date(day, language)).collect();
            Ok(())
        })
    }

    /// Asks for the times and texts of the last rule.
    fn rule(&mut self, mut draft: Draft) -> Result<Draft, Unusable> {
        let words = Words::of(self.language);
        let usual = Rule::usual(self.language);
        let default = usual.close_after.as_deref().unwrap_or(words.never);
        draft = self.ask(words.close_after, default, &draft, |draft, answer| {
            let time = said(answer, &[words.never, words.none, "never"]);
            draft.change(|rule| rule.close_after = time.map(|time| spoken::duration(&time)));
            Ok(())
        })?;
        let mut number = usual.reminders.len();
        self.ask(words.how_many, &number.to_string(), &draft, |_, answer| {
            let most = REMINDERS_MAX.to_string();
            let wrong = || words.not_so_many.replace("{0}", &most);
            number = answer.parse().ok().filter(|n| *n <= REMINDERS_MAX).ok_or_else(wrong)?;
            Ok(())
        })?;
        let after = self.share(&draft, number)?;
        for n in 1..=number {
            let (question, text) = if n == 1 {
                (words.first_reminder, words.default_text)
            } else {
                (words.next_reminder, words.further_text)
            };
            let number = n.to_string();
            draft =
                self.ask(&question.replace("{0}", &number), &after, &draft, |draft, answer| {
                    let reminder = (spoken::timing(answer), text.to_owned());
                    draft.change(|rule| rule.reminders.push(reminder));
                    Ok(())
                })?;
            let question = words.text.replace("{0}", &number);
            draft = self.ask(&question, text, &draft, |draft, answer| {
                draft.change(|rule| {
                    if let Some((_, text)) = rule.reminders.last_mut() {
                        answer.clone_into(text);
                    }
                });
                Ok(())
            })?;
        }
        if draft.close_after().is_some() {
            draft = self.ask(words.closing_text, words.none, &draft, |draft, answer| {
                let text = said(answer, &[words.none, "none"]);
                draft.change(|rule| rule.closing_text = text);
                Ok(())
            })?;
        }
        Ok(draft)
    }

    /// A time between steps that leaves room for this many reminders, also in a schedule's open
    /// time, whose days are shorter.
    fn share(&self, draft: &Draft, number: usize) -> Result<String, Unusable> {
        let mut parts = number;
        loop {
            let after = draft::share(draft.close_after(), parts);
            let reminder = (Timing::After(after.clone()), "…".to_owned());
            let mut tried = draft.clone();
            tried.change(|rule| rule.reminders = vec![reminder; number]);
            if parts > PARTS_MAX || check(self.engine, &tried.policy().file())?.is_ok() {
                return Ok(after);
            }
            parts = parts.saturating_mul(2);
        }
    }

    /// Asks until the plugin accepts the policy with this answer.
    fn ask(
        &mut self,
        question: &str,
        default: &str,
        draft: &Draft,
        mut put: impl FnMut(&mut Draft, &str) -> Result<(), String>,
    ) -> Result<Draft, Unusable> {
        let words = Words::of(self.language);
        loop {
            let answer = self.answer(question, default)?;
            let mut next = draft.clone();
            let wrong = match put(&mut next, &answer) {
                Err(sentence) => vec![sentence],
                Ok(()) => match check(self.engine, &next.policy().file())? {
                    Ok(warnings) => {
                        self.warn(&warnings)?;
                        return Ok(next);
                    }
                    Err(problems) => problems
                        .iter()
                        .filter(|problem| !matches!(problem.severity, Severity::Warning))
                        .map(|problem| wording(problem, self.language))
                        .collect(),
                },
            };
            for sentence in wrong {
                self.line(&format!(
                    "  {} {sentence}",
                    paint(RED, format_args!("{}:", words.again))
                ))?;
            }
        }
    }

    fn answer(&mut self, question: &str, default: &str) -> Result<String, Unusable> {
        let words = Words::of(self.language);
        let asked = format!("{question} {} ", paint(DIM, format_args!("[{default}]")));
        self.put(&asked)?;
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).map_err(|error| error.to_string())?;
        if read == 0 {
            self.line("")?;
            return Err(words.too_early.into());
        }
        let answer = line.trim();
        let answer = if answer.is_empty() { default } else { answer };
        if self.echo {
            self.line(answer)?;
        }
        Ok(answer.to_owned())
    }

    /// Shows new warnings, except for a rule that does nothing yet.
    fn warn(&mut self, warnings: &[Diagnostic]) -> Result<(), Unusable> {
        for warning in warnings.iter().filter(|w| w.code != "rule-without-effect") {
            let which = (warning.code.clone(), warning.place.clone());
            if !self.warned.contains(&which) {
                self.warned.push(which);
                let sentence = wording(warning, self.language);
                let word = paint(YELLOW, format_args!("{}:", warning.code));
                self.line(&format!("  {word} {sentence}"))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), Unusable> {
        self.put(&format!("{line}\n"))
    }

    fn put(&mut self, text: &str) -> Result<(), Unusable> {
        let shown = self.questions.write_all(text.as_bytes()).and_then(|()| self.questions.flush());
        shown.map_err(|error| error.to_string().into())
    }
}

/// The departments of a rule; `None` for any.
fn departments(answer: &str, words: &Words) -> Option<Vec<String>> {
    let any = [words.any, words.the_rest, "any", "*"];
    if among(answer, &any) || among(answer, words.all) { None } else { Some(parts(answer)) }
}

fn among(answer: &str, words: &[&str]) -> bool {
    let answer = answer.to_lowercase();
    words.iter().any(|word| *word == answer)
}

/// The answer, unless it is one of the words for nothing.
fn said(answer: &str, nothing: &[&str]) -> Option<String> {
    (!among(answer, nothing)).then(|| answer.to_owned())
}

/// The parts between commas.
fn parts(answer: &str) -> Vec<String> {
    answer.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of the answers, and the questions.
    fn interview(answers: &str, language: Language) -> (Result<String, String>, String) {
        let engine = plugin::load(&PluginArgument::default()).expect("the built-in plugin");
        let mut interview = Interview {
            language,
            engine: &engine,
            echo: true,
            answers: answers.as_bytes(),
            questions: Vec::new(),
            warned: Vec::new(),
        };
        let draft = interview.draft();
        let asked = String::from_utf8(interview.questions).expect("text");
        let config = draft.map(|draft| draft.policy().file()).map_err(|Unusable(why)| why);
        if let Ok(config) = &config {
            let checked = check(&engine, config).expect("an answer");
            assert!(checked.is_ok(), "{config}");
        }
        (config, asked)
    }

    #[test]
    fn enter_takes_the_defaults() {
        for language in [Language::Spanish, Language::Portuguese, Language::English] {
            let (config, _) = interview(&"\n".repeat(20), language);
            assert_eq!(config, Ok(Draft::new(language).policy().file()));
        }
    }

    #[test]
    fn several_rules_with_holidays_and_reminders_before_the_close() {
        let spanish = "soporte, ventas\nWhatsApp\nlunes a viernes de 9 a 18 y sábados 9:00-13:00\n\n\
            25 de diciembre, 1/1, 24 de diciembre de 2026\n20 horas\n2\n1 hora\n\n\
            media hora antes del cierre\n\nHasta pronto\n\
            cobranza\n2 d\n0\n\nlos demás\n1 hora y 30 minutos\n1\n20 minutos\n\n\n";
        let portuguese = "soporte, ventas\nwhatsapp\nsegunda a sexta das 9h às 18h e sábado 9:00-13:00\n\n\
            25 de dezembro, 1/1, 24 de dezembro de 2026\n20 horas\n2\n1 hora\n\n\
            meia hora antes do encerramento\n\nAté logo\n\
            cobranza\n2 dias\n0\n\nos demais\n1 hora e 30 minutos\n1\n20 minutos\n\n\n";
        let english = "soporte, ventas\nWhatsApp\nMonday to Friday 9 to 18 and Saturday 9:00-13:00\n\n\
            December 25, 1/1, December 24 2026\n20 hours\n2\none hour\n\n\
            half an hour before the close\n\nGoodbye\n\
            cobranza\n2 days\n0\n\nthe rest\n1 hour and 30 minutes\n1\n20 minutes\n\n\n";
        for (answers, language) in [
            (spanish, Language::Spanish),
            (portuguese, Language::Portuguese),
            (english, Language::English),
        ] {
            let (config, asked) = interview(answers, language);
            let config: Value = serde_json::from_str(&config.expect(&asked)).expect("a policy");
            assert_eq!(config.get("channel"), Some(&json!("whatsapp")));
            let schedule = config.pointer("/schedules").and_then(Value::as_object);
            let (_, schedule) = schedule.and_then(|all| all.iter().next()).expect("a schedule");
            assert_eq!(
                schedule,
                &json!({
                    "open": { "mon-fri": "09:00-18:00", "sat": "09:00-13:00" },
                    "holidays": ["12-25", "01-01", "2026-12-24"],
                })
            );
            let times = |place: &str| config.pointer(place).cloned().unwrap_or_default();
            assert_eq!(times("/rules/0/departments"), json!(["soporte", "ventas"]));
            assert_eq!(times("/rules/0/close-after"), json!("20 h"));
            assert_eq!(times("/rules/0/reminders/0/after"), json!("1 h"));
            assert_eq!(times("/rules/0/reminders/1/before-close"), json!("30 min"));
            assert_eq!(times("/rules/1/departments"), json!(["cobranza"]));
            assert_eq!(times("/rules/1/reminders"), Value::Null);
            assert_eq!(times("/rules/2/departments"), json!("any"));
            assert_eq!(times("/rules/2/close-after"), json!("1 h 30 min"));
            assert_eq!(times("/rules/2/reminders/0/after"), json!("20 min"));
            assert_eq!(times("/rules/3"), Value::Null);
        }
        // Without a rule for the rest; a department that already has one is asked for again.
        let answers = "ventas\n\n\n2 h\n0\n\nVentas\nno\n";
        let (config, asked) = interview(answers, Language::English);
        let config: Value = serde_json::from_str(&config.expect(&asked)).expect("a policy");
        assert_eq!(config.pointer("/rules/1"), None);
        assert_eq!(asked.matches("again:").count(), 1, "{asked}");
    }

    #[test]
    fn a_wrong_answer_is_asked_for_again_with_the_reason() {
        let answers = "\n\n\nsoon\n1 h\n100\n2\n1 h\n10 min\n \n20 min\n\n\n";
        let (config, asked) = interview(answers, Language::English);
        let config = config.expect("all is answered");
        assert!(config.contains(r#"{ "after": "20 min", "text": "We are still"#), "{config}");
        assert_eq!(asked.matches("again:").count(), 3, "{asked}");
        assert!(asked.contains("from 0 to 99"), "{asked}");
        assert!(asked.contains("`soon`"), "{asked}");
    }

    #[test]
    fn answers_that_end_too_early_make_no_policy() {
        for lines in 0..6 {
            let (config, _) = interview(&"\n".repeat(lines), Language::Spanish);
            let Err(why) = config else { panic!("{lines} lines are not enough") };
            assert!(why.contains("no se escribió nada"), "{why}");
        }
    }

    #[test]
    fn defaults_fit_into_the_open_time_of_a_schedule() {
        let answers = format!("\n\nlunes-viernes 09:00-12:00\n\n\n\n3\n{}", "\n".repeat(9));
        let (config, asked) = interview(&answers, Language::Spanish);
        let config = config.expect("all is answered");
        assert!(config.contains(r#""mon-fri": "09:00-12:00""#), "{config}");
        assert!(!asked.contains("otra vez"), "{asked}");
    }
}
