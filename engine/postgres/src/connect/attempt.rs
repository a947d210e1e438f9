//! One try of one address or socket.

use super::{
    Canceller, Connection,
    diagnosis::{self, Circumstances},
    error::{Attempt, Reason},
    hosts::Place,
    lookup::Spot,
    options::{ChannelBinding, ConnectOptions, SessionAttributes},
    session,
    tls::{self, Mode},
};
use std::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{Config, NoTls, Socket, config::SslMode, config::SslNegotiation, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What one try does about TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    Never,
    IfOffered,
    Always,
}

/// Connects to one address or socket, within `connect_timeout`.
pub(super) async fn connect_to(
    options: &ConnectOptions,
    place: &Place,
    spot: &Spot,
    wanted: SessionAttributes,
) -> Result<Connection, Attempt> {
    let work = with_fallback(options, place, spot, wanted);
    let result = match options.timeout {
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(result) => result,
            Err(_) => Err(Reason::TimedOut(limit.as_secs())),
        },
        None => work.await,
    };
    result.map_err(|reason| {
        let circumstances = Circumstances { options, place, spot };
        Attempt { place: spot.to_string(), advice: diagnosis::advice(&reason, &circumstances), reason }
    })
}

/// `prefer` falls back to a plain connection, `allow` to TLS, where the first way was not accepted.
async fn with_fallback(
    options: &ConnectOptions,
    place: &Place,
    spot: &Spot,
    wanted: SessionAttributes,
) -> Result<Connection, Reason> {
    let (first, second) = match (spot, options.tls.mode) {
        (Spot::Socket { .. }, _) | (_, Mode::Disable) => (Encryption::Never, None),
        (_, Mode::Allow) => (Encryption::Never, Some(Encryption::Always)),
        (_, Mode::Prefer) => (Encryption::IfOffered, Some(Encryption::Never)),
        (_, Mode::Require | Mode::VerifyCa | Mode::VerifyFull) => (Encryption::Always, None),
    };
    let result = once(options, place, spot, wanted, first).await;
    match (result, second) {
        (Err(reason), Some(second)) if diagnosis::another_encryption_may_help(&reason) => {
            // Where the second way fails too, the first failure says more, unless it was that TLS did not work.
            once(options, place, spot, wanted, second).await.map_err(|later| match later {
                Reason::TlsUnavailable | Reason::Tls(_) => reason,
                later => later,
            })
        }
        (result, _) => result,
    }
}

async fn once(
    options: &ConnectOptions,
    place: &Place,
    spot: &Spot,
    wanted: SessionAttributes,
    encryption: Encryption,
) -> Result<Connection, Reason> {
    if let (Spot::Tcp { name: None, .. }, Mode::VerifyFull) = (spot, options.tls.mode) {
        let why = "verify-full needs the server's name: give host (PGHOST) beside hostaddr";
        return Err(Reason::Tls(why.to_owned()));
    }
    let config = config(options, place, spot, encryption);
    if encryption == Encryption::Never {
        return open(&config, NoTls, None, spot, wanted).await;
    }
    let tls = tls::connector(&options.tls).map_err(Reason::Tls)?;
    open(&config, tls.clone(), Some(tls), spot, wanted).await
}

fn config(options: &ConnectOptions, place: &Place, spot: &Spot, encryption: Encryption) -> Config {
    let mut config = Config::new();
    config.user(&options.user).dbname(&options.database).application_name(&options.application_name);
    if let Some(startup) = &options.startup_options {
        config.options(startup);
    }
    if let Some(password) = options.password_for(place) {
        config.password(password.reveal());
    }
    match spot {
        Spot::Tcp { address, name, port } => {
            let name = name.clone().unwrap_or_else(|| address.to_string());
            config.host(name).hostaddr(*address).port(*port);
        }
        Spot::Socket { directory, port } => {
            config.host_path(directory).port(*port);
        }
    }
    config.ssl_mode(match encryption {
        Encryption::Never => SslMode::Disable,
        Encryption::IfOffered => SslMode::Prefer,
        Encryption::Always => SslMode::Require,
    });
    if options.tls.direct && encryption == Encryption::Always {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    config.channel_binding(match options.channel_binding {
        ChannelBinding::Disable => tokio_postgres::config::ChannelBinding::Disable,
        ChannelBinding::Prefer => tokio_postgres::config::ChannelBinding::Prefer,
        ChannelBinding::Require => tokio_postgres::config::ChannelBinding::Require,
    });
    keepalive(&mut config, options);
    config
}

fn keepalive(config: &mut Config, options: &ConnectOptions) {
    let wanted = options.keepalive;
    config.keepalives(wanted.enabled);
    if let Some(idle) = wanted.idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = wanted.interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = wanted.count {
        config.keepalives_retries(count);
    }
    if let Some(limit) = wanted.user_timeout {
        config.tcp_user_timeout(limit);
    }
}

async fn open<T>(
    config: &Config,
    connector: T,
    tls: Option<MakeRustlsConnect>,
    spot: &Spot,
    wanted: SessionAttributes,
) -> Result<Connection, Reason>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(connector).await.map_err(|error| diagnosis::reason(&error))?;
    let version = connection.parameter("server_version").unwrap_or_default().to_owned();
    tokio::spawn(serve(connection));
    let server_version = session::version(&version)?;
    session::check_attributes(&client, wanted).await?;
    let canceller = Canceller { token: client.cancel_token(), tls, spot: spot.clone() };
    Ok(Connection { client, server_version, place: spot.to_string(), canceller })
}

/// Moves messages until the client is gone. Notices are dropped: their texts may hold row values.
async fn serve<S, T>(mut connection: tokio_postgres::Connection<S, T>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(_)) = poll_fn(|context| connection.poll_message(context)).await {}
}
