//! Changing the type of a field: what records have in it becomes values of the new type, in the same change, so that one
//! undo takes back both.

use std::collections::{HashMap, HashSet};

use model::value::{OnUnconvertible, convert_in};
use model::{
    Catalog, Change, Company, ContactId, Dialect, Difference, Document, Edit, Entity, Facet, Field, FieldId,
    FieldType, List, Member, Native, OnConflict, Record, RecordKind, Ref, Rejection, Violation,
    ViolationKind,
};
use store::{Action, ContactQuery, Filter, RecordQuery, RecordWrite};
use uuid::Uuid;

use crate::links::check_count;
use crate::{App, Caller, Error};

/// Values that are named at most when they do not convert.
const NAMED: usize = 100;

/// Records that are read at once.
const PAGE: u32 = 1000;

/// The member of a field that says its type.
pub(crate) const TYPE: &str = "type";

/// Fields of which the values have to become others.
pub(crate) struct Conversion {
    /// Each with the contacts that may have a value of it.
    fields: Vec<(FieldId, Filter)>,
    on_unconvertible: OnUnconvertible,
    /// The workspace's last event before its records were looked at.
    since: u64,
}

impl App {
    /// What a change of the catalog makes of values, if it gives fields another type.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn conversion(
        &self,
        caller: &Caller,
        (before, after): (&Catalog, &Catalog),
        on_unconvertible: OnUnconvertible,
    ) -> Result<Option<Conversion>, Error> {
        let retyped = |field: &Field| {
            let before = before.fields.get(field.id.0).filter(|before| before.kind != field.kind)?;
            Some((field.id, may_have(before)))
        };
        let fields: Vec<_> = after.fields.iter().filter_map(retyped).collect();
        if fields.is_empty() {
            return Ok(None);
        }
        let unfit = |list: &&List| list.conditions.iter().any(|each| each.fits(before) && !each.fits(after));
        if let Some(list) = after.lists.iter().find(unfit) {
            let text = format!("does not fit a condition of the list '{}'", list.name);
            return Err(Error::Rejected(Violation::new(TYPE, ViolationKind::Unusable(text)).into()));
        }
        let since = self.store().last_event(caller.workspace).await?;
        Ok(Some(Conversion { fields, on_unconvertible, since }))
    }

    /// The writes that convert, when fields get the type back that they had, what records have got in them since; those of
    /// these records are taken back themselves.
    ///
    /// # Errors
    /// As [`plan_conversion`](Self::plan_conversion).
    pub(crate) async fn conversion_back(
        &self,
        caller: &Caller,
        retyped: &HashMap<u64, (Uuid, Vec<Difference>)>,
        records: &HashSet<Uuid>,
        on_conflict: OnConflict,
    ) -> Result<Vec<Action>, Error> {
        let before = self.catalog_on(&caller.terms, caller.workspace).await?;
        let mut after = Catalog::clone(&before);
        for (field, differences) in retyped.values() {
            // What is in its way, the undo itself says.
            if after.revert_item((RecordKind::Field, *field), differences, on_conflict).is_err() {
                return Ok(Vec::new());
            }
        }
        let on_unconvertible = match on_conflict {
            OnConflict::Refuse => OnUnconvertible::Refuse,
            OnConflict::Skip => OnUnconvertible::Keep,
            OnConflict::Overwrite => OnUnconvertible::Clear,
        };
        let Some(conversion) = self.conversion(caller, (&before, &after), on_unconvertible).await? else {
            return Ok(Vec::new());
        };
        let mut actions = self.plan_conversion(caller, &after, &conversion).await?;
        actions.retain(|action| !is_of(action, records));
        Ok(actions)
    }

    /// The writes that convert what records have in these fields.
    ///
    /// # Errors
    /// [`Error::Rejected`] with the values that do not convert, or when more than [`CHANGE_MAX`](crate::CHANGE_MAX) records
    /// have one; what the store says.
    pub(crate) async fn plan_conversion(
        &self,
        caller: &Caller,
        catalog: &Catalog,
        conversion: &Conversion,
    ) -> Result<Vec<Action>, Error> {
        let mut plan = Plan::default();
        // As a search that reads all contacts: there are to be readers left for everybody else.
        let of_contacts =
            |id: FieldId| catalog.fields.get(id.0).is_some_and(|field| field.entity == Entity::Contact);
        let reads_all =
            |(id, may_have): &(FieldId, Filter)| matches!(may_have, Filter::All) && of_contacts(*id);
        let _turn = match conversion.fields.iter().any(reads_all) {
            true => Some(self.store().turn_to_scan().await?),
            false => None,
        };
        for (id, may_have) in &conversion.fields {
            let Some(field) = catalog.fields.get(id.0) else { continue };
            let (on, plan) = (conversion.on_unconvertible, &mut plan);
            match field.entity {
                Entity::Contact => self.plan_contacts(caller, (field, catalog, may_have), on, plan).await?,
                Entity::Company => self.plan_companies(caller, (field, catalog), on, plan).await?,
            }
        }
        plan.actions()
    }

    async fn plan_contacts(
        &self,
        caller: &Caller,
        (field, catalog, may_have): (&Field, &Catalog, &Filter),
        on_unconvertible: OnUnconvertible,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        let mut query = ContactQuery { filter: may_have.clone(), limit: PAGE, ..ContactQuery::default() };
        loop {
            let page = self.store().list_contacts(caller.workspace, &query).await?;
            let Some(last) = page.contacts.last() else { return Ok(()) };
            query.after = Some(last.number);
            for contact in page.contacts.iter().filter(|contact| contact.values.contains_key(&field.id)) {
                let mut values = contact.values.clone();
                let record = (Entity::Contact, contact.number);
                match convert_in(&mut values, (field, catalog), on_unconvertible, record) {
                    Err(kind) => plan.refuse(kind),
                    Ok(()) if values == contact.values => {}
                    Ok(()) => plan.add(convert(contact.id, field.id, on_unconvertible))?,
                }
            }
        }
    }

    async fn plan_companies(
        &self,
        caller: &Caller,
        (field, catalog): (&Field, &Catalog),
        on_unconvertible: OnUnconvertible,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        let mut query = RecordQuery { limit: PAGE, ..RecordQuery::default() };
        loop {
            let page =
                self.store().list_records(caller.workspace, RecordKind::Company, &query).await?.records;
            let Some(last) = page.last() else { return Ok(()) };
            query.after = Some(last.number());
            for mut company in page.iter().filter_map(|record| Company::of(record)).cloned() {
                let (before, record) = (company.values.clone(), (Entity::Company, company.number));
                let values = &mut company.values;
                match convert_in(values, (field, catalog), on_unconvertible, record) {
                    Err(kind) => plan.refuse(kind),
                    Ok(()) if company.values == before => {}
                    Ok(()) => {
                        let expected = Some(company.revision);
                        let record: Box<Record> = Box::new(company.into());
                        plan.add(Action::Record(RecordWrite::Put { record, expected }))?;
                    }
                }
            }
        }
    }

    /// Converts what contacts got in these fields while their values were looked at, each by a change of its own. What does
    /// not convert stays as it was written. The change itself is done, whatever comes of this.
    pub(crate) async fn convert_late(&self, caller: &Caller, conversion: &Conversion, change: u64) {
        if !caller.is_on_trial()
            && let Err(fault) = self.try_convert_late(caller, conversion, change).await
        {
            tracing::warn!(%fault, "values that came while a field got another type keep theirs");
        }
    }

    async fn try_convert_late(
        &self,
        caller: &Caller,
        conversion: &Conversion,
        change: u64,
    ) -> Result<(), Error> {
        let mut last = conversion.since;
        loop {
            let page = self.store().events_after(caller.workspace, last, PAGE).await?;
            for (number, event) in &page {
                if *number >= change {
                    return Ok(());
                }
                last = *number;
                let Some(contact) = event.contact() else { continue };
                for (field, _) in &conversion.fields {
                    if event.differences.iter().any(|each| each.member == Member::Value(*field)) {
                        let action = convert(contact, *field, OnUnconvertible::Refuse);
                        match self.write_any(&caller.into(), action).await {
                            Err(Error::Rejected(_) | Error::NotFound(_)) | Ok(_) => {}
                            Err(fault) => return Err(fault),
                        }
                    }
                }
            }
            if page.is_empty() {
                return Ok(());
            }
        }
    }
}

