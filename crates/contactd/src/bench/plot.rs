//! Drawing: lines over two axes as SVG, on white, with the legend beside them. Knows nothing of what they mean.

use std::ops::Range;

use anyhow::Context;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::{
    ChartBuilder, Circle, DashedLineSeries, DrawingAreaErrorKind, IntoDrawingArea, IntoFont, LineSeries,
    PathElement, RGBColor, SVGBackend, Text, WHITE,
};
use plotters::style::Color;

/// A picture.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    /// What its file is called, without the ending.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
}

/// An axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// What it shows, with the unit.
    pub(super) label: &'static str,
    pub(super) scale: Scale,
    /// The values that are written beside it, with their texts; empty: round ones.
    pub(super) ticks: Vec<(f64, String)>,
}

/// How values lie on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// From zero on, in equal steps.
    Linear,
    /// Each decade as long as the next; values that are not positive are left out.
    Log,
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) is_dashed: bool,
    /// Whether each of its points is marked.
    pub(super) is_marked: bool,
}

const SIZE: (u32, u32) = (760, 380);
const LEGEND_WIDTH: u32 = 180;
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Told apart by nearly all eyes, and in print (Okabe and Ito).
const COLORS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x00, 0x00, 0x00),
];
/// Ticks nearer to each other than this part of the axis have no room.
const ROOM: f64 = 0.05;

/// An axis with its ends and ticks, in the units of the picture: for a logarithmic one, exponents of ten.
struct Laid {
    scale: Scale,
    from: f64,
    to: f64,
    ticks: Vec<(f64, String)>,
}

impl Plot {
    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{}.svg", self.name)
    }

    /// The picture as SVG.
    pub(super) fn svg(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        self.draw(&mut text).with_context(|| format!("cannot draw {}", self.title))?;
        Ok(text)
    }

    fn draw(&self, text: &mut String) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
        let values = |of: fn(&(f64, f64)) -> f64| -> Vec<f64> {
            self.lines.iter().flat_map(|line| &line.points).map(of).collect()
        };
        let x = Laid::new(&self.x, &values(|(x, _)| *x));
        let y = Laid::new(&self.y, &values(|(_, y)| *y));
        let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (main, side) = root.split_horizontally(SIZE.0 - LEGEND_WIDTH);
        let font = |size: i32| (FONT, size).into_font().color(&INK);
        let mut chart = ChartBuilder::on(&main)
            .caption(&self.title, font(21))
            .margin(10)
            .x_label_area_size(50)
            .y_label_area_size(70)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_desc(self.x.label)
            .y_desc(self.y.label)
            .axis_desc_style(font(17))
            .label_style(font(16))
            .axis_style(INK)
            .bold_line_style(GRID)
            .light_line_style(WHITE)
            .draw()?;
        for (n, (line, color)) in self.lines.iter().zip(COLORS.iter().cycle()).enumerate() {
            let style = color.stroke_width(2);
            let place = |(x, y): &(f64, f64)| Some((self.x.scale.place(*x)?, self.y.scale.place(*y)?));
            let points: Vec<(f64, f64)> = line.points.iter().filter_map(place).collect();
            if line.is_marked {
                chart.draw_series(points.iter().map(|point| Circle::new(*point, 4, color.filled())))?;
            }
            // More lines than colors are told apart by this.
            let is_dashed = line.is_dashed || n >= COLORS.len();
            if is_dashed {
                chart.draw_series(DashedLineSeries::new(points, 7, 4, style))?;
            } else {
                chart.draw_series(LineSeries::new(points, style))?;
            }
            let height = 60 + 22 * i32::try_from(n).unwrap_or_default();
            for piece in sample(is_dashed) {
                side.draw(&PathElement::new(piece.map(|at| (at, height)), style))?;
            }
            side.draw(&Text::new(line.name.clone(), (36, height - 7), font(16)))?;
        }
        root.present()
    }
}

/// The pieces of a line in the legend: where each begins and ends.
fn sample(is_dashed: bool) -> Vec<[i32; 2]> {
    if is_dashed { vec![[4, 11], [15, 22], [26, 30]] } else { vec![[4, 30]] }
}

impl Laid {
    fn new(axis: &Axis, values: &[f64]) -> Self {
        let scale = axis.scale;
        let shown = values.iter().filter_map(|value| scale.place(*value));
        let given = axis.ticks.iter().filter_map(|(value, _)| scale.place(*value));
        let (from, to) = ends(scale, shown.chain(given));
        let mut laid = Self { scale, from, to, ticks: Vec::new() };
        if axis.ticks.is_empty() {
            laid.round();
        } else {
            let tick = |(value, text): &(f64, String)| Some((scale.place(*value)?, text.clone()));
            laid.ticks = axis.ticks.iter().filter_map(tick).collect();
            if scale == Scale::Log && from == to {
                // One value alone stands in the middle.
                (laid.from, laid.to) = (from - 0.5, to + 0.5);
            }
        }
        let room = ROOM * (laid.to - laid.from);
        let mut last = f64::NEG_INFINITY;
        laid.ticks.retain(|(at, _)| {
            let is_kept = at - last >= room;
            last = if is_kept { *at } else { last };
            is_kept
        });
        laid
    }

