//! Stopping what runs on a connection.

use super::lookup::Spot;
use std::{fmt, io};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::{CancelToken, NoTls, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Stops the statement that runs on one connection.
#[derive(Clone)]
pub struct Canceller {
    pub(super) token: CancelToken,
    pub(super) tls: Option<MakeRustlsConnect>,
    pub(crate) spot: Spot,
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").finish_non_exhaustive()
    }
}

impl Canceller {
    /// Asks the server to stop what runs, and waits until it has passed that on: a statement that is sent afterwards is
    /// not the one that is stopped. Whether one was shows in the statement's own result.
    ///
    /// The server hangs up once it has sent the signal (as libpq, we wait for that; the driver does not). So we keep a
    /// second handle on the socket.
    ///
    /// # Errors
    /// The server could not be reached a second time.
    pub async fn cancel(&self) -> io::Result<()> {
        match &self.spot {
            Spot::Tcp { address, name, port } => {
                let (stream, watch) = tcp(TcpStream::connect((*address, *port)).await?)?;
                let name = name.clone().unwrap_or_else(|| address.to_string());
                self.send(stream, watch, &name).await
            }
            Spot::Socket { directory, port } => {
                let path = directory.join(format!(".s.PGSQL.{port}"));
                let (stream, watch) = unix(UnixStream::connect(path).await?)?;
                self.send(stream, watch, "").await
            }
        }
    }

    async fn send<S>(&self, stream: S, mut watch: impl AsyncRead + Unpin, name: &str) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match self.tls.clone() {
            Some(mut tls) => {
                let tls = MakeTlsConnect::<S>::make_tls_connect(&mut tls, name).map_err(io::Error::other)?;
                self.token.cancel_query_raw(stream, tls).await
            }
            None => self.token.cancel_query_raw(stream, NoTls).await,
        }
        .map_err(io::Error::other)?;
        // A server that resets the connection has hung up as well.
        let mut rest = [0; 64];
        while watch.read(&mut rest).await.is_ok_and(|read| read > 0) {}
        Ok(())
    }
}

fn tcp(stream: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    Ok((TcpStream::from_std(stream.try_clone()?)?, TcpStream::from_std(stream)?))
}

fn unix(stream: UnixStream) -> io::Result<(UnixStream, UnixStream)> {
    let stream = stream.into_std()?;
    Ok((UnixStream::from_std(stream.try_clone()?)?, UnixStream::from_std(stream)?))
}
