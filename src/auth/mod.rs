//! Who is asking: passwords, sessions, tokens, and the actor that they resolve to.

pub mod password;
pub mod secret;
pub mod session;
