//! Edits of values that may be absent.

use callboard_service::Change;

/// `--x VALUE` sets, `--no-x` takes away, neither keeps.
pub fn change<T>(value: Option<T>, clear: bool) -> Change<T> {
    match (value, clear) {
        (Some(value), _) => Change::Set(value),
        (None, true) => Change::Clear,
        (None, false) => Change::Keep,
    }
}
