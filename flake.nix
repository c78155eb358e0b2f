{
  description = "Runs and supervises a fleet of AI coding agents in tmux from one agents.toml";

  # There is no flake.lock here: the program builds with any nixpkgs whose Rust is 1.90 or newer, and Cargo.lock pins what goes
  # into it. `nix flake lock` pins nixpkgs, too, for whoever wants that.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      eachSystem = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = eachSystem (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "agents";
          version = "0.1.0";
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [ "--bin" "agents" ];
          nativeBuildInputs = [ pkgs.makeWrapper ];
          # The tests want terminals and a git remote; `nix develop -c ./test.sh` runs them.
          doCheck = false;
          postInstall = ''
            wrapProgram $out/bin/agents --prefix PATH : ${nixpkgs.lib.makeBinPath [ pkgs.tmux pkgs.git ]}
          '';
          meta = {
            description = "Runs and supervises a fleet of AI coding agents in tmux from one agents.toml";
            license = with nixpkgs.lib.licenses; [ mit asl20 ];
            mainProgram = "agents";
          };
        };
      });

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = with pkgs; [ cargo rustc clippy rustfmt rust-analyzer tmux git procps just ];
        };
      });
    };
}
