//! HTTPS: both versions of HTTP, names, certificates that change, and those that cannot be used.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{ChildStderr, Command};
use std::time::{Duration, Instant};

use hyper::Version;
use hyper::body::Bytes;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::process::{Running, complaint, printed};
use crate::tls_client::TlsClient;

const CONTACT: &str = "/callbell/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8";
const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

/// A folder with certificates and keys.
struct Certificates(TempDir);

impl Certificates {
    fn new() -> Self {
        let made = Self(TempDir::new().unwrap());
        made.make("own");
        made
    }

    fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.0.path().join(format!("{name}.{kind}"))
    }

    fn text(&self, name: &str, kind: &str) -> String {
        self.path(name, kind).to_str().unwrap().to_owned()
    }

    /// Makes a pair with this name, and gives what was printed.
    fn make(&self, name: &str) -> String {
        let (cert, key) = (self.text(name, "crt"), self.text(name, "key"));
        let hosts = ["--host", "localhost", "--host", "api.zingle.me", "--host", "*.acquire.io"];
        let files = ["--cert", &cert, "--key", &key];
        printed(&[&["cert"][..], &hosts, &files].concat())
    }

    fn options(&self) -> [String; 4] {
        ["--tls-cert".to_owned(), self.text("own", "crt"), "--tls-key".to_owned(), self.text("own", "key")]
    }

    fn serve(&self) -> Running {
        self.serve_heard().0
    }

    fn serve_heard(&self) -> (Running, BufReader<ChildStderr>) {
        self.serve_with(&[])
    }

    fn serve_with(&self, more: &[&str]) -> (Running, BufReader<ChildStderr>) {
        let options = self.options();
        let mut args = [&["--demo", "--demo-contacts", "0"], more].concat();
        args.extend(options.iter().map(String::as_str));
        Running::start_heard(&args)
    }

    /// Puts another pair, or what is none, in the place of the server's.
    fn replace(&self, name: &str) {
        for kind in ["crt", "key"] {
            std::fs::rename(self.path(name, kind), self.path("own", kind)).unwrap();
        }
    }

    async fn client(&self, server: &Running, name: &str, version: Version) -> TlsClient {
        TlsClient::open(server.address, &self.path("own", "crt"), name, version).await.unwrap()
    }
}

