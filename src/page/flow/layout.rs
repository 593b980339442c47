//! Where Flow's cards lie and how its edges run. All lengths are CSS pixels.

use std::collections::HashMap;

use super::model::{LANES, is_compact};
use crate::protocol::{Lane, PipelineView};

/// Below this width lanes lie under each other.
pub const NARROW: f64 = 840.0;

const CARD_HEIGHT: f64 = 128.0;
const COMPACT_HEIGHT: f64 = 60.0;
const HEADING: f64 = 44.0;
const ROW_GAP: f64 = 40.0;
const PADDING: f64 = 12.0;
const RAIL: f64 = 28.0;
const CORNER: f64 = 10.0;

/// Everything placed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    pub is_narrow: bool,
    pub width: f64,
    pub height: f64,
    pub lanes: Vec<LaneBox>,
    pub cards: Vec<CardBox>,
    pub edges: Vec<EdgePath>,
}

/// A lane's background.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneBox {
    pub lane: Lane,
    pub area: Area,
}

/// A card's place.
#[derive(Debug, Clone, PartialEq)]
pub struct CardBox {
    /// The node's id.
    pub id: String,
    pub area: Area,
}

/// An edge's curve.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgePath {
    /// The edge's id.
    pub id: String,
    /// For an SVG path's `d`.
    pub path: String,
    /// The middle of its label.
    pub label: (f64, f64),
}

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    fn bottom(&self) -> f64 {
        self.y + self.height
    }

    fn right(&self) -> f64 {
        self.x + self.width
    }

    fn middle_x(&self) -> f64 {
        self.x + self.width / 2.0
    }

    fn middle_y(&self) -> f64 {
        self.y + self.height / 2.0
    }
}

/// Lays a pipeline out in `width` pixels: a column for each lane (a row where it is narrow), in
/// it the nodes in the order in which data passes them. Edges whose ends aren't there are left out.
pub fn layout(pipeline: &PipelineView, width: f64) -> Layout {
    let is_narrow = width < NARROW;
    let gap = if is_narrow {
        24.0
    } else {
        (width * 0.055).clamp(32.0, 88.0)
    };
    let lane_width = if is_narrow {
        width
    } else {
        ((width - 3.0 * gap) / 4.0).max(0.0)
    };
    let ranks = ranks(pipeline);
    let mut layout = Layout {
        is_narrow,
        width,
        ..Layout::default()
    };
    let mut places: HashMap<&str, (usize, Area)> = HashMap::new();
    let mut top = 0.0;
    for (column, lane) in LANES.into_iter().enumerate() {
        let mut nodes: Vec<_> = pipeline
            .nodes
            .iter()
            .filter(|node| node.lane == lane)
            .collect();
        nodes.sort_by_key(|node| ranks.get(node.id.as_str()).copied().unwrap_or(0));
        let x = if is_narrow {
            0.0
        } else {
            column as f64 * (lane_width + gap)
        };
        let left = if is_narrow { RAIL } else { PADDING };
        let mut y = top + HEADING;
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                y += ROW_GAP;
            }
            let area = Area {
                x: x + left,
                y,
                width: (lane_width - left - PADDING).max(0.0),
                height: if is_compact(node.kind) {
                    COMPACT_HEIGHT
                } else {
                    CARD_HEIGHT
                },
            };
            places.insert(node.id.as_str(), (column, area));
            layout.cards.push(CardBox {
                id: node.id.clone(),
                area,
            });
            y = area.bottom();
        }
        let bottom = y
            + PADDING
            + if nodes.is_empty() {
                COMPACT_HEIGHT
            } else {
                0.0
            };
        layout.lanes.push(LaneBox {
            lane,
            area: Area {
                x,
                y: top,
                width: lane_width,
                height: bottom - top,
            },
        });
        layout.height = layout.height.max(bottom);
        if is_narrow {
            top = bottom + gap;
        }
    }
    let mut channels = 0_u32;
    for edge in &pipeline.edges {
        let (Some(&(from_lane, from)), Some(&(to_lane, to))) =
            (places.get(edge.from.as_str()), places.get(edge.to.as_str()))
        else {
            continue;
        };
        let (path, label) = if is_narrow {
            along_rail(from, to)
        } else if from_lane == to_lane {
            within_lane(from, to)
        } else if to_lane == from_lane + 1 {
            to_next_lane(from, to)
        } else {
            let floor = layout
                .cards
                .iter()
                .filter(|card| {
                    card.area.x > from.right().min(to.right())
                        && card.area.right() < to.x.max(from.x)
                })
                .map(|card| card.area.bottom())
                .fold(0.0, f64::max);
            let channel = floor + 28.0 + 12.0 * f64::from(channels);
            channels += 1;
            layout.height = layout.height.max(channel + PADDING);
            past_lanes(from, to, gap, channel)
        };
        layout.edges.push(EdgePath {
            id: edge.id.clone(),
            path,
            label,
        });
    }
    if !is_narrow {
        let height = layout.height;
        for lane in &mut layout.lanes {
            lane.area.height = height;
        }
    }
    layout
}

