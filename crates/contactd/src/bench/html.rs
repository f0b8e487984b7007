//! The result as one HTML page that needs nothing else: no scripts, no fonts, no pictures from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::sections::{Part, Section, Table};

const STYLE: &str = "\
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
p { margin: .4rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }
th { font-weight: 600; vertical-align: bottom; }
svg { display: block; max-width: 100%; height: auto; margin: 1rem 0; }";

/// The page. The title of the first section is that of the page.
pub(super) fn page(sections: &[Section]) -> anyhow::Result<String> {
    let title = sections.first().map_or("contactd bench", |section| section.title.as_str());
    let bodies = sections.iter().enumerate().map(|(n, each)| section(each, n == 0));
    let bodies = bodies.collect::<anyhow::Result<Vec<Markup>>>()?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @for body in bodies { (body) }
            }
        }
    };
    Ok(page.into_string())
}

fn section(section: &Section, is_first: bool) -> anyhow::Result<Markup> {
    let plots = section.plots.iter().map(super::plot::Plot::svg).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(html! {
        section {
            @if is_first { h1 { (section.title) } } @else { h2 { (section.title) } }
            @for part in &section.parts {
                @match part {
                    Part::Text(text) => p { (text) },
                    Part::Table(cells) => (table(cells)),
                }
            }
            // What the drawing made is SVG already, with its texts escaped.
            @for plot in plots { (PreEscaped(plot)) }
        }
    })
}

fn table(table: &Table) -> Markup {
    html! {
        div.wide {
            table {
                thead { tr { @for head in &table.heads { th { (head) } } } }
                tbody { @for row in &table.rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let evil = || "<script>&\"".to_owned();
        let table = Table { heads: vec![evil()], rows: vec![vec![evil()]] };
        let parts = vec![Part::Text(evil()), Part::Table(table)];
        let page = page(&[Section { title: evil(), parts, plots: Vec::new() }]).unwrap();
        assert!(!page.contains("<script>"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;&amp;").count(), 5, "{page}");
    }
}
