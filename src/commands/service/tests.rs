use super::*;

const ODD: &str = "/srv/a b/100% \"x\" \\ $HOME ${A} 'q' <&> é/agents.toml";

fn service() -> Service {
    Service {
        name: "agents-night".to_owned(),
        program: "/opt/a $b/agents".to_owned(),
        config: ODD.to_owned(),
        environment: vec![
            ("PATH".to_owned(), "/usr/bin:/opt/5% \"more\"".to_owned()),
            ("TMUX_TMPDIR".to_owned(), "/run/t".to_owned()),
        ],
    }
}

fn value<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

#[test]
fn a_unit_holds_odd_words_as_systemd_reads_them() {
    let text = Manager::Systemd.text(&service());
    let start = r#":"/opt/a $b/agents" watchdog --config "/srv/a b/100%% \"x\" \\ $HOME ${A} 'q' <&> é/agents.toml""#;
    assert_eq!(value(&text, "ExecStart"), [start]);
    let environment = [r#""PATH=/usr/bin:/opt/5%% \"more\"""#, r#""TMUX_TMPDIR=/run/t""#];
    assert_eq!(value(&text, "Environment"), environment);
}

#[test]
fn a_unit_never_ends_the_agents_and_brings_back_only_what_was_not_told_to_end() {
    let text = Manager::Systemd.text(&service());
    for (key, wanted) in [
        ("Type", "notify"),
        ("NotifyAccess", "main"),
        ("KillMode", "process"),
        ("OOMPolicy", "continue"),
        ("Restart", "on-failure"),
        ("RestartPreventExitStatus", "5"),
        ("WatchdogSec", "120"),
        ("StartLimitIntervalSec", "0"),
        ("WantedBy", "default.target"),
    ] {
        assert_eq!(value(&text, key), [wanted], "{key}");
    }
}

#[test]
fn a_property_list_is_escaped_and_leaves_the_agents_alone() {
    let text = Manager::Launchd.text(&service());
    let config =
        "<string>/srv/a b/100% \"x\" \\ $HOME ${A} 'q' &lt;&amp;&gt; é/agents.toml</string>";
    assert!(text.contains(config), "{text}");
    for pair in [
        "<key>AbandonProcessGroup</key>\n\t<true/>",
        "<key>SuccessfulExit</key>\n\t\t<false/>",
        "<key>Label</key>\n\t<string>agents-night</string>",
        "<key>TMUX_TMPDIR</key>\n\t\t<string>/run/t</string>",
    ] {
        assert!(text.contains(pair), "{pair}");
    }
    // Each element that opens closes, in its order.
    let mut open = Vec::new();
    for tag in text.split('<').skip(1).map(|part| part.split('>').next().unwrap()) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.starts_with(['?', '!']) || tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_file_tells_whose_config_it_starts() {
    for manager in [Manager::Systemd, Manager::Launchd] {
        let text = manager.text(&service());
        assert!(text.contains(MARK));
        assert!(manager.names(&text, ODD), "{manager:?}");
        for other in ["/srv/agents.toml", "agents.toml", &ODD[1..], &format!("{ODD}l")] {
            assert!(!manager.names(&text, other), "{manager:?} {other}");
        }
    }
}

#[test]
fn a_service_gets_a_path_without_relative_folders_and_where_the_fleet_has_its_sockets() {
    let of = |pairs: &[(&str, &str)]| {
        environment(|name| {
            let found = pairs.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(of(&[("PATH", "bin:/a::/b:.")]), [pair("PATH", "/a:/b")]);
    let inside = [("TMUX_TMPDIR", "/no"), ("AGENTS_TMUX_TMPDIR", "/run/t")];
    assert_eq!(of(&inside), [pair("TMUX_TMPDIR", "/run/t")]);
    assert!(of(&[("TMUX_TMPDIR", "/no"), ("AGENTS_TMUX_TMPDIR", "")]).is_empty());
    assert!(of(&[("OPENAI_API_KEY", "secret"), ("LANG", "")]).is_empty());
}
