//! The guides in `docs/guides`: what they tell to type is typed, in their order, into one shell, and what they show is what comes.
//!
//! In what is shown, `…` stands for anything; each line stands in the output, in the order shown.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::process::BINARY;

/// What a guide tells to type, and what it shows afterwards.
struct Step {
    typed: String,
    shown: String,
}

/// The steps of a page: its blocks of `sh`, each with the block of `text` behind it.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (n, part) in page.split("```").enumerate().filter(|(n, _)| n % 2 == 1) {
        match part.split_once('\n').unwrap_or_default() {
            ("sh", typed) => steps.push(Step { typed: typed.to_owned(), shown: String::new() }),
            ("text", shown) => steps.last_mut().expect("text behind a command").shown = shown.to_owned(),
            (language, _) => panic!("block {n} is {language}"),
        }
    }
    steps
}

/// Whether a text has these parts, one after the other.
fn has(text: &str, line: &str) -> bool {
    let mut rest = text;
    line.split('…').all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

fn follow(name: &str) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides").join(name);
    let page = fs::read_to_string(&page).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let steps = steps(&page.replace(":8080", &format!(":{port}")));
    let folder = tempfile::TempDir::new().unwrap();
    std::os::unix::fs::symlink(BINARY, folder.path().join("contactd")).unwrap();
    let mut script = String::from("set -eu\nPATH=\"$PWD:$PATH\"\ntrap 'kill $(jobs -p)' EXIT\n");
    for step in &steps {
        script.push_str(&step.typed);
        script.push_str("\necho; echo '--- next'\n");
    }
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("TMPDIR", folder.path())
        .env_remove("CONTACTD_DATABASE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (printed, complaint) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let outputs: Vec<&str> = printed.split("--- next\n").collect();
    assert_eq!(outputs.len(), steps.len() + 1, "{name} broke off:\n{printed}\n{complaint}");
    for (step, output) in steps.iter().zip(outputs) {
        let mut lines = output.lines();
        for line in step.shown.lines() {
            assert!(
                lines.any(|each| has(each, line)),
                "{name}:\n{}\n{line}\nis not in\n{output}",
                step.typed
            );
        }
    }
}

#[test]
fn keep_tags_safe_from_a_chatbot() {
    follow("keep-tags-safe-from-a-chatbot.md");
}

#[test]
fn test_a_callbell_integration_in_ci() {
    follow("test-a-callbell-integration-in-ci.md");
}

#[test]
fn who_overwrote_this_phone_number() {
    follow("who-overwrote-this-phone-number.md");
}
