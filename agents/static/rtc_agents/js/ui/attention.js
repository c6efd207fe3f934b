/** Draws the eye to an offer when the page is not in front: a flashing title and a browser notification. */

const FLASH_MS = 1000;

export class Attention {
  #title = "";
  #timer = null;
  #notification = null;

  get permission() {
    return globalThis.Notification?.permission ?? "unsupported";
  }

  /** Ask for notifications; call it inside a click only. Resolves to the permission, never rejects. */
  async ask() {
    if (this.permission !== "default") return this.permission;
    return Notification.requestPermission().catch(() => "denied");
  }

  /** Start calling for attention. `tag` keeps two tabs from notifying twice. */
  start(title, body, tag) {
    this.stop();
    this.#title = document.title;
    let on = false;
    const flash = () => {
      on = !on;
      document.title = on ? `● ${title}` : this.#title;
    };
    flash();
    this.#timer = setInterval(flash, FLASH_MS);
    if (document.hidden || !document.hasFocus()) this.#notify(title, body, tag);
  }

  stop() {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    document.title = this.#title;
    this.#notification?.close();
    this.#notification = null;
  }

  #notify(title, body, tag) {
    if (this.permission !== "granted") return;
    try {
      this.#notification = new Notification(title, { body, tag, requireInteraction: true });
    } catch {
      return; // Android's Chrome allows notifications from service workers only: the ring and the title remain.
    }
    this.#notification.addEventListener("click", () => {
      globalThis.focus();
      this.#notification?.close();
    });
  }
}
