//! The texts about imported settings, in Spanish, Portuguese and English.

use despertador_contract::Language;

use super::Code;

/// Comments in the policy; `{0}` … are placeholders for values.
pub(super) struct Comments {
    pub(super) imported: &'static str,
    pub(super) enabled: &'static str,
    pub(super) count_from: &'static str,
    pub(super) only_after_agent: &'static str,
    /// The minutes of the message, and of the close.
    pub(super) reminders: &'static str,
}

impl Comments {
    pub(super) fn of(language: Language) -> &'static Comments {
        match language {
            Language::Spanish => &ES,
            Language::Portuguese => &PT,
            Language::English => &EN,
        }
    }
}

const ES: Comments = Comments {
    imported: "Hecha con los ajustes de Blip Desk: `despertador import blip-settings`.",
    enabled: "AutomaticClosedTicketIsEnabled.",
    count_from: "ResetClientInactivityTimerOnAgentInteraction: true es last-agent-message.",
    only_after_agent: "ExpectInteractionAgent. Aun con false, nunca se cierra mientras el cliente espera.",
    reminders: "InactivityMessageDowntime cuenta desde el mismo momento que MaxClientMinutesDowntime y es menor: {0} de {1} minutos. Aquí se escribe lo que falta hasta el cierre.",
};

const PT: Comments = Comments {
    imported: "Feita com as configurações do Blip Desk: `despertador import blip-settings`.",
    enabled: "AutomaticClosedTicketIsEnabled.",
    count_from: "ResetClientInactivityTimerOnAgentInteraction: true é last-agent-message.",
    only_after_agent: "ExpectInteractionAgent. Mesmo com false, nunca se encerra enquanto o cliente espera.",
    reminders: "InactivityMessageDowntime conta desde o mesmo momento que MaxClientMinutesDowntime e é menor: {0} de {1} minutos. Aqui se escreve o que falta até o encerramento.",
};

const EN: Comments = Comments {
    imported: "Made of the settings of Blip Desk: `despertador import blip-settings`.",
    enabled: "AutomaticClosedTicketIsEnabled.",
    count_from: "ResetClientInactivityTimerOnAgentInteraction: true is last-agent-message.",
    only_after_agent: "ExpectInteractionAgent. Even with false, nothing is closed while the customer waits.",
    reminders: "InactivityMessageDowntime counts from the same moment as MaxClientMinutesDowntime and is less: {0} of {1} minutes. What is written here is what is left until the close.",
};

/// The text of a note; `{0}` and `{1}` are placeholders for values.
pub(super) fn sentence(code: Code, language: Language) -> &'static str {
    let [es, pt, en] = sentences(code);
    match language {
        Language::Spanish => es,
        Language::Portuguese => pt,
        Language::English => en,
    }
}

