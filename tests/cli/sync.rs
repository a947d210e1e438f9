//! `confiture sync`: from one database to another, masked on the way, and proved.

mod corpora;
mod disk_full;
mod killed;
mod pair;
mod proof;
mod refused;
mod selected;
mod shop;
mod workers;
