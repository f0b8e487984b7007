//! `docs/fidelity.md`: how faithful each vendor's API is served, from the tables of the dialects.
//!
//! `UPDATE=1 cargo test -p contactd --test it fidelity` writes it anew.

use std::fmt::Write;
use std::path::Path;

use api_kit::Contract;
use api_kit::contract::{Direction, MemberRow, Support};

const NAMES: [(&str, &std::sync::LazyLock<Contract>); 4] = [
    ("Zingle", &api_zingle::CONTRACT),
    ("Acquire", &api_acquire::CONTRACT),
    ("Callbell", &api_callbell::CONTRACT),
    ("Rolodex", &api_rolodex::CONTRACT),
];

const HEAD: &str = "# Fidelity\n\n\
    How contactd serves each vendor's API: every route of the vendor's pages, and every parameter and member of those that are \
    served. Written from the tables of the dialects (`crates/api-*/fidelity.toml`), which are checked against what is mounted, \
    answered and tested.\n\n\
    The answers in the tests are validated against the API's description at `/docs`, which is made of the same tables; with \
    Zingle's `camel_case=1` its members are renamed. Pictures have no schema there: they are bytes of an image (`image/*`), as \
    they were given.\n\n\
    *exact*: as the vendor does it. *differs*: served, but otherwise, as the note says. *unsupported*: not served. The evidence \
    is what that is compared with: *documented* in the vendor's pages, *observed* on its service or in its clients, or \
    *recommended*, our choice where the vendor is silent. *Undocumented* rows are not in the vendor's pages: strict mode refuses \
    them.\n";

#[test]
fn the_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fidelity.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/fidelity.md is old: UPDATE=1 cargo test -p contactd --test it fidelity");
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| | routes | exact | differ | unsupported | members | exact | differ | unsupported |\n");
    page.push_str("|---|---|---|---|---|---|---|---|---|\n");
    for (name, contract) in NAMES {
        let table = &contract.table;
        let routes = counts(&table.routes.iter().map(|row| row.support));
        let members = counts(&table.members.iter().flat_map(|row| row.names.iter().map(|_| row.support)));
        writeln!(page, "| [{name}](#{}) | {routes} | {members} |", name.to_lowercase()).unwrap();
    }
    for (name, contract) in NAMES {
        vendor(&mut page, name, contract);
    }
    page
}

/// All, exact, different and unsupported ones.
fn counts(all: &(impl Iterator<Item = Support> + Clone)) -> String {
    let of = |support| all.clone().filter(|each| *each == support).count();
    let (exact, differs, unsupported) = (of(Support::Exact), of(Support::Differs), of(Support::Unsupported));
    format!("{} | {exact} | {differs} | {unsupported}", all.clone().count())
}

fn vendor(page: &mut String, name: &str, contract: &Contract) {
    let table = &contract.table;
    write!(page, "\n## {name}\n\n{}\n\n", table.api.description).unwrap();
    page.push_str("| route | | evidence | note |\n|---|---|---|---|\n");
    for row in &table.routes {
        let evidence = if row.documented { row.evidence.as_str() } else { "undocumented" };
        let (method, path, note) = (&row.method, &row.path, cell(&row.note));
        writeln!(page, "| `{method} {path}` | {} | {evidence} | {note} |", row.support.as_str()).unwrap();
    }
    for (direction, title) in [
        (Direction::Query, "Query parameters"),
        (Direction::Request, "Members of requests"),
        (Direction::Response, "Members of answers"),
    ] {
        write!(page, "\n### {name}: {}\n\n", title.to_lowercase()).unwrap();
        page.push_str("| object | members | | evidence | note |\n|---|---|---|---|---|\n");
        let rows = table.members.iter().filter(|row| row.direction == direction);
        rows.for_each(|row| member(page, row));
    }
}

fn member(page: &mut String, row: &MemberRow) {
    let names: Vec<_> = row.names.iter().map(|name| format!("`{name}`")).collect();
    let evidence = if row.documented { row.evidence.as_str() } else { "undocumented" };
    let (object, names, support, note) =
        (&row.object, names.join(", "), row.support.as_str(), cell(&row.note));
    writeln!(page, "| {object} | {names} | {support} | {evidence} | {note} |").unwrap();
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
