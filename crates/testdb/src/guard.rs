//! What is left when a test is killed: nothing.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that waits for the end of ours, in a group of its own, so that what kills a whole group spares it. A
/// line on its input dismisses it; the end of its input without a line means that we are gone.
const SCRIPT: &str = r#"
    read -r _ && exit
    if pid=$(head -n 1 "$1/data/postmaster.pid"); then
        kill -QUIT "$pid"
        while kill -0 "$pid"; do sleep 0.05; done
    fi
    rm -rf "$1"
"#;

/// Stops a server and removes its folder should our process end without having done so.
#[derive(Debug)]
pub(crate) struct Guard(Child);

impl Guard {
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "guard"]).arg(folder).current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Self)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut input) = self.0.stdin.take() {
            let _ = input.write_all(b"dismissed\n");
        }
        let _ = self.0.wait();
    }
}
