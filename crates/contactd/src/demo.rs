//! What `contactd serve --demo` prints: the four documented "Update Contact" requests, ready to paste.

use app::demo::{KEY, WORKSPACE_ID};

/// The text, for a server with this base URL.
pub(crate) fn tour(base: &str) -> String {
    format!(
        r#"The four "Update Contact" requests as their vendors document them; only the base URL is changed:

# Zingle
curl -X PUT {base}/zingle/v1/services/{WORKSPACE_ID}/contacts/f119fe3b-67e2-4b59-b605-5586616978d0 -u joe@example.com:{KEY} -H 'Content-Type: application/json' -d '{{"is_starred":true,"custom_field_values":[{{"custom_field_id":"56c70519-6c70-40e5-904e-7652e54a07b6","value":"Rebeka"}}]}}'

# Acquire
curl -X PUT {base}/acquire/api/v1/crm/objects/contact/2 -H 'Authorization: Bearer {KEY}' -H 'Content-Type: application/json' -d '{{"fields":{{"name":"John  Deo","email":"John@acquire.io","phone":"9460731950","city":"San Francisco","state":"California","countryId":"517","ip":"103.61.112.45"}},"dateCreated":"string","dateUpdated":"string","clientType":"web","clientName":"Chrome","clientVersion":"81.0","clientOsName":"Windows","clientOsVersion":"10","clientDeviceType":null,"clientDeviceVendor":null,"clientDeviceModel":null,"clientDetails":{{}}}}'

# Callbell
curl -X PATCH {base}/callbell/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8 -H 'Authorization: Bearer {KEY}' -H 'Content-Type: application/json' -d '{{"name":"UPDATE Doe"}}'

# Rolodex
curl -X PUT '{base}/rolodex/user-api/v1/contacts/contact_67890?include=emails,custom_fields' -H 'x-rolodex-api-key: {KEY}' -H 'Content-Type: application/json' -d '{{"title":"Senior Product Manager","is_starred":false,"emails":[{{"email_address":"jane.smith@newcompany.com","is_primary":true}}],"custom_fields":[{{"id":"field_123","value":88}}]}}'

Every answer has the header contactd-change: the number of its change. Take it back with
curl -X POST {base}/api/v1/changes/NUMBER/undo -H 'Authorization: Bearer {KEY}'

"#
    )
}
