/** The `<rtc-call>` elements of this page: a tab has one call with a service, however many buttons there are. */
export class Page {
  /** @type {Map<HTMLElement & {holds: boolean, goOn: () => boolean, rest: () => void}, string>} element → address of its service */
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

  /** The tab's name goes to the one that is about to call: what the others have made ready for a click is given up. */
  makeWay(element) {
    const service = this.#services.get(element);
    for (const [other, of] of this.#services) if (other !== element && of === service) other.rest();
  }

  /** The element that has the call with this service, or undefined. */
  holder(service) {
    return [...this.#services].find(([element, of]) => of === service && element.holds)?.[0];
  }
}
