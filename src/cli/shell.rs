//! The interactive shell: statements over several lines up to a semicolon, history, completion, timing.

use std::path::PathBuf;
use std::time::Instant;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use swath::Error;
use swath::dd::SqlContext;

use super::complete::Helper;
use super::output::{self, Failure, Format};
use super::sql;

const HELP: &str = r"Statements end with a semicolon and may take several lines:
  SELECT k, avg(x) FROM 'data/*.csv' GROUP BY k;
  CREATE VIEW v AS SELECT * FROM 'data/*.parquet';
  COPY (SELECT * FROM v) TO 'out.parquet';
Commands:
  \d            the tables and views
  \d NAME       the columns of a table, view or 'file'
  \format NAME  table, csv or json
  \timing       turn timing on or off
  \h            this text
  \q            leave (or Ctrl-D)
A command may also start with a full stop: .help, .tables, .schema NAME, .quit";

/// What the shell remembers between statements.
struct Shell<'a> {
    context: &'a SqlContext,
    format: Format,
    rows: usize,
    timing: bool,
}

/// Reads and runs statements until the end of the input.
pub fn run(context: &SqlContext, format: Format, rows: usize) -> Result<(), Failure> {
    interruptible();
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(false).build();
    let mut editor: Editor<Helper<'_>, FileHistory> = Editor::with_config(config).map_err(terminal)?;
    editor.set_helper(Some(Helper::new(context)));
    let history = history_file();
    if let Some(file) = &history {
        // A first start has no history, and one that cannot be read is no reason to stop.
        let _ = editor.load_history(file);
    }
    output::line(&format!(
        "swath {}: SQL over files. \\h for help, \\q to leave.",
        env!("CARGO_PKG_VERSION")
    ))?;
    let mut shell = Shell { context, format, rows, timing: true };
    loop {
        match editor.readline("swath> ") {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                let _ = editor.add_history_entry(text.trim());
                if let Some(file) = &history {
                    let _ = editor.append_history(file);
                }
                if shell.take(text.trim())? {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(terminal(error)),
        }
    }
}

/// Ctrl-C stops the statement that runs, not the shell; SIGTERM ends it without leaving temporary files.
fn interruptible() {
    swath::signals(false);
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGINT, SIGTERM};
        // Without the handler Ctrl-C ends the shell, which is what it did before it had one.
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
        let listen = move || {
            for signal in signals.forever() {
                if signal == SIGINT {
                    swath::interrupt();
                } else {
                    swath_aside::shutdown();
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        };
        let _ = std::thread::Builder::new().name("swath-signals".into()).spawn(listen);
    }
}

impl Shell<'_> {
    /// Runs a command or statements; says whether to leave.
    fn take(&mut self, text: &str) -> Result<bool, Failure> {
        let done = match text.strip_prefix(['\\', '.']) {
            Some(command) => self.command(command.trim_end_matches(';')),
            None => self.statements(text).map(|()| false),
        };
        match done {
            Ok(leave) => Ok(leave),
            Err(Failure::Closed) => Err(Failure::Closed),
            Err(Failure::Error(error)) => {
                output::complain(&error);
                Ok(false)
            }
        }
    }

    fn statements(&self, text: &str) -> Result<(), Failure> {
        for statement in self.context.statements(text)? {
            let start = Instant::now();
            let rows = sql::execute(self.context, statement, self.format, self.rows)?;
            if self.timing && self.format == Format::Table {
                let seconds = start.elapsed().as_secs_f64();
                let what = match rows {
                    Some(1) => "1 row in ".to_owned(),
                    Some(n) => format!("{n} rows in "),
                    None => String::new(),
                };
                output::line(&format!("({what}{seconds:.3} s)"))?;
            }
        }
        Ok(())
    }

    fn command(&mut self, text: &str) -> Result<bool, Failure> {
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        match name {
            "q" | "quit" | "exit" => return Ok(true),
            "h" | "?" | "help" => output::line(HELP)?,
            "d" | "dt" | "tables" | "schema" if rest.is_empty() => self.list()?,
            "d" | "schema" => self.describe(rest.trim_matches(['\'', '"']))?,
            "timing" => {
                self.timing = !self.timing;
                output::line(if self.timing { "timing is on" } else { "timing is off" })?;
            }
            "format" | "mode" => {
                self.format = clap::ValueEnum::from_str(rest, true).map_err(|_| {
                    Error::argument(format!("there is no format '{rest}'")).with_help("table, csv or json")
                })?;
            }
            other => {
                return Err(Error::argument(format!("there is no command \\{other}"))
                    .with_help("\\h lists them")
                    .into());
            }
        }
        Ok(false)
    }

    fn list(&self) -> Result<(), Failure> {
        let tables = self.context.tables();
        if tables.is_empty() {
            return output::line("no tables yet; files need none: SELECT * FROM 'data.csv';");
        }
        output::line(&tables.join("\n"))
    }

    fn describe(&self, name: &str) -> Result<(), Failure> {
        for (column, t) in self.context.describe(name)?.dtypes()? {
            output::line(&format!("{column}  {t}"))?;
        }
        Ok(())
    }
}

fn terminal(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) => error.into(),
        other => Failure::Error(Error::new(swath::ErrorKind::Io, format!("the terminal: {other}"))),
    }
}

/// `$XDG_STATE_HOME/swath/history`, or under `~/.local/state`; `None` where there is no place for it.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")))?;
    let folder = state.join("swath");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
