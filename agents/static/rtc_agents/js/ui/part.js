/**
 * Base of the workbench's custom elements: server-rendered HTML that follows the session's state.
 *
 * Life: the entry calls `connect(session, page)` once; the element's `ready()` runs, then `update(state)` now and
 * at each `rtc:state`. `disconnect()` ends all listeners. Words come from the element's `data-text-*` attributes,
 * so that translation stays with Django.
 */
export class Part extends HTMLElement {
  #abort = null;

  connect(session, page) {
    this.#abort = new AbortController();
    this.session = session;
    this.page = page;
    this.ready();
    this.on(session, "rtc:state", (event) => this.update(event.detail));
    this.update(session.state);
  }

  disconnect() {
    this.#abort?.abort();
  }

  disconnectedCallback() {
    this.disconnect();
  }

  /** Override: find the children and bind their events. */
  ready() {}

  /** Override: show the state. Called often, so it must be cheap and may be called with an unchanged state. */
  update(_state) {}

  on(target, type, handler, options = {}) {
    target?.addEventListener(type, handler, { ...options, signal: this.#abort.signal });
  }

  /** Run `handler` every `ms` until disconnected. */
  every(ms, handler) {
    const timer = setInterval(handler, ms);
    this.#abort.signal.addEventListener("abort", () => clearInterval(timer));
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  parts(name) {
    return [...this.querySelectorAll(`[data-part="${name}"]`)];
  }

  /** The translated words of `data-text-<key>`, with `{name}` filled in; the fallback key when there are none. */
  say(key, values = {}, fallback = "") {
    const words = this.getAttribute(`data-text-${key}`) ?? (fallback && this.getAttribute(`data-text-${fallback}`)) ?? "";
    return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }
}

/** Change text only when it differs: keeps screen readers and layout quiet. */
export function setText(element, text) {
  if (element && element.textContent !== String(text)) element.textContent = text;
}

export function show(element, visible) {
  if (element && element.hidden === Boolean(visible)) element.hidden = !visible;
}

export function define(name, type) {
  if (!customElements.get(name)) customElements.define(name, type);
}
