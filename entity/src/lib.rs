//! Tables as Rust types.
