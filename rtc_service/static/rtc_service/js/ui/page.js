/** The `<rtc-call>` elements of this page: a tab has one call with a service, however many buttons there are. */
export class Page {
  /** @type {Map<HTMLElement & {holds: boolean, goOn: () => boolean}, string>} element → address of its service */
  #services = new Map();

  add(element, service) {
    this.#services.set(element, service);
  }

  /** Another element goes on with a call that this one had. */
  remove(element) {
    const service = this.#services.get(element);
    this.#services.delete(element);
    for (const [other, of] of this.#services) if (of === service && other.goOn()) return;
  }

  /** The element that has the call with this service, or undefined. */
  holder(service) {
    return [...this.#services].find(([element, of]) => of === service && element.holds)?.[0];
  }
}
