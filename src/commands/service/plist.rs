//! The property list of a watchdog, for launchd.

use super::{MARK, Service};

/// The property list.
pub fn text(service: &Service) -> String {
    let Service { name, program, config, environment } = service;
    let arguments: String = [program.as_str(), "watchdog", "--config", config]
        .iter()
        .map(|word| format!("\t\t<string>{}</string>\n", escaped(word)))
        .collect();
    let environment: String = environment
        .iter()
        .map(|(name, value)| {
            format!("\t\t<key>{}</key>\n\t\t<string>{}</string>\n", escaped(name), escaped(value))
        })
        .collect();
    let name = escaped(name);
    // AbandonProcessGroup: the tmux server and the agents, which it may have started, outlive the watchdog.
    // SuccessfulExit: one that was told to end (`agents down`) stays down, one that dies comes back.
    format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!-- {MARK}, which also writes it anew. -->
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
\t<key>Label</key>
\t<string>{name}</string>
\t<key>ProgramArguments</key>
\t<array>
{arguments}\t</array>
\t<key>EnvironmentVariables</key>
\t<dict>
{environment}\t</dict>
\t<key>RunAtLoad</key>
\t<true/>
\t<key>KeepAlive</key>
\t<dict>
\t\t<key>SuccessfulExit</key>
\t\t<false/>
\t</dict>
\t<key>ThrottleInterval</key>
\t<integer>10</integer>
\t<key>AbandonProcessGroup</key>
\t<true/>
\t<key>ProcessType</key>
\t<string>Adaptive</string>
\t<key>SoftResourceLimits</key>
\t<dict>
\t\t<key>NumberOfFiles</key>
\t\t<integer>8192</integer>
\t</dict>
</dict>
</plist>
"
    )
}

/// Whether the list starts a watchdog for this config.
pub fn names(text: &str, config: &str) -> bool {
    text.contains(&format!(
        "<string>--config</string>\n\t\t<string>{}</string>\n\t</array>",
        escaped(config)
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
