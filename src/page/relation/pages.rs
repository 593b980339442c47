//! Rows that were fetched, in pages; the oldest are forgotten.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use crate::protocol::Cell;

/// Rows asked for at once.
pub const PAGE_ROWS: u64 = 200;
/// Pages kept.
const KEPT: usize = 40;

type Page = Rc<Vec<Vec<Cell>>>;

/// The fetched rows of an opened relation.
#[derive(Debug, Default)]
pub struct Pages {
    pages: HashMap<u64, Page>,
    order: VecDeque<u64>,
    loading: HashSet<u64>,
    /// Pages whose rows may have changed: they show until they come anew.
    stale: HashSet<u64>,
    /// How often each page came.
    arrivals: HashMap<u64, u32>,
}

impl Pages {
    /// The pages that the rows `first..end` need and that are neither there nor on their way;
    /// from now on they are on their way.
    pub fn request(&mut self, first: u64, end: u64) -> Vec<u64> {
        if end <= first {
            return Vec::new();
        }
        let wanted: Vec<u64> = (first / PAGE_ROWS..=(end - 1) / PAGE_ROWS)
            .filter(|page| {
                let is_here = self.pages.contains_key(page) && !self.stale.contains(page);
                !is_here && !self.loading.contains(page)
            })
            .collect();
        self.loading.extend(&wanted);
        wanted
    }

    /// Puts a page in its place.
    pub fn insert(&mut self, page: u64, rows: Vec<Vec<Cell>>) {
        self.loading.remove(&page);
        self.stale.remove(&page);
        *self.arrivals.entry(page).or_default() += 1;
        if self.pages.insert(page, Rc::new(rows)).is_none() {
            self.order.push_back(page);
        }
        while self.order.len() > KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.pages.remove(&oldest);
            }
        }
    }

    /// The rows changed: pages are asked for again, and show what they have until then.
    pub fn outdate(&mut self) {
        self.stale = self.pages.keys().copied().collect();
        self.loading.clear();
    }

    /// How often a row's page came: a row that came anew is another.
    pub fn arrivals(&self, row: u64) -> u32 {
        let page = row / PAGE_ROWS;
        self.arrivals.get(&page).copied().unwrap_or(0)
    }

    /// A page didn't come: it may be asked for again.
    pub fn failed(&mut self, page: u64) {
        self.loading.remove(&page);
    }

    /// A row, if its page is there and is long enough.
    pub fn row(&self, row: u64) -> Option<&[Cell]> {
        let page = self.pages.get(&(row / PAGE_ROWS))?;
        page.get((row % PAGE_ROWS) as usize).map(Vec::as_slice)
    }

    /// The first page, which column widths are fitted to.
    pub fn first(&self) -> Option<Page> {
        self.pages.get(&0).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Vec<Vec<Cell>> {
        vec![vec![Cell::Text(text.to_owned())]; PAGE_ROWS as usize]
    }

    #[test]
    fn a_page_is_asked_for_once() {
        let mut pages = Pages::default();
        assert_eq!(pages.request(150, 420), [0, 1, 2]);
        assert_eq!(pages.request(150, 420), [0; 0]);
        pages.insert(1, page("b"));
        pages.failed(0);
        assert_eq!(pages.request(150, 420), [0]);
        assert_eq!(pages.request(7, 7), [0; 0]);
    }

    #[test]
    fn a_row_is_found_in_its_page() {
        let mut pages = Pages::default();
        pages.insert(1, page("b"));
        assert_eq!(pages.row(200), Some(&[Cell::Text("b".to_owned())][..]));
        assert_eq!(pages.row(199), None);
        assert_eq!(pages.row(400), None);
    }

    #[test]
    fn a_page_whose_rows_changed_shows_until_it_comes_anew() {
        let mut pages = Pages::default();
        pages.request(0, 1);
        pages.insert(0, page("a"));
        let before = pages.arrivals(7);
        pages.outdate();
        assert!(pages.row(7).is_some());
        assert_eq!(pages.request(0, 1), [0]);
        assert_eq!(pages.request(0, 1), [0; 0]);
        pages.insert(0, page("b"));
        assert_ne!(pages.arrivals(7), before);
        assert_eq!(pages.request(0, 1), [0; 0]);
    }

    #[test]
    fn old_pages_are_forgotten_and_can_be_fetched_again() {
        let mut pages = Pages::default();
        for at in 0..=KEPT as u64 {
            pages.insert(at, page("x"));
        }
        assert_eq!(pages.row(0), None);
        assert!(pages.row(PAGE_ROWS).is_some());
        assert_eq!(pages.request(0, 1), [0]);
    }
}