/// How many nodes of its own lane data passes before it reaches a node. Cycles end the count.
fn ranks(pipeline: &PipelineView) -> HashMap<&str, usize> {
    let lanes: HashMap<&str, Lane> = pipeline
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node.lane))
        .collect();
    let mut ranks: HashMap<&str, usize> = lanes.keys().map(|id| (*id, 0)).collect();
    for _ in 0..pipeline.nodes.len() {
        let mut changed = false;
        for edge in &pipeline.edges {
            let (from, to) = (edge.from.as_str(), edge.to.as_str());
            if from == to || lanes.get(from) != lanes.get(to) {
                continue;
            }
            let least = ranks.get(from).map_or(0, |rank| rank + 1);
            if let Some(rank) = ranks.get_mut(to)
                && *rank < least
                && least < lanes.len()
            {
                *rank = least;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    ranks
}

/// Straight down between neighbours, around the side otherwise.
fn within_lane(from: Area, to: Area) -> (String, (f64, f64)) {
    let distance = to.y - from.bottom();
    let x = from.middle_x();
    if (0.0..=ROW_GAP + 1.0).contains(&distance) {
        let path = format!("M {x:.1} {:.1} V {:.1}", from.bottom(), to.y - ARROW);
        return (path, (x, from.bottom() + distance / 2.0));
    }
    let out = from.right() + PADDING + 8.0;
    let (y1, y2) = (from.middle_y(), to.middle_y());
    let path = format!(
        "M {:.1} {y1:.1} C {out:.1} {y1:.1} {out:.1} {y2:.1} {:.1} {y2:.1}",
        from.right(),
        to.right() + ARROW,
    );
    (path, (out, (y1 + y2) / 2.0))
}

/// A curve from the right side to the left side.
fn to_next_lane(from: Area, to: Area) -> (String, (f64, f64)) {
    let (x1, y1) = (from.right(), from.middle_y());
    let (x2, y2) = (to.x - ARROW, to.middle_y());
    let bend = ((x2 - x1) / 2.0).max(12.0);
    let path = format!(
        "M {x1:.1} {y1:.1} C {:.1} {y1:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}",
        x1 + bend,
        x2 - bend
    );
    (path, ((x1 + x2) / 2.0, (y1 + y2) / 2.0))
}

/// Down the gap beside the source, along a channel below all cards between, up to the target.
fn past_lanes(from: Area, to: Area, gap: f64, channel: f64) -> (String, (f64, f64)) {
    let (x1, y1) = (from.right(), from.middle_y());
    let (x2, y2) = (to.x - ARROW, to.middle_y());
    let down = x1 + PADDING + gap * 0.3;
    let up = x2 - PADDING - gap * 0.3;
    let c = CORNER;
    let path = if channel > y1 + 2.0 * c && channel > y2 + 2.0 * c && up > down + 2.0 * c {
        format!(
            "M {x1:.1} {y1:.1} H {:.1} Q {down:.1} {y1:.1} {down:.1} {:.1} V {:.1} Q {down:.1} {channel:.1} {:.1} {channel:.1} \
             H {:.1} Q {up:.1} {channel:.1} {up:.1} {:.1} V {:.1} Q {up:.1} {y2:.1} {:.1} {y2:.1} H {x2:.1}",
            down - c,
            y1 + c,
            channel - c,
            down + c,
            up - c,
            channel - c,
            y2 + c,
            up + c,
        )
    } else {
        to_next_lane(from, to).0
    };
    (path, ((down + up) / 2.0, channel))
}

/// Where lanes lie under each other: an arc in the margin left of the cards.
fn along_rail(from: Area, to: Area) -> (String, (f64, f64)) {
    let (y1, y2) = (from.middle_y(), to.middle_y());
    let (x1, x2) = (from.x, to.x - ARROW);
    let out = (from.x - RAIL * 0.9).max(2.0);
    let path = if (y2 - y1).abs() < 2.0 * CORNER {
        format!("M {x1:.1} {y1:.1} H {x2:.1}")
    } else {
        let turn = if y2 > y1 { CORNER } else { -CORNER };
        format!(
            "M {x1:.1} {y1:.1} H {:.1} Q {out:.1} {y1:.1} {out:.1} {:.1} V {:.1} Q {out:.1} {y2:.1} {:.1} {y2:.1} H {x2:.1}",
            out + CORNER,
            y1 + turn,
            y2 - turn,
            out + CORNER,
        )
    };
    (path, (to.middle_x(), to.y - 14.0))
}

/// Room for the arrow's head before the card.
const ARROW: f64 = 5.0;
