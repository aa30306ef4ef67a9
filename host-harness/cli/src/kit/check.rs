//! `despertador plugin check`: everything that a plugin owes.

use std::path::{Path, PathBuf};

use despertador_contract::facts::NO_POLICY;
use despertador_contract::{
    Author, Channel, Decision, Instant, Memory, Message, Outcome, Reader, Surroundings, Ticket,
    VERSION, facts,
};
use despertador_harness::component::Sandboxed;
use despertador_harness::conformance::{RULES, Verdict};
use despertador_harness::scenario::Played;
use despertador_host::{CallError, Host, Plugin, Policy, PolicyError, inspect_bytes};
use serde_json::{Value, json};

use super::project::Project;
use super::{CheckArguments, Level, build, suite};
use crate::language::tr;
use crate::paint::{BOLD, DIM, RED, YELLOW, mark, paint};
use crate::table::thousands;
use crate::{Ended, Unusable, plugin, source};

/// A plugin to be checked, and what belongs to it.
struct Subject {
    name: String,
    bytes: Vec<u8>,
    host: Host,
    policy: Option<PathBuf>,
    scenarios: Vec<(String, String)>,
}

/// Builds a plugin and checks it, or checks a component that is there.
pub(super) fn check(arguments: &CheckArguments, json: bool) -> Result<Ended, Unusable> {
    let mut report = Report::new(json);
    let Some(subject) = subject(arguments, json)? else { return Ok(Ended::WithFindings) };
    report.title(&subject.name);
    if let Some(plugin) = look(&mut report, &subject) {
        ask(&mut report, arguments.level, &subject, &plugin)?;
    }
    Ok(report.end(&subject))
}

/// What is to be checked; nothing if it cannot be built, which was said.
fn subject(arguments: &CheckArguments, json: bool) -> Result<Option<Subject>, Unusable> {
    let named = &arguments.plugin;
    if named.is_file() {
        let limits = plugin::limits(Some(named), &arguments.limits)?;
        let bytes = std::fs::read(named).map_err(|error| source::unreadable(named, &error))?;
        return Ok(Some(Subject {
            name: named.display().to_string(),
            bytes,
            host: plugin::host(limits)?,
            policy: arguments.policy.clone(),
            scenarios: Vec::new(),
        }));
    }
    let project = Project::read(named)?;
    let Some(bytes) = build::component_or_say(&project, json)? else { return Ok(None) };
    let own = Some(project.policy()).filter(|policy| policy.is_file());
    Ok(Some(Subject {
        name: project.component().display().to_string(),
        bytes,
        host: plugin::host(arguments.limits.over(project.limits.clone())?)?,
        policy: arguments.policy.clone().or(own),
        scenarios: suite::of_project(&project)?,
    }))
}

/// What can be seen without a policy.
fn look(report: &mut Report, subject: &Subject) -> Option<Plugin> {
    let found = inspect_bytes(&subject.bytes);
    let size = thousands(u64::try_from(found.size).unwrap_or(u64::MAX));
    let loaded = match &found.refusal {
        Some(refusal) => Err(format!("it {refusal}; {}", refusal.help())),
        None => subject.host.load_bytes(&subject.bytes).map_err(|error| error.to_string()),
    };
    report.finding(
        None,
        tr!(
            "{size} bytes; imports nothing and exports the contract {version} with its types",
            "{size} bytes; no importa nada y exporta el contrato {version} con sus tipos",
            "{size} bytes; não importa nada e exporta o contrato {version} com seus tipos",
            size = size,
            version = VERSION,
        ),
        loaded.as_ref().err().cloned(),
    );
    let plugin = loaded.ok()?;
    let described = plugin.describe();
    let expected = format!("despertador:inactivity@{VERSION}");
    let mut wrong = Vec::new();
    if described.contract != expected {
        wrong.push(format!("`contract` is `{}` and not `{expected}`", described.contract));
    }
    if described.name.trim().is_empty() || described.version.trim().is_empty() {
        wrong.push("`name` or `version` is empty".into());
    }
    if described.memory_version == 0 {
        wrong.push("`memory-version` is 0; versions count from 1".into());
    }
    if described.languages.is_empty() {
        wrong.push("`languages` is empty".into());
    }
    report.finding(
        None,
        tr!(
            "describes itself: {name} {version}",
            "se describe: {name} {version}",
            "se descreve: {name} {version}",
            name = described.name,
            version = described.version,
        ),
        Some(wrong.join("; ")).filter(|wrong| !wrong.is_empty()),
    );
    Some(plugin)
}

