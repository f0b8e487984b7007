//! Work that one server at a time does, of all that share a database.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use uuid::Uuid;

use crate::App;

/// How long closing waits for leases to be given back.
const GIVE_BACK_MAX: Duration = Duration::from_secs(2);

/// Work that one server at a time does.
#[derive(Clone, Copy, Debug)]
pub struct Duty {
    /// Its name, the same on all servers.
    pub name: &'static str,
    /// After how long another server takes over from one that is gone. A server that cannot reach the database stops
    /// its work before that.
    pub lease: Duration,
}

impl Duty {
    /// The work with this name, which another server takes over after ten seconds.
    pub const fn named(name: &'static str) -> Self {
        Self { name, lease: Duration::from_secs(10) }
    }

    /// How often the lease is asked for, by whoever has it and by the others.
    fn pace(self) -> Duration {
        self.lease / 3
    }

    /// How much earlier than the lease the work ends, for clocks that do not run alike.
    fn margin(self) -> Duration {
        self.lease / 10
    }
}

/// Who a server is, and whether it goes on.
pub(crate) struct Duties {
    holder: std::sync::OnceLock<Uuid>,
    is_closing: watch::Sender<bool>,
}

impl Default for Duties {
    fn default() -> Self {
        Self { holder: std::sync::OnceLock::new(), is_closing: watch::Sender::new(false) }
    }
}

impl Duties {
    /// Whether the application closes.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.is_closing.subscribe()
    }

    /// Ends all work, and waits until it is given back.
    pub(crate) async fn close(&self) {
        self.is_closing.send_replace(true);
        // What takes longer goes on elsewhere when its lease has ended.
        let _ = timeout(GIVE_BACK_MAX, self.is_closing.closed()).await;
    }
}

/// Why work ended.
enum End {
    /// It was done, or the application closes: the lease is still ours.
    Done,
    /// Another server may have it from now on.
    Lost,
}

impl App {
    /// Does this work whenever no other server does, until the application is closed. `work` gets the term, which
    /// grows with each server that takes over, so that what an earlier one still does can be told apart.
    ///
    /// The work is dropped, wherever it waits, when the application closes, and before another server can take over;
    /// so it must not block its thread. When it ends, it is somebody's turn again after a while.
    pub async fn on_one_server<W: Future<Output = ()>>(&self, duty: Duty, mut work: impl FnMut(u64) -> W) {
        let duties = &self.inner.duties;
        let holder = *duties.holder.get_or_init(|| self.clock().fresh_id());
        let mut closing = duties.is_closing.subscribe();
        while !*closing.borrow_and_update() {
            // The lease counts from when the database heard of it, which is later.
            let asked = Instant::now();
            if let Some(term) = self.take(duty, holder).await {
                match self.hold(duty, holder, (term, asked), work(term), &mut closing).await {
                    End::Done => self.give_back(duty, holder).await,
                    End::Lost => tracing::warn!(duty = duty.name, "the lease is lost; the work ended"),
                }
            }
            tokio::select! {
                () = sleep(duty.pace()) => {}
                // The sender lives as long as the application.
                _ = closing.wait_for(|is_closing| *is_closing) => {}
            }
        }
    }

    /// Does the work while the lease can be kept.
    async fn hold(
        &self,
        duty: Duty,
        holder: Uuid,
        (term, asked): (u64, Instant),
        work: impl Future<Output = ()>,
        closing: &mut watch::Receiver<bool>,
    ) -> End {
        let end_of = |asked: Instant| asked + duty.lease - duty.margin();
        let mut until = end_of(asked);
        let mut work = pin!(work);
        let mut renewed = pin!(self.renew(duty, holder, asked + duty.pace()));
        loop {
            tokio::select! {
                biased;
                _ = closing.wait_for(|is_closing| *is_closing) => return End::Done,
                () = sleep_until(until) => return End::Lost,
                (asked, kept) = &mut renewed => {
                    let next = match kept {
                        Some(Some(kept)) if kept == term => {
                            until = end_of(asked);
                            asked + duty.pace()
                        }
                        Some(_) => return End::Lost,
                        // The database is away: perhaps it is back in time.
                        None => Instant::now() + duty.pace() / 8,
                    };
                    renewed.set(self.renew(duty, holder, next));
                }
                () = &mut work => return End::Done,
            }
        }
    }

    /// Asks for the lease again at this instant: when it did, and the term, if the database told.
    async fn renew(&self, duty: Duty, holder: Uuid, at: Instant) -> (Instant, Option<Option<u64>>) {
        sleep_until(at).await;
        let asked = Instant::now();
        let kept = timeout(duty.pace(), self.store().take_lease(duty.name, holder, duty.lease)).await;
        (asked, kept.ok().and_then(Result::ok))
    }

    async fn take(&self, duty: Duty, holder: Uuid) -> Option<u64> {
        let taken = timeout(duty.pace(), self.store().take_lease(duty.name, holder, duty.lease)).await;
        match taken {
            Ok(Ok(term)) => term,
            Ok(Err(fault)) => {
                tracing::debug!(%fault, duty = duty.name, "nobody knows whose turn it is");
                None
            }
            Err(_) => None,
        }
    }

    async fn give_back(&self, duty: Duty, holder: Uuid) {
        let given = self.store().give_back_lease(duty.name, holder);
        if !matches!(timeout(GIVE_BACK_MAX, given).await, Ok(Ok(()))) {
            tracing::debug!(duty = duty.name, "the lease ends by itself");
        }
    }
}
