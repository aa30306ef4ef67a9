//! Portuguese.

use super::Words;
use crate::decision::Reason;
use crate::diagnostic::{Code, Shape};

pub(crate) const WORDS: Words = Words {
    closed_by_inactivity: "Ticket encerrado por inatividade",
    customer_inactivity: "Inatividade do cliente",
    incomplete_metadata_notice: "O ticket deve ser encerrado por inatividade, mas há campos obrigatórios vazios. Preencha-os ou encerre-o manualmente.",
    company_silent_notice: "O cliente espera uma resposta da empresa há {0}.",
    closed_as_resolved: "Ticket encerrado: o cliente informa que está resolvido",
    customer_resolved: "Resolvido pelo cliente",
    summary_resolved: "O cliente informou que o assunto está resolvido ({0}).",
    units: [("dia", "dias"), ("hora", "horas"), ("minuto", "minutos")],
    and: " e ",
    summary_rule: "Regra «{0}»: encerramento após {1}, contados desde {2} ({3}).",
    summary_no_reminder: "Nenhum lembrete foi enviado.",
    summary_reminders: "Último lembrete: o {0}, às {1}.",
    summary_due: "O encerramento vencia às {0}.",
    summary_incomplete: "Havia campos obrigatórios vazios ao encerrar.",
    from_last_agent: "a última mensagem do agente",
    from_first_agent: "a primeira mensagem do agente sem resposta",
    from_customer: "a última mensagem do cliente",
    reminder: "o lembrete {0} de {1}",
    the_close: "o encerramento",
    act: "Agora: {0}, que venceu em {1}.",
    act_reply: "Agora: {0} recebe uma resposta automática.",
    the_resolve: "o encerramento que o cliente pediu",
    the_reply: "a resposta automática",
    the_notice: "o aviso aos responsáveis",
    act_notify: "Agora: os responsáveis são avisados de que o encerramento fica retido, porque há campos obrigatórios vazios.",
    act_notify_silent: "Agora: os responsáveis são avisados de que o cliente espera uma resposta.",
    act_reopen: "Agora: o ticket é reaberto.",
    act_open_linked: "Agora: um novo ticket é aberto, vinculado ao encerrado.",
    act_after_close: "Agora: os passos posteriores a um encerramento feito por outra pessoa ou programa.",
    wait: "Nada até {0}; então vence {1}.",
    wait_because: "Nada até {0}; então vence {1}. {2}",
    rest: "Nada é feito. {0}",
    under_rule: "Regra «{0}».",
    under_version: "Versão {0} da política.",
    deadline: "O próximo passo é {0}; vence em {1}.",
    counted_from: "O tempo é contado desde {1}: {0}.",
    unknown_zone: "O fuso horário do cliente, «{0}», não é conhecido: as mensagens com uma janela de envio esperam por uma hora em que ela esteja aberta em todos os fusos horários do país da conta.",
    promised_gap: "Após o último lembrete ({0}) foram prometidos ao cliente {1} antes do encerramento.",
    nothing_remembered: "Ainda não se sabe nada deste ticket.",
    remembered_cycle: "Ciclo {0}.",
    remembered_customer: "O cliente escreveu pela última vez em {0}.",
    remembered_agents: "A empresa respondeu em {0} e pela última vez em {1}; desde então o cliente está em silêncio.",
    remembered_reminder: "O lembrete {0} foi enviado em {1}.",
    remembered_failure: "O lembrete {0} não pôde ser enviado ({1}).",
    remembered_blocked: "O lembrete {0} não pôde ser enviado ({1}): o cliente nos bloqueou ou não existe mais.",
    remembered_typing: "O cliente estava digitando em {0}.",
    remembered_gone: "O visitante saiu do chat em {0}.",
    remembered_pause: "{0}: de {1} até {2}.",
    pause_hold: "Em espera",
    pause_snooze: "Adiado",
    pause_call: "Em chamada",
    pause_queue: "Na fila, sem agente",
    pause_extension: "Mais tempo concedido",
    until_further_notice: "novo aviso",
    remembered_opt_out: "O cliente pediu para não receber mensagens automáticas.",
    remembered_resolved: "O cliente informou que o assunto está resolvido ({0}).",
    remembered_reply: "Falta enviar uma resposta a {0} ({1}).",
    remembered_close: "Encerrado em {0} por {1}.",
    remembered_reopening: "Reaberto em {0}.",
    sources: ["um agente", "o cliente", "inatividade", "o fluxo", "outro programa", "outra pessoa"],
    condition,
    shape,
    problem,
};

