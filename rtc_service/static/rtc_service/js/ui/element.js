/** Small helpers for elements that enhance server-rendered HTML. */

/** The element that the template names `data-part="name"`; throws when the template lacks it. */
export function part(root, name) {
  const node = root.querySelector(`[data-part="${name}"]`);
  if (!node) throw new Error(`rtc: the template has no part "${name}"`);
  return node;
}

/** Writes only what differs: the same text again would make screen readers repeat it. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function show(node, shown) {
  if (node.hidden === Boolean(shown)) node.hidden = !shown;
}

export function setPressed(button, pressed) {
  const value = String(Boolean(pressed));
  if (button.getAttribute("aria-pressed") !== value) button.setAttribute("aria-pressed", value);
}

/** Gives a media element its stream, once: setting the same one again would flicker. */
export function setStream(video, stream) {
  if (video.srcObject !== (stream || null)) video.srcObject = stream || null;
}

/** The own picture is shown as in a mirror, unless the camera looks away from its owner. */
export function showSelf(video, local) {
  const picture = local.camera ? local.stream : null;
  setStream(video, picture);
  show(video, picture !== null);
  const away = picture?.getVideoTracks()[0]?.getSettings().facingMode === "environment";
  video.toggleAttribute("data-mirror", !away);
}

/** An icon of `icons.html` by its name. */
export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(namespace, "use");
  use.setAttribute("href", `#rtc-i-${name}`);
  svg.append(use);
  return svg;
}

/** `125` seconds → `2:05`, `3725` → `1:02:05`. */
export function formatDuration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
