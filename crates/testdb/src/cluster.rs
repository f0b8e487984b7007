//! A PostgreSQL server of one's own.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::databases::{create_database, drop_database};
use crate::guard::Guard;
use crate::place::{self, User};
use crate::psql;

/// What a server has from the start. Nothing that is acknowledged is lost when the server is killed, as opposed to
/// the machine, so it need not wait for the disk.
const SETTINGS: [(&str, &str); 10] = [
    ("listen_addresses", "127.0.0.1"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "64MB"),
    // In its folder, where the next one to remove it finds it.
    ("dynamic_shared_memory_type", "mmap"),
    ("max_connections", "300"),
    ("max_prepared_transactions", "0"),
    ("wal_level", "replica"),
    ("autovacuum", "on"),
    ("logging_collector", "off"),
];

/// What the server of all tests has instead: nothing follows it, and whatever is in it is gone soon.
const SHARED: [(&str, &str); 3] = [("autovacuum", "off"), ("wal_level", "minimal"), ("max_wal_senders", "0")];

/// How long anything may take that takes a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// A PostgreSQL server in a temporary folder, on a free port of 127.0.0.1, whose only user is `contactd` with the
/// password `secret`. Both go away when it is dropped, and when our process is killed.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    user: Option<User>,
    port: u16,
    settings: Vec<(String, String)>,
    server: Option<Child>,
    // In this order: the folder goes away after everybody who could write to it.
    _guard: Guard,
    folder: TempDir,
}

/// Why a server did not start.
enum Failure {
    /// Somebody else has the port.
    InUse(io::Error),
    Other(io::Error),
}

impl Cluster {
    /// Makes and starts one that does not wait for the disk.
    pub fn start() -> io::Result<Self> {
        Self::with_settings(&[])
    }

    /// Makes and starts one with these settings on top of or instead of its own, such as `fsync`, `on`.
    pub fn with_settings(settings: &[(&str, &str)]) -> io::Result<Self> {
        Self::made(settings, |cluster| cluster.make("scram-sha-256"))
    }

    /// Makes and starts one for many tests that each make and drop a database. It takes any password: somebody who is
    /// being asked for it, and is busy with something else, would keep databases from being dropped for a minute.
    pub fn shared() -> io::Result<Self> {
        Self::made(&SHARED, |cluster| cluster.make("trust"))
    }

    /// Makes and starts a copy of another one that follows it and can be read.
    pub fn following(primary: &Self) -> io::Result<Self> {
        Self::made(&[], |cluster| cluster.copy(&primary.url("postgres")))
    }

    fn made(settings: &[(&str, &str)], make: impl FnOnce(&Self) -> io::Result<()>) -> io::Result<Self> {
        let programs = place::programs("postgres")?;
        let user = place::unprivileged()?;
        let folder = place::folder(user)?;
        let guard = Guard::of(folder.path())?;
        let mut cluster =
            Self { programs, user, port: 0, settings: Vec::new(), server: None, _guard: guard, folder };
        for (name, value) in SETTINGS.iter().chain(settings) {
            cluster.set(name, value);
        }
        make(&cluster)?;
        let started = Instant::now();
        loop {
            // Free when it is asked for; somebody may be faster.
            cluster.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            match cluster.launch() {
                Ok(()) => return Ok(cluster),
                Err(Failure::InUse(_)) if started.elapsed() < PATIENCE => {}
                Err(Failure::InUse(fault) | Failure::Other(fault)) => return Err(fault),
            }
        }
    }

    /// Adds or replaces a setting; it is in force from the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(each, _)| each != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// The URL of one of its databases; `postgres` is always there.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://contactd:secret@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and gives its name.
    #[track_caller]
    pub fn create_database(&self) -> String {
        create_database(&self.url("postgres"))
    }

    /// Drops a database, whoever uses it.
    #[track_caller]
    pub fn drop_database(&self, name: &str) {
        drop_database(&self.url("postgres"), name).unwrap_or_else(|fault| panic!("{fault}"));
    }

    /// Carries out SQL and gives its output: a line for each row, `|` between values.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        psql::run(&self.url(database), sql).unwrap_or_else(|fault| panic!("{sql}: {fault}"))
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Stops it as an operator would: connections are cut, and everything is in its files.
    pub fn stop_fast(&mut self) {
        self.end(Signal::INT);
    }

    /// Stops it without warning, and waits until it is gone. The next start recovers.
    pub fn kill(&mut self) {
        self.end(Signal::QUIT);
    }

