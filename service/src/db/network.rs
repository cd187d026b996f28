//! Finds out whether a file lies on a network file system, where SQLite's locks and its WAL do not work.

use std::path::Path;

/// The kinds that corrupt a WAL database (notes/migration-safety.md, B.4), by the magic number of statfs(2).
const NETWORK: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x0102_1997, "9p"),
    (0x5346_414F, "AFS"),
    (0x0BD0_0BD0, "Lustre"),
];

/// The name of the network file system that holds `path`, if it is one. Unknown kinds count as local.
pub(super) fn filesystem(path: &Path) -> Option<&'static str> {
    let stat = rustix::fs::statfs(path).ok()?;
    // The type's width differs between platforms; the magic numbers have 32 bits.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss)]
    let magic = (stat.f_type as u64) & 0xFFFF_FFFF;
    NETWORK.iter().find(|(m, _)| *m == magic).map(|(_, name)| *name)
}
