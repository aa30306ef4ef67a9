//! `despertador check`

use despertador_contract::clock_face::{ClockFace, MONDAY, show_rfc3339};
use despertador_contract::duration;
use despertador_contract::matching::{Conditions, conditions};
use despertador_contract::{Instant, Outline, RuleOutline, Step, StepOutline, Surroundings, Zone};
use despertador_harness::{Engine, ParseError};
use serde_json::{Value, json};

use crate::arguments::{CheckArguments, Start};
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, YELLOW, paint};
use crate::problems::Problems;
use crate::table::{Side, columns};
use crate::{Ended, Unusable, plugin, said, source};

/// Checks a policy: all of its problems, or its steps.
pub(crate) fn check(arguments: &CheckArguments, json: bool) -> Result<Ended, Unusable> {
    let config = source::read(&arguments.policy)?;
    let engine = plugin::load(&arguments.plugin)?;
    let given = &arguments.surroundings;
    let inactivity_exit = match &given.flow {
        None => given.exit.clone(),
        Some(file) => crate::flow::exit_state(file)?,
    };
    let surroundings = Surroundings {
        departments: given.departments.clone(),
        tick_resolution: given.tick_resolution,
        inactivity_exit,
        more: None,
    };
    let clock = Clock::of(arguments.start, Zone::of_policy(&config));
    let conditions = conditions(&config);
    let (problems, outline) = match engine.parse(&config, &surroundings) {
        Ok(mut player) => (
            player.warnings().map_err(|error| error.to_string())?,
            Some(player.outline(clock.start).map_err(|error| error.to_string())?),
        ),
        Err(ParseError::Refused(problems)) => (problems, None),
        Err(ParseError::Broken(sentence)) => return Err(sentence.into()),
    };
    let checked = Checked {
        problems: Problems {
            file: arguments.policy.display().to_string(),
            text: config,
            whole: tr!("the whole policy", "toda la política", "a política inteira"),
            problems,
        },
        outline,
        conditions,
        clock,
    };
    if json {
        anstream::println!("{:#}", checked.as_json());
    } else {
        checked.print(Language::chosen());
    }
    Ok(if checked.outline.is_some() { Ended::Well } else { Ended::WithFindings })
}

struct Checked {
    problems: Problems,
    outline: Option<Outline>,
    /// The conditions of each rule other than departments.
    conditions: Vec<Conditions>,
    clock: Clock,
}

/// The clock for the steps.
struct Clock {
    zone: Zone,
    face: ClockFace,
    start: Instant,
}

impl Clock {
    fn of(start: Start, zone: Zone) -> Clock {
        let (start, face) = match start {
            Start::At(at) => (at, ClockFace::dated()),
            Start::Shown(shown) => {
                let at = zone.of_wall_clock(shown);
                let is_usual = MONDAY.div_euclid(DAY) == shown.div_euclid(DAY);
                let face = if is_usual { ClockFace::default() } else { ClockFace::dated() };
                (at.unwrap_or(shown), face)
            }
        };
        Clock { zone, face, start }
    }

    fn show(&self, at: Instant) -> String {
        self.face.show(self.zone.wall_clock(at))
    }
}

const DAY: i64 = 86_400_000;

impl Checked {
    fn print(&self, language: Language) {
        self.problems.print(language);
        if let Some(outline) = &self.outline {
            self.print_outline(outline);
        }
        self.problems.print_count();
    }

    fn print_outline(&self, outline: &Outline) {
        if !outline.enabled {
            let off = tr!(
                "the policy is switched off",
                "la política está apagada",
                "a política está desligada"
            );
            anstream::println!("{}\n", paint(YELLOW, off));
        }
        let none = Conditions::default();
        for (place, rule) in outline.rules.iter().enumerate() {
            let conditions = self.conditions.get(place).unwrap_or(&none);
            anstream::println!("{}  {}", paint(BOLD, &rule.name), head(rule, conditions));
            let zone = self.clock.zone.name();
            let mut rows = vec![vec![
                String::new(),
                tr!("after the one before", "después del anterior", "depois do anterior"),
                tr!("before the close", "antes del cierre", "antes do encerramento"),
                tr!(
                    "from {start} ({zone})",
                    "desde {start} ({zone})",
                    "a partir de {start} ({zone})",
                    start = self.clock.show(self.clock.start)
                ),
            ]];
            let show = shown(rule);
            for step in &rule.steps {
                let before = step.before_close.filter(|_| step.step != Step::Close);
                rows.push(vec![
                    said::step(&step.step),
                    show(step.after),
                    before.map_or_else(|| "–".into(), show),
                    self.clock.show(step.at),
                ]);
            }
            let lines = columns(&[Side::Left, Side::Right, Side::Right, Side::Right], &rows);
            for (number, line) in lines.iter().enumerate() {
                let line = if number == 0 { paint(DIM, line) } else { line.clone() };
                anstream::println!("  {line}");
            }
            anstream::println!("  {}\n", accumulated(rule));
        }
    }