    /// Starts it again, on the same port and with the same data.
    #[track_caller]
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "it runs");
        let started = Instant::now();
        loop {
            match self.launch() {
                Ok(()) => return,
                // Its port was somebody's for a connection meanwhile.
                Err(Failure::InUse(_)) if started.elapsed() < PATIENCE => pause(),
                Err(Failure::InUse(fault) | Failure::Other(fault)) => panic!("{fault}"),
            }
        }
    }

    /// One of PostgreSQL's programs, as a user that may run it.
    fn command(&self, program: &str) -> Command {
        self.run_as_server(self.programs.join(program))
    }

    /// A program, as the user that the server runs as.
    fn run_as_server(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some(user) = self.user {
            command.uid(user.id).gid(user.group);
        }
        command
    }

    fn make(&self, authentication: &str) -> io::Result<()> {
        fs::write(self.folder.path().join("password"), "secret\n")?;
        run(self
            .command("initdb")
            .args(["-D", "data", "-U", "contactd", "-E", "UTF8", "--locale=C", "--no-sync"])
            .args(["--auth-local=trust", "--pwfile=password"])
            .arg(format!("--auth-host={authentication}")))
    }

    fn copy(&self, primary: &str) -> io::Result<()> {
        run(self.command("pg_basebackup").args([
            "-D",
            "data",
            "-R",
            "-c",
            "fast",
            "--no-sync",
            "-d",
            primary,
        ]))
    }

    /// Lets no file of the server become larger than this any more, or lifts that again. What stands beyond the bound
    /// stays, so it must be above what there is, the log's files of 16 MB too. A block that has room for its first half only is, to PostgreSQL, a
    /// full disk.
    pub fn bound_files(&self, bytes: Option<u64>) -> io::Result<()> {
        let postmaster = self.server.as_ref().ok_or_else(|| io::Error::other("it does not run"))?.id();
        let soft = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let bound = |process: &str| {
            // As the server's user, who may do this to its own processes.
            let mut prlimit = self.run_as_server("prlimit");
            run(prlimit.args(["--pid", process, &format!("--fsize={soft}:")]))
        };
        // What it starts from now on inherits the bound.
        bound(&postmaster.to_string())?;
        let processes = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()";
        for process in self.sql("postgres", processes).lines() {
            let bounded = bound(process);
            if Path::new("/proc").join(process).exists() {
                bounded?;
            }
        }
        Ok(())
    }

    /// Starts the server and waits until it takes connections.
    fn launch(&mut self) -> Result<(), Failure> {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log"));
        let log = log.map_err(Failure::Other)?;
        let before = self.log().len();
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-k"]).arg(self.folder.path()).args(["-p", &self.port.to_string()]);
        for (name, value) in &self.settings {
            command.args(["-c", &format!("{name}={value}")]);
        }
        let streams = (log.try_clone().map_err(Failure::Other)?, log);
        let server = command.stdout(streams.0).stderr(streams.1).spawn().map_err(Failure::Other)?;
        let id = server.id();
        self.server = Some(server);
        let started = Instant::now();
        while !self.is_ready(id) {
            let is_late = started.elapsed() > PATIENCE;
            if is_late {
                self.end(Signal::QUIT);
            }
            if is_late || self.server.as_mut().is_none_or(has_ended) {
                self.server = None;
                let log = self.log();
                let said = log.get(before..).unwrap_or_default();
                let fault = io::Error::other(format!("PostgreSQL does not start:\n{said}"));
                return Err(match said.contains("in use") {
                    true => Failure::InUse(fault),
                    false => Failure::Other(fault),
                });
            }
            pause();
        }
        Ok(())
    }

    /// The eighth line of this file is where the server tells its state, for whoever started it.
    fn is_ready(&self, id: u32) -> bool {
        let text = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap_or_default();
        let mut lines = text.lines().map(str::trim);
        lines.next() == Some(id.to_string().as_str()) && lines.nth(6) == Some("ready")
    }

    /// Sends a signal that ends the server, and waits until it has ended, with all processes that it started.
    fn end(&mut self, signal: Signal) {
        let Some(mut server) = self.server.take() else { return };
        let _ = kill_process(Pid::from_child(&server), signal);
        let started = Instant::now();
        while !has_ended(&mut server) {
            if started.elapsed() > PATIENCE {
                let _ = server.kill();
            }
            pause();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end.
fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let program = command.get_program().display();
    Err(io::Error::other(format!("{program}: {}", String::from_utf8_lossy(&output.stderr))))
}

fn has_ended(server: &mut Child) -> bool {
    server.try_wait().is_ok_and(|status| status.is_some())
}

/// Between two looks at something that takes some time.
fn pause() {
    thread::sleep(Duration::from_millis(5));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Session;

    fn runs(pid: u32) -> bool {
        Path::new(&format!("/proc/{pid}")).exists()
    }

    #[test]
    fn databases_are_made_used_and_dropped() {
        let cluster = Cluster::start().unwrap();
        let (one, two) = (cluster.create_database(), cluster.create_database());
        cluster.sql(&one, "CREATE TABLE t (n int, s text); INSERT INTO t VALUES (1, 'a'), (2, 'ö')");
        assert_eq!(cluster.sql(&one, "SELECT * FROM t ORDER BY n"), "1|a\n2|ö");
        assert!(psql::run(&cluster.url(&two), "SELECT * FROM t").unwrap_err().contains("does not exist"));
        let _user = Session::open(&cluster.url(&two));
        cluster.drop_database(&two);
        assert_eq!(
            cluster.sql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'test%'"),
            one
        );
    }

    #[test]
    fn passwords_count() {
        let cluster = Cluster::start().unwrap();
        let wrong = cluster.url("postgres").replace("secret", "wrong");
        assert!(psql::run(&wrong, "SELECT 1").unwrap_err().contains("password authentication failed"));
    }

    #[test]
    fn what_was_committed_is_there_after_a_kill_and_after_a_stop() {
        let mut cluster = Cluster::with_settings(&[("fsync", "on")]).unwrap();
        let database = cluster.create_database();
        assert_eq!(cluster.sql(&database, "SHOW fsync; CREATE TABLE t (n int)"), "on");
        for (n, stop) in [Cluster::kill, Cluster::stop_fast].into_iter().enumerate() {
            cluster.sql(&database, &format!("INSERT INTO t VALUES ({n})"));
            let url = cluster.url(&database);
            stop(&mut cluster);
            assert!(psql::run(&url, "SELECT 1").unwrap_err().contains("onnection"));
            cluster.start_again();
            assert_eq!(cluster.url(&database), url);
            assert_eq!(cluster.sql(&database, "SELECT count(*) FROM t"), (n + 1).to_string());
        }
        assert_eq!(cluster.log().matches("was not properly shut down").count(), 1);
    }

    #[test]
    fn settings_change_with_the_next_start() {
        let mut cluster = Cluster::start().unwrap();
        cluster.set("default_transaction_read_only", "on");
        cluster.stop_fast();
        cluster.start_again();
        let refused = psql::run(&cluster.url("postgres"), "CREATE TABLE t (n int)").unwrap_err();
        assert!(refused.contains("read-only transaction"), "{refused}");
        cluster.set("no_such_setting", "on");
        cluster.kill();
        let Err(Failure::Other(fault)) = cluster.launch() else { panic!("it runs") };
        assert!(fault.to_string().contains("no_such_setting"), "{fault}");
    }

    #[test]
    fn a_port_that_is_taken_is_told_apart() {
        let mut cluster = Cluster::start().unwrap();
        cluster.kill();
        let _taken = TcpListener::bind(("127.0.0.1", cluster.port)).unwrap();
        assert!(matches!(cluster.launch(), Err(Failure::InUse(_))));
    }

    #[test]
    fn a_bound_on_files_is_a_full_disk_until_it_is_lifted() {
        let cluster = Cluster::start().unwrap();
        cluster.sql("postgres", "CREATE TABLE t (s text)");
        let mut session = Session::open(&cluster.url("postgres"));
        cluster.bound_files(Some((16 << 20) + 4096)).unwrap();
        let fill = "INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 20000)";
        let refused = psql::run(&cluster.url("postgres"), &format!("\\set VERBOSITY sqlstate\n{fill}"));
        assert_eq!(refused.unwrap_err(), "ERROR:  53100");
        cluster.bound_files(None).unwrap();
        session.run(fill);
        assert_eq!(cluster.sql("postgres", "SELECT count(*) FROM t"), "20000");
    }

    #[test]
    fn nothing_is_left_when_it_is_dropped() {
        let cluster = Cluster::start().unwrap();
        let mut session = Session::open(&cluster.url("postgres"));
        let backend: u32 = session.run("SELECT pg_backend_pid()").parse().unwrap();
        let server = cluster.server.as_ref().unwrap().id();
        let folder = cluster.folder.path().to_owned();
        assert!(runs(server) && runs(backend) && folder.exists());
        drop(cluster);
        assert!(!runs(server) && !runs(backend) && !folder.exists());
    }

    #[test]
    fn a_session_keeps_its_transaction() {
        let cluster = Cluster::start().unwrap();
        let mut session = Session::open(&cluster.url("postgres"));
        assert_eq!(session.run("CREATE TABLE t (n int)"), "");
        assert_eq!(session.run("BEGIN; INSERT INTO t VALUES (1); SELECT n FROM t"), "1");
        assert_eq!(cluster.sql("postgres", "SELECT count(*) FROM t"), "0");
        session.run("COMMIT");
        assert_eq!(cluster.sql("postgres", "SELECT count(*) FROM t"), "1");
    }
}
