//! Reading many objects, page by page.

use std::borrow::Cow;

use crate::admission::ApiError;
use crate::api::{Kind, List, ListMeta, Object, Resource};
use crate::read::options::{EXACT, Interest, ListOptions, bad, revision};
use crate::read::token::Token;
use crate::store::{Expired, Revision, Store};

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The revision that the list is exact for; the token of the next page, if there may be one; how many
    /// objects are left, if there is no selector.
    pub metadata: ListMeta,
    /// The objects, by the text `namespace/name`, bytewise (LIST-1).
    pub items: Vec<Object>,
}

impl Page {
    /// The page as it stands on the wire. Objects of other types are left out.
    #[must_use]
    pub fn typed<R: Resource>(&self) -> List<R> {
        let items = self.items.iter().filter_map(R::peek).cloned().collect();
        List { metadata: self.metadata.clone(), items }
    }
}

/// The objects of `kind`, in one namespace or in all, that `options` ask for.
///
/// - Without limit and version: all, at the newest revision.
/// - With a limit the page has a token, if anything lies behind it; the pages that the tokens ask for are read
///   at the revision of the first (LIST-2), even if nothing behind matches a selector (LIST-3).
/// - The version asks for a state not older than that, or, with `Exact` or with a limit, for just that one
///   (LIST-5). With `0` any state will do, and upstream answers the whole of it whatever the limit.
///
/// # Errors
/// - [`ApiError::BadRequest`]: a selector is ill-formed or not offered, the version is no number, the token is
///   damaged, or stands together with a version.
/// - [`ApiError::Invalid`]: the options exclude each other (LIST-5, WATCH-10).
/// - [`ApiError::Expired`]: the revision is forgotten. If a token asked for it, the error has another one that
///   goes on at the newest revision (LIST-4).
/// - [`ApiError::TooLarge`]: the revision has not been reached yet.
///
/// Source: `apiserver/pkg/storage/etcd3/store.go GetList`, `apiserver/pkg/storage/cacher`.
pub fn list(
    store: &Store,
    kind: &Kind,
    namespace: Option<&str>,
    options: &ListOptions,
) -> Result<Page, ApiError> {
    options.check_list()?;
    let interest = Interest::of(kind, namespace, options)?;
    let source = Source::asked(options)?;
    let limit = usize::try_from(options.limit).ok().filter(|limit| *limit > 0);
    // What is served from memory is served whole.
    let limit = limit.filter(|_| options.resource_version != "0");
    let (store, start) = source.state(store)?;
    Ok(page(&store, &interest, start, limit))
}

/// Which state a list is read from, and where it begins.
enum Source {
    NotOlderThan(Revision),
    Exactly(Revision),
    Behind(Token),
}

impl Source {
    fn asked(options: &ListOptions) -> Result<Self, ApiError> {
        let version = options.resource_version.as_str();
        if !options.continue_.is_empty() {
            // LIST-4
            if !["", "0"].contains(&version) {
                return Err(bad("a resource version may not be given together with `continue`"));
            }
            return options.continue_.parse().map(Self::Behind).map_err(bad);
        }
        let asked = revision(version)
            .ok_or_else(|| bad(format_args!("invalid resource version `{version}`")))?;
        let plain = options.resource_version_match.is_empty();
        let exact = options.resource_version_match == EXACT || (plain && options.limit > 0);
        // LIST-5
        Ok(if exact && asked > Revision::ZERO {
            Self::Exactly(asked)
        } else {
            Self::NotOlderThan(asked)
        })
    }

    fn state(self, store: &Store) -> Result<(Cow<'_, Store>, String), ApiError> {
        let newest = store.revision();
        let reached = |asked| {
            if asked > newest { Err(ApiError::TooLarge { asked, newest }) } else { Ok(()) }
        };
        match self {
            Self::NotOlderThan(asked) => {
                reached(asked)?;
                Ok((Cow::Borrowed(store), String::new()))
            }
            Self::Exactly(asked) => {
                reached(asked)?;
                let then = store.at(asked).map_err(|why| expired(why, None))?;
                Ok((Cow::Owned(then), String::new()))
            }
            Self::Behind(Token { revision: None, start }) => Ok((Cow::Borrowed(store), start)),
            Self::Behind(Token { revision: Some(asked), start }) => {
                reached(asked)?;
                let again = || Token { revision: None, start: start.clone() }.to_string();
                let then = store.at(asked).map_err(|why| expired(why, Some(again())))?;
                Ok((Cow::Owned(then), start))
            }
        }
    }
}

pub(super) fn expired(why: Expired, again: Option<String>) -> ApiError {
    let Expired { asked, oldest } = why;
    ApiError::Expired { asked, oldest, again: again.map(Into::into) }
}

/// The key below what is listed: a name, or namespace, slash and name.
fn below(object: &Object, interest: &Interest) -> String {
    let meta = object.meta();
    if interest.namespace.is_some() || meta.namespace.is_empty() {
        return meta.name.clone();
    }
    format!("{}/{}", meta.namespace, meta.name)
}

fn page(store: &Store, interest: &Interest, start: String, limit: Option<usize>) -> Page {
    let at = store.revision();
    let mut page = Page::default();
    page.metadata.resource_version = at.to_string();
    if limit.is_none() && start.is_empty() {
        page.items.extend(interest.select(store).cloned());
        return page;
    }
    let all = store.objects(&interest.kind, interest.namespace.as_deref());
    let mut rest = all.skip_while(|object| !start.is_empty() && below(object, interest) < start);
    // A name can be asked for itself, and then there is nothing behind it.
    let single = interest.fields.exact("metadata.name").is_some()
        && (interest.namespace.is_some() || !interest.kind.is_namespaced());
    let limit = limit.filter(|_| !single).unwrap_or(usize::MAX);
    while page.items.len() < limit {
        let Some(object) = rest.next() else { return page };
        if interest.matches(object) {
            page.items.push(object.clone());
        }
    }
    let left = rest.count();
    if let Some(last) = page.items.last().filter(|_| left > 0) {
        let start = below(last, interest) + "\0";
        page.metadata.continue_ = Token { revision: Some(at), start }.to_string();
        if interest.is_plain() {
            page.metadata.remaining_item_count = i64::try_from(left).ok();
        }
    }
    page
}
