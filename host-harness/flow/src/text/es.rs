//! Spanish.

use crate::finding::Code;

pub(super) fn texts(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotJson => (
            "esto no es JSON a partir de la línea {0}, columna {1}",
            "vuelva a exportar el flujo desde el Builder y no lo edite entremedio",
        ),
        Code::TooLarge => (
            "el texto tiene {0} bytes; un flujo tiene como mucho {1}",
            "quite lo que no sea parte del flujo, por ejemplo imágenes incluidas como texto",
        ),
        Code::NotAFlow => (
            "esto no es un flujo del Builder",
            "exporte el flujo desde el Builder, o use la aplicación publicada con su `settings.flow`",
        ),
        Code::TooMany => ("hay más de {0} elementos de este tipo", "divida el flujo en subflujos"),
        Code::WrongType => (
            "aquí se espera {0} y hay `{1}`",
            "abra el bloque en el Builder, guárdelo de nuevo y exporte el flujo",
        ),
        Code::Missing => (
            "aquí falta `{0}`",
            "abra el bloque en el Builder, guárdelo de nuevo y exporte el flujo",
        ),
        Code::UnknownWord => {
            ("`{0}` no es una palabra que el motor conozca aquí", "es una de estas: {1}")
        }
        Code::DuplicateId => (
            "dos bloques tienen el id `{0}`",
            "borre uno de los dos bloques en el Builder, o cópielo allí, con lo que recibe un id propio",
        ),
        Code::IdDiffers => (
            "el bloque `{0}` figura con el nombre `{1}`",
            "vuelva a exportar el flujo desde el Builder y no lo edite entremedio",
        ),
        Code::NoRoot => (
            "ningún bloque es la raíz, donde empiezan las conversaciones",
            "la raíz es el bloque «Inicio» del Builder; exporte el flujo entero",
        ),
        Code::SeveralRoots => (
            "«{0}» es una raíz y hay otra antes",
            "deje como raíz solo el bloque «Inicio» del Builder",
        ),
        Code::RootDoesNotWait => (
            "«{0}», donde empiezan las conversaciones, no espera al cliente",
            "en el Builder, haga que el primer bloque espere la entrada del usuario, sin condiciones",
        ),
        Code::IncompleteCondition => (
            "una condición de «{0}» no está completa: `{1}`",
            "en el Builder, abra las condiciones del bloque y complete lo que comparan; «existe» y «no existe» no se comparan con nada",
        ),
        Code::LoopWithoutWaiting => (
            "«{0}» vuelve a sí mismo por bloques que no esperan al cliente, y nada cambia que termine el círculo",
            "en el Builder, haga que uno de los bloques de este círculo espere la entrada del usuario",
        ),
        Code::LoopMayNotEnd => (
            "«{0}» puede volver a sí mismo sin esperar al cliente: solo unas condiciones terminan el círculo",
            "compruebe que las condiciones lo terminen pronto, porque el motor se detiene después de {1} bloques; o haga que uno de sus bloques espere la entrada del usuario",
        ),
        Code::ChainTooLong => (
            "tras «{0}» pueden seguir hasta {1} bloques sin esperar, y el motor se detiene después de {2}",
            "en el Builder, una algunos de estos bloques o haga que uno espere la entrada del usuario",
        ),
        Code::DanglingOutput => (
            "la salida {1} de «{0}» lleva al bloque `{2}`, que no existe",
            "en el Builder, enlace la salida con un bloque que exista; tal como está, la conversación se corta y vuelve a empezar",
        ),
        Code::UnlinkedOutput => (
            "la salida {1} de «{0}» no lleva a ninguna parte",
            "en el Builder, enlace la salida con un bloque; tal como está, la conversación se corta y vuelve a empezar",
        ),
        Code::OldGeneration => (
            "«{0}» es un bloque de atención humana de la generación {1}, que no tiene salida por inactividad",
            "en el Builder, abra el bloque y elija «Actualizar», enlace la salida «ticket finalizado por inactividad del cliente» con un bloque y publique",
        ),
        Code::NoInactivityExit => (
            "«{0}» no tiene salida para {1}: el cliente cuyo ticket se cierra por inactividad se queda en el bloque, en un ticket cerrado",
            "en el Builder, agregue al bloque la salida «ticket finalizado por inactividad del cliente» y enlácela; `despertador flow check --fix` lo hace en una copia del flujo",
        ),
        Code::ShadowedExit => (
            "en «{0}» una salida anterior se queda con lo que espera la salida para {1}, y lleva a «{2}»",
            "en el Builder, suba la salida por encima de esta, o agregue a esta la condición de que la entrada no sea un ticket",
        ),
        Code::ExitLeadsBack => (
            "la salida de «{0}» para {1} vuelve al mismo bloque",
            "en el Builder, enlace la salida con el bloque donde deba seguir la conversación",
        ),
        Code::ExitDoesNotArrive => (
            "la salida de «{0}» para {1} lleva a «{2}», desde donde ningún camino llega a un bloque que espere",
            "en el Builder, haga que un bloque detrás de la salida espere la entrada del usuario",
        ),
        Code::ExitMayBeShadowed => (
            "en «{0}» una salida anterior puede quedarse con lo que espera la salida para {1}, y llevar a «{2}»",
            "en el Builder, suba la salida por encima de esta, salvo que sus condiciones nunca se cumplan con un ticket cerrado",
        ),
        Code::NoOtherExit => (
            "«{0}» no tiene salida para {1}: el cliente cuyo ticket se cierra así se queda en el bloque",
            "en el Builder, agregue la salida al bloque y enlácela",
        ),
        Code::InactivityLeftOut => (
            "en «{0}» la acción «{1}» se hace tras los otros cierres y no tras {2}",
            "en el Builder, agregue {2} a los valores de la condición de la acción, salvo que sea a propósito",
        ),
        Code::NoHumanAssistance => (
            "el flujo no tiene ningún bloque de atención humana: en él no se abren tickets",
            "no hay nada que corregir, salvo que los tickets se abran en otro lugar, por ejemplo en un subflujo; revise entonces ese flujo",
        ),
        Code::UnreachableBlock => {
            ("nada lleva a «{0}»", "en el Builder, enlace una salida con el bloque, o bórrelo")
        }
        Code::UnsupportedPattern => (
            "el patrón `{1}` de «{0}» usa {2}, que este motor no puede tener sin riesgo de colgarse; el bloque falla aquí y funciona en Blip",
            "escriba la condición sin ello, por ejemplo con una segunda condición",
        ),
        Code::BrokenPattern => {
            ("el patrón `{1}` de «{0}» no es válido: {2}", "corrija el patrón en el Builder")
        }
        Code::TooManyOutputs => (
            "«{0}» tiene más de {1} salidas, y el Builder no deja agregar otras",
            "reparta las salidas entre dos bloques",
        ),
        Code::OutputNeverTaken => (
            "en «{0}» hay salidas detrás de una sin condiciones, que se toma siempre: nunca se llega a ellas",
            "en el Builder, mueva la salida sin condiciones al final",
        ),
        Code::TypebotNoWebhook => (
            "ningún bloque Webhook de este bot espera: nada puede hacerlo seguir cuando se cierra un ticket",
            "después de pasar a personas agregue un bloque Webhook (no HTTP request), y continúe detrás de él",
        ),
        Code::TypebotNoWayOut => (
            "nada sigue al bloque Webhook en «{0}»: el cliente se queda ahí cuando se cierra el ticket",
            "conecte el bloque con el grupo que debe seguir a un cierre",
        ),
        Code::TypebotNoResultId => (
            "ninguna variable de este bot tiene el identificador del resultado, con el que se llama a su bloque Webhook",
            "antes de pasar a personas agregue un bloque «Set variable» con el valor «Result ID», e infórmelo a la mesa de ayuda",
        ),
        Code::TypebotExitNotRead => (
            "el bloque Webhook en «{0}» no guarda nada de aquello con lo que se lo llama",
            "en su configuración guarde `data.exit` en una variable, y continúe con una condición sobre ella",
        ),
        Code::TypebotWaitsForInputOnly => (
            "detrás del bloque Webhook en «{0}» el bot espera enseguida al cliente, que no sabe que el ticket está cerrado",
            "diga algo al cliente antes de la entrada",
        ),
        Code::MoreFindings => (
            "hay {0} hallazgos más que no figuran aquí",
            "corrija los que figuran y revise de nuevo",
        ),
    }
}
