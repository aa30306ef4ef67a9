//! What `init` asks and writes into a policy, in Spanish, Portuguese and English. Each language is
//! one table; a sentence that is missing from one of them does not compile.

use crate::language::Language;

/// The sentences of one language; `{0}`, `{1}` stand for values.
pub(super) struct Words {
    pub(super) departments: &'static str,
    pub(super) any: &'static str,
    /// The channels.
    pub(super) channel: &'static str,
    pub(super) none: &'static str,
    /// How it is written.
    pub(super) hours: &'static str,
    pub(super) hours_example: &'static str,
    pub(super) zone: &'static str,
    pub(super) default_zone: &'static str,
    pub(super) schedule: &'static str,
    pub(super) close_after: &'static str,
    pub(super) never: &'static str,
    pub(super) how_many: &'static str,
    /// The most.
    pub(super) not_so_many: &'static str,
    /// Number.
    pub(super) first_reminder: &'static str,
    /// Number.
    pub(super) next_reminder: &'static str,
    /// Number.
    pub(super) text: &'static str,
    pub(super) default_text: &'static str,
    pub(super) further_text: &'static str,
    pub(super) closing_text: &'static str,
    pub(super) again: &'static str,
    pub(super) too_early: &'static str,
    /// The command that began the policy.
    pub(super) begun: &'static str,
    /// The file.
    pub(super) look: &'static str,
    /// What stands beside a key.
    pub(super) comments: &'static [(&'static str, &'static str)],
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Words {
        match language {
            Language::Spanish => &ES,
            Language::Portuguese => &PT,
            Language::English | Language::All => &EN,
        }
    }
}

const ES: Words = Words {
    departments: "¿De qué departamentos es la regla? Separe los nombres con comas",
    any: "cualquiera",
    channel: "¿En qué canal está la cuenta? ({0})",
    none: "ninguno",
    hours: "¿Cuentan solo las horas de atención? Escríbalas como «{0}»",
    hours_example: "lun-vie 09:00-18:00, sáb 09:00-13:00",
    zone: "¿En qué zona horaria?",
    default_zone: "America/Bogota",
    schedule: "atención",
    close_after: "¿Después de cuánto silencio se cierra el ticket? (15 min, 1 h 30 min, 2 d; «nunca»)",
    never: "nunca",
    how_many: "¿Cuántos recordatorios antes?",
    not_so_many: "escriba un número de 0 a {0}",
    first_reminder: "Recordatorio {0}: ¿después de cuánto silencio?",
    next_reminder: "Recordatorio {0}: ¿cuánto después del anterior?",
    text: "Recordatorio {0}: ¿qué lee el cliente?",
    default_text: "¿Sigues allí? Estamos aquí para ayudarte.",
    further_text: "Quedamos a la espera de su respuesta.",
    closing_text: "¿Qué se le dice al cliente al cerrar?",
    again: "otra vez",
    too_early: "las respuestas terminaron antes de tiempo; no se escribió nada",
    begun: "Empezada con `{0}`. Las claves que empiezan con // son comentarios. Pruébela con `despertador check`.",
    look: "véala con `despertador check {0}`",
    comments: &[
        ("version", "Su nombre para esta versión; las explicaciones la citan."),
        ("enabled", "false: todo queda apagado."),
        ("language", "El idioma de las notas de cierre: es, pt o en."),
        ("channel", "El canal de la cuenta: los textos se comprueban según lo que admite."),
        ("zone", "La zona horaria de los horarios."),
        ("schedules", "Horarios de atención, por nombre."),
        ("open", "Por día de la semana, de mon a sun; varias franjas van en una lista."),
        ("holidays", "Días cerrados: una fecha, o un día de cada año."),
        ("sending-windows", "Cuándo se puede escribir a un cliente, en la hora de donde está."),
        ("per-day", "Mensajes al día como máximo."),
        ("per-week", "Mensajes en siete días como máximo."),
        ("days-apart", "Días entre un mensaje y el siguiente, como mínimo."),
        ("outside", "Un cierre fuera de esas horas: silent, sin texto, o wait, espera."),
        ("rules", "Una regla por grupo de departamentos; \"any\" es la de los demás."),
        ("name", "Cómo llaman a la regla las explicaciones y las notas de cierre."),
        ("departments", "Una lista de departamentos, o \"any\"."),
        ("count-from", "Desde qué momento se cuenta el tiempo."),
        ("only-after-agent", "Nada ocurre antes de que un agente haya escrito."),
        ("ai-agent-counts", "El mensaje de un agente de IA cuenta como el de un agente."),
        ("business-hours", "Solo cuenta el tiempo abierto de este horario."),
        ("sending-window", "Los recordatorios se atienen a estas horas y cantidades."),
        ("close-after", "Cuándo se cierra el ticket: 15 min, 1 h 30 min, 2 d."),
        (
            "reminders",
            "after: el tiempo desde el anterior, o desde que empieza la cuenta; before-close: el tiempo antes del cierre. Todos juntos, menos que close-after.",
        ),
        ("snooze", "Qué hace un aplazamiento con el reloj: pause, ignore o start-on-wake."),
        ("after-reopening", "Cuándo vuelve a correr el reloj de un ticket reabierto."),
        ("typing", "Cuánto espera un cierre a un cliente que escribe."),
        ("close", "En qué consiste el cierre."),
        ("notice", "Lo que muestra la conversación."),
        ("closing-text", "Un último mensaje para el cliente."),
        ("category", "La categoría de la nota de cierre."),
        ("tags", "Etiquetas que recibe el ticket."),
        ("unassign-after", "Después de qué cierres se libera al agente."),
        ("bot-on-after", "Después de qué cierres vuelve a responder el bot."),
        ("survey", "Si se pregunta al cliente cómo le fue: no, now o later."),
    ],
};

