//! Reading one object.

use crate::admission::ApiError;
use crate::api::{Key, Object};
use crate::read::options;
use crate::store::Store;

/// The object called `key`, not older than `resource_version`; empty and `0` ask for no version (STORE-10).
///
/// # Errors
/// - [`ApiError::Internal`]: `resource_version` is no number.
/// - [`ApiError::TooLarge`]: it has not been reached yet.
/// - [`ApiError::NotFound`]: there is no such object.
///
/// ```
/// use kubernel::api::{Key, Kind};
/// use kubernel::read;
/// use kubernel::store::Store;
///
/// let key = Key::new(Kind::Node, "", "n1");
/// assert_eq!(read::get(&Store::new(), &key, "").unwrap_err().code(), 404);
/// assert_eq!(read::get(&Store::new(), &key, "7").unwrap_err().code(), 504);
/// ```
pub fn get<'a>(
    store: &'a Store,
    key: &Key,
    resource_version: &str,
) -> Result<&'a Object, ApiError> {
    let asked = options::revision(resource_version).ok_or_else(|| ApiError::Internal {
        text: format!("invalid resource version `{resource_version}`").into(),
    })?;
    let newest = store.revision();
    if asked > newest {
        return Err(ApiError::TooLarge { asked, newest });
    }
    store.object(key).ok_or_else(|| ApiError::NotFound { key: key.clone() })
}
