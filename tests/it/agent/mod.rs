//! Agent profiles and what they are granted.
