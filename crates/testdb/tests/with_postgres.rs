//! `with-postgres`: the server is there as long as the command, however either ends.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A command that tells the server's URL, then waits for the end of its input.
struct Running {
    child: Child,
    _input: ChildStdin,
    address: String,
}

fn start(script: &str) -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_with-postgres"))
        .args(["sh", "-c", script])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let address = url.trim().strip_prefix("postgres://contactd:secret@").unwrap().strip_suffix('/').unwrap();
    Running { _input: child.stdin.take().unwrap(), child, address: address.to_owned() }
}

const WAIT: &str = "echo $CONTACTD_TEST_POSTGRES; read -r _";

impl Running {
    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    fn has_server(&self) -> bool {
        TcpStream::connect(&self.address).is_ok()
    }

    fn assert_server_goes_away(&self) {
        let started = Instant::now();
        while self.has_server() {
            assert!(started.elapsed() < Duration::from_secs(20), "the server is still there");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn the_commands_end_is_its_end() {
    let mut running = start("echo $CONTACTD_TEST_POSTGRES; exit 7");
    assert_eq!(running.child.wait().unwrap().code(), Some(7));
    assert!(!running.has_server());
    let missing = Command::new(env!("CARGO_BIN_EXE_with-postgres")).arg("/no/such/program").output().unwrap();
    assert!(String::from_utf8(missing.stderr).unwrap().contains("/no/such/program: "));
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn a_termination_is_passed_on_and_the_server_stopped() {
    let mut running = start(WAIT);
    assert!(running.has_server());
    kill_process(running.pid(), Signal::TERM).unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(128 + 15));
    assert!(!running.has_server());
}

#[test]
fn an_interrupt_of_both_ends_both() {
    let mut running = start(WAIT);
    kill_process_group(running.pid(), Signal::INT).unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(128 + 2));
    assert!(!running.has_server());
}

#[test]
fn nothing_is_left_when_it_is_killed() {
    let mut running = start(WAIT);
    assert!(running.has_server());
    kill_process(running.pid(), Signal::KILL).unwrap();
    running.child.wait().unwrap();
    running.assert_server_goes_away();
}

#[test]
fn nothing_is_left_when_its_whole_group_is_killed() {
    let mut running = start(WAIT);
    kill_process_group(running.pid(), Signal::KILL).unwrap();
    running.child.wait().unwrap();
    running.assert_server_goes_away();
}
