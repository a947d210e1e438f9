//! How the rows of a table come in batches where a strategy wants to see many at once.

/// How many of the rows that are held make the next batch, where a strategy wants `wanted` rows in each; none while more have
/// to be read first, or where nothing is left. No batch is shorter where there are as many rows: a short last one is joined
/// with the one before, so that up to `2 * wanted - 1` rows are held and come at once.
pub fn next_batch(held: usize, wanted: usize, ended: bool) -> Option<usize> {
    let wanted = wanted.max(1);
    match (held, ended) {
        (0, true) => None,
        _ if held >= wanted.saturating_mul(2) => Some(wanted),
        (_, true) => Some(held),
        (_, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_batch_is_short_where_there_are_rows() {
        for rows in 0..60_usize {
            let (mut read, mut held, mut batches) = (0, 0, Vec::new());
            while read < rows || held > 0 {
                let more = (rows - read).min(7);
                (read, held) = (read + more, held + more);
                while let Some(batch) = next_batch(held, 10, read == rows) {
                    held -= batch;
                    batches.push(batch);
                }
            }
            assert_eq!(batches.iter().sum::<usize>(), rows);
            assert!(batches.iter().all(|&batch| batch < 20 && (batch >= 10 || batches.len() == 1)), "{batches:?}");
        }
    }
}
