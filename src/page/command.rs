//! Everything that the page can be told to do, once: buttons, the command palette, shortcuts and
//! the list of shortcuts all read this.

/// Something a person can ask the page to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    ShowFlow,
    ShowNotebook,
    ShowCatalog,
    ShowStreams,
    ShowFiles,
    Start,
    LoadNewData,
    LoadAllRemaining,
    UpdateGold,
    StopAll,
    Reset,
    DeletePipeline,
    NextPipeline,
    AddFiles,
    AddFolder,
    SwitchTheme,
    OpenPalette,
    OpenDocs,
    ShowShortcuts,
    ShowWorkspaces,
    RestartEngine,
}

/// A key with its modifiers, as `KeyboardEvent` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// `KeyboardEvent.key`, letters in lower case.
    pub key: &'static str,
    /// Ctrl, or Cmd on a Mac.
    pub ctrl: bool,
}

/// Groups of the list of shortcuts and of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    Views,
    Pipeline,
    Files,
    Page,
}

impl Group {
    /// In the order in which they are listed.
    pub const ALL: [Group; 4] = [Group::Views, Group::Pipeline, Group::Files, Group::Page];

    pub fn title(self) -> &'static str {
        match self {
            Group::Views => "Views",
            Group::Pipeline => "Pipeline",
            Group::Files => "Files",
            Group::Page => "Page",
        }
    }
}

impl Command {
    /// Every command, in the order in which it is listed.
    pub const ALL: [Command; 21] = [
        Command::ShowFlow,
        Command::ShowNotebook,
        Command::ShowCatalog,
        Command::ShowStreams,
        Command::ShowFiles,
        Command::Start,
        Command::LoadNewData,
        Command::LoadAllRemaining,
        Command::UpdateGold,
        Command::StopAll,
        Command::Reset,
        Command::DeletePipeline,
        Command::NextPipeline,
        Command::AddFiles,
        Command::AddFolder,
        Command::SwitchTheme,
        Command::OpenPalette,
        Command::OpenDocs,
        Command::ShowShortcuts,
        Command::ShowWorkspaces,
        Command::RestartEngine,
    ];

    /// What a button or a menu entry says.
    pub fn text(self) -> &'static str {
        match self {
            Command::ShowFlow => "Flow",
            Command::ShowNotebook => "Notebook",
            Command::ShowCatalog => "Catalog",
            Command::ShowStreams => "Streams",
            Command::ShowFiles => "Files",
            Command::Start => "Start",
            Command::LoadNewData => "Load new data",
            Command::LoadAllRemaining => "Load all remaining",
            Command::UpdateGold => "Update gold",
            Command::StopAll => "Stop all streams",
            Command::Reset => "Reset",
            Command::DeletePipeline => "Delete pipeline",
            Command::NextPipeline => "Next pipeline",
            Command::AddFiles => "Add files…",
            Command::AddFolder => "Add folder…",
            Command::SwitchTheme => "Switch theme",
            Command::OpenPalette => "Commands",
            Command::OpenDocs => "Documentation",
            Command::ShowShortcuts => "Keyboard shortcuts",
            Command::ShowWorkspaces => "Workspaces",
            Command::RestartEngine => "Restart engine",
        }
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Command::ShowFlow => {
                "The pipeline: directories, views, tables and what moves between them."
            }
            Command::ShowNotebook => "Cells of Python, SQL and text, run one by one.",
            Command::ShowCatalog => "All tables and views, and a box to ask them in SQL.",
            Command::ShowStreams => "Each streaming query's progress, batch by batch.",
            Command::ShowFiles => "The file system, checkpoints and transaction logs included.",
            Command::Start => "Starts the pipeline's continuous streams.",
            Command::LoadNewData => {
                "Lands the next file of the sample data in the source directory."
            }
            Command::LoadAllRemaining => {
                "Lands all the files of the sample data that have not arrived yet."
            }
            Command::UpdateGold => "Runs the availableNow query once; it stops by itself.",
            Command::StopAll => "Stops every running streaming query of every pipeline.",
            Command::Reset => {
                "Deletes the pipeline's tables, checkpoints and landed files, and declares it anew."
            }
            Command::DeletePipeline => "Deletes this pipeline with its tables and files.",
            Command::NextPipeline => "Shows the next pipeline.",
            Command::AddFiles => "Adds parquet, JSON or CSV files, as dropping them does.",
            Command::AddFolder => "Adds all files of a folder, as dropping it does.",
            Command::SwitchTheme => "Goes from the system's theme to light to dark.",
            Command::OpenPalette => "Finds a command by its name.",
            Command::OpenDocs => "Opens the documentation in a new tab.",
            Command::ShowShortcuts => "Lists what the keyboard can do.",
            Command::ShowWorkspaces => {
                "All workspaces in this browser: opens, copies, saves, deletes them."
            }
            Command::RestartEngine => {
                "Starts the engine again over the same workspace; streams and variables are gone."
            }
        }
    }

    pub fn group(self) -> Group {
        match self {
            Command::ShowFlow
            | Command::ShowNotebook
            | Command::ShowCatalog
            | Command::ShowStreams
            | Command::ShowFiles => Group::Views,
            Command::Start
            | Command::LoadNewData
            | Command::LoadAllRemaining
            | Command::UpdateGold
            | Command::StopAll
            | Command::Reset
            | Command::DeletePipeline
            | Command::NextPipeline => Group::Pipeline,
            Command::AddFiles | Command::AddFolder => Group::Files,
            Command::SwitchTheme
            | Command::OpenPalette
            | Command::OpenDocs
            | Command::ShowShortcuts
            | Command::ShowWorkspaces
            | Command::RestartEngine => Group::Page,
        }
    }

    /// The keys that do it; none for what should not happen by a slip of the finger.
    pub fn shortcut(self) -> Option<Shortcut> {
        let plain = |key| Some(Shortcut { key, ctrl: false });
        match self {
            Command::ShowFlow => plain("1"),
            Command::ShowNotebook => plain("2"),
            Command::ShowCatalog => plain("3"),
            Command::ShowStreams => plain("4"),
            Command::ShowFiles => plain("5"),
            Command::Start => plain("s"),
            Command::LoadNewData => plain("n"),
            Command::LoadAllRemaining => plain("a"),
            Command::UpdateGold => plain("g"),
            Command::StopAll => plain("x"),
            Command::Reset => plain("r"),
            Command::NextPipeline => plain("p"),
            Command::AddFiles => plain("u"),
            Command::SwitchTheme => plain("t"),
            Command::OpenPalette => Some(Shortcut {
                key: "k",
                ctrl: true,
            }),
            Command::OpenDocs => plain("d"),
            Command::ShowShortcuts => plain("?"),
            Command::ShowWorkspaces => plain("w"),
            Command::DeletePipeline | Command::AddFolder | Command::RestartEngine => None,
        }
    }

    /// The command of a key press. Keys without Ctrl mean nothing while a text is typed, nor when
    /// single-key shortcuts are switched off.
    pub fn for_key(press: &KeyPress<'_>) -> Option<Command> {
        if press.alt {
            return None;
        }
        let key = press.key.to_lowercase();
        let command = Command::ALL.into_iter().find(|command| {
            command
                .shortcut()
                .is_some_and(|shortcut| shortcut.key == key && shortcut.ctrl == press.ctrl)
        })?;
        let is_plain = !press.ctrl;
        (!is_plain || (!press.in_text && press.single_keys)).then_some(command)
    }
}