/// What is found by asking.
fn ask(
    report: &mut Report,
    level: Option<Level>,
    subject: &Subject,
    plugin: &Plugin,
) -> Result<(), Unusable> {
    let surroundings = facts::no_surroundings();
    refuses(report, plugin, &surroundings);
    rests_without_a_policy(report, plugin, &surroundings);
    match &subject.policy {
        None => report.left_out(tr!(
            "the rules that every plugin owes: give a policy of this plugin with --policy",
            "las reglas que todo plugin debe cumplir: indique una política de este plugin con --policy",
            "as regras que todo plugin deve cumprir: indique uma política deste plugin com --policy",
        )),
        Some(file) => {
            let config = source::read_json(file)?;
            let policy = plugin.policy(&config, &surroundings);
            report.finding(
                None,
                tr!("reads {file}", "lee {file}", "lê {file}", file = shown(file)),
                policy.as_ref().err().map(PolicyError::to_string),
            );
            if let Ok(policy) = policy {
                contract(report, &policy);
                growth(report, &policy);
            }
        }
    }
    let engine = Sandboxed::new(plugin.clone());
    if !subject.scenarios.is_empty() {
        report.heading(&tr!("Its scenarios", "Sus escenarios", "Seus cenários"));
    }
    for (name, text) in &subject.scenarios {
        for played in suite::scenarios(name, text, &engine)? {
            report.scenario(name, &played);
        }
    }
    let ours = plugin.policy(OUR_POLICY, &surroundings).is_ok();
    match (level, ours) {
        (Some(Level::Contract), _) | (None, false) => {}
        (Some(Level::Policy), false) => report.finding(
            None,
            tr!(
                "reads policies as docs/policy.md describes them",
                "lee políticas como las describe docs/policy.md",
                "lê políticas como docs/policy.md as descreve",
            ),
            Some("it refuses the simplest of them".into()),
        ),
        (_, true) => {
            report.heading(&tr!(
                "The rules of the policy",
                "Las reglas de la política",
                "As regras da política",
            ));
            for (name, text) in suite::OF_POLICY {
                for played in suite::scenarios(name, text, &engine)? {
                    report.scenario(&format!("{name}.md"), &played);
                }
            }
        }
    }
    Ok(())
}

/// A path without the folder that everybody is in.
fn shown(file: &Path) -> String {
    file.strip_prefix(".").unwrap_or(file).display().to_string()
}

/// A policy in our own language.
const OUR_POLICY: &str = r#"{ "version": "1", "rules": [ { "departments": "any", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "¿Sigues ahí?" } ] } ] }"#;

/// Configs that are none: refused with problems, not with a crash.
fn refuses(report: &mut Report, plugin: &Plugin, surroundings: &Surroundings) {
    let wrong =
        ["", "{", "[]", "null", "{\"no such key\": \"\u{1F4A5}\"}"].iter().find_map(|config| {
            match plugin.policy(config, surroundings) {
                Err(PolicyError::Refused(problems)) => {
                    let worded = problems.iter().all(|problem| {
                        !problem.code.is_empty()
                            && problem.wordings.iter().any(|wording| !wording.text.is_empty())
                    });
                    (problems.is_empty() || !worded)
                        .then(|| format!("`{config}` is refused without a code or a text"))
                }
                Ok(_) => Some(format!("`{config}` is accepted")),
                Err(error) => Some(format!("`{config}`: {error}")),
            }
        });
    report.finding(
        Some("all-problems"),
        tr!(
            "refuses what is no policy, in words",
            "rechaza con palabras lo que no es una política",
            "recusa com palavras o que não é uma política",
        ),
        wrong,
    );
}

