//! How does the server start, answer and stop?

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::form::Form;
use crate::http::{Left, Outlet, refuse, stream, whole};
use crate::record::Record;
use crate::refusal::{Cause, refusal};
use crate::reply::Reply;
use crate::request::{Api, Request};
use crate::script::Script;
use crate::{Rule, Scenario, ServerError, control};

/// How a server is to behave.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0 for a free one.
    pub port: u16,
    /// Answers for messages that name no scenario and hold no `MOCK:run` line; the first that fits counts.
    pub rules: Vec<Rule>,
    /// For messages that no rule fits either.
    pub default: Scenario,
    /// Gets a JSON line for each request.
    pub log: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, rules: Vec::new(), default: Scenario::Ok, log: None }
    }
}

/// A running server with a thread of its own, so that a test with or without a runtime can hold one. It stops when dropped.
#[derive(Debug)]
pub struct Server {
    /// Always on 127.0.0.1.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What all requests see.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) record: Record,
    script: Mutex<Script>,
    /// Makes the ids of this run unlike those of another that an agent may remember.
    started: u64,
}

impl Server {
    /// Starts listening before it returns.
    ///
    /// # Errors
    /// The port is taken, the log cannot be opened, or no thread can be had.
    pub fn start(options: &Options) -> Result<Self, ServerError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| ServerError::Runtime { source })?;
        let listener = runtime.block_on(listen(options.port))?;
        let addr = listener.local_addr().map_err(|source| ServerError::Serve { source })?;
        let shared = Arc::new(Shared::new(options)?);
        let app = router(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("model-server".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = axum::serve(listener, app) => {}
                        _ = stopped => {}
                    }
                });
                // Answers that still stream are cut off: whoever stops the server wants it gone.
                runtime.shutdown_background();
            })
            .map_err(|source| ServerError::Runtime { source })?;
        Ok(Self { addr, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// The base address that an agent's provider block wants, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// The address that claude and gemini want, without a path or a slash at its end.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Every request so far, oldest first; the fields are those of the log.
    #[must_use]
    pub fn requests(&self) -> Vec<Value> {
        self.shared.record.entries()
    }

    /// Gives every request with tools this scenario, whatever it says, until told otherwise; `None` ends it.
    pub fn force(&self, scenario: Option<Scenario>) {
        self.shared.script().force(scenario);
    }

    /// Stops at once and waits until the port is free.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A thread that has already ended needs no word.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("agents-model-server: the server's thread panicked");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Serves on the listener until it fails; drop the future to stop. The listener should be on the loopback address.
///
/// # Errors
/// The log cannot be opened, or the listener fails.
pub async fn serve(listener: TcpListener, options: &Options) -> Result<(), ServerError> {
    let app = router(Arc::new(Shared::new(options)?));
    axum::serve(listener, app).await.map_err(|source| ServerError::Serve { source })
}

/// Listens on 127.0.0.1 and nowhere else.
async fn listen(port: u16) -> Result<TcpListener, ServerError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|source| ServerError::Listen { port, source })
}

impl Shared {
    fn new(options: &Options) -> Result<Self, ServerError> {
        Ok(Self {
            record: Record::open(options.log.as_ref())?,
            script: Mutex::new(Script::new(options.rules.clone(), options.default)),
            started: now(),
        })
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/responses", post(answer_responses))
        .route("/v1/chat/completions", post(answer_chat))
        .route("/v1/messages", post(answer_messages))
        .route("/v1/messages/count_tokens", post(count))
        .route("/v1beta/models/{call}", post(answer_gemini))
        .route("/v1/models", get(models))
        .route("/_mock/log", get(control::log))
        .route("/_mock/force", post(control::force))
        .fallback(elsewhere)
        // An agent sends its whole conversation each time.
        .layer(DefaultBodyLimit::max(256 << 20))
        .with_state(shared)
}

/// The models, in a form that OpenAI's clients and Anthropic's both read.
async fn models() -> Response {
    let model = json!({"id": "mock-1", "object": "model", "created": 1, "owned_by": "mock",
        "type": "model", "display_name": "Mock 1", "created_at": "2026-01-01T00:00:00Z"});
    whole(&json!({"object": "list", "data": [model], "has_more": false,
        "first_id": "mock-1", "last_id": "mock-1"}))
}

async fn count() -> Response {
    whole(&json!({"input_tokens": 1200}))
}

async fn elsewhere(State(shared): State<Arc<Shared>>, method: Method, uri: Uri) -> Response {
    // An agent that wants another server through this one as its proxy names that one instead of a path.
    let path = uri.authority().map_or(uri.path(), Authority::as_str);
    shared.record.add(json!({"method": method.as_str(), "path": path, "time": now()}));
    refuse(&refusal(Api::Responses, &Cause::NoSuchPath(uri.path().to_owned())))
}

async fn answer_responses(shared: State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&shared, Api::Responses, read(&headers, &body)).await
}

