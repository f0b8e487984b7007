//! The pages under `/docs`: the description of every API, a viewer for it, and what the types of problems mean. Nothing of
//! it comes from elsewhere.

use std::sync::LazyLock;

use api_kit::Contract;
use api_kit::contract::{self, Evidence, Support};
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use swagger_ui_dist::{ApiDefinition, OpenApiSource, generate_routes};

/// Where the viewer's script and styles stand.
const VIEWER: &str = "/docs/viewer";
/// The browser takes nothing from elsewhere, and sends nothing elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Starts the viewer. It must not ask the vendor of the viewer whether the description is valid.
const START: &str = "window.addEventListener('load', () => SwaggerUIBundle({ \
                     url: location.pathname.replace(/\\/$/, '') + '/openapi.json', dom_id: '#viewer', validatorUrl: null, deepLinking: true, \
                     docExpansion: 'list', persistAuthorization: false }));\n";

/// Of the list of APIs.
const STYLE: &str = "body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 3rem auto; padding: 0 1rem } \
                     table { border-collapse: collapse; width: 100% } \
                     th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd }";

/// An API that has a description.
struct Described {
    name: &'static str,
    contract: &'static LazyLock<Contract>,
}

const APIS: [Described; 5] = [
    Described { name: "native", contract: &api_native::CONTRACT },
    Described { name: "zingle", contract: &api_zingle::CONTRACT },
    Described { name: "acquire", contract: &api_acquire::CONTRACT },
    Described { name: "callbell", contract: &api_callbell::CONTRACT },
    Described { name: "rolodex", contract: &api_rolodex::CONTRACT },
];

/// The descriptions as they are sent, made when one of them is first asked for.
static DOCUMENTS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    APIS.iter().map(|api| (api.name, format!("{:#}", contract::description(api.contract)))).collect()
});

