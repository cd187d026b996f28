//! A man in the middle of PostgreSQL's protocol, who cuts a connection where a test wants it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use sea_orm::sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};

/// What becomes of a message of the client's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Act {
    Pass,
    /// The connection ends, and the server does not see the message.
    Cut,
    /// The server sees it and answers, and the connection ends without the answer.
    CutAfter,
}

/// What the client sends, as far as tests tell it apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// Text that may hold several statements.
    Query(String),
    /// The pool asks whether the connection is alive.
    Ping,
    Other,
}

type Decide = Arc<Mutex<dyn FnMut(usize, &Message) -> Act + Send>>;

/// Listens in `folder` and passes on to the server of `url`; gives the URL that leads through it. `decide` gets the
/// number of the connection, from 0, and each message.
pub fn between(url: &str, folder: &Path, decide: impl FnMut(usize, &Message) -> Act + Send + 'static) -> String {
    let server: PgConnectOptions = url.parse().expect("a URL");
    let socket = folder.join(format!(".s.PGSQL.{}", server.get_port()));
    let listener = UnixListener::bind(&socket).expect("listen");
    let decide: Decide = Arc::new(Mutex::new(decide));
    let to = server.clone();
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((client, _)) = listener.accept().await else { return };
            let (to, decide) = (to.clone(), Arc::clone(&decide));
            tokio::spawn(async move {
                match to.get_socket() {
                    Some(folder) => {
                        let path = folder.join(format!(".s.PGSQL.{}", to.get_port()));
                        let (read, write) = UnixStream::connect(path).await.expect("connect").into_split();
                        relay(client, read, write, number, decide).await;
                    }
                    None => {
                        let stream = TcpStream::connect((to.get_host(), to.get_port())).await.expect("connect");
                        let (read, write) = stream.into_split();
                        relay(client, read, write, number, decide).await;
                    }
                }
            });
        }
    });
    let (_, rest) = url.split_once("://").expect("a URL");
    let (user, place) = rest.split_once('@').expect("a user");
    let (_, database) = place.rsplit_once('/').expect("a database");
    let folder = folder.to_str().expect("UTF-8").replace('/', "%2F");
    format!("postgres://{user}@{folder}:{}/{database}", server.get_port())
}

async fn relay<R, W>(client: UnixStream, mut from_server: R, mut to_server: W, number: usize, decide: Decide)
where
    R: AsyncRead + Send + Unpin + 'static,
    W: tokio::io::AsyncWrite + Unpin,
{
    let (mut from_client, mut to_client) = client.into_split();
    let answers = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut extended = false;
    let mut begun = false;
    loop {
        // The first message has no type.
        let mut head = vec![0; if begun { 5 } else { 4 }];
        if from_client.read_exact(&mut head).await.is_err() {
            break;
        }
        let length = u32::from_be_bytes(head[head.len() - 4..].try_into().expect("4 bytes")) as usize - 4;
        let mut body = vec![0; length];
        if from_client.read_exact(&mut body).await.is_err() {
            break;
        }
        let message = match (begun, head[0]) {
            (true, b'Q') => Message::Query(String::from_utf8_lossy(&body).into_owned()),
            (true, b'S') if !extended => Message::Ping,
            _ => Message::Other,
        };
        extended = begun && matches!(head[0], b'P' | b'B' | b'D' | b'E' | b'C' | b'H');
        // A question before the beginning, such as whether there is TLS, has no type either.
        begun = begun || body.starts_with(&[0, 3, 0, 0]);
        let act = (decide.lock().expect("not poisoned"))(number, &message);
        if act == Act::Cut {
            break;
        }
        if act == Act::CutAfter {
            // The client hears nothing more.
            answers.abort();
        }
        let sent = to_server.write_all(&[head, body].concat()).await;
        if act == Act::CutAfter {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        if sent.is_err() || act == Act::CutAfter {
            break;
        }
    }
    answers.abort();
}
