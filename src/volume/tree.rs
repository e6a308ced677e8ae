//! A directory tree in memory.

use std::sync::Arc;

use crate::pmap::PMap;

/// A directory tree. A clone shares everything with the original; a write copies one path.
///
/// Paths are taken relative to the root; a leading `/`, doubled slashes and `.` do not matter, and
/// `..` is refused. A file or directory is found through symbolic links, whose targets are taken
/// from the root.
///
/// ```
/// use kubernel::volume::{Tree, TreeError};
///
/// let mut tree = Tree::new(0o777);
/// tree.write("logs/app.txt", b"started")?;
/// let before = tree.clone();
/// tree.write("logs/app.txt", b"stopped")?;
/// assert_eq!(tree.read("/logs/app.txt"), Ok(&b"stopped"[..]));
/// assert_eq!(before.read("/logs/app.txt"), Ok(&b"started"[..]));
/// assert_eq!(tree.read("../etc/passwd"), Err(TreeError::Backstep));
/// # Ok::<(), TreeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tree {
    mode: u32,
    entries: PMap<Arc<str>, Entry>,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// A directory.
    Directory {
        /// The permission bits.
        mode: u32,
    },
    /// A file.
    File {
        /// The permission bits.
        mode: u32,
        /// The content.
        data: Arc<[u8]>,
    },
    /// A symbolic link.
    Symlink {
        /// Where it leads, from the root.
        target: Arc<str>,
    },
    /// A socket.
    Socket,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
}

/// Why a path could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// The path has a `..` element.
    #[error("the path leads upwards")]
    Backstep,
    /// Nothing is there.
    #[error("there is no such file or directory")]
    NotFound,
    /// Something other than a file is there.
    #[error("it is not a file")]
    NotAFile,
    /// A part of the path is there and is no directory.
    #[error("a part of the path is not a directory")]
    NotADirectory,
    /// Symbolic links lead around in a circle, or too far.
    #[error("too many symbolic links")]
    TooManyLinks,
    /// The place may only be read.
    #[error("it is read-only")]
    ReadOnly,
    /// No volume is mounted at the path.
    #[error("no volume is mounted there")]
    NotMounted,
}

/// How many links are followed before the path counts as a circle.
const LINKS: usize = 40;

impl Default for Tree {
    /// An empty tree that everybody may write to.
    fn default() -> Self {
        Self::new(0o777)
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.mode == other.mode && self.entries.iter().eq(other.entries.iter())
    }
}

impl Tree {
    /// An empty tree whose root has these permission bits.
    #[must_use]
    pub fn new(mode: u32) -> Self {
        Self { mode, entries: PMap::new() }
    }

