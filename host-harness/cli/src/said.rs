//! Steps and decisions in words.

use despertador_contract::{Decision, Instant, Outcome, Step, Zone};

use crate::language::tr;

/// A step of a rule.
pub(crate) fn step(step: &Step) -> String {
    match step {
        Step::Reminder(number) => {
            tr!("reminder {number}", "recordatorio {number}", "lembrete {number}")
        }
        Step::Close => tr!("close", "cierre", "encerramento"),
        Step::Resolve => {
            tr!("close as settled", "cierre como resuelto", "encerramento como resolvido")
        }
        Step::AfterClose => {
            tr!("what follows the close", "lo que sigue al cierre", "o que segue o encerramento")
        }
        Step::Notify => {
            tr!(
                "note to the people in charge",
                "aviso a los responsables",
                "aviso aos responsáveis"
            )
        }
        Step::Reopen => tr!("reopening", "reapertura", "reabertura"),
        Step::OpenLinked => tr!("a new ticket", "un ticket nuevo", "um ticket novo"),
        Step::Reply(number) => tr!(
            "automatic reply {number}",
            "respuesta automática {number}",
            "resposta automática {number}"
        ),
        Step::Other(name) => name.clone(),
    }
}

/// The outcome of a decision in words, with the times of a zone; the explanation gives the reason.
pub(crate) fn decision(decision: &Decision, zone: &Zone) -> String {
    let shown = |at: Instant| zone.show(at);
    match &decision.outcome {
        Outcome::Act(action) => {
            let (step, due) = (step(&action.key.step), shown(action.due));
            tr!("{step}, due {due}", "{step}, debido {due}", "{step}, devido {due}")
        }
        Outcome::Wait(wake) => {
            let (step, until) = (step(&wake.step), shown(wake.until));
            tr!(
                "wait until {until}: {step}",
                "esperar hasta {until}: {step}",
                "esperar até {until}: {step}"
            )
        }
        Outcome::Rest => tr!("nothing to do", "nada que hacer", "nada a fazer"),
        Outcome::Other(name) => name.clone(),
    }
}
