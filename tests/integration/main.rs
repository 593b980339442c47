//! Native tests across modules, by subject.

mod delta;