/// Whether a path is one of these pages.
pub(crate) fn has(path: &str) -> bool {
    path.strip_prefix("/docs").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// All pages.
pub(crate) fn routes() -> Router {
    let viewer = ApiDefinition {
        uri_prefix: VIEWER,
        api_definition: OpenApiSource::Uri("/docs/callbell/openapi.json"),
        title: Some("contactd"),
    };
    Router::new()
        .route("/docs", get(index))
        .route("/docs/start.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], START) }))
        .route("/docs/problems", get(problems))
        .route("/docs/problems/{kind}", get(problem))
        .route("/docs/{api}", get(viewer_of))
        .route("/docs/{api}/openapi.json", get(document))
        .merge(generate_routes(viewer))
        .layer(from_fn(guarded))
}

async fn guarded(request: Request<axum::body::Body>, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer"));
    response
}

async fn document(Path(name): Path<String>) -> Response {
    match DOCUMENTS.iter().find(|(each, _)| *each == name) {
        Some((_, text)) => ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn index() -> Html<String> {
    let head = html! { style { (STYLE) } };
    let body = html! {
        h1 { "APIs of this server" }
        p {
            "Every API is a view of the same contacts. Each of these has a description in OpenAPI 3.1, which its \
             answers are tested against, and a viewer for it."
        }
        p { "What goes wrong in contactd's own API has a type: " a href="/docs/problems" { "all of them" } "." }
        table {
            tr { th { "API" } th { "Under" } th { "Routes" } th { "Exact" } th { "Differ" } th { "Not served" } th {} }
            @for api in &APIS { (row(api)) }
        }
    };
    page("contactd: APIs", &head, &body)
}

/// A row of the list; what there is no vendor for is not compared.
fn row(api: &Described) -> Markup {
    let table = &api.contract.table;
    let is_own = table.routes.iter().all(|row| row.evidence == Evidence::Own);
    let count = |support| match is_own {
        true => "–".to_owned(),
        false => table.routes.iter().filter(|row| row.support == support).count().to_string(),
    };
    html! {
        tr {
            td { a href={ "/docs/" (api.name) } { (table.api.title) } }
            td { code { (if is_own { "/api/v1" } else { &table.api.prefix }) } }
            td { (table.routes.len()) }
            td { (count(Support::Exact)) }
            td { (count(Support::Differs)) }
            td { (count(Support::Unsupported)) }
            td { a href={ "/docs/" (api.name) "/openapi.json" } { "openapi.json" } }
        }
    }
}

/// All types of problems, each at the URI that answers have as its `type`.
async fn problems() -> Html<String> {
    let body = html! {
        h1 { "Problems" }
        p {
            "An error of contactd's own API is a problem (RFC 9457): its " code { "type" } " is one of these, its "
            code { "detail" } " says what is wrong in this request, and its " code { "errors" } " name the members."
        }
        table {
            tr { th { "Status" } th { "Type" } th { "Title" } }
            @for kind in api_native::problem_kinds() {
                tr {
                    td { (kind.status) }
                    td { a href=(kind.uri) { code { (kind.uri) } } }
                    td { (kind.title) }
                }
            }
        }
    };
    page("contactd: problems", &html! { style { (STYLE) } }, &body)
}

async fn problem(Path(name): Path<String>) -> Response {
    let is_it = |kind: &api_native::ProblemKind| kind.uri.rsplit('/').next() == Some(name.as_str());
    let Some(kind) = api_native::problem_kinds().find(is_it) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = html! {
        p { a href="/docs/problems" { "Problems" } }
        h1 { (kind.title) }
        p { "Status " (kind.status) ", type " code { (kind.uri) } }
        p { (kind.text) }
    };
    page(kind.title, &html! { style { (STYLE) } }, &body).into_response()
}

async fn viewer_of(Path(name): Path<String>) -> Response {
    let Some(api) = APIS.iter().find(|api| api.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let head = html! {
        link rel="stylesheet" href={ (VIEWER) "/swagger-ui.css" };
        script src={ (VIEWER) "/swagger-ui-bundle.js" } {}
        script src="/docs/start.js" {}
    };
    let body = html! {
        div #viewer {}
        noscript {
            p { "The viewer needs JavaScript; " a href={ "/docs/" (name) "/openapi.json" } { "openapi.json" } " does not." }
        }
    };
    page(&api.contract.table.api.title, &head, &body).into_response()
}

fn page(title: &str, head: &Markup, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                (head)
            }
            body { (body) }
        }
    };
    Html(page.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_stand_under_docs_alone() {
        assert!(has("/docs") && has("/docs/") && has("/docs/callbell/openapi.json"));
        assert!(!has("/docsx") && !has("/api/v1/docs") && !has("/"));
    }

    #[test]
    fn every_description_is_made() {
        assert_eq!(DOCUMENTS.len(), APIS.len());
        for (name, text) in DOCUMENTS.iter() {
            let document: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(document["paths"].as_object().unwrap().len() > 10, "{name}");
            let mut faults = Vec::new();
            look(&document, &document, &mut faults);
            assert!(faults.is_empty(), "{name}: {faults:?}");
            let ids: Vec<_> = text.lines().filter(|line| line.contains("\"operationId\"")).collect();
            let distinct: std::collections::HashSet<_> = ids.iter().collect();
            assert_eq!(distinct.len(), ids.len(), "{name}: two operations have one id");
        }
    }

    /// References must lead somewhere.
    fn look(document: &serde_json::Value, at: &serde_json::Value, faults: &mut Vec<String>) {
        let target = at.get("$ref").and_then(|target| target.as_str());
        let is_nowhere = |target: &&str| document.pointer(target.trim_start_matches('#')).is_none();
        faults.extend(target.filter(is_nowhere).map(str::to_owned));
        let below = at.as_object().into_iter().flatten().map(|(_, below)| below);
        below.chain(at.as_array().into_iter().flatten()).for_each(|below| look(document, below, faults));
    }
}
