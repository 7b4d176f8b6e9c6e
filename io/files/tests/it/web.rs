//! Files on a web server: found, and read in ranges.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use swath_error::ErrorKind;
use swath_files::{Resolve, Source, resolve};

const TEXT: &str = "id,name\n1,Ada\n2,Bob\n";

/// Answers HEAD and GET (with ranges) of `/data/x.csv` until the test's process ends; gives the server's URL.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            std::thread::spawn(move || while answer(&stream).is_some() {});
        }
    });
    url
}

/// Answers one request; none when the client has gone.
fn answer(mut stream: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let request = lines.next()?;
    let headers: Vec<String> = lines.take_while(|l| !l.is_empty()).map(|l| l.to_lowercase()).collect();
    let range = headers.iter().find_map(|h| h.strip_prefix("range: bytes=")?.split_once('-'));
    let common = "Last-Modified: Sat, 03 Jan 2015 00:00:00 GMT\r\nAccept-Ranges: bytes\r\n";
    let (status, extra, body) = match range {
        _ if !request.contains("/data/x.csv ") => ("404 Not Found", String::new(), ""),
        Some((start, end)) => {
            let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
            let extra = format!("Content-Range: bytes {start}-{end}/{}\r\n", TEXT.len());
            ("206 Partial Content", extra, &TEXT[start..=end])
        }
        None => ("200 OK", String::new(), TEXT),
    };
    let head = format!("HTTP/1.1 {status}\r\n{common}{extra}Content-Length: {}\r\n\r\n", body.len());
    let body = if request.starts_with("HEAD") { "" } else { body };
    stream.write_all(format!("{head}{body}").as_bytes()).ok()
}

#[test]
fn a_file_is_found_and_read_in_ranges() {
    let url = format!("{}/data/x.csv", serve());
    let files = resolve(url.as_str(), &Resolve::default()).unwrap();
    assert_eq!((files.len(), files[0].size), (1, TEXT.len() as u64));
    let mut source = Source::open(&files[0]).unwrap();
    let mut name = [0; 3];
    assert_eq!(source.read_at(10, &mut name).unwrap(), 3);
    assert_eq!(&name, b"Ada");
    assert_eq!(source.line_start(9).unwrap(), 14);
    assert_eq!(source.read_at(TEXT.len() as u64 - 1, &mut name).unwrap(), 1);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let url = format!("{}/data/y.csv", serve());
    let error = resolve(url.as_str(), &Resolve::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("/data/y.csv"), "{error}");
}
