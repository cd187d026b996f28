//! How fast the disk syncs, without any database: what durable commits are measured against.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use super::Result;

/// So many times 4 KiB.
const WRITES: u32 = 300;

/// How often a second 4 KiB can be overwritten and synced (`fdatasync`) in a directory.
pub fn fdatasync(directory: &Path) -> Result<f64> {
    let path = directory.join(format!("callboard-bench-sync-{}", std::process::id()));
    let mut file = File::create(&path)?;
    file.write_all(&vec![0; 4096 * 16])?;
    file.sync_all()?;
    let block = [7; 4096];
    let start = Instant::now();
    for number in 0..WRITES {
        file.seek(SeekFrom::Start(u64::from(number % 16) * 4096))?;
        file.write_all(&block)?;
        file.sync_data()?;
    }
    let rate = f64::from(WRITES) / start.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}
