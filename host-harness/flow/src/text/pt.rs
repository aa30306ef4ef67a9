//! Portuguese.

use crate::finding::Code;

pub(super) fn texts(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotJson => (
            "isto não é JSON a partir da linha {0}, coluna {1}",
            "exporte o fluxo de novo no Builder e não o edite no meio do caminho",
        ),
        Code::TooLarge => (
            "o texto tem {0} bytes; um fluxo tem no máximo {1}",
            "retire o que não faz parte do fluxo, por exemplo imagens incluídas como texto",
        ),
        Code::NotAFlow => (
            "isto não é um fluxo do Builder",
            "exporte o fluxo no Builder, ou use a aplicação publicada com o seu `settings.flow`",
        ),
        Code::TooMany => ("há mais de {0} elementos deste tipo", "divida o fluxo em subfluxos"),
        Code::WrongType => (
            "aqui se espera {0}, e há `{1}`",
            "abra o bloco no Builder, salve-o de novo e exporte o fluxo",
        ),
        Code::Missing => {
            ("aqui falta `{0}`", "abra o bloco no Builder, salve-o de novo e exporte o fluxo")
        }
        Code::UnknownWord => {
            ("`{0}` não é uma palavra que o motor conheça aqui", "é uma destas: {1}")
        }
        Code::DuplicateId => (
            "dois blocos têm o id `{0}`",
            "apague um dos dois blocos no Builder, ou copie-o lá, o que lhe dá um id próprio",
        ),
        Code::IdDiffers => (
            "o bloco `{0}` está sob o nome `{1}`",
            "exporte o fluxo de novo no Builder e não o edite no meio do caminho",
        ),
        Code::NoRoot => (
            "nenhum bloco é a raiz, onde as conversas começam",
            "a raiz é o bloco «Início» do Builder; exporte o fluxo inteiro",
        ),
        Code::SeveralRoots => {
            ("«{0}» é uma raiz, e há outra antes", "deixe como raiz só o bloco «Início» do Builder")
        }
        Code::RootDoesNotWait => (
            "«{0}», onde as conversas começam, não espera o cliente",
            "no Builder, faça o primeiro bloco esperar a entrada do usuário, sem condições",
        ),
        Code::IncompleteCondition => (
            "uma condição de «{0}» não está completa: `{1}`",
            "no Builder, abra as condições do bloco e preencha o que comparam; «existe» e «não existe» não se comparam com nada",
        ),
        Code::LoopWithoutWaiting => (
            "«{0}» volta a si mesmo por blocos que não esperam o cliente, e nada muda que termine o círculo",
            "no Builder, faça um dos blocos deste círculo esperar a entrada do usuário",
        ),
        Code::LoopMayNotEnd => (
            "«{0}» pode voltar a si mesmo sem esperar o cliente: só condições terminam o círculo",
            "verifique se as condições o terminam logo, porque o motor para depois de {1} blocos; ou faça um dos seus blocos esperar a entrada do usuário",
        ),
        Code::ChainTooLong => (
            "depois de «{0}» podem vir até {1} blocos sem espera, e o motor para depois de {2}",
            "no Builder, junte alguns destes blocos ou faça um deles esperar a entrada do usuário",
        ),
        Code::DanglingOutput => (
            "a saída {1} de «{0}» leva ao bloco `{2}`, que não existe",
            "no Builder, ligue a saída a um bloco que exista; do jeito que está, a conversa é interrompida e recomeça",
        ),
        Code::UnlinkedOutput => (
            "a saída {1} de «{0}» não leva a lugar nenhum",
            "no Builder, ligue a saída a um bloco; do jeito que está, a conversa é interrompida e recomeça",
        ),
        Code::OldGeneration => (
            "«{0}» é um bloco de atendimento humano da geração {1}, que não tem saída por inatividade",
            "no Builder, abra o bloco e escolha «Atualizar», ligue a saída «ticket finalizado por inatividade do cliente» a um bloco e publique",
        ),
        Code::NoInactivityExit => (
            "«{0}» não tem saída para {1}: o cliente cujo ticket é encerrado por inatividade fica no bloco, num ticket encerrado",
            "no Builder, adicione ao bloco a saída «ticket finalizado por inatividade do cliente» e ligue-a; `despertador flow check --fix` faz isso numa cópia do fluxo",
        ),
        Code::ShadowedExit => (
            "em «{0}» uma saída anterior fica com o que a saída para {1} espera, e leva a «{2}»",
            "no Builder, suba a saída acima desta, ou adicione a esta a condição de que a entrada não seja um ticket",
        ),
        Code::ExitLeadsBack => (
            "a saída de «{0}» para {1} volta ao mesmo bloco",
            "no Builder, ligue a saída ao bloco onde a conversa deve continuar",
        ),
        Code::ExitDoesNotArrive => (
            "a saída de «{0}» para {1} leva a «{2}», de onde nenhum caminho chega a um bloco que espere",
            "no Builder, faça um bloco depois da saída esperar a entrada do usuário",
        ),
        Code::ExitMayBeShadowed => (
            "em «{0}» uma saída anterior pode ficar com o que a saída para {1} espera, e levar a «{2}»",
            "no Builder, suba a saída acima desta, a não ser que as condições dela nunca valham para um ticket encerrado",
        ),
        Code::NoOtherExit => (
            "«{0}» não tem saída para {1}: o cliente cujo ticket é encerrado assim fica no bloco",
            "no Builder, adicione a saída ao bloco e ligue-a",
        ),
        Code::InactivityLeftOut => (
            "em «{0}» a ação «{1}» é feita depois dos outros encerramentos e não depois de {2}",
            "no Builder, adicione {2} aos valores da condição da ação, a não ser que seja de propósito",
        ),
        Code::NoHumanAssistance => (
            "o fluxo não tem nenhum bloco de atendimento humano: nele não se abrem tickets",
            "não há nada a corrigir, a não ser que os tickets sejam abertos em outro lugar, por exemplo num subfluxo; verifique então esse fluxo",
        ),
        Code::UnreachableBlock => {
            ("nada leva a «{0}»", "no Builder, ligue uma saída ao bloco, ou apague-o")
        }
        Code::UnsupportedPattern => (
            "o padrão `{1}` de «{0}» usa {2}, que este motor não pode ter sem o risco de travar; o bloco falha aqui e funciona na Blip",
            "escreva a condição sem isso, por exemplo com uma segunda condição",
        ),
        Code::BrokenPattern => {
            ("o padrão `{1}` de «{0}» não é válido: {2}", "corrija o padrão no Builder")
        }
        Code::TooManyOutputs => (
            "«{0}» tem mais de {1} saídas, e o Builder não deixa adicionar outras",
            "divida as saídas entre dois blocos",
        ),
        Code::OutputNeverTaken => (
            "em «{0}» há saídas depois de uma sem condições, que é sempre tomada: nunca se chega a elas",
            "no Builder, mova a saída sem condições para o fim",
        ),
        Code::TypebotNoWebhook => (
            "nenhum bloco Webhook deste bot espera: nada pode fazê-lo continuar quando um ticket é encerrado",
            "depois da passagem para pessoas adicione um bloco Webhook (não HTTP request), e continue depois dele",
        ),
        Code::TypebotNoWayOut => (
            "nada segue o bloco Webhook em «{0}»: o cliente fica lá quando o ticket é encerrado",
            "conecte o bloco com o grupo que deve seguir um encerramento",
        ),
        Code::TypebotNoResultId => (
            "nenhuma variável deste bot tem o identificador do resultado, com o qual o bloco Webhook é chamado",
            "antes da passagem para pessoas adicione um bloco «Set variable» com o valor «Result ID», e informe-o à central de atendimento",
        ),
        Code::TypebotExitNotRead => (
            "o bloco Webhook em «{0}» não guarda nada daquilo com que é chamado",
            "na configuração dele salve `data.exit` em uma variável, e continue com uma condição sobre ela",
        ),
        Code::TypebotWaitsForInputOnly => (
            "depois do bloco Webhook em «{0}» o bot espera logo pelo cliente, que não sabe que o ticket foi encerrado",
            "diga algo ao cliente antes da entrada",
        ),
        Code::MoreFindings => (
            "há mais {0} achados que não estão listados",
            "corrija os que estão e verifique de novo",
        ),
    }
}
