//! What has a tag or is on a list, as requests say it from the tag's or the list's side.

use api_kit::Call;
use app::{CompanyLink, ContactLink};
use model::{CompanyId, ContactId, ListId, TagId, TaskId};

use crate::faults::Faults;
use crate::wire::members::Ids;
use crate::{Error, Rolodex, resolve};

/// The ids that a request gives; `None` leaves that kind as it is.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) contacts: Ids,
    pub(crate) companies: Ids,
    pub(crate) tasks: Ids,
}

/// The records that they name: these are to be the members, and no others.
pub(crate) struct Members {
    contacts: Option<Vec<ContactId>>,
    companies: Option<Vec<CompanyId>>,
    tasks: Option<Vec<TaskId>>,
}

impl Members {
    /// Looks up what a request names; fails when anything is wrong with the request.
    pub(crate) async fn find(call: &Call<Rolodex>, named: Named, mut faults: Faults) -> Result<Self, Error> {
        let members = Self {
            contacts: resolve::contacts(call, named.contacts, &mut faults).await?,
            companies: resolve::companies(call, named.companies, &mut faults).await?,
            tasks: resolve::tasks(call, named.tasks, &mut faults).await?,
        };
        faults.check()?;
        Ok(members)
    }

    /// Gives them a tag; the number of the last change.
    pub(crate) async fn tag(self, call: &Call<Rolodex>, tag: TagId) -> Result<Option<u64>, Error> {
        let tagged = match &self.tasks {
            Some(tasks) => call.app.set_tasks(&call.caller, tag, tasks).await?.changes,
            None => Vec::new(),
        };
        let linked = self.link(call, ContactLink::Tag(tag), CompanyLink::Tag(tag)).await?;
        Ok(linked.or(tagged.last().copied()))
    }

    /// Puts them on a list; the number of the last change.
    pub(crate) async fn enlist(self, call: &Call<Rolodex>, list: ListId) -> Result<Option<u64>, Error> {
        self.link(call, ContactLink::List(list), CompanyLink::List(list)).await
    }

    async fn link(
        self,
        call: &Call<Rolodex>,
        of_contacts: ContactLink,
        of_companies: CompanyLink,
    ) -> Result<Option<u64>, Error> {
        let mut changes = Vec::new();
        if let Some(contacts) = self.contacts {
            changes.extend(call.app.set_contacts(&call.caller, of_contacts, &contacts).await?.changes);
        }
        if let Some(companies) = self.companies {
            changes.extend(call.app.set_companies(&call.caller, of_companies, &companies).await?.changes);
        }
        Ok(changes.last().copied())
    }
}
