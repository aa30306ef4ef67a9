//! `despertador plugin bench --profile`: where calls spend their fuel, as a flame graph or as
//! collapsed stacks.
//!
//! Viewers of flame graphs read a line for each stack: functions from the outermost to the innermost,
//! separated by `;`, and a number. Here the number is fuel.

use std::collections::BTreeMap;
use std::path::Path;

use despertador_contract::Call;
use despertador_host::{Asked, CallError, Policy};
use despertador_page::flame_graph;

use super::bench::Sample;
use crate::language::tr;
use crate::paint::{DIM, paint};
use crate::{Unusable, written};

/// Places at which each kind of call is stopped. More make finer graphs and take longer.
const PLACES: u64 = 200;

/// Writes the profile of a policy's calls: a picture if the name of the file ends in `.svg`,
/// collapsed stacks otherwise.
pub(super) fn write(
    file: &Path,
    title: &str,
    policy: &Policy,
    sample: &Sample,
) -> Result<(), Unusable> {
    let stacks = stacks(policy, sample).map_err(|error| error.to_string())?;
    let text = if is_picture(file) {
        let stacks: Vec<_> =
            stacks.iter().map(|(stack, fuel)| (stack.split(';').collect(), *fuel)).collect();
        let fuel = tr!("fuel", "de combustible", "de combustível");
        flame_graph(title, &fuel, &stacks)
    } else {
        stacks.iter().map(|(stack, fuel)| format!("{stack} {fuel}\n")).collect()
    };
    written::write(file, text, true)
}

fn is_picture(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"))
}

/// Says where the profile is, and what shows it.
pub(super) fn say(file: &Path) {
    let note = if is_picture(file) {
        tr!(
            "{file} has the fuel by function; a browser shows it, with the figures of each function under the pointer",
            "{file} tiene el combustible por función; un navegador lo muestra, con las cifras de cada función bajo el puntero",
            "{file} tem o combustível por função; um navegador o mostra, com os números de cada função sob o ponteiro",
            file = file.display(),
        )
    } else {
        say_stacks(file)
    };
    anstream::println!("{}", paint(DIM, note));
}

fn say_stacks(file: &Path) -> String {
    tr!(
        "{file} has the fuel by function; https://www.speedscope.app and `inferno-flamegraph` show it",
        "{file} tiene el combustible por función; https://www.speedscope.app e `inferno-flamegraph` lo muestran",
        "{file} tem o combustível por função; https://www.speedscope.app e `inferno-flamegraph` o mostram",
        file = file.display(),
    )
}

/// The fuel of each stack, below the kind of its call.
fn stacks(policy: &Policy, sample: &Sample) -> Result<BTreeMap<String, u64>, CallError> {
    let mut stacks = BTreeMap::new();
    let calls = [
        ("on-message", Asked::Call(&sample.message)),
        ("on-event", Asked::Call(&sample.event)),
        ("on-tick", Asked::Call(&Call::Tick(sample.now))),
        ("explain", Asked::Explain(sample.now, &sample.reader)),
    ];
    for (kind, asked) in calls {
        let whole = sample.fuel_of(policy, asked)?;
        let share = whole.div_euclid(PLACES).max(1);
        for place in 0..PLACES {
            // In the middle of each share.
            let fuel = whole
                .saturating_mul(place.saturating_mul(2).saturating_add(1))
                .div_euclid(PLACES.saturating_mul(2));
            let running = policy.stack_after(fuel.max(1), &sample.profiled(asked))?;
            let stack = line(kind, &running.unwrap_or_default());
            let counted: &mut u64 = stacks.entry(stack).or_default();
            *counted = counted.saturating_add(share);
        }
    }
    Ok(stacks)
}

/// A stack as viewers read it: names must not have what separates them.
fn line(kind: &str, running: &[String]) -> String {
    let names = running.iter().map(|name| name.replace(';', ":").replace(['\n', '\r'], " "));
    std::iter::once(kind.to_owned()).chain(names).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use despertador_component::COMPONENT_WITH_NAMES;
    use despertador_contract::facts;
    use despertador_host::Limits;

    use super::*;
    use crate::kit::bench::BUILT_IN;
    use crate::plugin;

    #[test]
    fn the_profile_of_the_built_in_plugin_names_where_it_decides() {
        let host = plugin::host(Limits::default()).expect("a host");
        let loaded = host.load_bytes(COMPONENT_WITH_NAMES).expect("our plugin");
        let policy = loaded.policy(BUILT_IN, &facts::no_surroundings()).expect("a policy");
        let sample = Sample::of(&policy).expect("a ticket that waits");
        let profile = stacks(&policy, &sample).expect("a profile");
        let decides = |stack: &str| stack.starts_with("on-tick;") && stack.contains("decide");
        assert!(profile.keys().any(|stack| decides(stack)), "{profile:#?}");
        assert_eq!(profile, stacks(&policy, &sample).expect("a profile"), "it is the same again");
        // All fuel is somewhere.
        let whole = sample.fuel_of(&policy, Asked::Call(&Call::Tick(sample.now)));
        let of_ticks = profile.iter().filter(|(stack, _)| stack.starts_with("on-tick"));
        let counted: u64 = of_ticks.map(|(_, fuel)| fuel).sum();
        let whole = whole.expect("a call");
        assert!(whole - counted < PLACES, "{counted} of {whole}");
    }

    #[test]
    fn a_name_cannot_look_like_two() {
        assert_eq!(line("explain", &["a;b".into(), "c\nd".into()]), "explain;a:b;c d");
    }
}