/// The config of an account without a policy is read, and nothing is done under it.
fn rests_without_a_policy(report: &mut Report, plugin: &Plugin, surroundings: &Surroundings) {
    const START: Instant = 1_800_000_000_000;
    const LATER: Instant = START + 100 * 86_400_000;
    let ticket = Ticket::open("4711", Channel::WebChat);
    let asked = |policy: &Policy| {
        let mut session = policy.session();
        let mut memory = Memory::new();
        for author in [Author::Customer, Author::Agent] {
            memory = session.on_message(&ticket, &memory, &Message::words(author, START))?.memory;
        }
        session.on_tick(&ticket, &memory, LATER)
    };
    let wrong = match plugin.policy(NO_POLICY, surroundings) {
        Err(error) => Some(format!("`{NO_POLICY}`: {error}")),
        Ok(policy) => match asked(&policy) {
            Err(error) => Some(error.to_string()),
            Ok(Decision { outcome: Outcome::Rest, .. }) => None,
            Ok(_) => Some("a ticket without an answer is acted on".into()),
        },
    };
    let what = tr!(
        "does nothing for an account without a policy",
        "no hace nada para una cuenta sin política",
        "não faz nada para uma conta sem política",
    );
    report.finding(None, what, wrong);
}

/// The rules that every plugin owes.
fn contract(report: &mut Report, policy: &Policy) {
    report.heading(&tr!(
        "The rules that every plugin owes",
        "Las reglas que todo plugin debe cumplir",
        "As regras que todo plugin deve cumprir",
    ));
    let mut crashes = Vec::new();
    for rule in RULES {
        match rule.show(policy) {
            Verdict::Held => report.finding(Some(rule.id), String::new(), None),
            Verdict::NotShown(why) => report.left_out(format!("{}: {why}", rule.id)),
            Verdict::Broken { rule: None, found, conversation } => {
                // One crash ends many conversations.
                if !crashes.contains(&found) {
                    let what = tr!(
                        "answers every call",
                        "responde a toda llamada",
                        "responde a toda chamada",
                    );
                    report.finding(None, what, Some(found.clone()));
                    report.conversation(&conversation);
                    crashes.push(found);
                }
            }
            Verdict::Broken { rule: Some(rule), found, conversation } => {
                report.finding(Some(rule), statement(rule), Some(found));
                report.conversation(&conversation);
            }
        }
    }
}

/// Calls on one instance, after which its memory must have stopped to grow.
const CALLS: u64 = 10_000;

/// Whether an instance keeps more and more.
fn growth(report: &mut Report, policy: &Policy) {
    let title = tr!(
        "{calls} calls on one instance need no more memory",
        "{calls} llamadas en una instancia no necesitan más memoria",
        "{calls} chamadas em uma instância não precisam de mais memória",
        calls = thousands(CALLS),
    );
    let found = match grown(policy) {
        Ok((half, end)) => (end > half).then(|| {
            format!(
                "{} bytes after {} calls, {} after {}: what is kept between calls is lost and costs memory",
                thousands(half),
                thousands(CALLS.div_euclid(2)),
                thousands(end),
                thousands(CALLS)
            )
        }),
        Err(error) => Some(error.to_string()),
    };
    report.finding(None, title, found);
}

/// The memory of an instance after half of the calls and after all.
fn grown(policy: &Policy) -> Result<(u64, u64), CallError> {
    const START: Instant = 1_800_000_000_000;
    let ticket = Ticket::open("4711", Channel::WebChat);
    let reader = Reader { language: "en".into(), utc_offset: 0 };
    let mut session = policy.session();
    let mut half = 0;
    let mut memory = Memory::new();
    for call in 0..CALLS {
        let now = START.saturating_add(Instant::try_from(call).unwrap_or(0).saturating_mul(1_000));
        match call.rem_euclid(4) {
            0 => {
                memory = session
                    .on_message(&ticket, &memory, &Message::words(Author::Customer, now))?
                    .memory
            }
            1 => {
                memory = session
                    .on_message(&ticket, &memory, &Message::words(Author::Agent, now))?
                    .memory
            }
            2 => drop(session.on_tick(&ticket, &memory, now)?),
            _ => drop(session.explain(&ticket, &memory, now, &reader)?),
        }
        if call == CALLS.div_euclid(2) {
            half = session.usage().memory.used;
        }
    }
    Ok((half, session.usage().memory.used))
}

