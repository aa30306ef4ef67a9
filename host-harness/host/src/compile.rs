//! Compiles untrusted components: the cost is limited, and a crash of the compiler is an error.
//!
//! The compiler's time and memory grow faster than the code: with the square of a function's size,
//! and with the number of its locals for each of its blocks. A component within
//! [`component_bytes`](crate::Limits::component_bytes) could keep it busy for minutes. So the cost
//! is estimated before compiling.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmparser::{CanonicalFunction, ComponentInstance, FunctionBody, Parser, Payload};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::load_error::Refusal;

/// Compiles within limited time and memory.
pub(crate) fn compile(
    engine: &Engine,
    bytes: &[u8],
    compile_work: u64,
) -> Result<Component, Refusal> {
    Cost::estimate(bytes, usize::try_from(compile_work).unwrap_or(usize::MAX))?;
    let compiled = catch_unwind(AssertUnwindSafe(|| from_binary(engine, bytes)));
    let compiled = compiled.map_err(|panic| Refusal::Compiler(panic_message(&*panic)))?;
    compiled.map_err(|error| {
        let why = error.root_cause().to_string();
        // A valid component that needs more than the pool provides.
        if why.contains("minimum byte size") {
            Refusal::Resources(why)
        } else if why.contains(" exceeds the ") {
            Refusal::TooComplex(why)
        } else {
            Refusal::Invalid(why)
        }
    })
}

#[cfg(feature = "compiler")]
fn from_binary(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
    Component::from_binary(engine, bytes)
}

/// Crates that only use the host's types are built without the compiler.
#[cfg(not(feature = "compiler"))]
fn from_binary(_: &Engine, _: &[u8]) -> wasmtime::Result<Component> {
    wasmtime::bail!("this program was built without the feature `compiler` of despertador-host")
}

/// The first line of a panic's message.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text =
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it does not say why");
    text.lines().next().unwrap_or_default().to_owned()
}

/// Maximum number of locals of a function, without parameters. Functions of our plugin have up to a
/// hundred.
const FUNCTION_LOCALS_MAX: usize = 4_096;
/// The share of [`compile_work`](crate::Limits::compile_work) that one function may have, as a
/// divisor. It determines the compiler's memory: by default at most one GiB.
const FUNCTION_SHARE: usize = 4;
/// The cost of a local, compared with a byte of code.
const LOCAL_WORK: usize = 16;
/// Maximum number of functions, types, imports and similar items of the whole component.
const ITEMS_MAX: usize = 100_000;
/// Maximum number of functions that are lifted to or lowered from component types. Guests of
/// QuickJS and CPython have some 200.
const CANONICAL_MAX: usize = 512;
/// Maximum number of instances of components and modules that the component creates. A CPython
/// guest has some 70.
const INSTANCES_MAX: usize = 128;
/// Maximum nesting of components and modules. A tool that joins plugins makes three levels.
const DEPTH_MAX: usize = 4;

/// The estimated cost of compiling.
#[derive(Default)]
struct Cost {
    work_max: usize,
    work: usize,
    items: usize,
    canonical: usize,
    instances: usize,
    depth: usize,
}

impl Cost {
    /// Estimates the cost of a component.
    fn estimate(bytes: &[u8], work_max: usize) -> Result<Self, Refusal> {
        let mut cost = Self { work_max, ..Self::default() };
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(|error| Refusal::Invalid(error.message().to_owned()))?;
            cost.add(&payload)?;
        }
        Ok(cost)
    }

    fn add(&mut self, payload: &Payload<'_>) -> Result<(), Refusal> {
        let items = match payload {
            Payload::CodeSectionEntry(body) => {
                self.function(body)?;
                1
            }
            Payload::ComponentSection { .. } | Payload::ModuleSection { .. } => {
                self.depth = self.depth.saturating_add(1);
                within("levels of components and modules", self.depth, DEPTH_MAX)?;
                1
            }
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                0
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    if let Ok(ComponentInstance::Instantiate { .. }) = instance {
                        self.instance()?;
                    }
                }
                section.count()
            }
            Payload::InstanceSection(section) => {
                for instance in section.clone() {
                    if let Ok(wasmparser::Instance::Instantiate { .. }) = instance {
                        self.instance()?;
                    }
                }
                section.count()
            }
            Payload::ComponentCanonicalSection(section) => {
                for canonical in section.clone() {
                    if let Ok(CanonicalFunction::Lift { .. } | CanonicalFunction::Lower { .. }) =
                        canonical
                    {
                        self.canonical = self.canonical.saturating_add(1);
                        within("functions of components", self.canonical, CANONICAL_MAX)?;
                    }
                }
                section.count()
            }
            Payload::TypeSection(section) => section.count(),
            Payload::ImportSection(section) => section.count(),
            Payload::FunctionSection(section) => section.count(),
            Payload::TableSection(section) => section.count(),
            Payload::GlobalSection(section) => section.count(),
            Payload::ExportSection(section) => section.count(),
            Payload::ElementSection(section) => section.count(),
            Payload::DataSection(section) => section.count(),
            Payload::CoreTypeSection(section) => section.count(),
            Payload::ComponentTypeSection(section) => section.count(),
            Payload::ComponentAliasSection(section) => section.count(),
            Payload::ComponentImportSection(section) => section.count(),
            Payload::ComponentExportSection(section) => section.count(),
            _ => 0,
        };
        self.items = self.items.saturating_add(usize::try_from(items).unwrap_or(usize::MAX));
        within("definitions", self.items, ITEMS_MAX)
    }

    fn instance(&mut self) -> Result<(), Refusal> {
        self.instances = self.instances.saturating_add(1);
        within("instances", self.instances, INSTANCES_MAX)
    }

    /// The cost of a function: the square of its size, for comparisons within the function, and its
    /// size times its locals, which each block may pass on.
    fn function(&mut self, body: &FunctionBody<'_>) -> Result<(), Refusal> {
        let bytes = body.range().len();
        let mut locals: usize = 0;
        let declared = body.get_locals_reader().map_err(invalid)?;
        for local in declared {
            let (count, _) = local.map_err(invalid)?;
            locals = locals.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
        }
        within("locals in one function", locals, FUNCTION_LOCALS_MAX)?;
        let work = bytes.saturating_mul(bytes.saturating_add(locals.saturating_mul(LOCAL_WORK)));
        let function_max = self.work_max.div_euclid(FUNCTION_SHARE);
        within("units of work for the compiler in one function", work, function_max)?;
        self.work = self.work.saturating_add(work);
        within("units of work for the compiler", self.work, self.work_max)
    }
}

fn invalid(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Invalid(error.message().to_owned())
}

fn within(what: &str, found: usize, most: usize) -> Result<(), Refusal> {
    if found <= most {
        Ok(())
    } else {
        Err(Refusal::TooComplex(format!("{found} {what}, and at most {most} are compiled")))
    }
}
