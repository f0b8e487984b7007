//! Where PostgreSQL's programs are, where its files may be, and as whom it runs.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

/// The newest folder of PostgreSQL's programs with this one in it.
pub(crate) fn programs(program: &str) -> io::Result<PathBuf> {
    let version = |folder: &Path| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    // Debian keeps the server's programs outside of PATH, a folder for each version.
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    debian
        .map(|entry| entry.path().join("bin"))
        .chain(configured())
        .filter(|folder| folder.join(program).is_file())
        .max_by_key(|folder| version(folder))
        .ok_or_else(|| {
            io::Error::other(format!(
                "PostgreSQL's {program} is not here; on Debian, `apt-get install postgresql` brings it, and \
                 elsewhere it is found when pg_config is in PATH"
            ))
        })
}

/// Where `pg_config` says that they are; asked once.
fn configured() -> Option<PathBuf> {
    static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end()))
    });
    FOLDER.clone()
}

/// A user and its group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) id: u32,
    pub(crate) group: u32,
}

/// As whom a server runs when we are root, since PostgreSQL refuses to be root.
pub(crate) fn unprivileged() -> io::Result<Option<User>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let named = |name: &str| {
        let mut words =
            users.lines().map(|line| line.split(':')).find(|words| words.clone().next() == Some(name))?;
        let id = words.nth(2)?.parse().ok()?;
        Some(User { id, group: words.next()?.parse().ok()? })
    };
    let user = named("postgres").or_else(|| named("nobody"));
    user.map(Some).ok_or_else(|| io::Error::other("there is neither a user postgres nor a user nobody"))
}

/// Memory as a file system.
const MEMORY: &str = "/dev/shm";

/// Bytes that must be free there, which is more than all tests take that run at the same time.
const FREE_MEMORY: u64 = 4 << 30;

/// A new folder of that user: in memory, where there is enough. Disks take long to make and remove the many files of
/// databases.
pub(crate) fn folder(user: Option<User>) -> io::Result<TempDir> {
    let memory = Some(PathBuf::from(MEMORY)).filter(|memory| free(memory) >= FREE_MEMORY);
    let disks = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    let mut choices = memory.into_iter().chain(disks);
    let choice = choices.find(|folder| is_fit(folder)).unwrap_or_else(std::env::temp_dir);
    let folder = TempDir::with_prefix_in("contactd-test-", choice)?;
    if let Some(user) = user {
        chown(folder.path(), Some(user.id), Some(user.group))?;
    }
    Ok(folder)
}

/// Free bytes of the file system of a folder; 0 where that is not known.
fn free(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize))
}

/// Every user can get there, and a socket in it has a name that is short enough.
fn is_fit(folder: &Path) -> bool {
    folder.as_os_str().len() <= 60
        && folder.ancestors().all(|each| fs::metadata(each).is_ok_and(|found| found.mode() & 0o001 != 0))
}
