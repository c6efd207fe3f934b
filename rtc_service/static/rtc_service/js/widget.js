/**
 * `<rtc-call>`: the entry. It shows the button at once and fetches everything else when the page is idle, or when the
 * pointer comes near, so that the click finds it there.
 *
 * Attributes: `page-kind subject subject-title category storefront media language label label-opening theme side identity
 * panel service`; `data-session-url data-fragment-url data-style-url` override what is derived from `service` or from
 * this script's address. Slot `product`: the page's own words about the product.
 */
import { Launcher } from "./ui/launcher.js";
import { locate } from "./ui/locate.js";
import { openCall, tabStorage } from "./ui/open-call.js";
import { prefetch } from "./ui/resources.js";
import { followScheme } from "./ui/theme.js";

class RtcCall extends HTMLElement {
  static observedAttributes = ["theme", "side", "label"];
  #launcher = null;
  #urls = null;
  #app = null;
  #loading = null;
  #look = () => {};
  #connected = null;

  connectedCallback() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#launcher ??= new Launcher(this, shadow);
    this.#urls = locate(this, import.meta.url);
    this.#connected = new AbortController();
    const { signal } = this.#connected;
    this.#look = followScheme(this, this.#launcher.root, signal);
    const { button } = this.#launcher;
    button.addEventListener("click", () => this.open(), { signal });
    for (const kind of ["pointerenter", "focus", "touchstart"]) button.addEventListener(kind, () => this.#prepare(), { signal, passive: true });
    const note = openCall(tabStorage(), this.#urls.service);
    if (note) this.#resume(note);
    else whenIdle(() => this.#prepare());
  }

  disconnectedCallback() {
    this.#connected.abort();
    this.#app?.detach();
    this.#app = this.#loading = null;
  }

  attributeChangedCallback() {
    this.#look();
    if (this.#launcher?.button.dataset.state === "idle") this.#launcher.idle();
  }

  /** The call of this tab (a CallSession), or null before the first click: for the page's own scripts. */
  get session() {
    return this.#app?.session ?? null;
  }

  /** Starts a call, or shows the one that is open: for the page's own buttons. */
  async open() {
    const launcher = this.#launcher;
    if (launcher.button.dataset.state === "opening") return;
    if (launcher.button.dataset.state === "idle") launcher.opening();
    try {
      const app = await this.#prepare();
      await app.open();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #resume(note) {
    try {
      const app = await this.#prepare();
      await app.resume(note);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error) {
    this.#app?.detach();
    this.#loading = null; // the next click tries to load again
    this.#launcher.idle();
    this.dispatchEvent(new CustomEvent("rtc:failed", { detail: error, bubbles: true, composed: true }));
  }

  /** Loads the window's modules, words and style, once. */
  #prepare() {
    this.#loading ??= this.#load();
    this.#loading.catch(() => { this.#loading = null; });
    return this.#loading;
  }

  async #load() {
    const [{ CallApp }] = await Promise.all([import("./ui/call-app.js"), prefetch(this.#urls)]);
    this.#app ??= new CallApp({ host: this, shadow: this.shadowRoot, launcher: this.#launcher, urls: this.#urls });
    return this.#app;
  }
}

function whenIdle(callback) {
  if (globalThis.requestIdleCallback) requestIdleCallback(() => callback(), { timeout: 2000 });
  else setTimeout(callback, 200);
}

if (!customElements.get("rtc-call")) customElements.define("rtc-call", RtcCall);
