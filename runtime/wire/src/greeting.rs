//! The handshake: who somebody is and which build, before anything else is said.
//!
//! In: the first frame of a connection. Out: a peer of the same build, or a refusal that names both. The head of these
//! frames (mark, protocol number, build) never changes, so that builds of any age can say why they part.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use swath_error::{Error, ErrorKind, Result};
use swath_scheduler::{JobId, WorkerId};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use crate::frame::{self, MAX_GREETING, PREFIX};

/// Number of the protocol: a hash of what messages look like, so that two builds which would not understand each other
/// notice before they say anything else. The same for the same sources on every machine and in every profile.
pub const PROTOCOL: u32 = match u32::from_str_radix(env!("SWATH_PROTOCOL"), 16) {
    Ok(number) => number,
    // The build script gives eight hexadecimal digits.
    Err(_) => 0,
};

/// The first bytes of each side.
const MARK: [u8; 8] = *b"swath\r\n\0";

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which build of swath, and what it can run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The crate's version.
    pub version: String,
    /// Names of the operations and functions it knows, as a hash: 16 hexadecimal digits.
    pub fingerprint: String,
}

impl Build {
    /// A build of `version` that knows operations and functions of these names, in any order.
    pub fn new<'a>(version: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        let mut hasher = blake3::Hasher::new();
        for name in names {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
        let fingerprint = hasher.finalize().to_hex().chars().take(16).collect();
        Self { version: version.to_owned(), fingerprint }
    }
}

impl std::fmt::Display for Build {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "swath {} (operations {})", self.version, self.fingerprint)
    }
}

/// What a worker offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerOffer {
    /// Its name; must not be in use.
    pub name: String,
    /// Where it answers Arrow Flight, as others reach it; an unspecified host is replaced by where it called from.
    pub address: String,
    /// Its process.
    pub pid: u32,
    /// Compute threads.
    pub slots: u32,
    /// Bytes its results may take in memory.
    pub memory_limit: u64,
    /// Named amounts of abstract resources.
    pub resources: BTreeMap<String, u64>,
    /// Names of the operations and functions it can run, sorted.
    pub operations: Vec<String>,
    /// A supervisor watches over its process, and says how it ended.
    pub supervised: bool,
    /// What happens when it is told to begin anew.
    pub renewal: Renewal,
}

/// What a worker can do when it is told to begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renewal {
    /// Its process ends and its supervisor starts another one.
    Process,
    /// It is a guest in its process: it drops everything and joins once more.
    Guest,
    /// Nothing: nobody would start its process again.
    None,
}

/// How a worker ended, by its supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obituary {
    /// The worker's name.
    pub worker: String,
    /// The process that ended: another one may go by the name already.
    pub pid: u32,
    /// Why it ended, as a sentence.
    pub cause: String,
}

/// What somebody wants to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Runs tasks.
    Worker(Box<WorkerOffer>),
    /// Submits graphs. The name is shown to others.
    Client(String),
    /// Says how a worker ended, and nothing else.
    Supervisor(Obituary),
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Its build.
    pub build: Build,
    /// What it wants to be.
    pub role: Role,
}

/// How the scheduler answers one it takes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Welcome {
    /// To a worker.
    Worker {
        /// Its number.
        id: WorkerId,
        /// Silence after which either side takes the other to be gone, in microseconds.
        ttl: u64,
    },
    /// To a client.
    Client {
        /// The first of the 2³² job numbers that are its own.
        first_job: JobId,
        /// Silence after which either side takes the other to be gone, in microseconds.
        ttl: u64,
    },
    /// To a supervisor: what it said is known.
    Noted,
}

/// The part that never changes.
#[derive(Serialize, Deserialize)]
struct Head {
    mark: [u8; 8],
    protocol: u32,
    build: Build,
}

impl Head {
    fn of(build: &Build) -> Self {
        Self { mark: MARK, protocol: PROTOCOL, build: build.clone() }
    }
}

/// Calls a scheduler: says who this is and hears whether it is taken in.
///
/// # Errors
/// [`ErrorKind::Cluster`] with the scheduler's reason for a refusal, when the other side is no swath scheduler or of
/// another version, and when it does not answer.
pub async fn greet(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), me: &Greeting) -> Result<Welcome> {
    greet_within(PATIENCE, stream, me).await
}

