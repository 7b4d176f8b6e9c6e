//! Methods of actors: found by name on the worker that keeps the state, and by type where they are called.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::OnceLock;

use swath_block::{Block, Inputs};
use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::Arguments;
use crate::entry::Identity;
use crate::template::{ArgumentWriter, fill};

/// An actor's state, whatever its type.
pub type State = Box<dyn Any + Send>;

/// A constructor or method of an actor; made by `#[swath::actor]`.
pub struct MethodEntry {
    identity: fn() -> Identity,
    invoke: Invoke,
    parameters: usize,
}

/// What is called.
#[derive(Clone, Copy)]
enum Invoke {
    New(fn(Arguments<'_>) -> Result<State>),
    On(fn(&mut (dyn Any + Send), Arguments<'_>) -> Result<Block>),
}

inventory::collect!(MethodEntry);

/// A registered method; copied by reference.
pub type Method = &'static MethodEntry;

impl MethodEntry {
    /// A function that makes the state. Used by the attribute's expansion.
    #[doc(hidden)]
    pub const fn constructor(
        identity: fn() -> Identity,
        new: fn(Arguments<'_>) -> Result<State>,
        parameters: usize,
    ) -> Self {
        Self { identity, invoke: Invoke::New(new), parameters }
    }

    /// A method on the state. Used by the attribute's expansion.
    #[doc(hidden)]
    pub const fn method(
        identity: fn() -> Identity,
        on: fn(&mut (dyn Any + Send), Arguments<'_>) -> Result<Block>,
        parameters: usize,
    ) -> Self {
        Self { identity, invoke: Invoke::On(on), parameters }
    }

    /// Its full path: `my_crate::Counter::add`.
    pub fn name(&self) -> &'static str {
        (self.identity)().name
    }

    /// The arguments of one call as they travel.
    ///
    /// # Errors
    /// That of `write`; [`ErrorKind::InvalidArgument`] when it takes another number of arguments.
    pub fn written(&self, write: impl FnOnce(&mut ArgumentWriter) -> Result<()>) -> Result<Vec<u8>> {
        let mut writer = ArgumentWriter::default();
        write(&mut writer)?;
        if writer.count() != self.parameters {
            let (given, takes, name) = (writer.count(), self.parameters, self.name());
            return Err(Error::argument(format!("{name} takes {takes} arguments and was given {given}")));
        }
        writer.append_to(Vec::new())
    }

    /// Makes a state.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for arguments of another number or type; the constructor's own error;
    /// [`ErrorKind::Internal`] when this is no constructor.
    pub fn create(&self, written: &[u8]) -> Result<State> {
        let Invoke::New(new) = self.invoke else {
            return Err(Error::internal(format!("{} makes no actor", self.name())));
        };
        new(fill(written, Inputs::new())?).map_err(|e| e.context(format!("calling {}", self.name())))
    }

    /// Calls the method on a state.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for arguments of another number or type; the method's own error;
    /// [`ErrorKind::Internal`] when this is no method of that state.
    pub fn call(&self, state: &mut (dyn Any + Send), written: &[u8]) -> Result<Block> {
        let Invoke::On(on) = self.invoke else {
            return Err(Error::internal(format!("{} is no method", self.name())));
        };
        on(state, fill(written, Inputs::new())?).map_err(|e| e.context(format!("calling {}", self.name())))
    }
}

impl fmt::Debug for MethodEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MethodEntry({})", self.name())
    }
}

/// The state as the type whose method is called.
///
/// # Errors
/// [`ErrorKind::Internal`] when it is another type's.
#[doc(hidden)]
pub fn state<S: Any>(state: &mut (dyn Any + Send)) -> Result<&mut S> {
    state
        .downcast_mut()
        .ok_or_else(|| Error::internal(format!("the actor is no {}", std::any::type_name::<S>())))
}

/// The entry of the method whose type is `F`.
///
/// # Errors
/// [`ErrorKind::Unsupported`] naming the method and the cure when it is not registered; [`ErrorKind::Internal`] when two
/// methods share a name.
pub fn method_by_type<F: 'static>() -> Result<Method> {
    let found = table()?.by_type.get(&TypeId::of::<F>()).copied();
    found.ok_or_else(|| {
        let name = std::any::type_name::<F>();
        Error::unsupported(format!("{name} is no method of an actor"))
            .with_help("add #[swath::actor] to the impl block that has it")
    })
}

/// The method called `name`, in this build.
///
/// # Errors
/// [`ErrorKind::NotFound`] naming the nearest methods of this build; [`ErrorKind::Internal`] when two share a name.
pub fn method_named(name: &str) -> Result<Method> {
    let names = &table()?.by_name;
    let unknown = || unknown_name(ErrorKind::NotFound, "actor method", name, names.keys().copied());
    names.get(name).copied().ok_or_else(|| {
        unknown().with_help("run the workers from the program that has it (swath::init() at the top of main)")
    })
}

/// Every registered method's name, sorted.
///
/// # Errors
/// [`ErrorKind::Internal`] when two methods share a name.
pub fn registered_methods() -> Result<Vec<&'static str>> {
    Ok(table()?.by_name.keys().copied().collect())
}

#[derive(Default)]
struct Table {
    by_name: BTreeMap<&'static str, Method>,
    by_type: HashMap<TypeId, Method>,
}

fn table() -> Result<&'static Table> {
    static TABLE: OnceLock<Result<Table>> = OnceLock::new();
    let built = TABLE.get_or_init(|| {
        let mut table = Table::default();
        for entry in inventory::iter::<MethodEntry> {
            let Identity { name, type_id } = (entry.identity)();
            if table.by_name.insert(name, entry).is_some() {
                return Err(Error::internal(format!("two methods are called {name}"))
                    .with_help("rename one of them: workers find methods by name"));
            }
            table.by_type.insert(type_id, entry);
        }
        Ok(table)
    });
    built.as_ref().map_err(Clone::clone)
}
