//! Programs as text, for `explain()`: one nested formula.

use std::fmt;

use super::{Instr, Operand, Program};

/// Formulas longer than this are cut.
const LONGEST: usize = 400;

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(self.output, &mut text);
        if text.len() > LONGEST {
            let cut = (0..=LONGEST).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            text.truncate(cut);
            text.push('…');
        }
        f.write_str(&text)
    }
}

impl Program {
    fn write(&self, operand: Operand, out: &mut String) {
        if out.len() > LONGEST {
            return;
        }
        match operand {
            Operand::Input(i) => {
                out.push('x');
                out.push_str(&i.to_string());
            }
            Operand::Const(i) => {
                if let Some(c) = self.constants.get(i as usize) {
                    out.push_str(&c.to_string());
                }
            }
            Operand::Reg(i) => {
                if let Some(instr) = self.code.get(i as usize) {
                    self.write_instr(*instr, out);
                }
            }
        }
    }

    fn write_instr(&self, instr: Instr, out: &mut String) {
        match instr {
            Instr::Unary(op, _) => out.push_str(op.name()),
            Instr::Binary(op, ..) => out.push_str(op.name()),
            Instr::Cast(to, _) => out.push_str(to.name()),
            Instr::Select(..) => out.push_str("where"),
        }
        out.push('(');
        for (i, operand) in instr.operands().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            self.write(operand, out);
        }
        out.push(')');
    }
}
