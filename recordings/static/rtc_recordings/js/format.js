/** Times in words. Pure. */

/** 65 → "1:05", 3665 → "1:01:05" */
export function timeWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** "{now} of {length}" with its places filled in. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Formats moments (ms since the epoch) as the time of day of whoever looks on, in the page's language. */
export function wallClock(language) {
  const format = new Intl.DateTimeFormat(language || undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return (moment) => format.format(moment);
}