async fn answer_chat(shared: State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&shared, Api::Chat, read(&headers, &body)).await
}

async fn answer_messages(shared: State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&shared, Api::Messages, read(&headers, &body)).await
}

/// This protocol names the model and the kind of answer in the path: `models/MODEL:METHOD`.
async fn answer_gemini(
    shared: State<Arc<Shared>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (model, method) = call.rsplit_once(':').unwrap_or((&call, ""));
    if method == "countTokens" {
        return whole(&json!({"totalTokens": 1200}));
    }
    let body = read(&headers, &body).map(|mut body| {
        body["model"] = json!(model);
        body["stream"] = json!(method == "streamGenerateContent");
        body
    });
    answer(&shared, Api::Gemini, body).await
}

/// The JSON of a body, which must be an object, or why it cannot be read.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err("switch request compression off; this server reads plain JSON".to_owned());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(Value::Object(body)),
        Ok(_) => Err("the body is not a JSON object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}

async fn answer(shared: &Shared, api: Api, body: Result<Value, String>) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(why) => return refuse(&refusal(api, &Cause::BadRequest(why))),
    };
    let request = Request::read(api, &body);
    let now = now();
    let answered = shared.script().answer(&request, now);
    let tools: Vec<&str> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
    shared.record.add(
        json!({"method": "POST", "api": format!("{api:?}").to_lowercase(), "time": now,
        "model": request.model, "stream": request.stream, "scenario": answered.scenario,
        "messages": request.messages, "outputs": request.outputs, "tools": tools}),
    );
    let serial = format!("{:x}_{}", shared.started, answered.number);
    let form = Form::new(&request, serial, now);
    send(form, answered.reply, &request).await
}

async fn send(form: Form, reply: Reply, request: &Request) -> Response {
    match (reply, request.stream) {
        (Reply::Refuse(refusal), _) => refuse(&refusal),
        (Reply::Page(page), _) => Html(page).into_response(),
        (Reply::Mute(during), _) => {
            tokio::time::sleep(during).await;
            refuse(&refusal(request.api, &Cause::Failure(504)))
        }
        (Reply::Say(speech), false) => whole(&form.whole_text(&speech.text)),
        (Reply::Call(call), false) => whole(&form.whole_call(&call)),
        (reply, _) => {
            let (outlet, response) = stream(&form.headers());
            tokio::spawn(async move {
                // An agent that left needs nothing more.
                drop(produce(&form, &outlet, &reply).await);
            });
            response
        }
    }
}

async fn produce(form: &Form, outlet: &Outlet, reply: &Reply) -> Result<(), Left> {
    match reply {
        Reply::Say(speech) => form.speak(outlet, speech).await,
        Reply::Call(call) => form.call(outlet, call).await,
        Reply::FailInStream => form.fail(outlet).await,
        Reply::Hang(during) => {
            form.begin(outlet).await?;
            tokio::select! {
                () = tokio::time::sleep(*during) => Ok(()),
                () = outlet.left() => Err(Left),
            }
        }
        // These were sent whole.
        Reply::Refuse(_) | Reply::Page(_) | Reply::Mute(_) => Ok(()),
    }
}

/// Seconds since 1970; 0 on a clock before that.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
