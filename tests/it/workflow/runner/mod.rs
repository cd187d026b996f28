mod common;
mod delegated;
mod drive;
mod killed;