async fn greet_within(
    patience: Duration,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    me: &Greeting,
) -> Result<Welcome> {
    let talk = async {
        write(stream, &(Head::of(&me.build), &me.role)).await?;
        read_answer(stream, &me.build).await
    };
    let late = |_| {
        let seconds = patience.as_secs_f64();
        cluster(format!("it has taken the connection and did not answer within {seconds} s")).with_help(
            "its process is stopped or very busy, or it is no swath scheduler: look at what listens there",
        )
    };
    tokio::time::timeout(patience, talk).await.map_err(late)?
}

async fn read_answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), mine: &Build) -> Result<Welcome> {
    let answer = frame::read_greeting(stream, [MARK[0], MARK[1]]).await?;
    let answer = answer.ok_or_else(|| {
        cluster("the other side closed the connection without an answer")
            .with_help("is it a swath scheduler, and do both or neither use TLS?")
    })?;
    let (head, rest) = head(&answer)?;
    // A refusal is readable whatever the scheduler's protocol.
    let (reason, rest): (Option<String>, _) =
        postcard::take_from_bytes(rest).map_err(|_| cluster("the scheduler's answer cannot be decoded"))?;
    if let Some(reason) = reason {
        return Err(cluster(format!("the scheduler refused: {reason}")));
    }
    same_protocol(&head, mine)?;
    frame::decode(rest)
}

/// Hears who calls. Nothing but the head is decoded of one with another protocol.
///
/// # Errors
/// [`ErrorKind::Cluster`] for a caller that is no swath, of another version, or silent; the caller is told by
/// [`refuse`], not by this.
pub async fn receive(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), mine: &Build) -> Result<Greeting> {
    in_time(async {
        let contents = frame::read_greeting(stream, [MARK[0], MARK[1]]).await?;
        let contents = contents.ok_or_else(|| cluster("the caller hung up"))?;
        let (head, rest) = head(&contents)?;
        same_protocol(&head, mine)?;
        Ok(Greeting { build: head.build, role: frame::decode(rest)? })
    })
    .await
}

/// Takes the caller in.
///
/// # Errors
/// [`ErrorKind::Cluster`] when the caller is gone.
pub async fn welcome(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    mine: &Build,
    welcome: &Welcome,
) -> Result<()> {
    in_time(write(stream, &(Head::of(mine), None::<String>, welcome))).await
}

/// Tells the caller why it is not taken in, and hangs up.
pub async fn refuse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), mine: &Build, reason: &Error) {
    // The caller may be gone already, or not listen.
    let _ = in_time(async {
        write(stream, &(Head::of(mine), Some(reason.to_string()))).await?;
        stream.shutdown().await.map_err(frame::broken)
    })
    .await;
}

