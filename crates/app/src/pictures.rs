//! Pictures of contacts and users: stored once, shown as long as their owner shows them, and kept for undo.

use std::fmt::Write as _;
use std::sync::Arc;

use model::{Change, ContactId, Dialect, Edit, ItemRef, RecordKind, Ref, TextMember, User};
use store::{Picture, Scope, WorkspaceNumber};
use uuid::{Builder, Uuid};

use crate::{App, Caller, Error, Missing, Written, WrittenItem};

/// Most bytes of a picture.
pub const PICTURE_BYTES: usize = 5 << 20;

/// The kinds of pictures: media type, ending of a file's name.
const KINDS: [(&str, &str); 4] =
    [("image/png", "png"), ("image/jpeg", "jpg"), ("image/gif", "gif"), ("image/webp", "webp")];

/// A picture that was checked.
#[derive(Clone, Debug)]
pub struct Upload {
    media_type: &'static str,
    bytes: Arc<[u8]>,
}

impl Upload {
    /// Reads a picture's head; `None` when it is no PNG, JPEG, GIF or WebP with a size.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        use imagesize::ImageType;
        let media_type = match imagesize::image_type(&bytes).ok()? {
            ImageType::Png => "image/png",
            ImageType::Jpeg => "image/jpeg",
            ImageType::Gif => "image/gif",
            ImageType::Webp => "image/webp",
            _ => return None,
        };
        let size = imagesize::blob_size(&bytes).ok()?;
        (size.width > 0 && size.height > 0).then(|| Self { media_type, bytes: bytes.into() })
    }

    /// Its media type.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }
}

impl App {
    /// Gives a contact a picture, in the place of the one that it has. `base` is where clients reach the server.
    ///
    /// # Errors
    /// As [`update_contact`](Self::update_contact).
    pub async fn set_contact_picture(
        &self,
        caller: &Caller,
        contact: &Ref,
        (upload, base): (Upload, &str),
    ) -> Result<Written, Error> {
        caller.require(Scope::Write)?;
        // Sent again after a crash, it would store another picture.
        caller.note_read();
        let found = self.store().find_contact(caller.workspace, contact).await?;
        let id = found.ok_or(Error::NotFound(Missing::Contact))?.id;
        let (picture, url) = self.keep(caller, (RecordKind::Contact, id.0), (upload, base)).await?;
        let written = self.update_contact(caller, native(id), shows(Some(url))).await;
        self.forget_if_refused(caller, picture, written).await
    }

    /// Takes a contact's picture away; the change can be undone.
    ///
    /// # Errors
    /// As [`update_contact`](Self::update_contact).
    pub async fn clear_contact_picture(&self, caller: &Caller, contact: Ref) -> Result<Written, Error> {
        self.update_contact(caller, contact, shows(None)).await
    }

    /// Gives a user a picture, in the place of the one that it has.
    ///
    /// # Errors
    /// As [`update_item`](Self::update_item).
    pub async fn set_user_picture(
        &self,
        caller: &Caller,
        user: &ItemRef,
        (upload, base): (Upload, &str),
    ) -> Result<WrittenItem<User>, Error> {
        caller.require(Scope::Write)?;
        let catalog = self.store().catalog(caller.workspace).await?;
        let id = catalog.users.find(user).ok_or(Error::NotFound(Missing::Record(RecordKind::User)))?.id;
        let (picture, url) = self.keep(caller, (RecordKind::User, id.0), (upload, base)).await?;
        let written = self.show_user(caller, user, Some(url)).await;
        self.forget_if_refused(caller, picture, written).await
    }

    /// Takes a user's picture away; the change can be undone.
    ///
    /// # Errors
    /// As [`update_item`](Self::update_item).
    pub async fn clear_user_picture(
        &self,
        caller: &Caller,
        user: &ItemRef,
    ) -> Result<WrittenItem<User>, Error> {
        self.show_user(caller, user, None).await
    }

