/**
 * What the call is about: the page's title for it, and its details from the slot or from a fragment (`panel`).
 *
 * In the fragment `data-rtc-summary="picture"` (an <img>) and `data-rtc-summary="price"` are also shown in the folded
 * row, and `data-rtc-refresh-on` of its first element names the topics (prefixes will do) after which it is read anew.
 */
import { part, setText, show } from "./element.js";
import { readFragment } from "./resources.js";

/** The connection goes first: the row has the page's own title meanwhile. */
const PATIENCE_MS = 1000;
/** Changes come in bursts; one fetch serves them all. */
const CALM_MS = 200;

export class Product {
  #parts;
  #url;
  #timer = 0;
  #asked = false;

  constructor(root, host, session, urls, signal) {
    const names = ["product", "product-title", "product-panel", "product-details", "product-icon", "product-picture", "product-price"];
    this.#parts = Object.fromEntries(names.map((name) => [name, part(root, name)]));
    this.#url = urls.panel;
    const details = this.#parts.product;
    const slotted = host.querySelector('[slot="product"]') !== null;
    details.toggleAttribute("data-empty", !slotted && !urls.panel);
    details.addEventListener("toggle", () => details.open && this.#soon(0));
    details.addEventListener("click", (event) => details.hasAttribute("data-empty") && event.preventDefault());
    session.addEventListener("rtc:topic", ({ detail }) => this.#interests.some((prefix) => detail.key.startsWith(prefix)) && this.#soon(CALM_MS), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** The call knows its title on every page; before that the page does. */
  update(call, host) {
    const title = call?.title || host.getAttribute("subject-title") || call?.subject || host.getAttribute("subject") || "";
    show(this.#parts.product, Boolean(title));
    setText(this.#parts["product-title"], title);
    // The panel is about this page's subject, and a call may have come from another page.
    if (call && call.subject !== (host.getAttribute("subject") || "")) this.#url = "";
    if (!call || this.#asked) return;
    this.#asked = true;
    this.#soon(PATIENCE_MS);
  }

  /** Topics, or their beginnings, after which what is shown is out of date. */
  get #interests() {
    return (this.#parts["product-details"].firstElementChild?.dataset.rtcRefreshOn ?? "").split(" ").filter(Boolean);
  }

  #soon(milliseconds) {
    clearTimeout(this.#timer);
    if (this.#url) this.#timer = setTimeout(() => this.#load(this.#url), milliseconds);
  }

  async #load(url) {
    try {
      const fragment = await readFragment(url);
      this.#parts["product-details"].replaceChildren(fragment);
      this.#summarise();
    } catch {
      // what stands there stays; the next change, or opening it, asks again
    }
  }

  #summarise() {
    const details = this.#parts["product-details"];
    const picture = details.querySelector('img[data-rtc-summary="picture"]')?.src ?? "";
    show(this.#parts["product-picture"], Boolean(picture));
    show(this.#parts["product-icon"], !picture);
    if (picture && this.#parts["product-picture"].src !== picture) this.#parts["product-picture"].src = picture;
    const price = this.#parts["product-price"];
    const before = price.textContent;
    setText(price, details.querySelector('[data-rtc-summary="price"]')?.textContent.trim() ?? "");
    show(price, Boolean(price.textContent));
    if (before && before !== price.textContent) this.#point(price);
  }

  /** A price that has changed under the customer's eyes is marked for a moment. */
  #point(price) {
    price.toggleAttribute("data-changed", true);
    price.addEventListener("animationend", () => price.toggleAttribute("data-changed", false), { once: true });
  }
}