/// Reads the log up to a line that has this.
fn hear(log: &mut BufReader<ChildStderr>, text: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "the server ended without {text:?}");
        if line.contains(text) {
            return line;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_are_served_and_carry_request_ids() {
    let certificates = Certificates::new();
    let server = certificates.serve();
    assert!(server.printed.contains("curl -X PATCH https://127.0.0.1:"), "{}", server.printed);
    for version in VERSIONS {
        let mut client = certificates.client(&server, "localhost", version).await;
        assert_eq!(client.request("GET", "/healthz", "").await.unwrap().text, "ok\n");
        let reply = client.request("PATCH", CONTACT, r#"{"name":"By TLS"}"#).await.unwrap();
        assert_eq!(reply.expect(200)["contact"][0]["name"], "By TLS");
        assert_eq!(reply.header("x-request-id"), "mine-1");
        client.request("POST", "/api/v1/contacts", "nonsense").await.unwrap().expect(400);
        client.request("GET", CONTACT, "").await.unwrap().expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendors_host_is_known_by_host_and_by_authority() {
    let certificates = Certificates::new();
    let server = certificates.serve();
    for version in VERSIONS {
        let mut zingle = certificates.client(&server, "api.zingle.me", version).await;
        assert_eq!(zingle.request("GET", "/v1/", "").await.unwrap().expect(200)["status"]["text"], "OK");
        let mut acquire = certificates.client(&server, "acme.acquire.io", version).await;
        let contact = acquire.request("GET", "/api/v1/crm/objects/contact/2", "").await.unwrap().expect(200);
        assert_eq!(contact["data"]["id"], 2);
        let mut local = certificates.client(&server, "localhost", version).await;
        assert_eq!(local.request("GET", "/v1/", "").await.unwrap().status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_one_http2_connection() {
    let certificates = Certificates::new();
    let server = certificates.serve();
    let mut client = certificates.client(&server, "localhost", Version::HTTP_2).await;
    let mut other = client.beside();
    let (parts, body) = mpsc::channel(2);
    parts.send(Bytes::from_static(b"{\"name\":")).await.unwrap();
    // The first waits for the rest of its body, which is sent when the others were answered.
    let waiting = client.request_of("PATCH", CONTACT, body);
    let others = async {
        for _ in 0..20 {
            other.request("GET", CONTACT, "").await.unwrap().expect(200);
        }
        parts.send(Bytes::from_static(b"\"Late\"}")).await.unwrap();
        drop(parts);
    };
    let (reply, ()) = tokio::join!(waiting, others);
    assert_eq!(reply.unwrap().expect(200)["contact"][0]["name"], "Late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_certificate_is_shown_without_a_restart() {
    let certificates = Certificates::new();
    let (server, mut log) = certificates.serve_heard();
    let mut before = certificates.client(&server, "localhost", Version::HTTP_11).await;
    certificates.make("new");
    certificates.replace("new");
    hear(&mut log, "the certificate was read again");
    let mut after = certificates.client(&server, "localhost", Version::HTTP_2).await;
    for client in [&mut before, &mut after] {
        assert_eq!(client.request("GET", "/healthz", "").await.unwrap().text, "ok\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_certificate_changes_nothing_until_it_is_mended() {
    let certificates = Certificates::new();
    let (server, mut log) = certificates.serve_heard();
    let old = certificates.path("old", "crt");
    std::fs::copy(certificates.path("own", "crt"), &old).unwrap();
    certificates.make("new");
    std::fs::write(certificates.path("own", "crt"), "nonsense").unwrap();
    let line = hear(&mut log, "WARN");
    assert!(line.contains("there is no certificate in ") && line.contains("the old one stays"), "{line}");
    let mut client = TlsClient::open(server.address, &old, "localhost", Version::HTTP_2).await.unwrap();
    assert_eq!(client.request("GET", "/healthz", "").await.unwrap().text, "ok\n");
    certificates.replace("new");
    hear(&mut log, "the certificate was read again");
    certificates.client(&server, "localhost", Version::HTTP_2).await;
    assert!(TlsClient::open(server.address, &old, "localhost", Version::HTTP_2).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_is_closed_and_a_silent_client_delays_nobody() {
    let certificates = Certificates::new();
    let server = certificates.serve();
    let silent: Vec<_> = (0..20).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    let mut plain = TcpStream::connect(server.address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).unwrap();
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    let mut client = certificates.client(&server, "localhost", Version::HTTP_11).await;
    assert_eq!(client.request("GET", "/healthz", "").await.unwrap().text, "ok\n");
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_takes_a_place_but_only_for_some_seconds() {
    let certificates = Certificates::new();
    let (server, mut log) = certificates.serve_with(&["--max-connections", "1", "--log-level", "debug"]);
    let _silent = TcpStream::connect(server.address).unwrap();
    let mut client = certificates.client(&server, "localhost", Version::HTTP_2).await;
    client.request("GET", CONTACT, "").await.unwrap().expect(200);
    // There is one place: the request could only come when the silent client had lost it.
    let line = hear(&mut log, "DEBUG");
    assert!(line.contains("a TLS handshake took too long"), "{line}");
    hear(&mut log, "dialect=callbell");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_answers_what_is_in_flight_and_waits_for_no_handshake() {
    for version in VERSIONS {
        let certificates = Certificates::new();
        let (mut server, mut log) = certificates.serve_heard();
        let _silent = TcpStream::connect(server.address).unwrap();
        let _idle = certificates.client(&server, "localhost", Version::HTTP_2).await;
        let mut client = certificates.client(&server, "localhost", version).await;
        let (parts, body) = mpsc::channel(1);
        let answer = client.request_of("PATCH", CONTACT, body);
        let stop = async {
            parts.send(Bytes::from_static(b"{\"name\":")).await.unwrap();
            // There is room for one part: when this one fits, the first was taken, with the request's head before it.
            parts.send(Bytes::from_static(b"\"In flight")).await.unwrap();
            let mut other = certificates.client(&server, "localhost", version).await;
            other.request("GET", CONTACT, "").await.unwrap().expect(200);
            server.signal("TERM");
            hear(&mut log, "stopping");
            parts.send(Bytes::from_static(b"\"}")).await.unwrap();
            drop(parts);
        };
        let (reply, ()) = tokio::join!(answer, stop);
        assert_eq!(reply.unwrap().expect(200)["contact"][0]["name"], "In flight", "{version:?}");
        let stopped_at = Instant::now();
        assert!(server.wait().success());
        assert!(stopped_at.elapsed() < Duration::from_secs(8), "it waited for the handshake");
    }
}

#[test]
fn what_cannot_be_used_is_told_at_the_start() {
    let certificates = Certificates::new();
    certificates.make("new");
    let (cert, key) = (certificates.text("own", "crt"), certificates.text("own", "key"));
    let said = |args: &[&str]| complaint(&[&["serve", "--demo", "--listen", "127.0.0.1:0"], args].concat());
    let both = "hint: HTTPS needs both files; `contactd cert` makes a pair\n";
    assert_eq!(said(&["--tls-cert", &cert]), format!("error: --tls-cert is given without --tls-key\n{both}"));
    assert_eq!(said(&["--tls-key", &key]), format!("error: --tls-key is given without --tls-cert\n{both}"));
    let text = said(&["--tls-cert", "/no/such.crt", "--tls-key", &key]);
    assert!(text.starts_with("error: cannot serve HTTPS: cannot read /no/such.crt: No such file"), "{text}");
    assert!(text.contains("\nhint: --tls-cert and --tls-key name files that this user may read"), "{text}");
    let text = said(&["--tls-cert", &cert, "--tls-key", &certificates.text("new", "key")]);
    assert!(text.starts_with("error: cannot serve HTTPS: the key in "), "{text}");
    assert!(text.contains("\nhint: the first certificate of --tls-cert is the one"), "{text}");
    let text = said(&["--tls-cert", &key, "--tls-key", &key]);
    assert!(text.starts_with("error: cannot serve HTTPS: there is no certificate in "), "{text}");
    let text = said(&["--tls-cert", &cert, "--tls-key", &cert]);
    assert!(
        text.contains("there is no key in ") && text.contains("\nhint: --tls-key is a PEM file"),
        "{text}"
    );
}

#[test]
fn a_file_of_settings_names_the_certificate() {
    let certificates = Certificates::new();
    let settings = certificates.text("contactd", "toml");
    let (cert, key) = (certificates.text("own", "crt"), certificates.text("own", "key"));
    std::fs::write(&settings, format!("tls_cert = {cert:?}\ntls_key = {key:?}\n")).unwrap();
    let server = Running::start(&["--demo", "--demo-contacts", "0", "--config", &settings]);
    assert!(server.printed.contains("listens on https://"), "{}", server.printed);
}

#[test]
fn a_made_certificate_is_usable_at_once_and_its_key_is_secret() {
    let certificates = Certificates::new();
    let text = certificates.make("tried");
    let mode = std::fs::metadata(certificates.path("tried", "key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut lines = text.lines();
    let serve = lines.next().and_then(|line| line.strip_prefix("contactd serve ")).unwrap();
    let server = Running::start(&serve.split(' ').collect::<Vec<_>>());
    let curl = lines.next().and_then(|line| line.strip_prefix("curl ")).unwrap();
    let curl = curl.replace(":8080", &format!(":{}", server.address.port()));
    let output = Command::new("curl").arg("-sS").args(curl.split(' ')).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.starts_with(b"contactd 0."), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_certificate_overwrites_nothing_and_needs_real_names() {
    let certificates = Certificates::new();
    let (cert, key) = (certificates.text("own", "crt"), certificates.text("own", "key"));
    let new = certificates.text("new", "key");
    let before = std::fs::read(&key).unwrap();
    let make = |host: &str, cert: &str, key: &str| {
        complaint(&["cert", "--host", host, "--cert", cert, "--key", key])
    };
    let hint = "hint: remove it, or name another file\n";
    assert_eq!(make("localhost", &cert, &new), format!("error: {cert} exists already\n{hint}"));
    assert!(!certificates.path("new", "key").exists(), "a key without a certificate is no use");
    assert_eq!(make("localhost", &new, &key), format!("error: {key} exists already\n{hint}"));
    assert_eq!(std::fs::read(&key).unwrap(), before);
    for host in ["https://localhost", "localhost:8080", "a b", "", "*"] {
        let text = make(host, &new, &new);
        assert!(text.starts_with(&format!("error: '{host}' is neither a host's name nor ")), "{text}");
    }
    assert!(make("localhost", "/no/such/folder/x.crt", &new).contains("cannot write /no/such/folder/x.crt"));
}
