//! The `passerelle` command.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // A runtime of our own and not actix's: work spawned here must not share one thread with it.
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(passerelle::cli::run()),
        Err(error) => {
            eprintln!("passerelle: the runtime cannot start: {error}");
            std::process::ExitCode::from(passerelle::cli::EXIT_FAILURE)
        }
    }
}
