//! `despertador check`

use despertador_contract::clock_face::{ClockFace, show_rfc3339};
use despertador_contract::duration;
use despertador_contract::{Outline, RuleOutline, Step, StepOutline, Surroundings};
use despertador_harness::{Engine, ParseError};
use serde_json::{Value, json};

use crate::arguments::CheckArguments;
use crate::language::Language;
use crate::paint::{BOLD, DIM, YELLOW, paint};
use crate::problems::Problems;
use crate::table::{Side, columns};
use crate::{Ended, Unusable, plugin, source};

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
    let (problems, outline) = match engine.parse(&config, &surroundings) {
        Ok(mut player) => (
            player.warnings().map_err(|error| error.to_string())?,
            Some(player.outline(arguments.start).map_err(|error| error.to_string())?),
        ),
        Err(ParseError::Refused(problems)) => (problems, None),
        Err(ParseError::Broken(sentence)) => return Err(sentence.into()),
    };
    let checked = Checked {
        problems: Problems {
            file: arguments.policy.display().to_string(),
            text: config,
            whole: "the whole policy",
            problems,
        },
        outline,
        face: if despertador_contract::clock_face::MONDAY.div_euclid(86_400_000)
            == arguments.start.div_euclid(86_400_000)
        {
            ClockFace::default()
        } else {
            ClockFace::dated()
        },
        start: arguments.start,
    };
    if json {
        anstream::println!("{:#}", checked.as_json());
    } else {
        checked.print(Language::or_system(arguments.language));
    }
    Ok(if checked.outline.is_some() { Ended::Well } else { Ended::WithFindings })
}

struct Checked {
    problems: Problems,
    outline: Option<Outline>,
    face: ClockFace,
    start: i64,
}

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
            anstream::println!("{}\n", paint(YELLOW, "the policy is switched off"));
        }
        for rule in &outline.rules {
            let departments = departments(rule);
            let mut head = vec![departments];
            head.push(format!("counted from {}", rule.count_from));
            head.extend(rule.business_hours.iter().map(|name| format!("business hours {name}")));
            head.extend(rule.sending_window.iter().map(|name| format!("sending window {name}")));
            if !rule.enabled {
                head.push(paint(YELLOW, "switched off"));
            }
            anstream::println!("{}  {}", paint(BOLD, &rule.name), head.join(", "));
            let mut rows = vec![vec![
                String::new(),
                "after the one before".into(),
                "before the close".into(),
                format!("from {}", self.face.show(self.start)),
            ]];
            for step in &rule.steps {
                let before = step.before_close.filter(|_| step.step != Step::Close);
                rows.push(vec![
                    despertador_contract::key::render_step(&step.step).replace('-', " "),
                    duration::show(step.after),
                    before.map_or_else(|| "–".into(), duration::show),
                    self.face.show(step.at),
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
            "outline": self.outline.as_ref().map(outline_json),
        })
    }
}

fn outline_json(outline: &Outline) -> Value {
    let step = |step: &StepOutline| {
        json!({
            "step": despertador_contract::key::render_step(&step.step),
            "after": duration::show(step.after),
            "before-close": step.before_close.map(duration::show),
            "at": show_rfc3339(step.at),
        })
    };
    let rule = |rule: &RuleOutline| {
        json!({
            "name": rule.name,
            "departments": rule.departments,
            "enabled": rule.enabled,
            "count-from": rule.count_from,
            "business-hours": rule.business_hours,
            "sending-window": rule.sending_window,
            "close-after": rule.close_after.map(duration::show),
            "accumulated": duration::show(rule.accumulated),
            "steps": rule.steps.iter().map(step).collect::<Vec<_>>(),
        })
    };
    json!({
        "version": outline.version,
        "enabled": outline.enabled,
        "rules": outline.rules.iter().map(rule).collect::<Vec<_>>(),
    })
}

fn departments(rule: &RuleOutline) -> String {
    match rule.departments.as_deref() {
        None => "any department".into(),
        Some([one]) => format!("department {one}"),
        Some(many) => format!("departments {}", many.join(", ")),
    }
}

/// The accumulated time beside the close, with a bar.
fn accumulated(rule: &RuleOutline) -> String {
    const WIDTH: u64 = 20;
    let accumulated = duration::show(rule.accumulated);
    let Some(close_after) = rule.close_after else {
        return format!("accumulated {accumulated}, never closed");
    };
    let filled =
        rule.accumulated.saturating_mul(WIDTH).checked_div(close_after).unwrap_or(0).min(WIDTH);
    let bar: String = (0..WIDTH).map(|part| if part < filled { '█' } else { '░' }).collect();
    format!("accumulated {accumulated} of {} {}", duration::show(close_after), paint(DIM, bar))
}
