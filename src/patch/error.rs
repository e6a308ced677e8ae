//! Why a patch cannot be made or applied.

use std::fmt;

use crate::field::Path;

/// Why a patch failed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The place: in the document for merge patches, as `spec.containers[0].name`; in the patch for
    /// JSON patches, as `[2]` for the third operation. Empty for the whole.
    pub at: Box<str>,
    /// What is wrong there.
    pub cause: Cause,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            self.cause.fmt(f)
        } else {
            write!(f, "{}: {}", self.at, self.cause)
        }
    }
}

impl Error {
    pub(super) fn new(at: &Path<'_>, cause: Cause) -> Self {
        Self { at: at.to_string().into(), cause }
    }

    /// The HTTP code with which an API server answers: 400, 413, 422 or 500; 409 for the conflicts of
    /// [`three_way`](super::three_way), which are found by the client.
    ///
    /// Source: `apiserver/pkg/endpoints/handlers/patch.go`.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.cause.code()
    }
}

/// What is wrong with a patch or the document that it meets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The document nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or would after the patch.
    #[error("nests deeper than {max} levels")]
    TooDeep {
        /// The most that is allowed.
        max: usize,
    },
    /// A document is not an object.
    #[error("must be an object, found {found}")]
    BadDocument {
        /// What it is.
        found: &'static str,
    },
    /// A merge patch is neither an object nor, for a JSON merge patch, a list.
    #[error("not a merge patch: {found}")]
    BadPatch {
        /// What it is.
        found: &'static str,
    },
    /// A JSON patch is not a list of objects.
    #[error("not a list of operations")]
    Decode,
    /// A JSON patch has too many operations.
    #[error("at most {max} operations are allowed, found {found}")]
    TooManyOperations {
        /// The most that is allowed.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// The operation is not one of the six.
    #[error("unknown operation")]
    UnknownOperation,
    /// The member `path` or `from` is absent or not text.
    #[error("`{member}` must be text")]
    BadPointer {
        /// The name of the member.
        member: &'static str,
    },
    /// The place in which a value is to be found, put or taken does not exist, or holds a scalar.
    #[error("`{pointer}` has no place in the document")]
    NoPlace {
        /// The whole pointer.
        pointer: Box<str>,
    },
    /// There is nothing to remove.
    #[error("there is nothing at `{pointer}`")]
    Missing {
        /// The whole pointer.
        pointer: Box<str>,
    },
    /// The last part of a pointer into a list is not a number, or out of range.
    #[error("`{pointer}` does not name an item of the list")]
    BadIndex {
        /// The whole pointer.
        pointer: Box<str>,
    },
    /// The whole document can be replaced by an object or a list only.
    #[error("a document must be an object or a list")]
    BadRoot,
    /// The value at the place is not the expected one.
    #[error("the value at `{pointer}` is another one")]
    TestFailed {
        /// The whole pointer.
        pointer: Box<str>,
    },
    /// The copies of a JSON patch are too big together.
    #[error("copies of more than {max} bytes")]
    TooMuchCopied {
        /// The most that is allowed, in bytes of JSON text.
        max: usize,
    },
    /// `$patch` is neither `delete` nor `replace`.
    #[error("unknown directive `{found}`")]
    UnknownDirective {
        /// The value of the directive, as JSON unless it is text.
        found: Box<str>,
    },
    /// `$patch: merge` in an item of a list.
    #[error("`$patch: merge` cannot be given in a list")]
    MergeDirectiveInList,
    /// `$retainKeys` is not a list, or leaves out a field that the patch sets.
    #[error("`$retainKeys` must list every field of the patch")]
    BadRetainKeysFormat,
    /// Two patches are to become one and their `$retainKeys` differ.
    #[error("`$retainKeys` differ")]
    RetainKeysDiffer,
    /// `$deleteFromPrimitiveList` without the name of a list.
    #[error("`$deleteFromPrimitiveList` must be followed by `/` and a field")]
    BadPrimitiveListFormat,
    /// `$setElementOrder` without the name of a list, or two patches differ in it.
    #[error(
        "`$setElementOrder` must be followed by `/` and a field, and be the same in all patches"
    )]
    BadSetElementOrderFormat,
    /// The items of the patch stand in another order than `$setElementOrder` says, or one is missing
    /// there.
    #[error("the items do not stand in the order of `$setElementOrder`")]
    OrderMismatch,
    /// A list in a list that is to be merged.
    #[error("lists of lists cannot be merged")]
    NoListOfLists,
    /// An item of a list that is merged by key lacks the key; an empty key stands for a list that
    /// has none and holds objects all the same.
    #[error("an item lacks its merge key `{key}`")]
    MissingMergeKey {
        /// The name of the field.
        key: &'static str,
    },
    /// The items of a merged list are of different types.
    #[error("the items are of different types")]
    MixedElementTypes,
    /// Nothing tells what the items of a list are.
    #[error("there are no items in any of the lists")]
    NoElements,
    /// A value is of another type than the directive or the list needs.
    #[error("expected {expected}, found {found}")]
    BadType {
        /// What is needed.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// An item of `$setElementOrder` is not an object.
    #[error("the items of `$setElementOrder` must be objects")]
    ElementNotAMap,
    /// Two objects or lists are to be merged under a field that the kind does not have.
    #[error("no such field")]
    UnknownField,
    /// Two objects or lists are to be merged inside a field that is no struct.
    #[error("the field above is not a struct")]
    NotAStruct,
    /// Two lists are to be merged under a field that is no list.
    #[error("the field is not a list")]
    NotAList,
    /// A field was changed in the cluster and is to be changed otherwise by the patch.
    #[error("changed in the meantime")]
    Conflict,
    /// A field that tells which object it is would be changed by the patch.
    #[error("must not change")]
    Unchangeable,
    /// The annotation with the last applied configuration is not an object as JSON text.
    #[error("the last applied configuration cannot be read")]
    BadLastApplied,
}

impl Cause {
    fn code(&self) -> u16 {
        match self {
            Self::TooDeep { .. }
            | Self::BadDocument { .. }
            | Self::BadPatch { .. }
            | Self::Decode
            | Self::BadRetainKeysFormat
            | Self::BadPrimitiveListFormat
            | Self::BadSetElementOrderFormat
            | Self::BadLastApplied => 400,
            Self::Conflict | Self::Unchangeable => 409,
            Self::TooManyOperations { .. } => 413,
            Self::UnknownOperation
            | Self::BadPointer { .. }
            | Self::NoPlace { .. }
            | Self::Missing { .. }
            | Self::BadIndex { .. }
            | Self::BadRoot
            | Self::TestFailed { .. }
            | Self::TooMuchCopied { .. }
            | Self::NoListOfLists => 422,
            Self::UnknownDirective { .. }
            | Self::MergeDirectiveInList
            | Self::RetainKeysDiffer
            | Self::OrderMismatch
            | Self::MissingMergeKey { .. }
            | Self::MixedElementTypes
            | Self::NoElements
            | Self::BadType { .. }
            | Self::ElementNotAMap
            | Self::UnknownField
            | Self::NotAStruct
            | Self::NotAList => 500,
        }
    }
}