/// What docs/rules.md says a rule is.
fn statement(id: &str) -> String {
    const RULES_PAGE: &str = include_str!("../../rules.md");
    let section = RULES_PAGE.split_once(&format!("\n### {id}\n"));
    let text = section.and_then(|(_, text)| text.trim_start().split_once("\n\n"));
    text.map(|(statement, _)| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .unwrap_or_default()
}

/// Findings as they come, and counts; in JSON, everything at the end.
struct Report {
    passed: u64,
    failed: u64,
    left_out: u64,
    json: Option<Vec<Value>>,
}

impl Report {
    fn new(json: bool) -> Report {
        Report { passed: 0, failed: 0, left_out: 0, json: json.then(Vec::new) }
    }

    fn line(&self, text: &str) {
        if self.json.is_none() {
            anstream::println!("{text}");
        }
    }

    fn title(&self, name: &str) {
        self.line(&paint(BOLD, name));
    }

    fn heading(&self, text: &str) {
        self.line(&paint(BOLD, text));
    }

    /// One thing that was checked, and what is wrong with it, if anything is.
    fn finding(&mut self, rule: Option<&str>, what: String, wrong: Option<String>) {
        let shown: Vec<&str> =
            rule.into_iter().chain(Some(what.as_str()).filter(|what| !what.is_empty())).collect();
        self.line(&format!("  {} {}", mark(wrong.is_none()), shown.join("  ")));
        if let Some(wrong) = &wrong {
            self.line(&format!("      {}", paint(RED, wrong)));
            if let Some(rule) = rule {
                let page = format!("docs/rules.md#{rule}");
                self.line(&format!("      {}", paint(DIM, page)));
            }
        }
        self.count(wrong.is_none());
        if let Some(all) = &mut self.json {
            all.push(
                json!({ "rule": rule, "what": what, "passed": wrong.is_none(), "wrong": wrong }),
            );
        }
    }

    fn count(&mut self, passed: bool) {
        let count = if passed { &mut self.passed } else { &mut self.failed };
        *count = count.saturating_add(1);
    }

    /// What could not be checked, and why.
    fn left_out(&mut self, what: String) {
        self.line(&format!("  {} {what}", paint(YELLOW, "–")));
        self.left_out = self.left_out.saturating_add(1);
        if let Some(all) = &mut self.json {
            all.push(json!({ "what": what, "passed": null }));
        }
    }

    /// How it came to a finding.
    fn conversation(&mut self, lines: &[String]) {
        for line in lines {
            self.line(&format!("        {line}"));
        }
        if let Some(Value::Object(last)) = self.json.as_mut().and_then(|all| all.last_mut()) {
            last.insert("conversation".into(), lines.into());
        }
    }

    fn scenario(&mut self, file: &str, played: &Played) {
        let passed = played.passed();
        self.line(&format!("  {} {}", mark(passed), played.heading));
        for failure in &played.failures {
            self.line(&format!("    {}", paint(RED, format_args!("{file}:{}", failure.line))));
            for line in failure.to_string().lines() {
                self.line(&format!("      {line}"));
            }
        }
        self.count(passed);
        if let Some(all) = &mut self.json {
            let failures: Vec<Value> = played
                .failures
                .iter()
                .map(|failure| json!({ "line": failure.line, "expected": failure.expected, "got": failure.got }))
                .collect();
            all.push(json!({
                "scenario": played.heading, "file": file, "line": played.line, "passed": passed,
                "failures": failures,
            }));
        }
    }

    fn end(self, subject: &Subject) -> Ended {
        let (passed, failed, left_out) = (self.passed, self.failed, self.left_out);
        if let Some(all) = self.json {
            let sha256 = inspect_bytes(&subject.bytes).sha256.to_string();
            anstream::println!(
                "{:#}",
                json!({
                    "plugin": subject.name, "sha256": sha256, "passed": passed, "failed": failed,
                    "left-out": left_out, "checks": all,
                })
            );
        } else {
            let style = if failed == 0 { crate::paint::GREEN } else { RED };
            let end = tr!(
                "{passed} passed, {failed} failed, {left_out} left out",
                "{passed} bien, {failed} mal, {left_out} sin revisar",
                "{passed} certo, {failed} errado, {left_out} sem verificar",
                passed = passed,
                failed = failed,
                left_out = left_out,
            );
            anstream::println!("{}", paint(style, end));
        }
        if failed == 0 { Ended::Well } else { Ended::WithFindings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_suite_has_its_statement() {
        for rule in RULES {
            assert!(!statement(rule.id).is_empty(), "docs/rules.md has no rule `{}`", rule.id);
        }
        assert!(statement("one-action").starts_with("One decision holds one action"));
    }
}