fn condition(reason: &Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Reminder(_) => {
            ("O prazo do lembrete venceu.", "O prazo do lembrete ainda não venceu.")
        }
        Reason::Close => {
            ("O prazo do encerramento venceu.", "O prazo do encerramento ainda não venceu.")
        }
        Reason::CustomerTyping => {
            ("O cliente não está digitando.", "O cliente está digitando: o encerramento espera.")
        }
        Reason::IncompleteMetadata => (
            "Não falta nada do que o encerramento exige.",
            "Há campos obrigatórios vazios: a política retém o encerramento e os responsáveis já foram avisados.",
        ),
        Reason::PrematureClose => (
            "O encerramento não foi prematuro.",
            "O cliente havia escrito antes do encerramento: foi prematuro.",
        ),
        Reason::LateReply => (
            "Ninguém escreveu depois do encerramento.",
            "O cliente escreveu depois do encerramento.",
        ),
        Reason::ClosedByOther => {
            ("Ninguém mais encerrou o ticket.", "Outra pessoa ou outro programa encerrou o ticket.")
        }
        Reason::AlreadyClosed => ("O ticket não está encerrado.", "O ticket já está encerrado."),
        Reason::NotOpen => {
            ("O ticket não está mesclado nem excluído.", "O ticket está mesclado ou excluído.")
        }
        Reason::UnknownStatus(_) => (
            "O status do ticket é conhecido.",
            "O ticket tem um status desconhecido: «{0}». Nada é feito com ele.",
        ),
        Reason::SwitchedOff => ("A política está ativada.", "A política está desativada."),
        Reason::NoRule => (
            "Há uma regra para o departamento.",
            "Não há regra para o departamento do ticket, nem uma para qualquer um.",
        ),
        Reason::RuleOff => ("A regra está ativada.", "A regra do departamento está desativada."),
        Reason::Exempt(_) => {
            ("O ticket não tem etiqueta de isenção.", "O ticket tem uma etiqueta de isenção: {0}.")
        }
        Reason::NotAnswered => {
            ("Um agente já respondeu.", "Nenhum agente respondeu desde que o ticket foi aberto.")
        }
        Reason::CompanyTurn => {
            ("É a vez do cliente.", "O cliente escreveu por último: é a vez da empresa.")
        }
        Reason::ReopenedAwaitsCustomer => (
            "O cliente escreveu depois da reabertura.",
            "O ticket foi reaberto; o relógio volta a correr quando o cliente escrever.",
        ),
        Reason::ReopenedAwaitsAgent => (
            "Um agente escreveu depois da reabertura.",
            "O ticket foi reaberto; o relógio volta a correr quando um agente escrever.",
        ),
        Reason::BeforeActivation => (
            "O ciclo começou depois de ativar a política, ou os anteriores estão incluídos.",
            "O ciclo começou antes de ativar a política.",
        ),
        Reason::Backlog => (
            "Chegou a vez entre os tickets anteriores.",
            "O ciclo começou antes de ativar a política e espera a vez entre os anteriores.",
        ),
        Reason::OnHold => (
            "Nada para o relógio: nem espera, nem adiamento, nem chamada, nem fila.",
            "O ticket está em espera.",
        ),
        Reason::Snoozed => ("O ticket não está adiado.", "O ticket está adiado."),
        Reason::OnCall => ("Não há nenhuma chamada.", "Há uma chamada em andamento."),
        Reason::InQueue => ("Um agente está com o ticket.", "O ticket está na fila, sem agente."),
        Reason::ReminderFailed(_) => (
            "Nenhum lembrete falhou.",
            "O lembrete {0} não pôde ser enviado: não há encerramento sem seu aviso.",
        ),
        Reason::CustomerBlocked(_) => (
            "O cliente não nos bloqueou.",
            "O cliente nos bloqueou ou não existe mais: o lembrete {0} não pôde ser enviado, e nada mais lhe é enviado.",
        ),
        Reason::CloseFailed => (
            "O encerramento não falhou.",
            "O encerramento não pôde ser executado; alguém precisa verificar.",
        ),
        Reason::NothingLeft => ("Ainda há passos.", "Todos os passos da regra já foram dados."),
        Reason::AutomaticReply(_) => (
            "Ocorreu algo que se responde automaticamente: {0}.",
            "Não ocorreu nada que se responda automaticamente.",
        ),
        Reason::CustomerResolved => (
            "O cliente informou que o assunto está resolvido.",
            "O cliente não informou que o assunto está resolvido.",
        ),
        Reason::GroupConversation => (
            "A conversa é com um só cliente.",
            "Várias pessoas escrevem nesta conversa, e a política exclui os grupos.",
        ),
        Reason::OutsideSendingWindow => (
            "A janela de envio está aberta.",
            "A janela de envio está fechada nesse horário; o passo espera que ela abra.",
        ),
        Reason::OverBudget => (
            "O cliente pode receber mais uma mensagem.",
            "O cliente já recebeu tantas mensagens quantas a política permite; o passo espera.",
        ),
        Reason::Retry(_) => (
            "O lembrete {0} é tentado de novo.",
            "O lembrete {0} não pôde ser enviado; será tentado de novo mais tarde.",
        ),
        Reason::OutsideChannelWindow(_) => (
            "O canal aceita o lembrete.",
            "O canal não aceita texto livre nesse horário, e o lembrete {0} não tem modelo: não pode ser enviado como aviso.",
        ),
        Reason::VisitorLeft => (
            "O visitante continua no chat.",
            "O visitante saiu do chat: nenhum lembrete é enviado, e o encerramento é silencioso e pode vir antes.",
        ),
        Reason::CompanySilent => (
            "O cliente não espera mais do que a política permite, ou já houve um aviso.",
            "O cliente espera uma resposta há mais tempo do que a política permite.",
        ),
        Reason::OptedOut => (
            "O cliente aceita mensagens automáticas.",
            "O cliente não quer mensagens automáticas: nenhum lembrete é enviado, e o encerramento é silencioso.",
        ),
    }
}

