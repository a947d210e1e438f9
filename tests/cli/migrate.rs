//! `confiture migrate`, on a real server.

mod adopt;
mod approval;
mod bad_files;
mod commit_lost;
mod concurrently;
mod corpora;
mod disk_full;
mod dry_run;
mod hooks;
mod interrupt;
mod killed;
mod locks;
mod own_server;
mod pooler;
mod proxy;
mod refused;
mod site;
mod standby;
mod story;
