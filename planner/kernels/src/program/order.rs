//! In which order a program's instructions run.
//!
//! In: a program, whose instructions come after those they read. Out: an order that keeps to that, in which an input comes
//! from memory while something slow is computed of it. It never adds or leaves out an instruction.

use super::{Instr, Operand, Program};

/// The places of the instructions in the code, in the order in which they run.
pub(super) fn order(program: &Program) -> Vec<usize> {
    let mut order: Vec<usize> = (0..program.code.len()).collect();
    for input in 0..program.inputs.len() as u32 {
        let input = Operand::Input(input);
        let instr = |i: &usize| program.code.get(*i).copied();
        let reads = |i: &usize| instr(i).is_some_and(|at| at.operands().any(|o| o == input));
        let slow = |i: &usize| matches!(instr(i), Some(Instr::Unary(op, x)) if x == input && op.is_slow());
        let first = order.iter().position(reads);
        let slow = order.iter().position(slow);
        // A simple operation would only wait for the memory. The slow one needs the input alone and can go before it.
        if let (Some(first), Some(slow)) = (first, slow)
            && let Some(between) = order.get_mut(first..=slow)
        {
            between.rotate_right(1);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BinaryOp, ProgramBuilder, UnaryOp};
    use swath_block::{Chunk, DType, Scalar};

    #[test]
    fn what_is_slow_reads_an_input_first() {
        let mut b = ProgramBuilder::new();
        let (x, y) = (b.input(DType::F64), b.input(DType::F64));
        let two = b.constant(Scalar::F64(2.0), true);
        let centred = b.binary(BinaryOp::Subtract, x, y).unwrap();
        let doubled = b.binary(BinaryOp::Multiply, centred, two).unwrap();
        let (sine, log) = (b.unary(UnaryOp::Sin, x).unwrap(), b.unary(UnaryOp::Log, y).unwrap());
        let sum = b.binary(BinaryOp::Add, doubled, sine).unwrap();
        let all = b.binary(BinaryOp::Add, sum, log).unwrap();
        let program = b.finish(all).unwrap();
        assert_eq!(order(&program), [2, 3, 0, 1, 4, 5]);
        let [x, y] = [0.25, 4.0].map(|v| Chunk::from_vec(vec![v; 3000], &[3000]).unwrap());
        let found = program.eval(vec![x, y], &[3000]).unwrap();
        let want = (0.25f64 - 4.0) * 2.0 + 0.25f64.sin() + 4f64.ln();
        assert!(found.view::<f64>().unwrap().iter().all(|v| (v - want).abs() < 1e-15));
    }

    #[test]
    fn what_is_computed_of_results_stays() {
        let mut b = ProgramBuilder::new();
        let x = b.input(DType::F64);
        let square = b.unary(UnaryOp::Square, x).unwrap();
        let root = b.unary(UnaryOp::Sqrt, square).unwrap();
        let program = b.finish(root).unwrap();
        assert_eq!(order(&program), [0, 1]);
        assert_eq!(order(&Program::identity(DType::I8)), [0usize; 0]);
    }
}
