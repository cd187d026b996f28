//! Prerequisites: what must be true before an item can be worked on.
