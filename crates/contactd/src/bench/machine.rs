//! The machine that was measured on, as far as it decides the figures.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;

use super::process::file_system;
use super::statistics::median;

/// What one must know to compare figures.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// Processor cores that this program may use.
    pub(crate) cores: usize,
    /// What the processor is called.
    pub(crate) processor: Option<String>,
    /// The file system of the database, such as `ext4`. On `tmpfs` nothing is durable. `None` when it is not
    /// known, or the database is not in a file.
    pub(crate) file_system: Option<String>,
    /// How long it takes to make one written page durable there; `None` when the database is not in a file.
    pub(crate) flush_ms: Option<f64>,
}

const FLUSHES: usize = 51;
const PAGE: [u8; 4096] = [0; 4096];

impl Machine {
    /// Looks at the machine, and at the disk of this folder, if the database is in one.
    pub(super) fn look(folder: Option<&Path>) -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().context("cannot count the cores")?.get();
        let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let mut machine =
            Self { cores, processor: processor(&processors), file_system: None, flush_ms: None };
        if let Some(folder) = folder {
            let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
            let real = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
            machine.file_system = file_system(&mounts, &real.to_string_lossy()).map(str::to_owned);
            let took = flush_ms(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
            machine.flush_ms = Some(took);
        }
        Ok(machine)
    }
}

/// The name of the first processor, from the text of `/proc/cpuinfo`.
fn processor(text: &str) -> Option<String> {
    let (_, name) = text.lines().find(|line| line.starts_with("model name"))?.split_once(':')?;
    Some(name.trim().to_owned())
}

fn flush_ms(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("flush");
    let mut file = std::fs::File::create(&path)?;
    let mut took = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        file.write_all(&PAGE)?;
        let started = Instant::now();
        file.sync_data()?;
        took.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    drop(file);
    std::fs::remove_file(path)?;
    Ok(median(took))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_a_name_or_none() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2.40GHz\nprocessor\t: 1\nmodel name\t: x\n";
        assert_eq!(processor(text).as_deref(), Some("Some CPU @ 2.40GHz"));
        assert_eq!(processor("processor\t: 0\n"), None);
    }

    #[test]
    fn a_disk_is_looked_at_only_where_there_is_a_folder() {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(Machine::look(Some(folder.path())).unwrap().flush_ms.is_some());
        let machine = Machine::look(None).unwrap();
        assert_eq!((machine.flush_ms, machine.file_system), (None, None));
    }
}
