//! Icons, drawn on a grid of 16.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Alert,
    Book,
    Check,
    Close,
    Command,
    Directory,
    File,
    Help,
    Load,
    LoadAll,
    Logo,
    Moon,
    Reset,
    Start,
    Stop,
    Stream,
    Sun,
    System,
    Table,
    Trash,
    Update,
    Upload,
    View,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Shape::Alert => "M8 2 14.5 13.5h-13Z M8 6.5v3 M8 11.4v.2",
            Shape::Book => {
                "M8 4.2C6.6 3.1 4.6 2.8 2 2.8v9.6c2.6 0 4.6.3 6 1.4 1.4-1.1 3.4-1.4 6-1.4V2.8c-2.6 0-4.6.3-6 1.4Z M8 4.2v9.6"
            }
            Shape::Check => "M3 8.5 6.5 12 13 4.5",
            Shape::Close => "M4 4l8 8 M12 4l-8 8",
            Shape::Command => "M3.5 4.5 7 8l-3.5 3.5 M8.5 11.5h4",
            Shape::Directory => {
                "M1.8 12.2V4a1 1 0 0 1 1-1h3l1.6 1.8h5.8a1 1 0 0 1 1 1v6.4a1 1 0 0 1-1 1H2.8a1 1 0 0 1-1-1Z"
            }
            Shape::File => {
                "M4 1.8h5L12.2 5v8.2a1 1 0 0 1-1 1H4.8a1 1 0 0 1-1-1V2.8a1 1 0 0 1 1-1Z M8.8 2v3.2H12"
            }
            Shape::Help => {
                "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4Z M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.1v.2 M8 11.4v.2"
            }
            Shape::Load => "M8 2v8 M4.8 7 8 10.2 11.2 7 M2.5 13.5h11",
            Shape::LoadAll => "M8 1.5v6 M4.8 5 8 8.2 11.2 5 M4.8 8.5 8 11.7l3.2-3.2 M2.5 14.2h11",
            Shape::Logo => "M2.6 8h10.8",
            Shape::Moon => "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z",
            Shape::Reset => "M2.8 8a5.2 5.2 0 1 0 1.6-3.8L2.8 5.8 M2.8 2.6v3.2H6",
            Shape::Start => "M4.5 2.8v10.4L13 8Z",
            Shape::Stop => "M4 4h8v8H4Z",
            Shape::Stream => {
                "M1.5 5.5c2-2 3-2 4.5 0s3 2 4.5 0 2.5-2 4 0 M1.5 10.5c2-2 3-2 4.5 0s3 2 4.5 0 2.5-2 4 0"
            }
            Shape::Sun => {
                "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z M8 1.5v1.3 M8 13.2v1.3 M1.5 8h1.3 M13.2 8h1.3 M3.4 3.4l.9.9 M11.7 11.7l.9.9 M12.6 3.4l-.9.9 M4.3 11.7l-.9.9"
            }
            Shape::System => "M2 3h12v8H2Z M5.5 13.5h5 M8 11v2.5",
            Shape::Table => "M2 3.2h12v9.6H2Z M2 6.4h12 M2 9.6h12 M6.2 6.4v6.4",
            Shape::Trash => {
                "M2.8 4.2h10.4 M6.2 4V2.6h3.6V4 M4 4.2l.7 9.2h6.6l.7-9.2 M6.6 6.8v4 M9.4 6.8v4"
            }
            Shape::Update => "M8 13.8V5.5 M4.8 8.5 8 5.3l3.2 3.2 M2.5 2.2h11",
            Shape::Upload => "M8 10.5V2.5 M4.8 5.5 8 2.3l3.2 3.2 M2.5 10v3.5h11V10",
            Shape::View => {
                "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8Z M8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z"
            }
        }
    }
}

/// An icon beside a text; what it means is in the text.
#[component]
pub fn Icon(shape: Shape) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=shape.path()/>
        </svg>
    }
}