/// A key press, as far as shortcuts care.
#[derive(Debug, Clone, Copy)]
pub struct KeyPress<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    /// Ctrl or Cmd.
    pub ctrl: bool,
    pub alt: bool,
    /// Whether the focus is in something that takes text.
    pub in_text: bool,
    /// Whether single-key shortcuts are on.
    pub single_keys: bool,
}

impl Shortcut {
    /// The keys to show, each in a box of its own.
    pub fn keys(self) -> Vec<String> {
        let key = self.key.to_uppercase();
        if self.ctrl {
            vec!["Ctrl".to_owned(), key]
        } else {
            vec![key]
        }
    }

    /// For `aria-keyshortcuts`.
    pub fn aria(self) -> String {
        if self.ctrl {
            format!("Control+{}", self.key)
        } else {
            self.key.to_owned()
        }
    }
}

/// Commands whose text or explanation holds every word of `query`, those whose text begins with
/// it first.
pub fn search(query: &str) -> Vec<Command> {
    let query = query.trim().to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let mut found: Vec<Command> = Command::ALL
        .into_iter()
        .filter(|command| {
            let text = format!("{} {}", command.text(), command.tooltip()).to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
        .collect();
    found.sort_by_key(|command| {
        let text = command.text().to_lowercase();
        (!text.starts_with(&query), !text.contains(&query))
    });
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn press(key: &str, ctrl: bool) -> KeyPress<'_> {
        KeyPress {
            key,
            ctrl,
            alt: false,
            in_text: false,
            single_keys: true,
        }
    }

    #[test]
    fn no_two_commands_share_a_shortcut() {
        let mut seen = HashSet::new();
        for command in Command::ALL {
            if let Some(shortcut) = command.shortcut() {
                assert!(seen.insert(shortcut), "{command:?} shares {shortcut:?}");
            }
        }
    }

    #[test]
    fn every_advertised_shortcut_runs_its_command() {
        for command in Command::ALL {
            if let Some(shortcut) = command.shortcut() {
                assert_eq!(
                    Command::for_key(&press(shortcut.key, shortcut.ctrl)),
                    Some(command)
                );
            }
        }
    }

    #[test]
    fn all_holds_every_command_once() {
        let commands: HashSet<Command> = Command::ALL.into_iter().collect();
        assert_eq!(commands.len(), Command::ALL.len());
    }

    #[test]
    fn letters_typed_into_a_text_are_no_commands() {
        let typed = KeyPress {
            in_text: true,
            ..press("s", false)
        };
        assert_eq!(Command::for_key(&typed), None);
        let palette = KeyPress {
            in_text: true,
            ..press("k", true)
        };
        assert_eq!(Command::for_key(&palette), Some(Command::OpenPalette));
    }

    #[test]
    fn single_keys_can_be_switched_off() {
        let off = KeyPress {
            single_keys: false,
            ..press("s", false)
        };
        assert_eq!(Command::for_key(&off), None);
    }

    #[test]
    fn a_capital_letter_is_the_same_key() {
        assert_eq!(Command::for_key(&press("S", false)), Some(Command::Start));
    }

    #[test]
    fn the_palette_finds_commands_by_any_of_their_words() {
        assert_eq!(search("gold").first(), Some(&Command::UpdateGold));
        assert_eq!(search("start").first(), Some(&Command::Start));
        assert!(search("checkpoints").contains(&Command::Reset));
        assert_eq!(search("").len(), Command::ALL.len());
        assert!(search("no such thing").is_empty());
    }
}