    /// The permission bits of the root.
    #[must_use]
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// Whether there is nothing but the root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// Every path and what stands there, by path; links are not followed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (&**path, entry))
    }

    /// The names directly below a directory, sorted.
    ///
    /// # Errors
    /// When the path has a `..`, is not there, or is no directory.
    pub fn list(&self, path: &str) -> Result<Vec<&str>, TreeError> {
        let at = self.resolve(path)?;
        match self.stat(&at) {
            None => return Err(TreeError::NotFound),
            Some(Entry::Directory { .. }) => {}
            Some(_) => return Err(TreeError::NotADirectory),
        }
        let below = |path: &'_ str| -> Option<usize> {
            let rest =
                if at.is_empty() { path } else { path.strip_prefix(&*at)?.strip_prefix('/')? };
            (!rest.is_empty() && !rest.contains('/')).then_some(rest.len())
        };
        Ok(self.iter().filter_map(|(path, _)| path.get(path.len() - below(path)?..)).collect())
    }

    /// What stands at a path, links followed; the root is a directory.
    ///
    /// # Errors
    /// When the path has a `..`, is not there, or leads around in a circle.
    pub fn entry(&self, path: &str) -> Result<Entry, TreeError> {
        let at = self.resolve(path)?;
        self.stat(&at).ok_or(TreeError::NotFound)
    }

    /// The content of a file.
    ///
    /// # Errors
    /// When the path has a `..`, is not there, or is no file.
    pub fn read(&self, path: &str) -> Result<&[u8], TreeError> {
        let at = self.resolve(path)?;
        match self.entries.get(&*at) {
            Some(Entry::File { data, .. }) => Ok(data),
            Some(_) => Err(TreeError::NotAFile),
            None if at.is_empty() => Err(TreeError::NotAFile),
            None => Err(TreeError::NotFound),
        }
    }

    /// Puts content into a file, made with mode 0644 if it is new; missing directories are made with
    /// mode 0755.
    ///
    /// # Errors
    /// When the path has a `..`, runs through something that is no directory, or is no file.
    pub fn write(&mut self, path: &str, data: &[u8]) -> Result<(), TreeError> {
        let at = self.resolve(path)?;
        let mode = match self.stat(&at) {
            Some(Entry::File { mode, .. }) => mode,
            Some(_) => return Err(TreeError::NotAFile),
            None => 0o644,
        };
        self.put(&at, Entry::File { mode, data: data.into() }, 0o755)
    }

    /// Puts an entry at a path, in the place of what stood there; missing directories are made with
    /// mode `parents`. Links on the way are not followed.
    ///
    /// # Errors
    /// When the path has a `..`, is the root, or runs through something that is no directory.
    pub fn put(&mut self, path: &str, entry: Entry, parents: u32) -> Result<(), TreeError> {
        let path = clean(path)?;
        if path.is_empty() {
            return Err(TreeError::NotAFile);
        }
        for (end, _) in path.match_indices('/') {
            let Some(parent) = path.get(..end) else { continue };
            match self.entries.get(parent) {
                Some(Entry::Directory { .. }) => {}
                Some(_) => return Err(TreeError::NotADirectory),
                None => {
                    self.entries.insert(parent.into(), Entry::Directory { mode: parents });
                }
            }
        }
        self.entries.insert(path.into(), entry);
        Ok(())
    }

    /// Makes a directory and all that is missing on the way; one that is there stays as it is.
    ///
    /// # Errors
    /// When the path has a `..`, or something that is no directory stands there or on the way.
    pub fn make_directory(&mut self, path: &str, mode: u32) -> Result<(), TreeError> {
        let at = self.resolve(path)?;
        match self.stat(&at) {
            Some(Entry::Directory { .. }) => Ok(()),
            Some(_) => Err(TreeError::NotADirectory),
            None => self.put(&at, Entry::Directory { mode }, mode),
        }
    }

    /// Takes away what stands at a path, and all below it.
    ///
    /// # Errors
    /// When the path has a `..`, or is not there.
    pub fn remove(&mut self, path: &str) -> Result<(), TreeError> {
        let path = clean(path)?;
        let below = format!("{path}/");
        let gone: Vec<Arc<str>> = self
            .entries
            .iter()
            .map(|(name, _)| name)
            .filter(|name| path.is_empty() || ***name == *path || name.starts_with(&below))
            .cloned()
            .collect();
        if gone.is_empty() && !path.is_empty() {
            return Err(TreeError::NotFound);
        }
        for name in gone {
            self.entries.remove(&*name);
        }
        Ok(())
    }

    /// Whether a link stands at a clean path; links on the way are followed, this one is not.
    pub(crate) fn is_link(&self, path: &str) -> bool {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Ok(mut at) = self.resolve(parent) else { return false };
        if !at.is_empty() {
            at.push('/');
        }
        at.push_str(name);
        matches!(self.entries.get(&*at), Some(Entry::Symlink { .. }))
    }

    /// What stands at a clean path without links on the way.
    fn stat(&self, at: &str) -> Option<Entry> {
        if at.is_empty() {
            return Some(Entry::Directory { mode: self.mode });
        }
        self.entries.get(at).cloned()
    }

    /// The clean path behind all links on the way and at the end; it need not exist.
    ///
    /// # Errors
    /// When the path has a `..`, or leads around in a circle.
    pub fn resolve(&self, path: &str) -> Result<String, TreeError> {
        let mut rest = clean(path)?;
        let mut at = String::new();
        let mut links = 0;
        while !rest.is_empty() {
            let (first, after) = match rest.split_once('/') {
                Some((first, after)) => (first.to_owned(), after.to_owned()),
                None => (std::mem::take(&mut rest), String::new()),
            };
            if !at.is_empty() {
                at.push('/');
            }
            at.push_str(&first);
            match self.entries.get(&*at) {
                Some(Entry::Symlink { target }) => {
                    links += 1;
                    if links > LINKS {
                        return Err(TreeError::TooManyLinks);
                    }
                    let target = clean(target)?;
                    rest = if after.is_empty() { target } else { format!("{target}/{after}") };
                    at.clear();
                }
                Some(Entry::Directory { .. }) | None => rest = after,
                Some(_) if after.is_empty() => rest = after,
                Some(_) => return Err(TreeError::NotADirectory),
            }
        }
        Ok(at)
    }
}

/// A path without leading slash, doubled slashes and `.`; `..` is refused.
pub(crate) fn clean(path: &str) -> Result<String, TreeError> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(TreeError::Backstep),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed() {
        let mut tree = Tree::default();
        tree.write("real/file", b"x").unwrap();
        tree.put("link", Entry::Symlink { target: "/real".into() }, 0o755).unwrap();
        assert_eq!(tree.read("link/file"), Ok(&b"x"[..]));
        tree.put("loop", Entry::Symlink { target: "/loop".into() }, 0o755).unwrap();
        assert_eq!(tree.read("loop"), Err(TreeError::TooManyLinks));
        assert_eq!(tree.list("/"), Ok(vec!["link", "loop", "real"]));
        assert_eq!(tree.list("link"), Ok(vec!["file"]));
    }

    #[test]
    fn a_file_is_no_directory() {
        let mut tree = Tree::default();
        tree.write("a", b"").unwrap();
        assert_eq!(tree.write("a/b", b""), Err(TreeError::NotADirectory));
        assert_eq!(tree.read("a/b"), Err(TreeError::NotADirectory));
        assert_eq!(tree.remove("b"), Err(TreeError::NotFound));
        tree.remove("a").unwrap();
        assert!(tree.is_empty());
    }
}
