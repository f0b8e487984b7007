//! What the kernel says about a process: CPU time, memory, bytes written.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};

/// The kernel counts CPU time in hundredths of a second, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// A process, by its folder in `/proc`.
#[derive(Clone, Debug)]
pub(super) struct Process(PathBuf);

/// What a process has used since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) cpu: Duration,
    pub(super) written_bytes: u64,
}

/// The memory of a process that is in RAM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) now_bytes: u64,
    pub(super) peak_bytes: u64,
}

impl Process {
    pub(super) fn this() -> Self {
        Self(PathBuf::from("/proc/self"))
    }

    pub(super) fn with_id(id: u32) -> Self {
        Self(PathBuf::from(format!("/proc/{id}")))
    }

    pub(super) fn usage(&self) -> anyhow::Result<Usage> {
        let cpu = cpu(&self.read("stat")?).ok_or_else(|| self.unreadable("stat"))?;
        let written = line(&self.read("io")?, "write_bytes").ok_or_else(|| self.unreadable("io"))?;
        Ok(Usage { cpu, written_bytes: written })
    }

    pub(super) fn memory(&self) -> anyhow::Result<Memory> {
        let text = self.read("status")?;
        let of = |name| line(&text, name).map(|kilobytes| kilobytes * 1024);
        match (of("VmRSS"), of("VmHWM")) {
            (Some(now_bytes), Some(peak_bytes)) => Ok(Memory { now_bytes, peak_bytes }),
            _ => Err(self.unreadable("status")),
        }
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        let path = self.0.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn unreadable(&self, name: &str) -> anyhow::Error {
        anyhow!("{} is not as Linux writes it", self.0.join(name).display())
    }
}

impl Usage {
    /// What was used since then.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            written_bytes: self.written_bytes.saturating_sub(before.written_bytes),
        }
    }
}

/// The kind of file system that a path is on, from the text of `/proc/self/mounts`.
pub(super) fn file_system<'m>(mounts: &'m str, path: &str) -> Option<&'m str> {
    let mount = |line: &'m str| {
        let mut parts = line.split(' ').skip(1);
        Some((parts.next()?, parts.next()?))
    };
    let is_above = |point: &str| {
        let rest = path.strip_prefix(point.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Of two on the same point, the later one hides the earlier.
    let above = mounts.lines().filter_map(mount).filter(|(point, _)| is_above(point));
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}

/// User and system time in `/proc/<pid>/stat`: the 14th and 15th member. The second, the program's name, may
/// hold spaces and brackets.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut members = rest.split_ascii_whitespace().skip(11);
    let user: u32 = members.next()?.parse().ok()?;
    let system: u32 = members.next()?.parse().ok()?;
    Some(TICK * user.checked_add(system)?)
}

/// The number in a line such as `VmRSS:     5344 kB` or `write_bytes: 4096`.
fn line(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_any_program_name() {
        let rest = "S 1 2 3 0 -1 4194560 100 0 0 0 250 75 0 0 20 0 4 0 12345 1000 200 1844674407370955161";
        for name in ["contactd", "a b", "x) y", ") ("] {
            let stat = format!("4711 ({name}) {rest}");
            assert_eq!(cpu(&stat), Some(Duration::from_millis(3250)), "{name}");
        }
        assert_eq!(cpu("4711 (contactd) S 1 2"), None);
        assert_eq!(cpu(""), None);
    }

    #[test]
    fn numbers_are_found_by_their_whole_name() {
        let status = "Name:\tcontactd\nVmRSSX:\t1 kB\nVmHWM:\t   9000 kB\nVmRSS:\t   5344 kB\n";
        assert_eq!(line(status, "VmRSS"), Some(5344));
        assert_eq!(line(status, "VmHWM"), Some(9000));
        assert_eq!(line(status, "VmSwap"), None);
        assert_eq!(line("rchar: 1\nwrite_bytes: 4096\n", "write_bytes"), Some(4096));
    }

    #[test]
    fn the_nearest_mount_above_a_path_counts() {
        let mounts = "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/deep xfs rw 0 0\n";
        for (path, kind) in [
            ("/home/x", "ext4"),
            ("/tmp", "tmpfs"),
            ("/tmp/x", "tmpfs"),
            ("/tmpx", "ext4"),
            ("/tmp/deep/x", "xfs"),
        ] {
            assert_eq!(file_system(mounts, path), Some(kind), "{path}");
        }
        assert_eq!(file_system("", "/tmp"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let this = Process::this();
        assert!(this.memory().unwrap().peak_bytes > 0);
        assert!(this.usage().is_ok());
        assert!(Process::with_id(0).usage().is_err());
    }
}
