//! Statements sent together: the server gets all of them at once, so they take one round trip.

use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use futures_util::future::{join, join_all};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

use super::fault;
use crate::StoreError;

/// A statement, and the types of its parameters.
#[derive(Debug)]
pub(super) struct Sql {
    pub(super) text: &'static str,
    pub(super) types: &'static [Type],
}

/// A parameter.
pub(super) type Param<'p> = Box<dyn ToSql + Sync + Send + 'p>;

/// A statement to carry out.
pub(super) struct Step<'p> {
    text: &'p str,
    types: &'p [Type],
    params: Vec<Param<'p>>,
    /// Whether the connection remembers it.
    is_kept: bool,
}

/// How long a round trip takes at most, with everything that the server does in it. What takes longer is a
/// connection that broke without telling.
pub(super) const ROUND_TRIP_MAX: Duration = Duration::from_secs(15);

/// What came of a pipeline that failed.
#[derive(Debug)]
pub(super) enum Failed {
    /// The server refused a step: so it commits nothing.
    Refused(Error),
    /// The connection broke, or the server said nothing, so that it may have carried out everything.
    Broken(StoreError),
}

impl Failed {
    /// Whether the server cannot be reached, or does not take what it should.
    pub(super) fn is_away(&self) -> bool {
        match self {
            Self::Refused(fault) => fault::is_away(fault),
            Self::Broken(_) => true,
        }
    }
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(fault) => fault.into(),
            Failed::Broken(fault) => fault,
        }
    }
}

impl<'p> Step<'p> {
    pub(super) fn new(sql: &'static Sql, params: Vec<Param<'p>>) -> Self {
        Self { text: sql.text, types: sql.types, params, is_kept: true }
    }

    /// One that is made up at run time, out of few that there can be.
    pub(super) fn made(text: &'p str, types: &'p [Type], params: Vec<Param<'p>>) -> Self {
        Self { text, types, params, is_kept: true }
    }

    /// The same, but it is not kept, because there can be any number of such statements.
    pub(super) fn once(self) -> Self {
        Self { is_kept: false, ..self }
    }

    fn values(&self) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
        self.params.iter().map(|param| &**param as &(dyn ToSql + Sync))
    }
}

/// A parameter.
pub(super) fn param<'p>(value: impl ToSql + Sync + Send + 'p) -> Param<'p> {
    Box::new(value)
}

/// Sends `first`, all steps and `last` together, and gives the rows of each step.
///
/// `first` and `last` have no parameters and yield nothing; `last` may be a commit, which the server carries out
/// only when nothing before it failed. All of it takes `longest` at most.
pub(super) async fn run(
    client: &ClientWrapper,
    is_prepared: bool,
    longest: Duration,
    first: &str,
    steps: &[Step<'_>],
    last: &str,
) -> Result<Vec<Vec<Row>>, Failed> {
    let work = async {
        // Statements that this connection does not know yet are prepared before, for their order matters below.
        let mut statements = Vec::with_capacity(steps.len());
        for step in steps {
            statements.push(match step.is_kept && is_prepared {
                true => Some(client.prepare_typed_cached(step.text, step.types).await.map_err(refused)?),
                false => None,
            });
        }
        let bare = async |text: &str| if text.is_empty() { Ok(()) } else { client.batch_execute(text).await };
        let queries = steps.iter().zip(&statements).map(async |(step, statement)| match statement {
            Some(statement) => {
                let rows = client.query_raw(statement, step.values()).await?;
                futures_util::TryStreamExt::try_collect::<Vec<Row>>(rows).await
            }
            None => {
                let typed: Vec<_> = step.values().zip(step.types.iter().cloned()).collect();
                client.query_typed(step.text, &typed).await
            }
        });
        // Each future sends its message when it is first polled, and these are polled in their order.
        let (begun, (rows, ended)) = join(bare(first), join(join_all(queries), bare(last))).await;
        let faults = begun.err().into_iter();
        let mut found = Vec::with_capacity(rows.len());
        let mut failed = Vec::new();
        for each in rows {
            match each {
                Ok(rows) => found.push(rows),
                Err(fault) => failed.push(fault),
            }
        }
        match faults.chain(failed).find(|fault| !fault::is_consequence(fault)) {
            Some(fault) => Err(refused(fault)),
            None => match ended {
                Ok(()) => Ok(found),
                Err(fault) if fault::is_refused_commit(&fault) => Err(Failed::Refused(fault)),
                Err(fault) => Err(Failed::Broken(fault.into())),
            },
        }
    };
    match tokio::time::timeout(longest, work).await {
        Ok(done) => done,
        Err(elapsed) => Err(Failed::Broken(StoreError::Unavailable(std::sync::Arc::new(elapsed)))),
    }
}

fn refused(fault: Error) -> Failed {
    if fault::is_broken(&fault) { Failed::Broken(fault.into()) } else { Failed::Refused(fault) }
}
