/** Pure formatting of figures: no words, only numbers and units, so nothing here needs translation. */

/** Seconds as m:ss, or h:mm:ss from an hour on. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function milliseconds(value) {
  return Number.isFinite(value) ? `${Math.round(value)} ms` : "–";
}

/** A share of 0 to 1 as per cent. */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = share * 100;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function picture(stats) {
  if (!stats?.height) return "–";
  const rate = Number.isFinite(stats.fps) ? ` · ${Math.round(stats.fps)} fps` : "";
  return `${stats.width}×${stats.height}${rate}`;
}

export function initial(name) {
  return (name ?? "").trim().charAt(0).toUpperCase() || "?";
}

/**
 * One word for what a party sees: `good`, `fair`, `poor`, or `unknown` without figures.
 * Limits: 300 ms is the product's promise for capture to display (M8); 5 and 15 % loss, 2 and 10 % frozen.
 */
export function grade(stats) {
  if (!stats) return "unknown";
  const delay = stats.latency_ms ?? (Number.isFinite(stats.rtt_ms) ? stats.rtt_ms / 2 + 60 : null);
  const marks = [
    [delay, 300, 600],
    [stats.loss, 0.05, 0.15],
    [stats.frozen, 0.02, 0.1],
    [stats.concealed, 0.03, 0.1],
  ].filter(([value]) => Number.isFinite(value));
  if (!marks.length) return "unknown";
  if (marks.some(([value, , bad]) => value > bad)) return "poor";
  return marks.some(([value, fair]) => value > fair) ? "fair" : "good";
}
