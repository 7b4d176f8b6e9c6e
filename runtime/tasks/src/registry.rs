//! Finding functions by name, when a worker decodes a call, and by type, when a client encodes one.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::TaskEntry;

/// A registered function; compared and copied by reference.
pub type TaskFunction = &'static TaskEntry;

/// The entry of `function`.
///
/// # Errors
/// [`ErrorKind::Unsupported`] naming the function and the cure when it is not registered; [`ErrorKind::Internal`] when
/// two functions share a name.
pub fn task_of<F: 'static>(function: &F) -> Result<TaskFunction> {
    let _ = function;
    task_by_type::<F>()
}

/// The entry of the function whose type is `F`.
///
/// # Errors
/// As [`task_of`].
pub fn task_by_type<F: 'static>() -> Result<TaskFunction> {
    let found = table()?.by_type.get(&TypeId::of::<F>()).copied();
    found.ok_or_else(|| unregistered(std::any::type_name::<F>()))
}

/// The error for a function without an entry; `type_name` is that of the function.
pub fn unregistered(type_name: &str) -> Error {
    let error = Error::unsupported(format!("{type_name} cannot be called in another process"));
    if type_name.contains("{{closure}}") {
        error.with_help(
            "it is a closure: make it a function with #[swath::task], and pass what it captures as arguments",
        )
    } else {
        error.with_help("add #[swath::task] to the function, or pass its state as an argument")
    }
}

/// The function called `name`, in this build.
///
/// # Errors
/// [`ErrorKind::NotFound`] naming the nearest functions of this build; [`ErrorKind::Internal`] when two share a name.
pub fn task_named(name: &str) -> Result<TaskFunction> {
    let names = &table()?.by_name;
    names.get(name).copied().ok_or_else(|| {
        let error = unknown_name(ErrorKind::NotFound, "task function", name, names.keys().copied());
        match error.help() {
            Some(_) => error,
            None => error.with_help(
                "run the workers from the program that has the function (swath::init() at the top of main)",
            ),
        }
    })
}

/// Every registered function's name, sorted.
///
/// # Errors
/// [`ErrorKind::Internal`] when two functions share a name.
pub fn registered_tasks() -> Result<Vec<&'static str>> {
    Ok(table()?.by_name.keys().copied().collect())
}

#[derive(Default)]
struct Table {
    by_name: BTreeMap<&'static str, TaskFunction>,
    by_type: HashMap<TypeId, TaskFunction>,
}

impl Table {
    fn of(entries: impl IntoIterator<Item = TaskFunction>) -> Result<Self> {
        let mut table = Self::default();
        for entry in entries {
            if table.by_name.insert(entry.name(), entry).is_some() {
                return Err(Error::internal(format!("two task functions are called {}", entry.name()))
                    .with_help("rename one of them: workers find functions by name"));
            }
            table.by_type.insert(entry.type_id(), entry);
        }
        Ok(table)
    }
}

fn table() -> Result<&'static Table> {
    static TABLE: OnceLock<Result<Table>> = OnceLock::new();
    let built = TABLE.get_or_init(|| Table::of(inventory::iter::<TaskEntry>));
    built.as_ref().map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Identity;

    fn one() {}

    #[test]
    fn a_name_stands_for_one_function() {
        static ENTRY: TaskEntry =
            TaskEntry::builtin(|| Identity::of(&one), |_| Ok(swath_block::Block::Unit), 0);
        assert_eq!(Table::of([&ENTRY]).unwrap().by_name.len(), 1);
        let error = Table::of([&ENTRY, &ENTRY]).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.message().contains("tests::one"));
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert_eq!(task_named("nowhere::f").unwrap_err().kind(), ErrorKind::NotFound);
    }
}
