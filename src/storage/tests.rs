//! The laws of every file system.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use bytes::Bytes;

use super::*;
use crate::env::Env;

fn file_system(capacity: u64) -> MemoryFileSystem {
    MemoryFileSystem::new(Env::deterministic(1_000, 1).clock, capacity)
}

/// A directory of its own for a test; gone with it.
struct TemporaryDirectory(std::path::PathBuf);

impl TemporaryDirectory {
    fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("multihop-storage-{}-{number}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        TemporaryDirectory(dir)
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Bytes that differ from place to place. It can break off.
struct Breaking {
    size: u64,
    breaks_at: u64,
    longest: AtomicU64,
}

impl Content for Breaking {
    fn size(&self) -> u64 {
        self.size
    }
    fn read(&self, offset: u64, length: u64) -> Result<Bytes, String> {
        self.longest.fetch_max(length, Ordering::Relaxed);
        if offset + length > self.breaks_at {
            return Err("it was deleted".into());
        }
        Ok((offset..offset + length)
            .map(|n| (n ^ (n >> 16)) as u8)
            .collect())
    }
}

/// Runs a test on an empty file system of each kind.
fn on_each(test: impl Fn(&dyn FileSystem)) {
    test(&file_system(64 << 20));
    let disk = journal::tests::disk();
    test(&disk.open().0);
    let directory = TemporaryDirectory::new();
    test(&DirectoryFileSystem::open(&directory.0).unwrap());
}

fn path(text: &str) -> DbfsPath {
    DbfsPath::parse(text).unwrap()
}

fn put(fs: &dyn FileSystem, name: &str, content: &'static str) {
    fs.put(&path(name), Bytes::from_static(content.as_bytes()))
        .unwrap();
}

fn names(statuses: &[FileStatus]) -> Vec<String> {
    statuses.iter().map(|s| s.path.to_string()).collect()
}

mod paths {
    use super::*;

    #[test]
    fn a_path_is_the_same_however_it_is_spelled() {
        for spelled in [
            "dbfs:/a/b",
            "dbfs:///a/b",
            "dbfs:/a//b/",
            "/a/b",
            "a/b",
            "a/./b",
            "a/x/../b",
            "dbfs:a/b",
        ] {
            assert_eq!(path(spelled).to_string(), "dbfs:/a/b", "{spelled}");
        }
        assert_eq!(path("").to_string(), "dbfs:/");
        assert_eq!(path("dbfs:/"), DbfsPath::root());
    }

    #[test]
    fn no_path_leaves_the_root() {
        for spelled in [
            "..",
            "/..",
            "a/../..",
            "dbfs:/../a",
            "a/b/../../../c",
            "./..",
        ] {
            let error = DbfsPath::parse(spelled).unwrap_err();
            assert!(
                matches!(error, StorageError::InvalidPath { .. }),
                "{spelled}"
            );
        }
    }

    #[test]
    fn no_name_leaves_its_directory() {
        let dir = path("/landing/x");
        for name in [
            "../y",
            "..",
            "a/../../y",
            "../x-other/f",
            "../../etc",
            "a/../..",
        ] {
            assert!(dir.join(name).is_err(), "{name}");
        }
        assert_eq!(dir.join("a/../b").unwrap(), path("/landing/x/b"));
        assert_eq!(dir.join("/abs").unwrap(), path("/landing/x/abs"));
        assert_eq!(dir.join("").unwrap(), dir);
        assert_eq!(dir.join("s3://b").unwrap(), path("/landing/x/s3:/b"));
    }

    #[test]
    fn other_file_systems_and_control_characters_are_refused_with_the_reason() {
        let scheme = DbfsPath::parse("s3://bucket/key").unwrap_err().to_string();
        assert!(scheme.contains("Only dbfs:/"), "{scheme}");
        assert!(DbfsPath::parse("s3:/etc/passwd").is_err());
        for bad in ["a\0b", "a\nb", "a\u{7f}", "a\u{85}b"] {
            assert!(DbfsPath::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(path("a/b:c").to_string(), "dbfs:/a/b:c");
        assert_eq!(path("<script>.json").name(), "<script>.json");
    }

    #[test]
    fn parents_names_and_relations() {
        let file = path("/a/b/c.txt");
        assert_eq!(file.name(), "c.txt");
        assert_eq!(file.parent(), Some(path("/a/b")));
        assert_eq!(path("/a").parent(), Some(DbfsPath::root()));
        assert_eq!(DbfsPath::root().parent(), None);
        assert_eq!(file.relative_to(&path("/a")), Some("b/c.txt"));
        assert_eq!(file.relative_to(&DbfsPath::root()), Some("a/b/c.txt"));
        assert_eq!(file.relative_to(&path("/a/b/c")), None);
        assert!(file.is_in(&path("/a/b")));
        assert!(file.is_in(&file));
        assert!(!path("/a/b-x").is_in(&path("/a/b")));
    }
}

#[test]
fn what_is_written_is_read() {
    on_each(|fs| {
        put(fs, "/d/f", "hello");
        assert_eq!(fs.read(&path("/d/f")).unwrap(), "hello");
        let status = fs.status(&path("/d/f")).unwrap().unwrap();
        assert_eq!((status.size, status.is_dir), (5, false));
        assert!(status.modification_time >= 1_000);
        assert!(fs.status(&path("/d")).unwrap().unwrap().is_dir);
        assert_eq!(fs.status(&path("/x")).unwrap(), None);
        assert!(matches!(
            fs.read(&path("/x")),
            Err(StorageError::NotFound { .. })
        ));
        assert!(matches!(
            fs.read(&path("/d")),
            Err(StorageError::IsDirectory { .. })
        ));
        assert!(matches!(
            fs.read(&DbfsPath::root()),
            Err(StorageError::IsDirectory { .. })
        ));
    });
}

#[test]
fn a_large_content_comes_in_pieces_and_is_there_whole_or_not_at_all() {
    let size = (9 << 20) + 5;
    let content = |breaks_at| Breaking {
        size,
        breaks_at,
        longest: AtomicU64::new(0),
    };
    let all = whole(&content(size)).unwrap();
    on_each(|fs| {
        put(fs, "/f", "before");
        let error = fs
            .put_content(&path("/f"), &content(size - 1), None)
            .unwrap_err();
        assert!(error.to_string().contains("it was deleted"), "{error}");
        assert_eq!(fs.read(&path("/f")).unwrap(), "before");

        fs.put_content(&path("/f"), &content(size), Some(77))
            .unwrap();
        put(fs, "/behind", "another");
        assert_eq!(fs.read(&path("/f")).unwrap(), all);
        let status = fs.status(&path("/f")).unwrap().unwrap();
        assert_eq!((status.size, status.modification_time), (size, 77));
        let range = fs.read_range(&path("/f"), (4 << 20) - 3, 6).unwrap();
        assert_eq!(range, all.slice((4 << 20) - 3..(4 << 20) + 3));
        assert_eq!(fs.read(&path("/behind")).unwrap(), "another");
    });
    let directory = TemporaryDirectory::new();
    let files = DirectoryFileSystem::open(&directory.0).unwrap();
    let large = content(size);
    files.put_content(&path("/f"), &large, None).unwrap();
    assert!(large.longest.into_inner() < size / 2, "in bounded memory");
}

#[test]
fn a_range_ends_where_the_file_ends() {
    on_each(|fs| {
        put(fs, "/f", "hello");
        let range = |offset, length| fs.read_range(&path("/f"), offset, length).unwrap();
        assert_eq!(range(1, 3), "ell");
        assert_eq!(range(3, u64::MAX), "lo");
        assert_eq!(range(u64::MAX, u64::MAX), "");
        assert_eq!(range(5, 1), "");
    });
}

#[test]
fn of_those_who_put_if_absent_one_wins() {
    on_each(|fs| {
        let first = fs.put_if_absent(&path("/f"), "1".into()).unwrap();
        let second = fs.put_if_absent(&path("/f"), "2".into()).unwrap();
        assert_eq!((first, second), (PutResult::Created, PutResult::Exists));
        assert_eq!(fs.read(&path("/f")).unwrap(), "1");

        let wins: usize = std::thread::scope(|scope| {
            let tasks: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        (0..50)
                            .filter(|i| {
                                let file = path(&format!("/{i}"));
                                fs.put_if_absent(&file, "x".into()).unwrap() == PutResult::Created
                            })
                            .count()
                    })
                })
                .collect();
            tasks.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!(wins, 50);
    });
}

#[test]
fn a_file_is_no_directory_and_a_directory_no_file() {
    on_each(|fs| {
        put(fs, "/d/f", "x");
        fs.mkdirs(&path("/made/deep")).unwrap();
        for dir in ["/d", "/made", "/made/deep", "/"] {
            let error = fs.put(&path(dir), "x".into()).unwrap_err();
            assert!(
                matches!(error, StorageError::IsDirectory { .. }),
                "{dir}: {error}"
            );
            let error = fs.put_if_absent(&path(dir), "x".into()).unwrap_err();
            assert!(
                matches!(error, StorageError::IsDirectory { .. }),
                "{dir}: {error}"
            );
        }
        for below in ["/d/f/g", "/d/f/g/h"] {
            let error = fs.put(&path(below), "x".into()).unwrap_err();
            assert_eq!(error, StorageError::NotDirectory { path: path("/d/f") });
            assert!(fs.mkdirs(&path(below)).is_err());
        }
        assert!(matches!(
            fs.list(&path("/d/f")),
            Err(StorageError::NotDirectory { .. })
        ));
        assert!(matches!(
            fs.mkdirs(&path("/d/f")),
            Err(StorageError::NotDirectory { .. })
        ));
        fs.mkdirs(&path("/d")).unwrap();
        assert_eq!(fs.read(&path("/d/f")).unwrap(), "x");
    });
}

#[test]
fn a_listing_shows_files_and_directories_by_name_each_once() {
    on_each(|fs| {
        for name in [
            "/dir/b",
            "/dir/a/x",
            "/dir/a/y",
            "/dir-x/f",
            "/dir.y",
            "/dir/a-z/f",
            "/dir/é",
        ] {
            put(fs, name, "x");
        }
        fs.mkdirs(&path("/dir/empty/deep")).unwrap();
        fs.mkdirs(&path("/dir/a/sub")).unwrap();
        let listed = fs.list(&path("/dir")).unwrap();
        let shown: Vec<(&str, bool)> = listed.iter().map(|s| (s.path.name(), s.is_dir)).collect();
        assert_eq!(
            shown,
            [
                ("a", true),
                ("a-z", true),
                ("b", false),
                ("empty", true),
                ("é", false)
            ]
        );
        assert_eq!(
            names(&fs.list(&path("/dir/empty")).unwrap()),
            ["dbfs:/dir/empty/deep"]
        );
        assert!(fs.list(&path("/dir/empty/deep")).unwrap().is_empty());
        assert_eq!(
            names(&fs.list(&DbfsPath::root()).unwrap()),
            ["dbfs:/dir", "dbfs:/dir-x", "dbfs:/dir.y"]
        );
        assert!(matches!(
            fs.list(&path("/di")),
            Err(StorageError::NotFound { .. })
        ));
    });
}

#[test]
fn a_listing_from_a_name_has_the_files_from_there_on() {
    on_each(|fs| {
        for name in [
            "/log/1",
            "/log/2",
            "/log/3",
            "/log/_x",
            "/log/2/",
            "/log-x/9",
            "/log/sub/9",
        ] {
            if !name.ends_with('/') {
                put(fs, name, "x");
            }
        }
        let from = |start| names(&fs.list_from(&path("/log"), start).unwrap());
        assert_eq!(from("2"), ["dbfs:/log/2", "dbfs:/log/3", "dbfs:/log/_x"]);
        assert_eq!(
            from(""),
            ["dbfs:/log/1", "dbfs:/log/2", "dbfs:/log/3", "dbfs:/log/_x"]
        );
        assert_eq!(from("25"), ["dbfs:/log/3", "dbfs:/log/_x"]);
        assert!(from("~").is_empty());
        assert!(fs.list_from(&path("/nothing"), "").unwrap().is_empty());
        assert!(fs.list_from(&path("/log"), "../x").is_err());
    });
}

#[test]
fn a_recursive_listing_has_every_file_below_and_no_neighbour() {
    on_each(|fs| {
        for name in ["/t/a", "/t/p=1/x", "/t/p=1/q=2/y", "/t-old/z", "/tz"] {
            put(fs, name, "x");
        }
        assert_eq!(
            names(&fs.list_recursive(&path("/t")).unwrap()),
            ["dbfs:/t/a", "dbfs:/t/p=1/q=2/y", "dbfs:/t/p=1/x"]
        );
        assert_eq!(fs.list_recursive(&DbfsPath::root()).unwrap().len(), 5);
        assert!(fs.list_recursive(&path("/none")).unwrap().is_empty());
    });
}

#[test]
fn deleting_takes_a_file_or_a_whole_directory_but_no_neighbour() {
    on_each(|fs| {
        for name in ["/t/a", "/t/sub/b", "/t-old/z", "/f"] {
            put(fs, name, "12345");
        }
        fs.mkdirs(&path("/t/made")).unwrap();
        assert!(fs.delete(&path("/f")).unwrap());
        assert!(!fs.delete(&path("/f")).unwrap());
        assert!(fs.delete(&path("/t")).unwrap());
        assert_eq!(fs.status(&path("/t")).unwrap(), None);
        assert_eq!(
            names(&fs.list_recursive(&DbfsPath::root()).unwrap()),
            ["dbfs:/t-old/z"]
        );
        assert_eq!(fs.usage().used, 5);
        assert!(fs.delete(&DbfsPath::root()).unwrap());
        assert_eq!(fs.usage().used, 0);
    });
}

#[test]
fn a_directory_that_was_made_stays_when_its_files_go() {
    on_each(|fs| {
        fs.mkdirs(&path("/landing")).unwrap();
        put(fs, "/landing/f", "x");
        fs.delete(&path("/landing/f")).unwrap();
        assert!(fs.status(&path("/landing")).unwrap().unwrap().is_dir);
        assert!(fs.list(&path("/landing")).unwrap().is_empty());
    });
}

#[test]
fn a_full_file_system_says_what_is_missing_and_keeps_what_it_has() {
    let fs = file_system(10);
    put(&fs, "/a", "12345678");
    let error = fs.put(&path("/b"), "123".into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "No space left: dbfs:/b needs 3 bytes, 2 bytes of 10 bytes are free. Most room is taken by dbfs:/ (8 bytes). Delete files, VACUUM tables or drop what you don't need, then try again."
    );
    assert_eq!(fs.status(&path("/b")).unwrap(), None);
    // A replaced file's bytes count as free; a failed replacement leaves the old content.
    put(&fs, "/a", "1234567890");
    assert!(fs.put(&path("/a"), "12345678901".into()).is_err());
    assert_eq!(fs.read(&path("/a")).unwrap(), "1234567890");
    assert_eq!(
        fs.usage(),
        Usage {
            used: 10,
            capacity: 10
        }
    );
    fs.delete(&path("/a")).unwrap();
    put(&fs, "/b", "123");
    assert_eq!(
        fs.usage(),
        Usage {
            used: 3,
            capacity: 10
        }
    );
}

#[test]
fn changes_are_told_in_order_and_failures_not_at_all() {
    let fs = file_system(10);
    let start = fs.change_count();
    assert_eq!(fs.changes_since(start), Some(vec![]));
    put(&fs, "/a", "1");
    put(&fs, "/a", "22");
    let _ = fs.put_if_absent(&path("/a"), "3".into()).unwrap();
    assert!(fs.put(&path("/b"), "12345678901".into()).is_err());
    fs.delete(&path("/a")).unwrap();
    fs.delete(&path("/a")).unwrap();
    let written = |size| Change::Written {
        path: path("/a"),
        size,
    };
    assert_eq!(
        fs.changes_since(start).unwrap(),
        [written(1), written(2), Change::Deleted { path: path("/a") }]
    );
    assert_eq!(fs.changes_since(start + 2).unwrap().len(), 1);
    assert_eq!(fs.changes_since(fs.change_count() + 5), Some(vec![]));
}

#[test]
fn changes_that_are_no_longer_kept_are_not_told_in_part() {
    let fs = file_system(1 << 20);
    for i in 0..5000 {
        put(&fs, &format!("/{}", i % 10), "x");
    }
    assert_eq!(fs.changes_since(0), None);
    assert_eq!(
        fs.changes_since(fs.change_count() - 100).unwrap().len(),
        100
    );
}

#[test]
fn the_system_directory_is_left_out_of_listings_and_can_be_read() {
    on_each(|fs| {
        assert!(fs.list(&DbfsPath::root()).unwrap().is_empty());
        put(fs, "/.multihop/catalog.json", "{}");
        put(fs, "/a", "x");
        assert_eq!(names(&fs.list(&DbfsPath::root()).unwrap()), ["dbfs:/a"]);
        assert_eq!(fs.read(&path("/.multihop/catalog.json")).unwrap(), "{}");
        assert_eq!(
            names(&fs.list_recursive(&path("/.multihop")).unwrap()),
            ["dbfs:/.multihop/catalog.json"]
        );
    });
}

mod directories {
    use super::*;

    #[test]
    fn what_is_put_is_there_for_the_next_program_and_what_was_half_written_is_gone() {
        let directory = TemporaryDirectory::new();
        let fs = DirectoryFileSystem::open(&directory.0).unwrap();
        put(&fs, "/t/a", "1");
        put(&fs, "/t/a", "2");
        std::fs::write(directory.0.join(".multihop/.own/7"), "half").unwrap();
        assert!(
            DirectoryFileSystem::open(&directory.0).is_err(),
            "one at a time"
        );
        drop(fs);
        let fs = DirectoryFileSystem::open(&directory.0).unwrap();
        assert_eq!(fs.read(&path("/t/a")).unwrap(), "2");
        assert_eq!(
            names(&fs.list_recursive(&DbfsPath::root()).unwrap()),
            ["dbfs:/t/a"]
        );
        assert!(!directory.0.join(".multihop/.own/7").exists());
    }

    #[cfg(unix)]
    #[test]
    fn no_symbolic_link_leads_out() {
        let outside = TemporaryDirectory::new();
        std::fs::write(outside.0.join("secret"), "s").unwrap();
        let directory = TemporaryDirectory::new();
        let fs = DirectoryFileSystem::open(&directory.0).unwrap();
        std::os::unix::fs::symlink(&outside.0, directory.0.join("link")).unwrap();
        std::os::unix::fs::symlink(outside.0.join("secret"), directory.0.join("file")).unwrap();
        put(&fs, "/inside", "x");
        assert!(fs.read(&path("/link/secret")).is_err());
        assert!(fs.read(&path("/file")).is_err());
        assert!(fs.put(&path("/link/new"), "x".into()).is_err());
        assert!(fs.mkdirs(&path("/link/dir")).is_err());
        assert_eq!(
            names(&fs.list(&DbfsPath::root()).unwrap()),
            ["dbfs:/inside"]
        );
        fs.delete(&path("/link")).unwrap();
        fs.put(&path("/file"), "mine".into()).unwrap();
        assert_eq!(std::fs::read(outside.0.join("secret")).unwrap(), b"s");
        assert_eq!(std::fs::read_dir(&outside.0).unwrap().count(), 1);
    }
}

mod archives {
    use std::io::{self, Cursor, Seek, SeekFrom, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn save(fs: &dyn FileSystem) -> Vec<u8> {
        let mut saving = Saving::begin(fs, Cursor::new(Vec::new())).unwrap();
        while saving.step().unwrap() {}
        saving.finish().unwrap().into_inner()
    }

    fn unpack(zip: Vec<u8>, into: &dyn FileSystem) -> Result<(), ArchiveError> {
        let mut opening = Opening::begin(Cursor::new(zip))?;
        while opening.step(into)? {}
        Ok(())
    }

    /// Forgets what lies before a place that is gone back to.
    #[derive(Default)]
    struct Forgetful {
        whole: Cursor<Vec<u8>>,
        forgotten: u64,
    }

    impl Write for Forgetful {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.whole.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Forgetful {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let place = self.whole.seek(to)?;
            assert!(place >= self.forgotten, "{place} is forgotten");
            if place < self.whole.get_ref().len() as u64 {
                self.forgotten = place;
            }
            Ok(place)
        }
    }

    #[test]
    fn what_is_written_goes_back_to_the_last_file_at_most() {
        let fs = file_system(1 << 20);
        for name in ["/a.parquet", "/b.json", "/c.csv"] {
            put(&fs, name, "some content, some content");
        }
        let mut saving = Saving::begin(&fs, Forgetful::default()).unwrap();
        while saving.step().unwrap() {}
        let whole = saving.finish().unwrap().whole.into_inner();
        assert_eq!(whole, save(&fs));
    }

    fn zip_of(names: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_saved_comes_back_with_its_times_in_every_file_system() {
        on_each(|from| {
            put(from, "/t/_delta_log/00000000000000000000.json", "{}");
            put(from, "/t/part-0 ä%20.parquet", "PAR1");
            put(from, "/.multihop/catalog.json", "{}");
            from.put_content(&path("/old"), &Bytes::from("x"), Some(123_456_789_012))
                .unwrap();
            from.mkdirs(&path("/Volumes/a/b/c")).unwrap();
            let zip = save(from);
            on_each(|to| {
                unpack(zip.clone(), to).unwrap();
                assert_eq!(contents(to).unwrap(), contents(from).unwrap());
                for file in contents(from).unwrap().iter().filter(|file| !file.is_dir) {
                    assert_eq!(to.read(&file.path).unwrap(), from.read(&file.path).unwrap());
                }
            });
        });
    }

    #[test]
    fn an_unpacked_workspace_that_was_packed_again_with_its_folder_is_the_same() {
        let zip = zip_of(&[
            ("my folder/t/a", "1"),
            (
                "my folder/.multihop/archive.json",
                r#"{"times":{"t/a":77}}"#,
            ),
            ("__MACOSX/my folder/t/._a", "x"),
        ]);
        let fs = file_system(1 << 20);
        unpack(zip, &fs).unwrap();
        assert_eq!(names(&contents(&fs).unwrap()), ["dbfs:/t/a"]);
        assert_eq!(contents(&fs).unwrap()[0].modification_time, 77);
    }

    #[test]
    fn a_hostile_archive_is_an_error_and_leaves_the_root_to_nobody() {
        for name in ["../out", "a/../../out", "a\u{7}b"] {
            let fs = file_system(1 << 20);
            let error = unpack(zip_of(&[(name, "x")]), &fs).unwrap_err();
            assert!(
                matches!(
                    error,
                    ArchiveError::Storage(StorageError::InvalidPath { .. })
                ),
                "{error}"
            );
        }
        let error =
            unpack(zip_of(&[("large", &"x".repeat(5000))]), &file_system(1000)).unwrap_err();
        assert!(
            matches!(error, ArchiveError::Storage(StorageError::Full { .. })),
            "{error}"
        );
        let whole = zip_of(&[("a", "some text"), ("b", "more text")]);
        for cut in 0..whole.len() {
            unpack(whole[..cut].to_vec(), &file_system(1 << 20)).unwrap_err();
        }
        assert!(matches!(
            unpack(b"PAR1 is no zip".to_vec(), &file_system(1 << 20)),
            Err(ArchiveError::NotAnArchive)
        ));
    }
}
