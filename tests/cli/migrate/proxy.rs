//! Stands between a client and a server's socket, and cuts one connection at a COMMIT.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tempfile::TempDir;

/// Where the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the COMMIT.
    BeforeCommit,
    /// The server has answered it, and the client never sees that.
    BeforeAnswer,
}

/// The proxy, which listens in a directory of its own until the test ends.
pub struct Proxy {
    directory: TempDir,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    /// Before the server whose socket is in `server`. The connection over which `word` went is cut at its next COMMIT;
    /// that happens once.
    pub fn before(server: &Path, word: &'static str, when: Cut) -> Self {
        let directory = tempfile::Builder::new().prefix("cfp").tempdir_in("/tmp").expect("a directory");
        let listener = UnixListener::bind(directory.path().join(".s.PGSQL.5432")).expect("can listen");
        let (socket, cut) = (server.join(".s.PGSQL.5432"), Arc::new(AtomicBool::new(false)));
        let done = Arc::clone(&cut);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (socket, done) = (socket.clone(), Arc::clone(&done));
                thread::spawn(move || serve(client, &socket, word, when, &done));
            }
        });
        Self { directory, cut }
    }

    /// Where it listens.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Whether a connection was cut.
    pub fn has_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst)
    }
}

fn serve(client: UnixStream, socket: &PathBuf, word: &str, when: Cut, done: &Arc<AtomicBool>) {
    let server = UnixStream::connect(socket).expect("the server listens");
    let mute = Arc::new(AtomicBool::new(false));
    let answers = {
        let (server, client, mute) = (server.try_clone(), client.try_clone(), Arc::clone(&mute));
        let (server, client) = (server.expect("is open"), client.expect("is open"));
        thread::spawn(move || pass_answers(server, client, &mute))
    };
    pass_questions(client, server, word, when, done, &mute);
    let _ = answers.join();
}

/// What a client sends in one go is one message, or several; a COMMIT ends what it sends.
fn pass_questions(
    mut client: UnixStream,
    mut server: UnixStream,
    word: &str,
    when: Cut,
    done: &AtomicBool,
    mute: &AtomicBool,
) {
    let (mut buffer, mut seen) = (vec![0; 1 << 16], false);
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let message = &buffer[..length];
        seen |= holds(message, word.as_bytes());
        if seen && message.ends_with(b"COMMIT\0") && !done.swap(true, Ordering::SeqCst) {
            if when == Cut::BeforeAnswer {
                mute.store(true, Ordering::SeqCst);
                let _ = server.write_all(message);
                // Its answer ends the other direction, which ends this one.
                let _ = client.read(&mut buffer);
            }
            break;
        }
        if server.write_all(message).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn pass_answers(mut server: UnixStream, mut client: UnixStream, mute: &AtomicBool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        if mute.load(Ordering::SeqCst) || client.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn holds(message: &[u8], word: &[u8]) -> bool {
    message.windows(word.len()).any(|window| window == word)
}
