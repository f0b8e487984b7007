//! All that a key opens, for APIs that can ask for more than one workspace at once.

use store::{ContactOrder, ContactQuery, Filter, Scope, Workspace};

use crate::{App, Caller, ContactList, Error};

/// A workspace that a key opens, and its caller in it.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The caller in the workspace.
    pub caller: Caller,
    /// The workspace.
    pub workspace: Workspace,
}

impl App {
    /// The workspaces that the caller's key opens, in the order of the key: first the one that requests without a
    /// workspace mean. Those that were removed are left out.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn reached(&self, caller: &Caller) -> Result<Vec<Reached>, Error> {
        caller.require(Scope::Read)?;
        let all = self.recent_workspaces().await?;
        let mut reached: Vec<Reached> = Vec::new();
        for number in &caller.key.workspaces {
            let is_new = reached.iter().all(|each| each.workspace.number != *number);
            if let Some(workspace) = all.iter().find(|each| each.number == *number && is_new) {
                let caller = Caller { workspace: *number, ..caller.clone() };
                reached.push(Reached { caller, workspace: workspace.clone() });
            }
        }
        Ok(reached)
    }

    /// A page of the contacts of these workspaces that a filter of each leaves over, one workspace after the other, backwards where the order is
    /// [`Newest`](ContactOrder::Newest): what is on the page of each. The exact total is the sum of theirs.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn list_contacts_of(
        &self,
        mut reached: Vec<(Reached, Filter)>,
        query: &ContactQuery,
    ) -> Result<Vec<(Workspace, ContactList)>, Error> {
        let mut query = query.clone();
        if query.order == ContactOrder::Newest {
            reached.reverse();
        }
        let mut pages = Vec::with_capacity(reached.len());
        for (Reached { caller, workspace }, filter) in reached {
            query.filter = filter;
            let page = self.list_contacts(&caller, &query).await?;
            // What this workspace has of the list is skipped, or on the page.
            query.offset = query.offset.saturating_sub(page.total);
            query.limit = query.limit.saturating_sub(u32::try_from(page.contacts.len()).unwrap_or(u32::MAX));
            pages.push((workspace, page));
        }
        Ok(pages)
    }
}
