/** Stretches of time, [[from, to, …], …] in order, in seconds. Pure. */

/** The stretch that holds `at`, or null. */
export function spanAt(spans, at) {
  return spans.find(([from, to]) => at >= from && at < to) ?? null;
}

/** Where all lists have a stretch at once: [[from, to], …]. */
export function common(lists) {
  return lists.reduce((left, right) => left.flatMap(([a, b]) => overlaps(right, a, b)));
}

function overlaps(spans, a, b) {
  return spans.map(([from, to]) => [Math.max(from, a), Math.min(to, b)]).filter(([from, to]) => from < to);
}

/** The stretches of a party with what lies before its file and behind it: all in which there is nothing of it. */
export function silences(gaps, offset, duration, length) {
  const before = offset > 0.05 ? [[0, offset]] : [];
  const end = offset + duration;
  const behind = end < length - 0.05 ? [[end, length]] : [];
  return [...before, ...gaps, ...behind];
}
