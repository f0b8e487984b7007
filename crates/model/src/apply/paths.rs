//! Which members an edit may write, as paths of a policy, so that a violation of a member names the edit that asked for it.

use std::borrow::Cow;

use super::Draft;
use crate::{
    BirthdayPart, Change, Edit, Flag, InstantMember, Member, SystemMember, TextMember, Violation,
    ViolationKind, policy,
};

impl Draft<'_> {
    /// Notes a violation at every edit that may have written one of these members; where none did, as with what is derived,
    /// at the first of them.
    pub(super) fn refuse_writes<P: AsRef<str>>(
        &mut self,
        change: &Change,
        members: &[P],
        kind: &ViolationKind,
    ) {
        let Some(first) = members.first() else { return };
        let writes = |edit: &Edit| {
            let paths = self.paths(edit);
            members.iter().any(|member| paths.iter().any(|path| overlap(path, member.as_ref())))
        };
        let edits = change.edits.iter().filter(|(_, edit)| writes(edit));
        let mut found: Vec<_> = edits.map(|(at, _)| Violation::new(at.clone(), kind.clone())).collect();
        if found.is_empty() {
            found.push(Violation::new(first.as_ref(), kind.clone()));
        }
        self.violations.append(&mut found);
    }

    fn paths(&self, edit: &Edit) -> Vec<Cow<'static, str>> {
        let catalog = self.ground.catalog;
        let path: Cow<'static, str> = match edit {
            Edit::Text(member, _) => text_path(*member).into(),
            Edit::Name(..) => "name".into(),
            Edit::Birthday(BirthdayPart::Day, _) => "birthday.day".into(),
            Edit::Birthday(BirthdayPart::Month, _) => "birthday.month".into(),
            Edit::Birthday(BirthdayPart::Year, _) => "birthday.year".into(),
            Edit::Social(network, _) => format!("social.{}", network.as_str()).into(),
            Edit::Flag(Flag::Starred, _) => "starred".into(),
            Edit::Flag(Flag::Confirmed, _) => "confirmed".into(),
            Edit::Instant(InstantMember::CreatedAt, _) => "created_at".into(),
            Edit::Instant(InstantMember::ClosedAt, _) | Edit::Closed(_) => "closed_at".into(),
            Edit::Instant(InstantMember::BlockedAt, _) | Edit::Blocked(_) => "blocked_at".into(),
            Edit::OptIn(_) => "opt_in".into(),
            Edit::AssignedUser(_) => "assigned_user".into(),
            Edit::AssignedTeam(_) => "assigned_team".into(),
            Edit::Tags(_) => "tags".into(),
            Edit::Lists(_) => "lists".into(),
            Edit::Notes(_) => "notes".into(),
            Edit::Companies(_) | Edit::PrimaryCompany(_) => "companies".into(),
            Edit::ReplaceChannels(_) | Edit::MergeChannels(_) | Edit::RemoveChannel(_) => "channels".into(),
            Edit::ReplaceChannelsOf(kind, _) | Edit::PrimaryChannel(kind, _) => {
                format!("channels.{kind}").into()
            }
            Edit::Extra(dialect, name, _) => format!("extras.{dialect}.{name}").into(),
            Edit::Aliases(dialect, _) => format!("aliases.{dialect}").into(),
            Edit::Values(set, _) => {
                let fields = set.items.iter().filter_map(|write| catalog.fields.find(&write.field));
                return fields
                    .map(|field| match field.system {
                        Some(SystemMember::FirstName | SystemMember::LastName) => "name".into(),
                        Some(SystemMember::Salutation) => "salutation".into(),
                        None => format!("values.{}", field.key).into(),
                    })
                    .collect();
            }
            Edit::Convert(field, _) => policy::path(&Member::Value(*field), catalog),
            Edit::Revert(differences, _) => {
                return differences.iter().map(|each| policy::path(&each.member, catalog)).collect();
            }
            // contactd's own, of what no API shows any more.
            Edit::Forget(..) => return Vec::new(),
        };
        vec![path]
    }
}

fn text_path(member: TextMember) -> &'static str {
    match member {
        TextMember::Salutation => "salutation",
        TextMember::JobTitle => "job_title",
        TextMember::Description => "description",
        TextMember::Remarks => "remarks",
        TextMember::Location => "location",
        TextMember::City => "city",
        TextMember::State => "state",
        TextMember::Country => "country",
        TextMember::WebsiteUrl => "website_url",
        TextMember::ImageUrl => "image_url",
        TextMember::LockedBy => "locked_by",
    }
}

/// Whether one of the paths is the other, or is above it.
fn overlap(one: &str, other: &str) -> bool {
    let is_under =
        |path: &str, above: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'));
    one == other || is_under(one, other) || is_under(other, one)
}
