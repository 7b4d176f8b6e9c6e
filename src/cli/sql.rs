//! `swath sql`: statements from the command line, a file, a pipe, or an interactive shell.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use swath::dd::{Answer, SqlContext, Statement};
use swath::processes::Tls;
use swath::{Collection, Error};

use super::output::{self, Failure, Format};
use super::shell;

/// What `swath sql` takes.
#[derive(clap::Args)]
pub struct Args {
    /// How results are printed.
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,

    /// A file of statements to run first; `-` is stdin.
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,

    /// Rows shown of a long result in the table format.
    #[arg(long, value_name = "N", default_value_t = 40)]
    rows: usize,

    /// Run the queries on the cluster of this scheduler: HOST or HOST:PORT. Default: on the threads of this process.
    #[arg(long, value_name = "ADDRESS")]
    scheduler: Option<String>,

    /// The file a scheduler wrote its address into, instead.
    #[arg(long, value_name = "FILE", conflicts_with = "scheduler")]
    scheduler_file: Option<PathBuf>,

    #[command(flatten)]
    tls: Tls,

    /// Statements, separated by semicolons.
    statements: Vec<String>,
}

/// The program's arguments, those that begin with an SQL comment (`-- note`) told apart from options by a leading space.
pub fn spare_comments(args: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    args.map(|arg| {
        let comment = arg.to_str().is_some_and(|text| {
            let name = text.strip_prefix("--").and_then(|rest| rest.split('=').next());
            name.is_some_and(|name| name.contains(char::is_whitespace))
        });
        if comment { [OsStr::new(" "), &arg].into_iter().collect() } else { arg }
    })
}

/// Runs the statements, or the shell when there are none and stdin is a terminal.
pub fn run(args: Args) -> Result<(), Failure> {
    let _cluster = match (&args.scheduler, &args.scheduler_file) {
        (None, None) => None,
        (address, file) => Some(args.tls.connect(address.as_deref(), file.as_ref())?.make_default()),
    };
    let context = SqlContext::new();
    let nothing_given = args.file.is_empty() && args.statements.is_empty();
    if nothing_given && io::stdin().is_terminal() {
        return shell::run(&context, args.format, args.rows);
    }
    let piped = nothing_given.then(|| PathBuf::from("-"));
    for file in args.file.iter().chain(&piped) {
        script(&context, &read(file)?, args.format, args.rows)?;
    }
    for text in &args.statements {
        script(&context, text, args.format, args.rows)?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Failure> {
    if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(|e| Failure::Error(Error::io("stdin", e)))?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(|e| Failure::Error(Error::io(file.display(), e)))
}

/// Runs every statement of a text and prints what it gives.
fn script(context: &SqlContext, text: &str, format: Format, rows: usize) -> Result<(), Failure> {
    for statement in context.statements(text)? {
        execute(context, statement, format, rows)?;
    }
    Ok(())
}

/// Runs one statement, prints what it gives, and says how many rows that was.
pub fn execute(
    context: &SqlContext,
    statement: Statement,
    format: Format,
    rows: usize,
) -> Result<Option<usize>, Failure> {
    match context.run(statement)? {
        Answer::Rows(frame) => {
            let table = frame.compute()?;
            output::table(&table, format, rows)?;
            Ok(Some(table.num_rows()))
        }
        Answer::Done(message) => {
            // Only the table format is for people; the others are read by programs.
            if format == Format::Table {
                output::line(&message)?;
            }
            Ok(None)
        }
    }
}