const PT: Words = Words {
    departments: "De quais departamentos é a regra? Separe os nomes com vírgulas",
    any: "qualquer",
    channel: "Em que canal está a conta? ({0})",
    none: "nenhum",
    hours: "Contam só as horas de atendimento? Escreva-as como «{0}»",
    hours_example: "seg-sex 09:00-18:00, sáb 09:00-13:00",
    zone: "Em que fuso horário?",
    default_zone: "America/Sao_Paulo",
    schedule: "atendimento",
    close_after: "Depois de quanto silêncio o ticket é encerrado? (15 min, 1 h 30 min, 2 d; «nunca»)",
    never: "nunca",
    how_many: "Quantos lembretes antes?",
    not_so_many: "escreva um número de 0 a {0}",
    first_reminder: "Lembrete {0}: depois de quanto silêncio?",
    next_reminder: "Lembrete {0}: quanto depois do anterior?",
    text: "Lembrete {0}: o que o cliente lê?",
    default_text: "Olá, você está aí ainda?",
    further_text: "Continuamos esperando a sua resposta.",
    closing_text: "O que se diz ao cliente ao encerrar?",
    again: "outra vez",
    too_early: "as respostas terminaram antes da hora; nada foi escrito",
    begun: "Começada com `{0}`. As chaves que começam com // são comentários. Verifique-a com `despertador check`.",
    look: "veja-a com `despertador check {0}`",
    comments: &[
        ("version", "O seu nome para esta versão; as explicações a citam."),
        ("enabled", "false: tudo fica desligado."),
        ("language", "O idioma das notas de encerramento: es, pt ou en."),
        ("channel", "O canal da conta: os textos são verificados pelo que ele aceita."),
        ("zone", "O fuso horário dos horários."),
        ("schedules", "Horários de atendimento, por nome."),
        ("open", "Por dia da semana, de mon a sun; vários períodos vão numa lista."),
        ("holidays", "Dias fechados: uma data, ou um dia de cada ano."),
        ("sending-windows", "Quando se pode escrever a um cliente, na hora de onde ele está."),
        ("per-day", "Mensagens por dia, no máximo."),
        ("per-week", "Mensagens em sete dias, no máximo."),
        ("days-apart", "Dias entre uma mensagem e a seguinte, no mínimo."),
        ("outside", "Um encerramento fora dessas horas: silent, sem texto, ou wait, espera."),
        ("rules", "Uma regra por grupo de departamentos; \"any\" é a dos demais."),
        ("name", "Como as explicações e as notas de encerramento chamam a regra."),
        ("departments", "Uma lista de departamentos, ou \"any\"."),
        ("count-from", "A partir de que momento se conta o tempo."),
        ("only-after-agent", "Nada acontece antes de um agente ter escrito."),
        ("ai-agent-counts", "A mensagem de um agente de IA conta como a de um agente."),
        ("business-hours", "Conta só o tempo aberto deste horário."),
        ("sending-window", "Os lembretes seguem estas horas e quantidades."),
        ("close-after", "Quando o ticket é encerrado: 15 min, 1 h 30 min, 2 d."),
        (
            "reminders",
            "after: o tempo desde o anterior, ou desde o começo da contagem; before-close: o tempo antes do encerramento. Todos juntos, menos que close-after.",
        ),
        ("snooze", "O que um adiamento faz com o relógio: pause, ignore ou start-on-wake."),
        ("after-reopening", "Quando o relógio de um ticket reaberto volta a correr."),
        ("typing", "Quanto um encerramento espera por um cliente que digita."),
        ("close", "Em que consiste o encerramento."),
        ("notice", "O que a conversa mostra."),
        ("closing-text", "Uma última mensagem para o cliente."),
        ("category", "A categoria da nota de encerramento."),
        ("tags", "Etiquetas que o ticket recebe."),
        ("unassign-after", "Depois de quais encerramentos o agente é liberado."),
        ("bot-on-after", "Depois de quais encerramentos o bot volta a responder."),
        ("survey", "Se o cliente é perguntado como foi: no, now ou later."),
    ],
};

