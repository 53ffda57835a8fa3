//! Pictures drawn on the server: bars of totals, and the graph of a pathway's steps. Each stands
//! beside a table or list with the same content, for readers and printers.

use crate::i18n::Locale;
use passerelle_domain::corridor::{Party, Step};
use passerelle_engine::pathway::PathwayGraph;
use petgraph::stable_graph::StableDiGraph;
use std::collections::BTreeMap;
use std::fmt::Write;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Horizontal bars with their labels and numbers.
pub fn bars(title: &str, rows: &[(String, u64)]) -> String {
    const LINE: usize = 28;
    const LABEL: usize = 330;
    const WIDTH: usize = 760;
    let most = rows.iter().map(|(_, number)| *number).max().unwrap_or(0).max(1);
    let height = rows.len() * LINE + 8;
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {WIDTH} {height}\" direction=\"ltr\" xmlns=\"http://www.w3.org/2000/svg\">",
        escape(title)
    );
    for (at, (label, number)) in rows.iter().enumerate() {
        let y = at * LINE + 4;
        let span = u64::try_from(WIDTH - LABEL - 60).unwrap_or(300);
        let length = (span * number / most).max(1);
        let _ = write!(
            svg,
            "<text class=\"chart-label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"chart-bar\" x=\"{LABEL}\" y=\"{y}\" width=\"{length}\" height=\"{}\" rx=\"2\"/><text class=\"chart-number\" x=\"{}\" y=\"{}\">{number}</text>",
            LABEL - 8,
            y + LINE / 2 + 2,
            escape(&shorten(label, 46)),
            LINE - 8,
            LABEL as u64 + length + 6,
            y + LINE / 2 + 2,
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A line through amounts, one step apart, with the zero line; the greatest, the least and the last are named.
pub fn line(title: &str, points: &[(String, i64)], said: &dyn Fn(i64) -> String) -> String {
    const WIDTH: f64 = 760.0;
    const HEIGHT: f64 = 260.0;
    const LEFT: f64 = 150.0;
    const EDGE: f64 = 24.0;
    let amounts = || points.iter().map(|(_, amount)| *amount).chain([0]);
    let (least, most) = (amounts().min().unwrap_or(0), amounts().max().unwrap_or(0));
    let span = (most as f64 - least as f64).max(1.0);
    let y = |amount: i64| EDGE + (HEIGHT - 2.0 * EDGE) * (most as f64 - amount as f64) / span;
    let x = |at: usize| LEFT + (WIDTH - LEFT - EDGE) * at as f64 / points.len().saturating_sub(1).max(1) as f64;
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" direction=\"ltr\" xmlns=\"http://www.w3.org/2000/svg\">",
        escape(title)
    );
    let mut named = vec![least, 0, most];
    named.dedup();
    for amount in named {
        let _ = write!(
            svg,
            "<path class=\"chart-rule\" d=\"M{LEFT} {0:.1}H{1}\"/><text class=\"chart-label\" x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{4}</text>",
            y(amount),
            WIDTH - EDGE,
            LEFT - 8.0,
            y(amount) + 4.0,
            escape(&said(amount)),
        );
    }
    let path: Vec<String> = points.iter().enumerate().map(|(at, (_, amount))| format!("{:.1} {:.1}", x(at), y(*amount))).collect();
    let _ = write!(svg, "<path class=\"chart-line\" d=\"M{}\"/>", path.join("L"));
    for at in [0, points.len().saturating_sub(1)] {
        if let Some((label, _)) = points.get(at) {
            let _ = write!(
                svg,
                "<text class=\"chart-label\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                x(at),
                HEIGHT - 4.0,
                escape(label)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

/// The steps of a pathway in layers, from start to end, an arrow for each "comes before".
pub fn pathway(title: &str, steps: &[Step], t: Locale) -> String {
    const WIDTH: f64 = 204.0;
    const HEIGHT: f64 = 58.0;
    let graph = PathwayGraph::new(steps).graph;
    let stable: StableDiGraph<(), ()> = StableDiGraph::from(graph.map(|_, _| (), |_, ()| ()));
    let config = rust_sugiyama::configure::Config { vertex_spacing: 40.0, ..rust_sugiyama::configure::Config::default() };
    let layouts = rust_sugiyama::from_graph(&stable, &|_, ()| (HEIGHT, WIDTH), &config);
    // Components one below the other; layers run from left to right.
    let mut places: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let (mut top, mut right) = (0.0_f64, 0.0_f64);
    for (layout, _, _) in &layouts {
        let low = layout.iter().map(|(_, (x, _))| *x).fold(f64::INFINITY, f64::min);
        let first = layout.iter().map(|(_, (_, y))| *y).fold(f64::INFINITY, f64::min);
        let mut bottom = top;
        for (node, (x, y)) in layout {
            let place = ((y - first).abs(), top + x - low);
            right = right.max(place.0 + WIDTH);
            bottom = bottom.max(place.1 + HEIGHT);
            places.insert(node.index(), place);
        }
        top = bottom + 24.0;
    }
    // The library lays layers downwards, so y grows or shrinks with depth; start stands left.
    let flipped = graph
        .externals(petgraph::Incoming)
        .next()
        .is_some_and(|start| places.get(&start.index()).is_some_and(|place| place.0 > right / 2.0));
    if flipped {
        places.values_mut().for_each(|place| place.0 = right - WIDTH - place.0);
    }
    // Who reads from the right starts at the right.
    let mirrored = t.direction() == "rtl";
    if mirrored {
        places.values_mut().for_each(|place| place.0 = right - WIDTH - place.0);
    }
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg class=\"graph\" role=\"img\" aria-label=\"{}\" viewBox=\"-4 -4 {:.0} {:.0}\" width=\"{:.0}\" height=\"{:.0}\" direction=\"ltr\" xmlns=\"http://www.w3.org/2000/svg\"><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" class=\"graph-tip\"/></marker></defs>",
        escape(title),
        right + 8.0,
        top.max(HEIGHT) + 8.0,
        right + 8.0,
        top.max(HEIGHT) + 8.0
    );
    for edge in graph.edge_indices() {
        if let Some((from, to)) = graph.edge_endpoints(edge)
            && let (Some(a), Some(b)) = (places.get(&from.index()), places.get(&to.index()))
        {
            let (out, into) = if mirrored { (0.0, WIDTH) } else { (WIDTH, 0.0) };
            let (x1, y1, x2, y2) = (a.0 + out, a.1 + HEIGHT / 2.0, b.0 + into, b.1 + HEIGHT / 2.0);
            let bend = (x2 - x1).abs().max(30.0) / 2.0 * if mirrored { -1.0 } else { 1.0 };
            let _ = write!(
                svg,
                "<path class=\"graph-edge\" d=\"M{x1:.0} {y1:.0}C{:.0} {y1:.0} {:.0} {y2:.0} {x2:.0} {y2:.0}\" marker-end=\"url(#tip)\"/>",
                x1 + bend,
                x2 - bend
            );
        }
    }
    for (node, place) in &places {
        let Some(step) = graph.node_weight(petgraph::graph::NodeIndex::new(*node)) else { continue };
        let _ = write!(
            svg,
            "<g class=\"graph-node actor-{}\"><rect x=\"{:.0}\" y=\"{:.0}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\" class=\"graph-name\">{}</text><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\" class=\"graph-note\">{}</text></g>",
            step.actor.map_or("none", Party::as_str).replace('_', "-"),
            place.0,
            place.1,
            place.0 + WIDTH / 2.0,
            place.1 + 24.0,
            escape(&shorten(&step_name(t, step), 25)),
            place.0 + WIDTH / 2.0,
            place.1 + 44.0,
            escape(&format!("{} · {}", shorten(&actor_name(t, step.actor), 18), days(t, step))),
        );
    }
    svg.push_str("</svg>");
    svg
}

/// What kind of step it is, in the reader's language.
pub fn kind_name(t: Locale, step: &Step) -> String {
    t.get(&super::cells::word_key("step-kind", step.kind.as_str()))
}

/// What a step is called: its own name, or the name of its kind.
pub fn step_name(t: Locale, step: &Step) -> String {
    step.name.as_ref().map_or_else(|| kind_name(t, step), |name| name.in_language(t.code()).to_owned())
}

pub fn actor_name(t: Locale, actor: Option<Party>) -> String {
    actor.map_or_else(|| "—".into(), |actor| t.get(&super::cells::word_key("party", actor.as_str())))
}

/// Typical days of a step.
pub fn days(t: Locale, step: &Step) -> String {
    crate::i18n::plain(&t.with1("days", "count", step.days.typical))
}
