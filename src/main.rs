fn main() {
    for file in std::env::args().skip(1) {
        match passerelle::app::corridor_yaml::read_path(std::path::Path::new(&file)) {
            Ok(packs) => println!(
                "{}: {} pack(s) fine; round trip {}",
                file,
                packs.len(),
                packs
                    .iter()
                    .all(|p| passerelle::app::corridor_yaml::read("again", &passerelle::app::corridor_yaml::write(p).unwrap()).as_ref()
                        == Ok(p))
            ),
            Err(errors) => errors.iter().for_each(|e| println!("{e}")),
        }
    }
}
