//! hostPath: what must be on the node, and what is made there.
//!
//! Source: `pkg/volume/hostpath/host_path.go`.

use crate::api::HostPathType;
use crate::volume::{Entry, Tree, TreeError};

/// Why a hostPath cannot be used (`HOSTPATH-2` … `HOSTPATH-6`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostPathError {
    /// The path has a `..` element.
    #[error("the path `{path}` leads upwards")]
    Backstep {
        /// The path.
        path: String,
    },
    /// What is there is of another type, or nothing is there.
    #[error("hostPath type check failed: `{path}` is not a {expected}")]
    WrongType {
        /// The path.
        path: String,
        /// The type that the volume asks for.
        expected: HostPathType,
    },
    /// The file or directory could not be made.
    #[error("`{path}` cannot be made: {why}")]
    CannotMake {
        /// The path.
        path: String,
        /// Why not.
        why: TreeError,
    },
    /// The type is not one that is known.
    #[error("`{type_}` is an invalid hostPath type")]
    UnknownType {
        /// The type as given.
        type_: HostPathType,
    },
}

/// Checks a hostPath on a node's `tree` and makes what its type asks to be made.
///
/// # Errors
/// [`HostPathError`]; nothing is made then.
pub fn set_up(tree: &mut Tree, path: &str, type_: &HostPathType) -> Result<(), HostPathError> {
    if path.split('/').any(|part| part == "..") {
        return Err(HostPathError::Backstep { path: path.to_owned() });
    }
    let found = tree.entry(path).ok().filter(|found| {
        // A path that ends with a slash stands for a directory only.
        !path.ends_with('/') || matches!(found, Entry::Directory { .. })
    });
    let wrong = || HostPathError::WrongType { path: path.to_owned(), expected: type_.clone() };
    let must = |fits: bool| if fits { Ok(()) } else { Err(wrong()) };
    let is_directory = matches!(found, Some(Entry::Directory { .. }));
    let is_file = matches!(found, Some(Entry::File { .. }));
    match type_ {
        HostPathType::Unset => Ok(()), // HOSTPATH-3
        HostPathType::Directory => must(is_directory),
        HostPathType::File => must(is_file),
        HostPathType::Socket => must(matches!(found, Some(Entry::Socket))),
        HostPathType::CharDevice => must(matches!(found, Some(Entry::CharDevice))),
        HostPathType::BlockDevice => must(matches!(found, Some(Entry::BlockDevice))),
        HostPathType::DirectoryOrCreate if found.is_some() => must(is_directory),
        HostPathType::FileOrCreate if found.is_some() => must(is_file),
        HostPathType::DirectoryOrCreate => make_directory(tree, path),
        HostPathType::FileOrCreate => make_file(tree, path),
        HostPathType::Other(_) => Err(HostPathError::UnknownType { type_: type_.clone() }),
    }
}

/// Makes the directory and what is missing on the way.
fn make_directory(tree: &mut Tree, path: &str) -> Result<(), HostPathError> {
    let cannot = |why| HostPathError::CannotMake { path: path.to_owned(), why };
    let mut prefix = String::new();
    let mut rest = path.split('/').peekable();
    while let Some(part) = rest.next() {
        if part.is_empty() || part == "." {
            continue;
        }
        if !prefix.is_empty() {
            prefix.push('/');
        }
        prefix.push_str(part);
        match tree.entry(&prefix) {
            Ok(Entry::Directory { .. }) => {}
            // Followed by a slash too many it counts as there, and nothing is made.
            Ok(_) if rest.peek() == Some(&"") => return Ok(()),
            Ok(_) => return Err(cannot(TreeError::NotADirectory)),
            // HOSTPATH-6: a dangling link is in the way of nothing and of no use.
            Err(_) if tree.is_link(&prefix) => return Ok(()),
            Err(_) => {
                let at = tree.resolve(&prefix).map_err(cannot)?;
                tree.put(&at, Entry::Directory { mode: 0o755 }, 0o755).map_err(cannot)?;
            }
        }
    }
    Ok(())
}

fn make_file(tree: &mut Tree, path: &str) -> Result<(), HostPathError> {
    let cannot = |why| HostPathError::CannotMake { path: path.to_owned(), why };
    if path.ends_with('/') {
        return Err(cannot(TreeError::NotAFile));
    }
    let at = tree.resolve(path).map_err(cannot)?;
    let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    match tree.entry(parent) {
        Ok(Entry::Directory { .. }) => {}
        Ok(_) => return Err(cannot(TreeError::NotADirectory)),
        Err(why) => return Err(cannot(why)), // HOSTPATH-5: parents are not made.
    }
    tree.put(&at, Entry::File { mode: 0o644, data: [].into() }, 0o755).map_err(cannot)
}
