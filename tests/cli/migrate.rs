//! `confiture migrate`, on a real server.

mod adopt;
mod approval;
mod bad_files;
mod concurrently;
mod corpora;
mod interrupt;
mod killed;
mod locks;
mod refused;
mod site;
mod story;
