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
    /// The file system of the database, such as `ext4`. On `tmpfs` nothing is durable.
    pub(crate) file_system: Option<String>,
    /// How long it takes to make one written page durable.
    pub(crate) flush_ms: f64,
}

const FLUSHES: usize = 51;
const PAGE: [u8; 4096] = [0; 4096];

impl Machine {
    /// Looks at the machine, and at the disk of this folder.
    pub(super) fn look(folder: &Path) -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().context("cannot count the cores")?.get();
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let real = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
        let kind = file_system(&mounts, &real.to_string_lossy()).map(str::to_owned);
        let flush_ms = flush_ms(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
        Ok(Self { cores, file_system: kind, flush_ms })
    }
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