/// Which contacts may have a value of a field: of options, stored bits tell.
fn may_have(field: &Field) -> Filter {
    let options = field.options.iter().chain(&field.former_options);
    match field.kind {
        FieldType::SingleSelect | FieldType::MultiSelect => {
            Filter::any_of(options.map(|option| Facet::Option(option.id)))
        }
        _ => Filter::All,
    }
}

/// Whether a write is of one of these records.
fn is_of(action: &Action, records: &HashSet<Uuid>) -> bool {
    match action {
        Action::Update { contact: Ref { native: Some(Native::Uuid(id)), .. }, .. } => records.contains(id),
        Action::Record(RecordWrite::Put { record, .. }) => records.contains(&record.id()),
        _ => false,
    }
}

fn convert(contact: ContactId, field: FieldId, on_unconvertible: OnUnconvertible) -> Action {
    let mut change = Change::default();
    change.push(TYPE, Edit::Convert(field, on_unconvertible));
    Action::Update { contact: Ref::uuid(Dialect::Native, &contact.to_string()), change }
}

/// The writes so far, or what stands in their way.
#[derive(Default)]
struct Plan {
    actions: Vec<Action>,
    refused: Vec<ViolationKind>,
    /// How many more do not convert than are named.
    more: u64,
}

impl Plan {
    fn add(&mut self, action: Action) -> Result<(), Error> {
        self.actions.push(action);
        check_count(TYPE, self.actions.len())
    }

    fn refuse(&mut self, kind: ViolationKind) {
        if self.refused.len() < NAMED {
            self.refused.push(kind);
        } else {
            self.more += 1;
        }
    }

    fn actions(mut self) -> Result<Vec<Action>, Error> {
        if self.refused.is_empty() {
            return Ok(self.actions);
        }
        if self.more > 0 {
            self.refused.push(ViolationKind::MoreUnconvertible(self.more));
        }
        let violations = self.refused.into_iter().map(|kind| Violation::new(TYPE, kind)).collect();
        Err(Error::Rejected(Rejection { violations }))
    }
}
