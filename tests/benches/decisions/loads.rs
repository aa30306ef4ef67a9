//! From the bytes of a component to a plugin that answers.

use std::error::Error;

use despertador_component::COMPONENT;
use despertador_host::{Host, Options};

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::rounds::{self, subject};
use crate::setting::Folder;

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let folder = Folder::new();
    let compiling = Host::new(Options::default())?;
    let host = Host::new(folder.options())?;
    // The first load writes the cache for the others.
    assert!(!host.load_bytes(COMPONENT)?.is_from_cache());
    let compiled = rounds::measure(
        arguments.short_plan(),
        vec![subject("compiled", || compiling.load_bytes(COMPONENT).expect("loads"))],
    );
    let fast = rounds::measure(
        arguments.plan(),
        vec![
            subject("from the cache", || {
                let plugin = host.load_bytes(COMPONENT).expect("loads");
                assert!(plugin.is_from_cache());
                plugin
            }),
            subject("SHA-256 of the component, part of it", || {
                despertador_host::Sha256::of(COMPONENT)
            }),
            subject("a host made", || Host::new(folder.options()).expect("starts")),
        ],
    );
    let mut table = Table::new("cold load");
    for sample in compiled.iter().chain(&fast) {
        table.time(sample.name, sample, None, None);
    }
    report.add(&table);
    Ok(())
}