    /// The picture at `/pictures/{workspace}/{name}`, which whoever knows its address may see. `None` for one that its
    /// owner does not show, or no more.
    ///
    /// # Errors
    /// What the store says.
    pub async fn picture(&self, workspace: &str, name: &str) -> Result<Option<Picture>, Error> {
        let Some(workspace) = workspace.parse().ok().map(WorkspaceNumber) else { return Ok(None) };
        let id = name.split_once('.').and_then(|(id, _)| Uuid::try_parse(id).ok());
        let Some(id) = id else { return Ok(None) };
        let Some(picture) = self.store().find_picture(workspace, id).await? else { return Ok(None) };
        let path = path(workspace, &picture);
        let is_shown = |url: Option<&str>| url.is_some_and(|url| url.ends_with(&path));
        let is_shown = path.ends_with(&format!("/{name}"))
            && match picture.owner_kind {
                RecordKind::Contact => {
                    let owner = native(ContactId(picture.owner));
                    let contact = self.store().find_contact(workspace, &owner).await?;
                    contact.is_some_and(|contact| is_shown(contact.image_url.as_deref()))
                }
                _ => {
                    let catalog = self.store().catalog(workspace).await?;
                    let user = catalog.users.get(picture.owner);
                    user.is_some_and(|user| is_shown(user.avatar_url.as_deref()))
                }
            };
        Ok(is_shown.then_some(picture))
    }

    /// Stores a picture, and tells its URL.
    async fn keep(
        &self,
        caller: &Caller,
        (owner_kind, owner): (RecordKind, Uuid),
        (upload, base): (Upload, &str),
    ) -> Result<(Uuid, String), Error> {
        // Random throughout, while our other ids begin with the time.
        let id = Builder::from_random_bytes(rand::random()).into_uuid();
        let created_at = self.clock().now();
        let media_type = upload.media_type.to_owned();
        let picture = Picture { id, owner_kind, owner, created_at, media_type, bytes: upload.bytes };
        let url = format!("{base}{}", path(caller.workspace, &picture));
        if !caller.is_on_trial() {
            self.store().put_picture(caller.workspace, picture).await?;
        }
        Ok((id, url))
    }

    async fn show_user(
        &self,
        caller: &Caller,
        user: &ItemRef,
        url: Option<String>,
    ) -> Result<WrittenItem<User>, Error> {
        let edit = |user: &mut User, _: &_| {
            user.avatar_url.clone_from(&url);
            Ok(())
        };
        self.update_item(caller, user, edit).await
    }

    /// Removes a picture that nobody came to show. When it is unknown whether somebody did, it stays.
    async fn forget_if_refused<T>(
        &self,
        caller: &Caller,
        picture: Uuid,
        written: Result<T, Error>,
    ) -> Result<T, Error> {
        if let Err(fault) = &written
            && !matches!(fault, Error::OutcomeUnknown(_))
            && !caller.is_on_trial()
        {
            // One that stays takes room and is shown to nobody.
            if let Err(fault) = self.store().remove_picture(caller.workspace, picture).await {
                tracing::warn!(error = %fault, "a picture that nobody shows could not be removed");
            }
        }
        written
    }
}

/// Where a picture is served.
fn path(workspace: WorkspaceNumber, picture: &Picture) -> String {
    let kind = KINDS.iter().find(|(media_type, _)| *media_type == picture.media_type);
    let mut path = format!("/pictures/{}/{}", workspace.0, picture.id.simple());
    // Writing to a text does not fail.
    let _ = write!(path, ".{}", kind.map_or("bin", |(_, ending)| ending));
    path
}

fn shows(url: Option<String>) -> Change {
    let mut change = Change::default();
    change.push("avatar", Edit::Text(TextMember::ImageUrl, url));
    change
}

fn native(id: ContactId) -> Ref {
    Ref::uuid(Dialect::Native, &id.to_string())
}