    /// Round values as ticks, and ends that are two of them.
    fn round(&mut self) {
        if self.scale == Scale::Linear {
            let step = round_step(self.to / 5.0);
            let steps = (self.to / step).ceil().max(1.0) as u32;
            self.to = step * f64::from(steps);
            self.ticks = (0..=steps).map(|n| step * f64::from(n)).map(|at| (at, number(at))).collect();
            return;
        }
        let (first, last) = (self.from.floor() as i32, self.to.ceil() as i32);
        let steps: &[f64] = if self.to - self.from > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let in_decade = |decade: i32| steps.iter().map(move |step| step * 10_f64.powi(decade));
        let all: Vec<f64> = (first..=last).flat_map(in_decade).collect();
        let below = all.iter().rfind(|value| value.log10() <= self.from + 1e-9);
        let above = all.iter().find(|value| value.log10() >= self.to - 1e-9 && Some(*value) != below);
        self.from = below.map_or(self.from, |value| value.log10());
        self.to = above.map_or(self.to, |value| value.log10());
        let inside = |value: &&f64| (self.from..=self.to).contains(&value.log10());
        self.ticks = all.iter().filter(inside).map(|value| (value.log10(), number(*value))).collect();
    }
}

impl Ranged for Laid {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let part = (value - self.from) / (self.to - self.from);
        first + (f64::from(last - first) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Every tick has a line; there are no lighter ones between them.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Laid {
    fn format(at: &f64) -> String {
        number(*at)
    }

    fn format_ext(&self, at: &f64) -> String {
        let tick = self.ticks.iter().find(|(tick, _)| tick == at);
        tick.map_or_else(|| Self::format(at), |(_, text)| text.clone())
    }
}

impl Scale {
    fn place(self, value: f64) -> Option<f64> {
        match self {
            Self::Linear => Some(value),
            Self::Log => (value > 0.0).then(|| value.log10()),
        }
    }
}

/// The least and the largest; a linear axis begins at zero. Some ends also when there is nothing to show.
fn ends(scale: Scale, places: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = places.fold(None, |ends: Option<(f64, f64)>, at| {
        Some(ends.map_or((at, at), |(from, to)| (from.min(at), to.max(at))))
    });
    match (scale, ends) {
        (Scale::Linear, Some((_, to))) if to > 0.0 => (0.0, to),
        (Scale::Log, Some(ends)) => ends,
        _ => (0.0, 1.0),
    }
}

/// The next of 1, 2, 5, 10, … times a power of ten that is not less.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powi(least.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// A number as short as it can be read: 20000 as 20k, 2000000 as 2M.
pub(super) fn number(value: f64) -> String {
    let short = |value: f64, unit: &str| {
        let text = format!("{value:.3}");
        format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    match value {
        1e6.. => short(value / 1e6, "M"),
        1e4.. => short(value / 1e3, "k"),
        _ => short(value, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, ticks: &[f64]) -> Axis {
        Axis { label: "x", scale, ticks: ticks.iter().map(|at| (*at, number(*at))).collect() }
    }

    fn ticks(scale: Scale, values: &[f64]) -> Vec<String> {
        Laid::new(&axis(scale, &[]), values).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(Scale::Linear, &[3.0, 23_456.0]), ["0", "5000", "10k", "15k", "20k", "25k"]);
        assert_eq!(ticks(Scale::Linear, &[0.083]), ["0", "0.02", "0.04", "0.06", "0.08", "0.1"]);
        assert_eq!(ticks(Scale::Log, &[0.3, 7.0]), ["0.2", "0.5", "1", "2", "5", "10"]);
        assert_eq!(ticks(Scale::Log, &[0.3, 2000.0]), ["0.1", "1", "10", "100", "1000", "10k"]);
        assert_eq!(ticks(Scale::Log, &[2.0]), ["2", "5"]);
    }

    #[test]
    fn ticks_without_room_are_left_out() {
        let laid = Laid::new(&axis(Scale::Log, &[1.0, 250.0, 256.0, 1000.0]), &[]);
        assert_eq!(
            laid.ticks.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
            ["1", "250", "1000"]
        );
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (9999.0, "9999"),
            (1e4, "10k"),
            (123_456.0, "123.456k"),
            (1e7, "10M"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn anything_can_be_drawn_and_texts_are_escaped() {
        let shapes: [&[(f64, f64)]; 4] = [&[], &[(1.0, 0.0)], &[(1.0, 5.0)], &[(0.0, 1.0), (100.0, 3.0)]];
        for scale in [Scale::Linear, Scale::Log] {
            for points in shapes {
                let line = Line {
                    name: "<raw> & \"more\"".to_owned(),
                    points: points.to_vec(),
                    is_dashed: true,
                    is_marked: true,
                };
                let plot = Plot {
                    name: "x".to_owned(),
                    title: "a < b".to_owned(),
                    x: axis(scale, &points.iter().map(|(x, _)| *x).collect::<Vec<_>>()),
                    y: axis(scale, &[]),
                    lines: vec![Line { is_dashed: false, ..line.clone() }, line],
                };
                let svg = plot.svg().unwrap();
                assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
                assert!(svg.contains("a &lt; b") && !svg.contains("<raw>") && !svg.contains("NaN"), "{svg}");
            }
        }
    }
}
