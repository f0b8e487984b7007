//! What the store tells of itself: what its writer did, and whether what is stored is sound.

/// What the writer has done so far, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Batches committed.
    pub batches: u64,
    /// Writes in them.
    pub writes: u64,
    /// Writes that the thread which had them carried out itself, because nobody else wrote.
    pub alone: u64,
    /// Events appended.
    pub events: u64,
    /// Time spent from taking a batch to its commit, in microseconds.
    pub busy_micros: u64,
    /// Writes that wait now.
    pub waiting: u64,
    /// Bytes of the write-ahead log now.
    pub log_bytes: u64,
}

impl WriterStats {
    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            batches: self.batches + other.batches,
            writes: self.writes + other.writes,
            alone: self.alone + other.alone,
            events: self.events + other.events,
            busy_micros: self.busy_micros + other.busy_micros,
            waiting: self.waiting + other.waiting,
            log_bytes: self.log_bytes + other.log_bytes,
        }
    }
}

/// What a check of everything that is stored found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Contacts looked at.
    pub contacts: u64,
    /// Companies, notes and tasks looked at.
    pub records: u64,
    /// Events looked at.
    pub events: u64,
    /// What is wrong, 100 at most; empty when all is well.
    pub faults: Vec<String>,
}

/// Faults that are told; more only repeat them.
const FAULTS_MAX: usize = 100;

impl Verified {
    pub(crate) fn fault(&mut self, text: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(text);
        }
    }
}
