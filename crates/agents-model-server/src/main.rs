//! The model server as a program of its own, for real agents outside of Rust tests.

use std::path::PathBuf;
use std::process::ExitCode;

use agents_model_server::{
    Account, Cli, Leave, Options, Order, Rule, Scenario, ServerError, serve,
};
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
    /// `text in the prompt=>shell command`, `text=>MOCK:scenario` or `text=>SAY:words`; may be given more than once
    #[arg(long = "rule")]
    rules: Vec<String>,
    /// A JSON list of {"contains": TEXT, "run": COMMAND} or {"contains": TEXT, "scenario": NAME}
    #[arg(long)]
    rules_file: Option<PathBuf>,
    /// `NAME=FOLDER`: write a home for codex, claude, opencode, pi, gemini or qwen and say how to start it there
    #[arg(long = "home")]
    homes: Vec<String>,
    /// A folder in which a CLI of `--home` needs no question about trust; may be given more than once
    #[arg(long = "project")]
    projects: Vec<PathBuf>,
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
    for home in &args.homes {
        println!("{}", settle(home, &format!("http://{addr}"), &args.projects)?);
    }
    serve(listener, &Options { port, rules, default, log: args.log }).await
}

/// Writes the home that `NAME=FOLDER` asks for; the command line that starts its CLI there.
fn settle(text: &str, origin: &str, projects: &[PathBuf]) -> Result<String, ServerError> {
    let (name, folder) = text.split_once('=').unwrap_or((text, ""));
    let cli = Cli::ALL.into_iter().find(|cli| cli.name() == name && !folder.is_empty());
    let cli = cli.ok_or_else(|| ServerError::HomeText { text: text.to_owned() })?;
    let order = Order {
        cli,
        program: cli.install()?,
        dir: std::path::absolute(folder)
            .map_err(|source| ServerError::HomeFile { path: folder.into(), source })?,
        origin: origin.to_owned(),
        projects: projects.to_vec(),
        leave: Leave::Asks,
        account: Account::Key,
    };
    let home = order.settle()?;
    let kept = ["PATH", "LANG", "TERM"].map(|name| format!("{name}=\"${name}\""));
    let own = home.env.iter().map(|(name, value)| format!("{name}='{value}'"));
    let words = home.start("11111111-1111-4111-8111-111111111111", None);
    let words = words.iter().map(|word| format!("'{word}'"));
    let all: Vec<String> = kept.into_iter().chain(own).chain(words).collect();
    Ok(format!("env -i {}", all.join(" ")))
}

/// Writes the port in one step, so that a reader never sees half of it.
fn publish(path: &std::path::Path, port: u16) -> Result<(), ServerError> {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, port.to_string())
        .and_then(|()| std::fs::rename(&draft, path))
        .map_err(|source| ServerError::PortFile { path: path.to_owned(), source })
}
