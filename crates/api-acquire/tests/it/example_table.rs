//! Which of the vendor's example exchanges are replayed, by which test, and why the others are not.

use std::collections::BTreeSet;

use api_acquire::CONTRACT;
use api_kit::contract::Support;

/// Examples and the tests that replay them.
const REPLAYED: [(&str, &str); 42] = [
    ("contacts.create", "create_example"),
    ("contacts.get", "get_example"),
    ("contacts.get.minimal", "get_minimal_example"),
    ("contacts.list", "list_example"),
    ("contacts.search", "search_example"),
    ("contacts.update", "update_example"),
    ("contacts.update.partial", "update_partial_example"),
    ("contacts.update.toplevel", "update_toplevel_example"),
    ("contacts.delete", "delete_example"),
    ("contacts.merge", "merge_example"),
    ("contacts.block", "block_example"),
    ("block-visitor.create", "block_example"),
    ("block-visitor.list", "list_blocks_example"),
    ("block-visitor.get", "get_block_example"),
    ("block-visitor.delete", "delete_block_example"),
    ("companies.create", "create_company_example"),
    ("companies.get", "get_company_example"),
    ("companies.list", "list_companies_example"),
    ("companies.update", "update_company_example"),
    ("companies.delete", "delete_company_example"),
    ("object-fields.create", "create_field_example"),
    ("object-fields.get", "get_field_example"),
    ("object-fields.list", "list_fields_example"),
    ("object-fields.update", "fields_are_updated_bare_and_wrapped"),
    ("object-fields.delete", "delete_field_example"),
    ("tags.create", "create_tag_example"),
    ("tags.get", "get_tag_example"),
    ("tags.list", "list_tags_example"),
    ("tags.update", "update_tag_example"),
    ("tags.delete", "delete_tag_example"),
    ("notes.create", "create_note_example"),
    ("notes.list", "list_notes_example"),
    ("notes.get", "get_note_example"),
    ("notes.add-message", "add_message_example"),
    ("notes.messages", "messages_example"),
    ("notes.delete", "delete_note_example"),
    ("error.invalid-input", "error_examples"),
    ("error.record-not-found", "error_examples"),
    ("error.duplicate", "names_of_tags_are_their_own"),
    ("error.unauthorized", "error_examples"),
    ("error.forbidden", "forbidden_example"),
    ("error.server-error", "faults_of_the_server_say_when_to_try_again"),
];

/// Examples of routes that are not served; why not stands beside the route in `fidelity.toml`.
const NOT_SERVED: [(&str, &str, &str); 27] = [
    ("snooze.create", "POST", "/api/v1/crm/follow-up/create"),
    ("snooze.get", "POST", "/api/v1/crm/follow-up/get"),
    ("snooze.delete", "DELETE", "/api/v1/crm/follow-up/{snoozeId}"),
    ("cases.list", "GET", "/api/v1/crm/objects/case"),
    ("cases.get", "GET", "/api/v1/crm/objects/case/{caseId}"),
    ("cases.create", "POST", "/api/v1/crm/messenger/chat/create"),
    ("cases.close", "POST", "/api/v1/crm/messenger/chat/close"),
    ("cases.invite-agent", "POST", "/api/v1/crm/messenger/agent/invite-agent"),
    ("case-messages.add", "POST", "/api/v1/crm/messenger/chat/add-message"),
    ("case-messages.get", "GET", "/api/v1/crm/objects/case-message/{id}"),
    ("case-messages.list", "GET", "/api/v1/crm/messenger/chat/messages"),
    ("case-messages.update", "POST", "/api/v1/crm/messenger/chat/message/{id}"),
    ("case-messages.delete", "DELETE", "/api/v1/crm/objects/case-message/{id}"),
    ("mail.add-message", "POST", "/api/v1/mail/add-message"),
    ("sms.send", "POST", "/api/v1/voip/send-sms"),
    ("voip.call-in-queue", "POST", "/api/v1/voip/call-in-queue"),
    ("voip.call-ringing", "POST", "/api/v1/voip/call-ringing"),
    ("voip.call-answered", "POST", "/api/v1/voip/call-answered"),
    ("voip.call-end", "POST", "/api/v1/voip/call-end"),
    ("cards.create", "POST", "/api/v1/crm/view"),
    ("cards.list", "GET", "/api/v1/crm/view"),
    ("cards.delete", "DELETE", "/api/v1/crm/view/{id}"),
    ("users.list", "GET", "/api/v1/account/user"),
    ("users.get", "GET", "/api/v1/account/user/{userId}"),
    ("webhooks.create", "POST", "/api/v1/webhook"),
    ("legacy.profile.list", "POST", "/api/profile/lead/list"),
    ("legacy.chat.notes", "POST", "/api/chat/notes"),
];

#[test]
fn every_example_is_replayed_or_its_route_is_not_served() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples");
    let files = std::fs::read_dir(folder).expect("a folder of examples");
    let stored: BTreeSet<String> = files
        .map(|file| file.expect("a file").file_name().into_string().expect("a plain name"))
        .map(|name| name.replace(".request.json", "").replace(".response.json", ""))
        .collect();
    let replayed: BTreeSet<String> = REPLAYED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stored, replayed, "what is stored is replayed");
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let sources = std::fs::read_dir(tests).expect("a folder of tests");
    let sources: Vec<String> = sources
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a source"))
        .collect();
    for (name, test) in REPLAYED {
        let head = format!("async fn {test}()");
        let file = format!("\"{name}.");
        let source = sources.iter().find(|source| source.contains(&head));
        assert!(source.is_some_and(|source| source.contains(&file)), "{name} by {test}");
    }
    for (name, method, path) in NOT_SERVED {
        let row = CONTRACT.table.routes.iter().find(|row| row.method == method && row.path == path);
        let row = row.unwrap_or_else(|| panic!("{name}: {method} {path} is not in the table"));
        assert!(row.support == Support::Unsupported && !row.note.is_empty(), "{name}");
    }
}
