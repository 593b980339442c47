//! Multihop on the command line.

fn main() -> std::process::ExitCode {
    multihop::cli::main()
}
