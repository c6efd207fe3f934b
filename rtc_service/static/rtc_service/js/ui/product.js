/** What the call is about: the page's title for it, and its details from the slot or from a fragment of the service. */
import { part, setText, show } from "./element.js";
import { loadFragment } from "./resources.js";

export class Product {
  #parts;
  #loaded = "";

  constructor(root, host, urls) {
    this.#parts = Object.fromEntries(["product", "product-title", "product-panel"].map((name) => [name, part(root, name)]));
    const details = this.#parts.product;
    const hasSlotted = host.querySelector('[slot="product"]') !== null;
    details.toggleAttribute("data-empty", !hasSlotted && !urls.panel);
    details.addEventListener("toggle", () => details.open && urls.panel && this.#load(urls.panel));
    details.addEventListener("click", (event) => details.hasAttribute("data-empty") && event.preventDefault());
  }

  /** The call knows its title on every page; before that the page does. */
  update(call, host) {
    const title = call?.title || host.getAttribute("subject-title") || call?.subject || host.getAttribute("subject") || "";
    show(this.#parts.product, Boolean(title));
    setText(this.#parts["product-title"], title);
  }

  async #load(url) {
    if (this.#loaded === url) return;
    this.#loaded = url;
    try {
      const fragment = await loadFragment(url);
      const panel = document.createElement("div");
      panel.append(fragment);
      this.#parts["product-panel"].append(panel);
    } catch {
      this.#loaded = ""; // opening it again asks again
    }
  }
}
