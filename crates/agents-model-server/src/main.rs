//! The model server as a program of its own, for real agents outside of Rust tests.

use std::path::PathBuf;
use std::process::ExitCode;

use agents_model_server::{Options, Rule, Scenario, ServerError, serve};
use clap::Parser;
use tokio::net::TcpListener;

/// A model service on 127.0.0.1 that answers by script.
#[derive(Parser)]
#[command(name = "agents-model-server")]
struct Args {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Write the port into this file once the server listens
    #[arg(long)]
    port_file: Option<PathBuf>,
    /// Append a JSON line for each request to this file
    #[arg(long)]
    log: Option<PathBuf>,
    /// The scenario for messages that ask for none
    #[arg(long, default_value = "ok")]
    default: String,
    /// `text in the prompt=>shell command` or `text=>MOCK:scenario`; may be given more than once
    #[arg(long = "rule")]
    rules: Vec<String>,
    /// A JSON list of {"contains": TEXT, "run": COMMAND} or {"contains": TEXT, "scenario": NAME}
    #[arg(long)]
    rules_file: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agents-model-server: {error}");
            if let Some(source) = std::error::Error::source(&error) {
                eprintln!("  because: {source}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), ServerError> {
    let mut rules: Vec<Rule> =
        args.rules.iter().map(|text| Rule::parse(text)).collect::<Result<_, _>>()?;
    if let Some(path) = &args.rules_file {
        rules.extend(Rule::load(path)?);
    }
    let default = Scenario::parse(&args.default)?;
    let port = args.port;
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|source| ServerError::Listen { port, source })?;
    let addr = listener.local_addr().map_err(|source| ServerError::Serve { source })?;
    if let Some(path) = &args.port_file {
        publish(path, addr.port())?;
    }
    eprintln!("agents-model-server: listening on {addr}");
    serve(listener, &Options { port, rules, default, log: args.log }).await
}

/// Writes the port in one step, so that a reader never sees half of it.
fn publish(path: &std::path::Path, port: u16) -> Result<(), ServerError> {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, port.to_string())
        .and_then(|()| std::fs::rename(&draft, path))
        .map_err(|source| ServerError::PortFile { path: path.to_owned(), source })
}
