//! Which rows of a long grid are on screen. All lengths are CSS pixels.
//!
//! Browsers limit the height of an element (Firefox to less than 18 million pixels), and a million
//! rows are higher. So the scrolled element is at most [`MAX_HEIGHT`] high, and positions in it
//! are scaled to positions in the rows.

/// Height of a row.
pub const ROW_HEIGHT: f64 = 32.0;
/// The highest element that every browser takes.
pub const MAX_HEIGHT: f64 = 15_000_000.0;
/// Rows drawn beyond each edge of the window.
const MARGIN: u64 = 6;

/// A grid's rows behind its window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scroll {
    /// Rows in all.
    pub rows: u64,
    /// Height of the window that shows them.
    pub window: f64,
}

/// The rows to draw.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Visible {
    /// The first row to draw, and the one after the last.
    pub first: u64,
    pub end: u64,
    /// Where the first of them begins in the scrolled element.
    pub top: f64,
}

impl Scroll {
    /// Height of the scrolled element.
    pub fn height(&self) -> f64 {
        self.full_height().min(MAX_HEIGHT)
    }

    /// The rows to draw when the window is scrolled to `scroll_top`.
    pub fn visible(&self, scroll_top: f64) -> Visible {
        let scroll_top = scroll_top.clamp(0.0, self.reach());
        let offset = self.offset(scroll_top);
        let top_row = (offset / ROW_HEIGHT).floor() as u64;
        let shown = (self.window / ROW_HEIGHT).ceil() as u64 + 1;
        let first = top_row.saturating_sub(MARGIN).min(self.rows);
        let end = (top_row + shown + MARGIN).min(self.rows);
        Visible {
            first,
            end,
            top: scroll_top - (offset - first as f64 * ROW_HEIGHT),
        }
    }

    /// Where to scroll so that `row` is whole in the window, which now is at `scroll_top`; stays
    /// where it is if the row is in view already.
    pub fn reveal(&self, row: u64, scroll_top: f64) -> f64 {
        let offset = self.offset(scroll_top.clamp(0.0, self.reach()));
        let top = row.min(self.rows.saturating_sub(1)) as f64 * ROW_HEIGHT;
        let wanted = if top < offset {
            top
        } else if top + ROW_HEIGHT > offset + self.window {
            top + ROW_HEIGHT - self.window
        } else {
            return scroll_top;
        };
        self.position(wanted)
    }

    /// Whole rows that the window shows: what a page key moves by.
    pub fn page(&self) -> u64 {
        ((self.window / ROW_HEIGHT).floor() as u64)
            .saturating_sub(1)
            .max(1)
    }

    fn full_height(&self) -> f64 {
        self.rows as f64 * ROW_HEIGHT
    }

    /// The furthest that the element can be scrolled.
    fn reach(&self) -> f64 {
        (self.height() - self.window).max(0.0)
    }

    /// The furthest that the rows reach.
    fn full_reach(&self) -> f64 {
        (self.full_height() - self.window).max(0.0)
    }

    /// The place in the rows that belongs to a place in the scrolled element.
    fn offset(&self, scroll_top: f64) -> f64 {
        if self.reach() > 0.0 {
            scroll_top * (self.full_reach() / self.reach())
        } else {
            0.0
        }
    }

    /// The other way round.
    fn position(&self, offset: f64) -> f64 {
        if self.full_reach() > 0.0 {
            (offset * (self.reach() / self.full_reach())).clamp(0.0, self.reach())
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLION: Scroll = Scroll {
        rows: 1_000_000,
        window: 600.0,
    };

    #[test]
    fn only_the_rows_in_the_window_are_drawn() {
        let scroll = Scroll {
            rows: 10_000,
            window: 640.0,
        };
        let visible = scroll.visible(3200.0);
        assert_eq!((visible.first, visible.end), (94, 127));
        assert_eq!(visible.top, 94.0 * ROW_HEIGHT);
    }

    #[test]
    fn a_million_rows_fit_the_highest_element() {
        assert_eq!(MILLION.height(), MAX_HEIGHT);
        assert_eq!(MILLION.visible(0.0).first, 0);
        let last = MILLION.visible(MILLION.height());
        assert_eq!(last.end, 1_000_000);
        let bottom = last.top + (last.end - last.first) as f64 * ROW_HEIGHT;
        assert!((bottom - MILLION.height()).abs() < 0.01, "{bottom}");
    }

    #[test]
    fn every_row_can_be_reached_from_everywhere() {
        for scroll in [
            MILLION,
            Scroll {
                rows: 700,
                window: 333.0,
            },
        ] {
            for row in [0, 1, 17, 350, 699, 123_456, 999_999] {
                let row = row.min(scroll.rows - 1);
                for from in [0.0, 4000.0, scroll.height()] {
                    let to = scroll.reveal(row, from);
                    let offset = scroll.offset(to.clamp(0.0, scroll.reach()));
                    let top = row as f64 * ROW_HEIGHT;
                    assert!(
                        top >= offset - 0.01 && top + ROW_HEIGHT <= offset + scroll.window + 0.01
                    );
                    let visible = scroll.visible(to);
                    assert!((visible.first..visible.end).contains(&row));
                }
            }
        }
    }

    #[test]
    fn a_row_in_view_does_not_move_the_window() {
        let scroll = Scroll {
            rows: 100,
            window: 320.0,
        };
        assert_eq!(scroll.reveal(5, 100.0), 100.0);
    }

    #[test]
    fn no_rows_draw_nothing() {
        let scroll = Scroll {
            rows: 0,
            window: 320.0,
        };
        assert_eq!(
            scroll.visible(50.0),
            Visible {
                first: 0,
                end: 0,
                top: 0.0
            }
        );
        assert_eq!(scroll.height(), 0.0);
    }
}
