/** Where the service lives: data attributes first, then `service="https://host"`, then where this script came from. */

const DEFAULT_MOUNT = "/rtc/";

/**
 * @param {HTMLElement} host the `<rtc-call>` element
 * @param {string} scriptUrl `import.meta.url` of the entry module
 * @returns {{service: string, session: string, fragment: string, style: string, panel: string, language: string}} absolute URLs
 */
export function locate(host, scriptUrl) {
  const mount = mountOf(host.getAttribute("service"), scriptUrl);
  const fromPage = (url) => new URL(url, document.baseURI).href;
  const language = host.getAttribute("language") || document.documentElement.lang || navigator.language || "";
  const fragment = new URL(host.dataset.fragmentUrl ? fromPage(host.dataset.fragmentUrl) : new URL("widget/", mount));
  if (language) fragment.searchParams.set("language", language);
  const panel = panelOf(host, mount, language);
  return {
    service: mount.href,
    session: host.dataset.sessionUrl ? fromPage(host.dataset.sessionUrl) : new URL("session/", mount).href,
    fragment: fragment.href,
    style: host.dataset.styleUrl ? fromPage(host.dataset.styleUrl) : new URL("../css/widget.css", scriptUrl).href,
    panel,
    language,
  };
}

/** The fragment about the product, in the customer's language. */
function panelOf(host, mount, language) {
  const given = host.getAttribute("panel");
  if (!given) return "";
  const url = new URL(given, host.hasAttribute("service") ? mount : document.baseURI);
  if (language && !url.searchParams.has("language")) url.searchParams.set("language", language);
  return url.href;
}

/** A bare host means the default mount; a path is taken as where the host has included our URLs. */
function mountOf(service, scriptUrl) {
  const url = new URL(service || new URL(scriptUrl).origin, document.baseURI);
  if (url.pathname === "/") url.pathname = DEFAULT_MOUNT;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
