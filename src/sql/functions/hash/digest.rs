//! MD5 (RFC 1321), SHA-1, SHA-2 (FIPS 180-4), CRC-32 (IEEE 802.3).

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

pub(super) fn md5(bytes: &[u8]) -> Vec<u8> {
    Md5::digest(bytes).to_vec()
}

pub(super) fn sha1(bytes: &[u8]) -> Vec<u8> {
    Sha1::digest(bytes).to_vec()
}

/// The digest of so many bits; 0 is 256, others have none.
pub(super) fn sha2(bytes: &[u8], bits: i32) -> Option<Vec<u8>> {
    Some(match bits {
        224 => Sha224::digest(bytes).to_vec(),
        0 | 256 => Sha256::digest(bytes).to_vec(),
        384 => Sha384::digest(bytes).to_vec(),
        512 => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

pub(super) fn crc32(bytes: &[u8]) -> i64 {
    let mut crc = u32::MAX;
    for &b in bytes {
        crc ^= u32::from(b);
        for _ in 0..8 {
            let low = crc & 1;
            crc = (crc >> 1) ^ (0xedb8_8320 * low);
        }
    }
    i64::from(!crc)
}
