//! Printing that ends quietly when nobody listens any more, as in `quickstart | head`.

use std::fmt::Arguments;
use std::io::{self, Write};

/// Prints one line.
pub(crate) fn line(text: Arguments<'_>) {
    let mut out = io::stdout().lock();
    if out.write_fmt(text).and_then(|()| out.write_all(b"\n")).is_err() {
        std::process::exit(1);
    }
}

/// `println!` through [`line`].
macro_rules! say {
    ($($text:tt)*) => { $crate::out::line(format_args!($($text)*)) };
}

pub(crate) use say;