async fn in_time<T>(talk: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| cluster(format!("no handshake within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, talk).await.map_err(late)?
}

async fn write<T: Serialize>(stream: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<()> {
    let frame = postcard::to_extend(message, vec![0u8; PREFIX])
        .map_err(|e| Error::internal(format!("a greeting cannot be encoded: {e}")))?;
    let frame = frame::seal(frame, MAX_GREETING)?;
    stream.write_all(&frame).await.map_err(frame::broken)?;
    stream.flush().await.map_err(frame::broken)
}

fn head(contents: &[u8]) -> Result<(Head, &[u8])> {
    let stranger = || {
        cluster("the other side does not speak swath's protocol")
            .with_help("check the address, and whether both or neither use TLS")
    };
    let (head, rest): (Head, _) = postcard::take_from_bytes(contents).map_err(|_| stranger())?;
    if head.mark == MARK { Ok((head, rest)) } else { Err(stranger()) }
}

fn same_protocol(other: &Head, mine: &Build) -> Result<()> {
    if other.protocol == PROTOCOL && other.build.version == mine.version {
        return Ok(());
    }
    let Head { protocol, build, .. } = other;
    Err(cluster(format!(
        "{build} with protocol {protocol:08x} on one side, {mine} with protocol {PROTOCOL:08x} on the other: they do not \
         understand each other's messages"
    ))
    .with_help("run the same build everywhere: install the same version of swath, or build all programs from the same sources"))
}

fn cluster(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Cluster, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    fn build(version: &str) -> Build {
        Build::new(version, ["b", "a"])
    }

    fn client(version: &str) -> Greeting {
        Greeting { build: build(version), role: Role::Client("me".into()) }
    }

    fn run<T>(talk: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(talk)
    }

    /// What each side gets when a client of one version calls a scheduler of another.
    async fn meet(caller: &str, called: &str) -> (Result<Welcome>, Result<Greeting>) {
        let (mut a, mut b) = duplex(1 << 16);
        let mine = build(called);
        let answer = async {
            let heard = receive(&mut b, &mine).await;
            let taken = Welcome::Client { first_job: JobId(1 << 32), ttl: 5 };
            match &heard {
                Ok(_) => welcome(&mut b, &mine, &taken).await.unwrap(),
                Err(reason) => refuse(&mut b, &mine, reason).await,
            }
            heard
        };
        let me = client(caller);
        tokio::join!(greet(&mut a, &me), answer)
    }

    #[test]
    fn the_same_build_is_welcome() {
        let (welcome, greeting) = run(meet("1.0.0", "1.0.0"));
        assert_eq!(welcome.unwrap(), Welcome::Client { first_job: JobId(1 << 32), ttl: 5 });
        assert_eq!(greeting.unwrap(), client("1.0.0"));
        assert_eq!(build("1"), Build::new("1", ["a", "b", "a"]));
        assert_ne!(build("1"), Build::new("1", ["ab"]));
    }

    #[test]
    fn another_version_is_refused_and_both_are_named() {
        let (welcome, greeting) = run(meet("1.0.0", "1.1.0"));
        for error in [welcome.unwrap_err(), greeting.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Cluster);
            let text = error.to_string();
            assert!(text.contains("swath 1.0.0") && text.contains("swath 1.1.0"), "{text}");
        }
    }

    #[test]
    fn a_scheduler_that_does_not_answer_is_said_to() {
        let error = run(async {
            let (mut a, _b) = duplex(1 << 16);
            greet_within(Duration::from_millis(50), &mut a, &client("1")).await.unwrap_err()
        });
        assert!(error.to_string().contains("did not answer within 0.05 s"), "{error}");
        assert!(error.help().unwrap().contains("stopped"), "{error}");
    }

    #[test]
    fn other_messages_of_the_same_version_are_refused_and_both_are_named() {
        let (theirs, mine) = (PROTOCOL ^ 0x10, build("1.0.0"));
        let (welcome, greeting) = run(async {
            let (mut a, mut b) = duplex(1 << 16);
            let answer = async {
                let heard = receive(&mut b, &mine).await;
                refuse(&mut b, &mine, heard.as_ref().unwrap_err()).await;
                heard
            };
            let call = async {
                let head = Head { protocol: theirs, ..Head::of(&mine) };
                // What follows is not even looked at.
                write(&mut a, &(head, u64::MAX)).await.unwrap();
                read_answer(&mut a, &Build { fingerprint: "other".into(), ..mine.clone() }).await
            };
            tokio::join!(call, answer)
        });
        for error in [welcome.unwrap_err(), greeting.unwrap_err()] {
            let text = error.to_string();
            let both = text.contains(&format!("{theirs:08x}")) && text.contains(&format!("{PROTOCOL:08x}"));
            assert!(both && text.contains("same version of swath"), "{text}");
        }
    }

    #[test]
    fn a_scheduler_of_other_messages_is_not_listened_to() {
        let error = run(async {
            let (mut a, mut b) = duplex(1 << 16);
            let answer = async {
                let _ = frame::read(&mut b, MAX_GREETING).await;
                let head = Head { protocol: PROTOCOL + 1, ..Head::of(&build("1")) };
                write(&mut b, &(head, None::<String>, 7u8)).await.unwrap();
            };
            let me = client("1");
            tokio::join!(greet(&mut a, &me), answer).0.unwrap_err()
        });
        assert!(error.to_string().contains(&format!("{:08x}", PROTOCOL + 1)), "{error}");
    }

    #[test]
    fn a_stranger_is_told_apart() {
        run(async {
            let (mut a, mut b) = duplex(1 << 16);
            a.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let error = receive(&mut b, &build("1")).await.unwrap_err();
            assert!(error.to_string().contains("at most"), "{error}");
            let (mut a, mut b) = duplex(1 << 16);
            a.write_all(&[40, 0, 0, 0]).await.unwrap();
            a.write_all(&[7; 40]).await.unwrap();
            let error = receive(&mut b, &build("1")).await.unwrap_err();
            assert!(error.to_string().contains("does not speak"), "{error}");
        });
    }
}