    fn as_json(&self) -> Value {
        json!({
            "file": self.problems.file,
            "accepted": self.outline.is_some(),
            "problems": self.problems.as_json(),
            "zone": self.clock.zone.name(),
            "outline": self.outline.as_ref().map(|outline| self.outline_json(outline)),
        })
    }

    fn outline_json(&self, outline: &Outline) -> Value {
        let none = Conditions::default();
        let rule = |(place, rule): (usize, &RuleOutline)| {
            let conditions = self.conditions.get(place).unwrap_or(&none);
            let show = shown(rule);
            let step = |step: &StepOutline| {
                json!({
                    "step": despertador_contract::key::render_step(&step.step),
                    "after": show(step.after),
                    "before-close": step.before_close.map(show),
                    "at": show_rfc3339(step.at),
                })
            };
            json!({
                "name": rule.name,
                "departments": rule.departments,
                "tags": conditions.tags,
                "priorities": conditions.priorities,
                "channels": conditions.channels,
                "enabled": rule.enabled,
                "count-from": rule.count_from,
                "business-hours": rule.business_hours,
                "sending-window": rule.sending_window,
                "close-after": rule.close_after.map(show),
                "accumulated": show(rule.accumulated),
                "steps": rule.steps.iter().map(step).collect::<Vec<_>>(),
            })
        };
        json!({
            "version": outline.version,
            "enabled": outline.enabled,
            "rules": outline.rules.iter().enumerate().map(rule).collect::<Vec<_>>(),
        })
    }
}

/// The format of a rule's durations: open time has no days.
fn shown(rule: &RuleOutline) -> fn(u64) -> String {
    if rule.business_hours.is_some() { duration::show_open } else { duration::show }
}

/// The departments and conditions of a rule, and how its time runs.
fn head(rule: &RuleOutline, conditions: &Conditions) -> String {
    let mut head = vec![match rule.departments.as_deref() {
        None => tr!("any department", "cualquier departamento", "qualquer departamento"),
        Some([name]) => tr!("department {name}", "departamento {name}", "departamento {name}"),
        Some(many) => tr!(
            "departments {names}",
            "departamentos {names}",
            "departamentos {names}",
            names = many.join(", ")
        ),
    }];
    let named = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    head.extend(
        named(&conditions.tags)
            .map(|names| tr!("tagged {names}", "con etiqueta {names}", "com etiqueta {names}")),
    );
    head.extend(
        named(&conditions.priorities)
            .map(|names| tr!("priority {names}", "prioridad {names}", "prioridade {names}")),
    );
    head.extend(
        named(&conditions.channels)
            .map(|names| tr!("channel {names}", "canal {names}", "canal {names}")),
    );
    head.push(match rule.count_from.as_str() {
        "last-agent-message" => tr!(
            "counted from the agent's last message",
            "se cuenta desde el último mensaje del agente",
            "conta-se da última mensagem do agente"
        ),
        "first-unanswered-agent-message" => tr!(
            "counted from the agent's first message without an answer",
            "se cuenta desde el primer mensaje del agente sin respuesta",
            "conta-se da primeira mensagem do agente sem resposta"
        ),
        "last-customer-message" => tr!(
            "counted from the customer's last message",
            "se cuenta desde el último mensaje del cliente",
            "conta-se da última mensagem do cliente"
        ),
        other => tr!("counted from {other}", "se cuenta desde {other}", "conta-se de {other}"),
    });
    head.extend(
        rule.business_hours
            .iter()
            .map(|name| tr!("business hours {name}", "horario {name}", "horário {name}")),
    );
    head.extend(rule.sending_window.iter().map(|name| {
        tr!("sending window {name}", "ventana de envío {name}", "janela de envio {name}")
    }));
    if !rule.enabled {
        head.push(paint(YELLOW, tr!("switched off", "apagada", "desligada")));
    }
    head.join(", ")
}

/// The accumulated time compared with the close, with a bar.
fn accumulated(rule: &RuleOutline) -> String {
    const WIDTH: u64 = 20;
    let show = shown(rule);
    let accumulated = show(rule.accumulated);
    let Some(close_after) = rule.close_after else {
        return tr!(
            "accumulated {accumulated}, never closed",
            "acumulado {accumulated}, no se cierra nunca",
            "acumulado {accumulated}, nunca é encerrado"
        );
    };
    let filled =
        rule.accumulated.saturating_mul(WIDTH).checked_div(close_after).unwrap_or(0).min(WIDTH);
    let bar: String = (0..WIDTH).map(|part| if part < filled { '█' } else { '░' }).collect();
    tr!(
        "accumulated {accumulated} of {close} {bar}",
        "acumulado {accumulated} de {close} {bar}",
        "acumulado {accumulated} de {close} {bar}",
        close = show(close_after),
        bar = paint(DIM, bar)
    )
}