fn problem(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotJson => (
            "a configuração não pode ser lida na linha {0}, coluna {1}",
            "escreva-a como JSON; procure uma vírgula, aspa ou chave que falte logo antes deste lugar",
        ),
        Code::EndsTooEarly => (
            "a configuração termina cedo demais, na linha {0}, coluna {1}",
            "feche cada chave, colchete e aspa que foi aberta",
        ),
        Code::TooLarge => (
            "a configuração tem {0} bytes, mais de {1}",
            "encurte os textos ou divida os departamentos da conta",
        ),
        Code::TooDeep => (
            "a configuração está aninhada em mais de {0} níveis",
            "uma política não precisa de mais de sete níveis; retire as chaves a mais",
        ),
        Code::WrongType => ("`{0}` deve ser {1}", "escreva {2}"),
        Code::UnknownKey => ("`{0}` não é uma chave válida aqui", "as chaves possíveis são {1}"),
        Code::UnknownKeyNear => ("`{0}` não é uma chave válida aqui", "você quis dizer `{1}`?"),
        Code::DuplicateKey => ("`{0}` está escrita duas vezes", "deixe uma das duas"),
        Code::MissingKey => ("falta `{0}`", "adicione-a, por exemplo {1}"),
        Code::UnknownWord => ("`{0}` não é um valor válido aqui", "escreva um de {1}"),
        Code::BadDuration => (
            "`{0}` não é uma duração",
            "escreva um número inteiro e uma unidade (ms, s, min, h, d), por exemplo \"15 min\" ou \"1 h 30 min\"",
        ),
        Code::NotPositive => {
            ("o tempo deve ser maior que 0", "escreva um tempo como \"10 min\" ou retire o passo")
        }
        Code::BelowResolution => {
            ("{0} é menos do que o sistema consegue medir ({1})", "escreva pelo menos {1}")
        }
        Code::Over90Days => ("{0} é mais de 90 dias", "escreva 90 d ou menos"),
        Code::BadTime => ("`{0}` não é um instante", "escreva-o como \"2026-03-01T09:00:00Z\""),
        Code::RemindersNotLessThanClose => (
            "os lembretes somam {0}, o que não é menos que o encerramento após {1}",
            "encurte os lembretes ou encerre após mais de {0}",
        ),
        Code::ReminderOutOfOrder => (
            "este lembrete viria {0} depois do início, não mais tarde que o anterior ({1})",
            "ponha os lembretes na ordem em que são enviados",
        ),
        Code::ReminderTime => (
            "um lembrete precisa de exatamente uma das chaves `after` e `before-close`",
            "escreva \"after\": \"10 min\" ou \"before-close\": \"5 min\"",
        ),
        Code::BeforeCloseWithoutClose => (
            "`before-close` precisa de uma regra que encerre",
            "adicione `close-after` à regra ou escreva `after`",
        ),
        Code::EmptyText => {
            ("o texto está vazio", "escreva o que o cliente vai ler ou retire a mensagem")
        }
        Code::BadLanguage => (
            "`{0}` não é uma etiqueta de idioma",
            "escreva uma etiqueta como \"es\", \"pt-BR\" ou \"en\"",
        ),
        Code::NoDepartments => {
            ("a regra não nomeia nenhum departamento", "nomeie pelo menos um ou escreva \"any\"")
        }
        Code::EmptyName => ("o nome está vazio", "escreva um nome ou retire-o"),
        Code::DepartmentTwice => (
            "o departamento `{0}` já tem uma regra: {1}",
            "deixe-o em uma só; um departamento pertence a uma única regra",
        ),
        Code::DepartmentTwiceSpelled => (
            "o departamento `{0}` já tem uma regra: {1} o chama de `{2}`; maiúsculas, espaços em volta e a forma dos acentos não contam",
            "deixe-o em uma só regra; um departamento pertence a apenas uma",
        ),
        Code::NameTwice => (
            "`{0}` é o mesmo nome que `{1}`; maiúsculas, espaços em volta e a forma dos acentos não contam",
            "deixe um dos dois",
        ),
        Code::TwoAny => (
            "já existe uma regra para qualquer departamento: {0}",
            "deixe uma só regra com \"any\" ou nomeie os departamentos desta",
        ),
        Code::UnknownDepartment => ("a conta não tem o departamento `{0}`", "escreva um de {1}"),
        Code::UnknownDepartmentNear => {
            ("a conta não tem o departamento `{0}`", "você quis dizer `{1}`?")
        }
        Code::TooMany => ("há {0}, mais de {1}", "retire alguns ou junte-os"),
        Code::GraceOverLimit => (
            "a tolerância de {0} é mais longa que o limite de {1}",
            "faça `at-most` durar pelo menos o mesmo que `grace`",
        ),
        Code::ExitNotLinked => (
            "o bloco de atendimento humano do fluxo não tem a saída por inatividade ligada",
            "no fluxo, ligue a saída «ticket finalizado por inatividade do cliente» a um bloco e publique; depois salve de novo",
        ),
        Code::ExitNotSupported => (
            "o bloco de atendimento humano do fluxo é de uma versão sem saída por inatividade",
            "atualize o bloco no fluxo, ligue a saída por inatividade e publique; depois salve de novo",
        ),
        Code::ChannelShutDown => (
            "o Google Business Messages foi desligado em julho de 2024",
            "retire o canal ou escreva o que o substituiu",
        ),
        Code::NoEffect => (
            "a regra não envia lembretes nem encerra tickets",
            "adicione `reminders` ou `close-after`, ou retire a regra",
        ),
        Code::NoRules => (
            "a política está ativada e não tem regras",
            "adicione uma regra com os departamentos \"any\" e um `close-after`",
        ),
        Code::UnknownPlaceholder => (
            "`{0}` não pode ser usado neste texto",
            "escreva um de {1}, como em {{customer.name|cliente}}",
        ),
        Code::UnknownPlaceholderNear => {
            ("`{0}` não pode ser usado neste texto", "você quis dizer `{1}`?")
        }
        Code::BadPlaceholder => (
            "`{{` abre um marcador que não se fecha, ou está onde nada pode ser preenchido",
            "feche-o, como em {{customer.name|cliente}}, ou tire as chaves",
        ),
        Code::PlaceholderWithoutFallback => (
            "`{0}` pode não ter valor quando o texto for enviado, e não tem texto alternativo",
            "indique um texto alternativo: {{{0}|cliente}}",
        ),
        Code::TimeLeftWithoutClose => (
            "`{0}` precisa de um encerramento posterior",
            "acrescente `close-after` à regra, ou tire o tempo do texto",
        ),
        Code::TextOverLimit => (
            "o texto tem {0} caracteres; {2} aceita {1}",
            "encurte-o, ou envie-o em dois lembretes",
        ),
        Code::TextOverLimitBeside => (
            "o texto tem {0} caracteres; junto a respostas rápidas ou uma imagem {2} aceita {1}",
            "encurte-o, ou envie-o sem elas",
        ),
        Code::TextOverBytes => (
            "o texto tem {0} bytes em UTF-8; {2} aceita {1}",
            "encurte-o; uma letra com acento ocupa dois bytes, e uma de outro alfabeto dois ou três",
        ),
        Code::CanBeEmpty => (
            "este texto fica vazio se seus marcadores não tiverem valor, e os canais recusam um texto ou parâmetro vazio",
            "indique um texto alternativo, como em {{customer.name|cliente}}",
        ),
        Code::ParameterLayout => (
            "os canais recusam um modelo com quebra de linha, tabulação ou mais de quatro espaços seguidos em um parâmetro",
            "escreva-o em uma linha e com espaços simples",
        ),
        Code::BadZone => (
            "`{0}` não é um fuso horário",
            "escreva o nome IANA, como \"America/Sao_Paulo\" ou \"America/Bogota\"",
        ),
        Code::BadZoneNear => ("`{0}` não é um fuso horário", "você quis dizer `{1}`?"),
        Code::BadWeekday => (
            "`{0}` não é um dia da semana",
            "escreva um de {1}, ou vários como em `mon-fri`, a segunda-feira primeiro",
        ),
        Code::BadOpening => (
            "`{0}` não é um horário",
            "escreva de quando até quando, como em \"09:00-18:00\"; o fim do dia é 24:00",
        ),
        Code::OpeningReversed => (
            "o horário não termina depois de começar",
            "troque a ordem; um que passa da meia-noite são dois: até 24:00 e desde 00:00 do dia seguinte",
        ),
        Code::OpeningOverlaps => {
            ("o horário se sobrepõe a outro do mesmo dia", "junte os dois, ou mude um deles")
        }
        Code::BadDate => {
            ("`{0}` não é uma data", "escreva \"2026-12-25\", ou \"12-25\" para todos os anos")
        }
        Code::HolidayTwice => ("este dia aparece duas vezes", "deixe um dos dois"),
        Code::HolidaysWithoutOpenings => (
            "`holidays` precisa de `open`",
            "diga quando a janela está aberta nos outros dias: \"open\": { \"mon-sun\": \"00:00-24:00\" }",
        ),
        Code::CalendarNeverOpens => (
            "o calendário nunca abre",
            "defina para pelo menos um dia da semana um horário que nenhum feriado anule",
        ),
        Code::UnknownSchedule => {
            ("não existe o horário `{0}`", "escreva um dos de `schedules`: {1}")
        }
        Code::UnknownSendingWindow => {
            ("não existe a janela de envio `{0}`", "escreva uma das de `sending-windows`: {1}")
        }
        Code::BadCount => {
            ("{0} não é um número válido aqui", "escreva um número inteiro de 1 a {1}")
        }
        Code::BadUrl => {
            ("`{0}` não é o endereço de uma imagem", "escreva um que comece com https://")
        }
        Code::NotOnThisChannel => (
            "{0} não consegue mostrar isto; é omitido quando a mensagem é enviada",
            "tire-o, ou deixe-o para os outros canais da conta",
        ),
        Code::QuickReplyTwice => (
            "há duas respostas rápidas com `{0}`",
            "deixe uma: a escolha é reconhecida pelo seu efeito",
        ),
        Code::QuickReplyTitleTwice => (
            "duas respostas rápidas dizem `{0}`",
            "dê a cada uma suas próprias palavras: um canal recusa duas iguais",
        ),
        Code::TimeWithoutUse => (
            "só uma resposta rápida que dá mais tempo precisa de um tempo",
            "tire `by`, ou escreva \"effect\": \"extend\"",
        ),
        Code::OutsideChannelWindow => (
            "este lembrete pode cair mais de {0} depois da última mensagem do cliente, quando o canal não aceita texto livre",
            "dê a ele um modelo em `template`, envie-o antes, ou diga em `outside-channel-window` o que fazer com ele",
        ),
        Code::ExtendsBeyondChannelWindow => (
            "o canal não aceita texto livre se passarem mais de {0} sem mensagens do cliente",
            "dê menos tempo, ou dê às mensagens seguintes um modelo (`template`)",
        ),
        Code::NeverCloses => (
            "esta regra nunca encerra um ticket: seu último lembrete sempre cai quando o canal não aceita texto livre, e sem seu último aviso nenhum ticket é encerrado",
            "envie antes o último lembrete, dê a ele um modelo (`template`), ou escreva \"when-left-out\": \"silent-close\"",
        ),
        Code::NeverClosesOn => (
            "em {0} esta regra nunca fecha um ticket: lá seu último lembrete sempre cai quando o canal não aceita texto livre, e sem seu último aviso nenhum ticket é fechado",
            "envie antes o último lembrete, dê a ele um modelo (`template`), ou escreva \"when-left-out\": \"silent-close\"",
        ),
        Code::ClosesForAMinute => (
            "este horário termina às 23:59 e fecha durante o último minuto do dia",
            "escreva 24:00 para o fim do dia",
        ),
        Code::NeedsSchedule => (
            "esta resposta depende de um horário e a equipe não tem nenhum",
            "acrescente `schedule` à equipe, com o nome de um de `schedules`",
        ),
        Code::EmptyList => ("a lista está vazia", "nomeie pelo menos um, ou remova-a"),
        Code::RuleUnreachable => (
            "esta regra nunca se aplica: todo ticket que corresponde a ela fica sob {0}, que vem antes",
            "remova-a, coloque-a primeiro, ou nomeie outras etiquetas, prioridades, departamentos ou canais",
        ),
        Code::RuleOfExemptTags => (
            "esta regra nunca se aplica: os tickets com estas etiquetas estão isentos",
            "remova a regra, ou tire uma etiqueta de `exempt-tags`",
        ),
        Code::RuleOfOtherChannel => (
            "esta regra nunca se aplica: a conta está em {0}",
            "remova a regra, ou nomeie {0} entre seus `channels`",
        ),
        Code::RulesOverlap => (
            "um ticket pode corresponder a esta regra e a {0}, que é igualmente específica e vem antes: aplica-se {0}",
            "coloque primeiro a regra que deve valer, ou nomeie mais em uma das duas",
        ),
        Code::TooManyConditionalRules => {
            ("mais de {0} regras nomeiam etiquetas, prioridades ou canais", "junte algumas delas")
        }
        Code::TooManyProblems => (
            "problemas que não são mostrados aqui: {0}",
            "corrija os que são mostrados e verifique de novo",
        ),
    }
}

fn shape(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Object => ("um objeto", "{ … }"),
        Shape::List => ("uma lista", "[ … ]"),
        Shape::Text => ("um texto", "o valor entre aspas"),
        Shape::Switch => ("`true` ou `false`", "`true` ou `false`, sem aspas"),
        Shape::Texts => (
            "um texto, ou um objeto com um texto por idioma",
            "\"Olá\" ou { \"es\": \"Hola\", \"pt\": \"Olá\" }",
        ),
        Shape::Departments => {
            ("`\"any\"` ou uma lista de departamentos", "\"any\" ou [ \"vendas\", \"suporte\" ]")
        }
        Shape::ObjectOrOff => ("um objeto, ou `false`", "{ … } ou false"),
        Shape::Count => ("um número inteiro", "o número sem aspas, como 2"),
        Shape::Date => (
            "uma data, ou um objeto com uma data e seu horário",
            "\"2026-12-25\" ou { \"date\": \"2026-12-24\", \"open\": \"09:00-13:00\" }",
        ),
    }
}