const EN: Words = Words {
    departments: "Which departments is the rule for? Separate names with commas",
    any: "any",
    channel: "Which channel is the account on? ({0})",
    none: "none",
    hours: "Do only business hours count? Write them as «{0}»",
    hours_example: "mon-fri 09:00-18:00, sat 09:00-13:00",
    zone: "In which time zone?",
    default_zone: "UTC",
    schedule: "business-hours",
    close_after: "After how much silence is a ticket closed? (15 min, 1 h 30 min, 2 d; «never»)",
    never: "never",
    how_many: "How many reminders before?",
    not_so_many: "write a number from 0 to {0}",
    first_reminder: "Reminder {0}: after how much silence?",
    next_reminder: "Reminder {0}: how long after the one before?",
    text: "Reminder {0}: what does the customer read?",
    default_text: "Are you still there? We are here to help.",
    further_text: "We are still waiting for your answer.",
    closing_text: "What is the customer told at the close?",
    again: "again",
    too_early: "the answers ended too early; nothing was written",
    begun: "Begun with `{0}`. Keys that begin with // are comments. Try it with `despertador check`.",
    look: "look at it with `despertador check {0}`",
    comments: &[
        ("version", "Your name for this version; explanations quote it."),
        ("enabled", "false: everything is off."),
        ("language", "The language of closing notes: es, pt or en."),
        ("channel", "The account's channel: texts are checked against what it takes."),
        ("zone", "The time zone of schedules."),
        ("schedules", "Opening hours, by name."),
        ("open", "By day of the week, mon to sun; several openings go into a list."),
        ("holidays", "Closed days: a date, or a day of every year."),
        ("sending-windows", "When a customer may be written to, on the clocks where they are."),
        ("per-day", "The most messages a day."),
        ("per-week", "The most messages in seven days."),
        ("days-apart", "The least number of days between two messages."),
        ("outside", "A close outside of these hours: silent, without its text, or wait."),
        ("rules", "One rule for each group of departments; \"any\" is that of the others."),
        ("name", "What explanations and closing notes call the rule."),
        ("departments", "A list of departments, or \"any\"."),
        ("count-from", "The moment that time is counted from."),
        ("only-after-agent", "Nothing happens before an agent has written."),
        ("ai-agent-counts", "An AI agent's message counts as an agent's."),
        ("business-hours", "Only the open time of this schedule counts."),
        ("sending-window", "Reminders keep to these hours and numbers."),
        ("close-after", "When the ticket is closed: 15 min, 1 h 30 min, 2 d."),
        (
            "reminders",
            "after: the time since the one before, or since counting began; before-close: the time before the close. All together, less than close-after.",
        ),
        ("snooze", "What a snooze does to the clock: pause, ignore or start-on-wake."),
        ("after-reopening", "When the clock of a reopened ticket runs again."),
        ("typing", "How long a close waits for a customer who types."),
        ("close", "What the close consists of."),
        ("notice", "What the conversation shows."),
        ("closing-text", "A last message to the customer."),
        ("category", "The category of the closing note."),
        ("tags", "Tags that the ticket is given."),
        ("unassign-after", "After which closes the agent is taken off."),
        ("bot-on-after", "After which closes the bot answers again."),
        ("survey", "Whether the customer is asked how it was: no, now or later."),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_speaks_of_the_same_keys() {
        let keys = |words: &Words| words.comments.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!(keys(&ES), keys(&EN));
        assert_eq!(keys(&PT), keys(&EN));
    }
}
