mod delegated;
mod drive;
