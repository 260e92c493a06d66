/** The known word that was probably meant: same but for case and separators, one that continues it, or few letters off. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = plain(word);
  if (wanted === "") return undefined;
  const same = known.find((candidate) => plain(candidate) === wanted);
  if (same !== undefined) return same;
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const nearest = ranked[0];
  const allowed = wanted.length <= 3 ? 1 : Math.ceil(wanted.length / 4);
  if (nearest !== undefined && nearest.distance <= allowed) return nearest.candidate;
  // `size` for `sizeGiB`, `gracePeriodMinutes` for `gracePeriod`.
  return wanted.length < 3
    ? undefined
    : known.find((candidate) => {
        const other = plain(candidate);
        return other.length >= 3 && (other.startsWith(wanted) || wanted.startsWith(other));
      });
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). Words are cut at 64. */
export function editDistance(a: string, b: string): number {
  const left = a.slice(0, 64);
  const right = b.slice(0, 64);
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      let best = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
