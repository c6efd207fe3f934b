/** Fetches the window's HTML and style once per address; both are the same for every visitor and cacheable. */

const kept = new Map();

/** Starts (or joins) the fetch of one text; a failed one may be tried again. */
function fetchText(url) {
  if (!kept.has(url)) {
    const text = fetch(url, { credentials: "omit", mode: "cors" }).then((response) => {
      if (!response.ok) throw new Error(`rtc: ${url} answered ${response.status}`);
      return response.text();
    });
    text.catch(() => kept.delete(url));
    kept.set(url, text);
  }
  return kept.get(url);
}

export function prefetch(urls) {
  return Promise.all([fetchText(urls.fragment), fetchText(urls.style)]);
}

/** @returns {Promise<DocumentFragment>} a fresh copy of the service's own HTML, for the shadow root */
export async function loadFragment(url) {
  return parse(await fetchText(url));
}

/**
 * What is true at this moment only, e.g. a price: read anew each time, as the page's own visitor.
 * @returns {Promise<DocumentFragment>}
 */
export async function readFragment(url) {
  const response = await fetch(url, { credentials: "same-origin", mode: "cors" });
  if (!response.ok) throw new Error(`rtc: ${url} answered ${response.status}`);
  return parse(await response.text());
}

/** @returns {Promise<CSSStyleSheet>} constructed, because a strict CSP forbids `<style>` */
export async function loadStyle(url) {
  return sheet(await fetchText(url));
}

export function sheet(css) {
  const style = new CSSStyleSheet();
  style.replaceSync(css);
  return style;
}

/** Parses in an inert document: scripts in it do not run. Only for HTML of our own service, never for a peer's text. */
function parse(html) {
  const inert = new DOMParser().parseFromString(trusted(html), "text/html");
  const fragment = document.createDocumentFragment();
  fragment.append(...inert.body.childNodes);
  return document.importNode(fragment, true);
}

let policy;

/** A page with `require-trusted-types-for 'script'` can allow the policy `rtc-widget`. */
function trusted(html) {
  if (!globalThis.trustedTypes) return html;
  policy ??= globalThis.trustedTypes.createPolicy("rtc-widget", { createHTML: (text) => text });
  return policy.createHTML(html);
}
