//! The texts of a simulation.

use despertador_harness::simulation::Invariant;

use crate::language::tr;

/// The text of an invariant.
pub(super) fn promise(invariant: Invariant) -> String {
    match invariant {
        Invariant::WarnedClose => tr!(
            "no ticket is closed before its last reminder had its promised gap",
            "ningún ticket se cierra antes de que su último recordatorio haya tenido el intervalo prometido",
            "nenhum ticket é encerrado antes de o seu último lembrete ter tido o intervalo prometido"
        ),
        Invariant::PatientClose => tr!(
            "no ticket is closed before the time of its rule is over",
            "ningún ticket se cierra antes de que pase el tiempo de su regla",
            "nenhum ticket é encerrado antes de passar o tempo da sua regra"
        ),
        Invariant::CustomersTurn => tr!(
            "nothing is sent or closed while the company owes the answer",
            "nada se envía ni se cierra mientras la empresa debe la respuesta",
            "nada é enviado nem encerrado enquanto a empresa deve a resposta"
        ),
        Invariant::Paused => tr!(
            "nothing is sent or closed on hold, on the telephone, exempt, queued or not open",
            "nada se envía ni se cierra en espera, al teléfono, exento, en cola o sin abrir",
            "nada é enviado nem encerrado em espera, ao telefone, isento, na fila ou não aberto"
        ),
        Invariant::OldCycle => tr!(
            "after a customer's message nothing of the old cycle is done",
            "después de un mensaje del cliente no se hace nada del ciclo anterior",
            "depois de uma mensagem do cliente nada do ciclo anterior é feito"
        ),
        Invariant::Once => tr!(
            "what was reported as done is not asked for again",
            "lo que se informó como hecho no se vuelve a pedir",
            "o que foi informado como feito não é pedido de novo"
        ),
        Invariant::SameAnswer => tr!(
            "asking twice gives the same decision and the same key",
            "preguntar dos veces da la misma decisión y la misma clave",
            "perguntar duas vezes dá a mesma decisão e a mesma chave"
        ),
        Invariant::WakeAhead => tr!(
            "a wake-up is in the future, and at that time it is over",
            "un despertar está en el futuro, y a esa hora ya pasó",
            "um despertar está no futuro, e nessa hora já passou"
        ),
        Invariant::FixedDeadline => tr!(
            "a deadline does not depend on when it is asked for, though a send that is due also needs an open window at that very instant",
            "un plazo no depende de cuándo se pregunta, aunque un envío debido también necesita una ventana abierta en ese mismo instante",
            "um prazo não depende de quando se pergunta, embora um envio devido também precise de uma janela aberta nesse mesmo instante"
        ),
        Invariant::DueFirst => tr!(
            "nothing is done before its deadline",
            "nada se hace antes de su plazo",
            "nada é feito antes do seu prazo"
        ),
        Invariant::ClosedInTheEnd => tr!(
            "a ticket whose customer stays silent is closed in the end",
            "un ticket cuyo cliente sigue en silencio termina cerrado",
            "um ticket cujo cliente continua em silêncio acaba encerrado"
        ),
        Invariant::AnsweredOnce => tr!(
            "what occurs is answered once at most, and under one key",
            "lo que ocurre se responde a lo sumo una vez, y con una sola clave",
            "o que ocorre é respondido no máximo uma vez, e com uma só chave"
        ),
        Invariant::SendingWindow => tr!(
            "nothing is sent outside of the sending window, nor more than a customer may be sent",
            "nada se envía fuera de la ventana de envío, ni más de lo que se puede enviar a un cliente",
            "nada é enviado fora da janela de envio, nem mais do que se pode enviar a um cliente"
        ),
        Invariant::ChannelWindow => tr!(
            "nothing is sent freely outside of the channel's window",
            "nada se envía libremente fuera de la ventana del canal",
            "nada é enviado livremente fora da janela do canal"
        ),
        Invariant::LeftAlone => tr!(
            "nothing is sent to a customer who wants no messages",
            "nada se envía a un cliente que no quiere mensajes",
            "nada é enviado a um cliente que não quer mensagens"
        ),
        Invariant::ToldOnce => tr!(
            "people are notified of a customer who waits for the company, once, and of no other",
            "de un cliente que espera a la empresa se avisa a los responsables, una vez, y de ningún otro",
            "sobre um cliente que espera a empresa os responsáveis são avisados, uma vez, e sobre nenhum outro"
        ),
        Invariant::Replayed => tr!(
            "a fresh instance answers the same calls with the same bytes",
            "una instancia nueva responde a las mismas llamadas con los mismos bytes",
            "uma instância nova responde às mesmas chamadas com os mesmos bytes"
        ),
        Invariant::Damaged => tr!(
            "a damaged memory is a fault and leads to nothing",
            "una memoria dañada es un fallo y no lleva a nada",
            "uma memória danificada é uma falha e não leva a nada"
        ),
        Invariant::Answered => {
            tr!("every call is answered", "cada llamada se responde", "cada chamada é respondida")
        }
    }
}

/// The text of a kind of decision or of an accident.
pub(super) fn of(kind: &str) -> String {
    if let Some(reason) = kind.strip_prefix("rest ") {
        return tr!("rest {reason}", "nada que hacer {reason}", "nada a fazer {reason}");
    }
    match kind {
        "send a reminder" => tr!("send a reminder", "enviar un recordatorio", "enviar um lembrete"),
        "send a reply" => tr!("send a reply", "enviar una respuesta", "enviar uma resposta"),
        "close" => tr!("close", "cerrar", "encerrar"),
        "resolve" => tr!("resolve", "cerrar como resuelto", "encerrar como resolvido"),
        "notify" => tr!("notify", "avisar a los responsables", "avisar os responsáveis"),
        "reopen" => tr!("reopen", "reabrir", "reabrir"),
        "open linked" => tr!("open linked", "abrir otro ticket", "abrir outro ticket"),
        "after close" => {
            tr!("after close", "lo que sigue al cierre", "o que segue o encerramento")
        }
        "wait" => tr!("wait", "esperar", "esperar"),
        "host down" => tr!("host down", "host caído", "host parado"),
        "repeated message" => tr!("repeated message", "mensaje repetido", "mensagem repetida"),
        "change of policy" => tr!("change of policy", "cambio de política", "mudança de política"),
        "clock back" => tr!("clock back", "reloj atrasado", "relógio atrasado"),
        "late tick" => tr!("late tick", "despertar tardío", "despertar tardio"),
        "crash after an action" => {
            tr!("crash after an action", "caída tras una acción", "queda após uma ação")
        }
        "failed delivery" => tr!("failed delivery", "entrega fallida", "entrega com falha"),
        "crash before an answer was stored" => tr!(
            "crash before an answer was stored",
            "caída antes de guardar una respuesta",
            "queda antes de guardar uma resposta"
        ),
        "damaged memory" => tr!("damaged memory", "memoria dañada", "memória danificada"),
        other => other.to_owned(),
    }
}
