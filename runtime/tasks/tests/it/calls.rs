//! Layers of calls, encoded and decoded.

use swath_block::{
    Block, Inputs, MemoryLedger, Operation, RunEnv, TaskContext, decode_operation, registered_operations,
};
use swath_error::{ErrorKind, Result};
use swath_tasks::{CALL, Calls, CallsBuilder, task, task_of};

#[task]
fn join(first: String, rest: Vec<String>, times: u8) -> String {
    std::iter::once(first).chain(rest).collect::<String>().repeat(usize::from(times))
}

/// `i` calls, the first argument of which is an input, and the second a vector of `i` inputs.
fn calls(n: usize) -> Calls {
    let mut calls = CallsBuilder::default();
    for i in 0..n {
        calls
            .push(task_of(&join).unwrap(), |arguments| {
                arguments.input();
                arguments.end();
                arguments.length(i + 1);
                (0..i).for_each(|_| arguments.input());
                arguments.value("!")?;
                arguments.end();
                arguments.value(&2u8)?;
                arguments.end();
                Ok(())
            })
            .unwrap();
    }
    calls.build()
}

fn encoded(op: &dyn Operation) -> Vec<u8> {
    let mut bytes = vec![op.name().len() as u8];
    bytes.extend_from_slice(op.name().as_bytes());
    bytes.extend(op.encode().unwrap());
    bytes
}

fn run(op: &dyn Operation, index: u32, inputs: &[&str]) -> Result<Block> {
    let env = RunEnv::new(1, MemoryLedger::new(1 << 20));
    let inputs: Inputs = inputs.iter().map(|text| Block::value((*text).to_owned())).collect();
    op.run(inputs, &TaskContext { index, slots: 1, env: &env })
}

#[test]
fn a_layer_travels() {
    assert!(registered_operations().unwrap().contains(&CALL));
    let op = swath_block::decode_operation(&encoded(&calls(3))).unwrap();
    for (index, inputs, expected) in
        [(0, &["a"][..], "a!a!"), (1, &["a", "b"], "ab!ab!"), (2, &["a", "b", "c", "unread"], "abc!abc!")]
    {
        let given = run(&*op, index, inputs).unwrap().into_value().unwrap();
        assert_eq!(given.get::<String>().unwrap(), expected);
    }
    assert_eq!(run(&*op, 3, &["a"]).unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(run(&*op, 2, &["a"]).unwrap_err().kind(), ErrorKind::InvalidData);
}

#[test]
fn a_wrong_number_of_arguments_is_refused_when_the_call_is_written() {
    let error = CallsBuilder::default().push(task_of(&join).unwrap(), |arguments| {
        arguments.input();
        arguments.end();
        Ok(())
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn calls_of_several_functions_stand_in_one_layer() {
    let mut calls = CallsBuilder::default();
    let functions: [&dyn Named; 4] = [&shout, &whisper, &shout, &whisper];
    for function in functions {
        calls
            .push(function.task(), |arguments| {
                arguments.input();
                arguments.end();
                Ok(())
            })
            .unwrap();
    }
    let op = decode_operation(&encoded(&calls.build())).unwrap();
    for (index, expected) in [(0, "A"), (1, "a"), (2, "A"), (3, "a")] {
        let given = run(&*op, index, &["a"]).unwrap().into_value().unwrap();
        assert_eq!(given.get::<String>().unwrap(), expected);
    }
}

/// A function, whichever it is.
trait Named {
    fn task(&self) -> swath_tasks::TaskFunction;
}

impl<F: Fn(String) -> String + 'static> Named for F {
    fn task(&self) -> swath_tasks::TaskFunction {
        task_of(self).unwrap()
    }
}

#[task]
fn shout(text: String) -> String {
    text.to_uppercase()
}

#[task]
fn whisper(text: String) -> String {
    text.to_lowercase()
}

#[test]
fn bytes_cut_short_are_errors() {
    let bytes = encoded(&calls(2));
    for end in 0..bytes.len() {
        if let Ok(op) = decode_operation(&bytes[..end]) {
            assert!(run(&*op, 1, &["a", "b"]).is_err(), "{end}");
        }
    }
}
