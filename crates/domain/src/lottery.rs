//! A lottery that anybody can draw again: whoever knows the seed gets the same order.

use uuid::Uuid;

/// A number by chance that equal seeds give again (SplitMix64 over the identifier).
pub fn draw(seed: u64, id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    let mut z = seed ^ high.rotate_left(32) ^ low.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