const fn sentences(code: Code) -> [&'static str; 3] {
    match code {
        Code::NotJson => [
            "no es JSON en la línea {0}, columna {1}; guarde los ajustes como los da Blip",
            "não é JSON na linha {0}, coluna {1}; salve as configurações como o Blip as dá",
            "it is not JSON at line {0}, column {1}; save the settings as Blip gives them",
        ],
        Code::NotAnObject => [
            "no es un objeto; los ajustes se escriben como { \"MaxClientMinutesDowntime\": \"1380\", … }",
            "não é um objeto; as configurações se escrevem como { \"MaxClientMinutesDowntime\": \"1380\", … }",
            "it is not an object; settings are written as { \"MaxClientMinutesDowntime\": \"1380\", … }",
        ],
        Code::NoSettings => [
            "no hay aquí ningún ajuste del cierre automático; se espera al menos `AutomaticClosedTicketIsEnabled`",
            "não há aqui nenhuma configuração do encerramento automático; espera-se ao menos `AutomaticClosedTicketIsEnabled`",
            "there is no setting of the automatic close here; at least `AutomaticClosedTicketIsEnabled` is expected",
        ],
        Code::CommandFailed => [
            "Blip respondió que la consulta falló: {0}; repítala",
            "o Blip respondeu que a consulta falhou: {0}; repita-a",
            "Blip answered that the query failed: {0}; repeat it",
        ],
        Code::BadSwitch => [
            "`{0}` no es ni \"true\" ni \"false\"",
            "`{0}` não é nem \"true\" nem \"false\"",
            "`{0}` is neither \"true\" nor \"false\"",
        ],
        Code::BadMinutes => [
            "`{0}` no es un número entero de minutos; escriba por ejemplo \"1380\"",
            "`{0}` não é um número inteiro de minutos; escreva por exemplo \"1380\"",
            "`{0}` is not a whole number of minutes; write for example \"1380\"",
        ],
        Code::MinutesNotPositive => [
            "`{0}` minutos no es más que 0; escriba por ejemplo \"1380\"",
            "`{0}` minutos não é mais que 0; escreva por exemplo \"1380\"",
            "`{0}` minutes is not more than 0; write for example \"1380\"",
        ],
        Code::MissingMember => [
            "falta `{0}`; escriba un número de minutos, por ejemplo \"1380\"",
            "falta `{0}`; escreva um número de minutos, por exemplo \"1380\"",
            "`{0}` is missing; write a number of minutes, for example \"1380\"",
        ],
        Code::BadText => ["`{0}` no es un texto", "`{0}` não é um texto", "`{0}` is not a text"],
        Code::BadTags => [
            "`{0}` no es una lista de etiquetas; escriba \"[\\\"Inatividade\\\"]\" o \"a, b\"",
            "`{0}` não é uma lista de etiquetas; escreva \"[\\\"Inatividade\\\"]\" ou \"a, b\"",
            "`{0}` is not a list of tags; write \"[\\\"Inatividade\\\"]\" or \"a, b\"",
        ],
        Code::ClosingDisabled => [
            "el cierre automático está apagado en Blip: la política dice \"enabled\": false y no hace nada",
            "o encerramento automático está desligado no Blip: a política diz \"enabled\": false e não faz nada",
            "the automatic close is off in Blip: the policy says \"enabled\": false and does nothing",
        ],
        Code::ClosingNotAllowed => [
            "Blip no admite el cierre con este flujo: a un bloque de atención humana le falta la salida por inactividad; actualícelo y pruebe con `despertador check --exit linked`",
            "o Blip não permite o encerramento com este fluxo: a um bloco de atendimento humano falta a saída por inatividade; atualize-o e verifique com `despertador check --exit linked`",
            "Blip does not allow the close with this flow: a human-assistance block lacks the inactivity exit; update it and try `despertador check --exit linked`",
        ],
        Code::CloseOver90Days => [
            "{0} minutos son más de 90 días, que es lo más que admite una política: se cierra después de 90 días",
            "{0} minutos são mais de 90 dias, que é o máximo de uma política: encerra-se depois de 90 dias",
            "{0} minutes are more than 90 days, the most a policy can have: the close comes after 90 days",
        ],
        Code::CountedFromAnswer => [
            "en Blip el tiempo sigue corriendo desde el mensaje del cliente cuando un agente le responde; aquí se cuenta desde esa respuesta, así que nada llega antes que en Blip",
            "no Blip o tempo segue correndo desde a mensagem do cliente quando um agente responde; aqui se conta desde essa resposta, então nada chega antes que no Blip",
            "in Blip the time runs on from the customer's message when an agent answers it; here it is counted from that answer, so nothing comes sooner than in Blip",
        ],
        Code::MessageSwitchedOff => [
            "el mensaje de aviso está apagado en Blip y se dejó fuera",
            "a mensagem de aviso está desligada no Blip e ficou de fora",
            "the alert is off in Blip and was left out",
        ],
        Code::MessageEmpty => [
            "el mensaje de aviso está vacío y se dejó fuera: el ticket se cierra sin aviso; escriba un recordatorio",
            "a mensagem de aviso está vazia e ficou de fora: o ticket é encerrado sem aviso; escreva um lembrete",
            "the alert is empty and was left out: the ticket is closed without one; write a reminder",
        ],
        Code::MessageNotBeforeClose => [
            "los {0} minutos del aviso no son menos que los {1} del cierre: el aviso se dejó fuera; escriba un recordatorio con \"before-close\"",
            "os {0} minutos do aviso não são menos que os {1} do encerramento: o aviso ficou de fora; escreva um lembrete com \"before-close\"",
            "the {0} minutes of the alert are not less than the {1} of the close: it was left out; write a reminder with \"before-close\"",
        ],
        Code::ImageLeftOut => [
            "la imagen se dejó fuera porque necesita un texto alternativo; añada \"image\" al recordatorio",
            "a imagem ficou de fora porque precisa de um texto alternativo; acrescente \"image\" ao lembrete",
            "the image was left out because it needs an alternative text; add \"image\" to the reminder",
        ],
        Code::PlaceholderChanged => [
            "`{0}` se escribe aquí `{1}`",
            "`{0}` se escreve aqui `{1}`",
            "`{0}` is written `{1}` here",
        ],
        Code::PlaceholderLeftOut => [
            "`{0}` no se conoce aquí y se quitó del texto; lea cómo quedó",
            "`{0}` não é conhecido aqui e foi tirado do texto; leia como ficou",
            "`{0}` is not known here and was removed from the text; check the rest",
        ],
        Code::TagsSwitchedOff => [
            "las etiquetas están apagadas en Blip y se dejaron fuera",
            "as etiquetas estão desligadas no Blip e ficaram de fora",
            "the tags are off in Blip and were left out",
        ],
        Code::TagsEmpty => [
            "no hay ninguna etiqueta: el ticket se cierra sin ellas",
            "não há nenhuma etiqueta: o ticket é encerrado sem elas",
            "there is no tag: the ticket is closed without any",
        ],
        Code::NoCounterpart => [
            "esto lo decide quien usa la política y no la política; no se llevó",
            "isto é decidido por quem usa a política e não pela política; não foi levado",
            "the host decides this, not the policy; it was not converted",
        ],
        Code::UnknownMember => [
            "no se conoce este ajuste y no se llevó{0}",
            "não se conhece esta configuração e ela não foi levada{0}",
            "this setting is not known and was not carried over{0}",
        ],
    }
}

/// A suggestion for a misspelt member.
pub(super) const fn did_you_mean(language: Language) -> &'static str {
    match language {
        Language::Spanish => "; ¿quiso decir `{0}`?",
        Language::Portuguese => "; você quis dizer `{0}`?",
        Language::English => "; did you mean `{0}`?",
    }
}
