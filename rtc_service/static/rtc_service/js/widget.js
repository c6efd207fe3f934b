/**
 * `<rtc-call>`: the entry. It shows the button at once and fetches everything else when the page is idle, or when the
 * pointer comes near, so that the click finds it there.
 *
 * Attributes: `page-kind subject subject-title category storefront media language label label-opening label-failed theme
 * side identity panel service`; `data-session-url data-fragment-url data-style-url` override what is derived from `service` or from
 * this script's address. Slot `product`: the page's own words about the product.
 */
import { Launcher } from "./ui/launcher.js";
import { locate } from "./ui/locate.js";
import { openCall, tabStorage } from "./ui/open-call.js";
import { Page } from "./ui/page.js";
import { prefetch } from "./ui/resources.js";
import { followScheme } from "./ui/theme.js";

const page = new Page();

class RtcCall extends HTMLElement {
  static observedAttributes = ["theme", "side", "label"];
  #launcher = null;
  #urls = null;
  #app = null;
  #loading = null;
  #look = () => {};
  /** @type {AbortController|null} since it came to the page */
  #connected = null;
  #starting = 0;

  connectedCallback() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#launcher ??= new Launcher(this, shadow);
    this.#launcher.raise();
    if (this.#connected) return; // only moved to another place of the page: the call goes on
    this.#urls = locate(this, import.meta.url);
    this.#connected = new AbortController();
    const { signal } = this.#connected;
    this.#look = followScheme(this, this.#launcher.root, signal);
    const { button } = this.#launcher;
    button.addEventListener("click", () => this.open(), { signal });
    for (const kind of ["pointerenter", "focus", "touchstart"]) button.addEventListener(kind, () => this.#warm(), { signal, passive: true });
    page.add(this, this.#urls.service);
    if (!this.goOn()) whenIdle(() => this.isConnected && this.#prepare());
  }

  /** A move is a removal and an insertion; which of the two it was is known when the page's script has come to its end. */
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#leave());
  }

  #leave() {
    if (!this.#connected) return;
    this.#connected.abort();
    this.#app?.detach();
    this.#app = this.#loading = this.#connected = null;
    this.#launcher.idle();
    page.remove(this);
  }

  attributeChangedCallback() {
    this.#look();
    if (this.#launcher?.button.dataset.state === "idle") this.#launcher.idle();
  }

  /** The call of this tab (a CallSession), or null before the first click: for the page's own scripts. */
  get session() {
    return this.#app?.session ?? null;
  }

  /** Whether a call of the tab is in this element's hands. */
  get holds() {
    return this.#starting > 0 || this.session !== null;
  }

  /** Takes up the call that the last page, or an element that has left this one, has left open. @returns {boolean} */
  goOn() {
    const note = openCall(tabStorage(), this.#urls.service);
    if (!note || page.holder(this.#urls.service)) return false;
    this.#start((app) => app.resume(note));
    return true;
  }

  /** Another button of the page is being used. */
  rest() {
    if (!this.holds) this.#app?.detach();
  }

  /** Starts a call, or shows the one that is open: for the page's own buttons. */
  async open() {
    const holder = page.holder(this.#urls.service);
    if (holder && holder !== this) return holder.open();
    const launcher = this.#launcher;
    if (launcher.button.dataset.state === "opening") return;
    page.makeWay(this);
    if (launcher.button.dataset.state === "idle") launcher.opening();
    await this.#start((app) => app.open());
  }

  /** @param {(app: import("./ui/call-app.js").CallApp) => Promise<void>} step */
  async #start(step) {
    this.#starting += 1;
    try {
      const app = await this.#prepare();
      if (this.isConnected) await step(app);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#starting -= 1;
    }
  }

  #fail(error) {
    this.#app?.detach();
    this.#loading = null; // the next click tries to load again
    this.#launcher.failed();
    this.dispatchEvent(new CustomEvent("rtc:failed", { detail: error, bubbles: true, composed: true }));
  }

  /** The pointer comes near: what the click needs is made ready, and nothing is asked of the customer yet. */
  async #warm() {
    if (page.holder(this.#urls.service)) return;
    page.makeWay(this);
    try {
      const app = await this.#prepare();
      await app.warm();
    } catch {
      // the click tries again and tells
    }
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
    if (!this.getAttribute("label")) this.#launcher.fallback((await this.#app.words()).get("launcher.label"));
    return this.#app;
  }
}

function whenIdle(callback) {
  if (globalThis.requestIdleCallback) requestIdleCallback(() => callback(), { timeout: 2000 });
  else setTimeout(callback, 200);
}

if (!customElements.get("rtc-call")) customElements.define("rtc-call", RtcCall);
