/** What is not a call: the queue's figures for a customer, and the desk of a staff member, leaf by leaf. */

export class Topics {
  /** @type {import("./types.js").SessionState["queue"]} */
  queue = null;
  /** @type {Record<string, any>} */
  desk = {};
  /** @type {Map<string, number>} newest version of each */
  #versions = new Map();

  /** @param {Record<string, any>} desk  of a welcome; versions start anew with it */
  welcome(desk) {
    this.desk = desk;
    this.#versions.clear();
  }

  /** @param {{key: string, version: number, value: any}} topic  `agents.queue:main` or `agents.desk:7` */
  update({ key, version, value }) {
    if (version < (this.#versions.get(key) ?? 0)) return;
    this.#versions.set(key, version);
    const [, leaf, name] = key.match(/^(\w+)\.(queue|desk)(?=:|$)/) ?? [];
    if (name === "queue") {
      this.queue = value;
      const desk = this.desk[leaf];
      if (desk) this.desk = { ...this.desk, [leaf]: { ...desk, waiting: value.waiting } };
    } else if (name === "desk") this.desk = { ...this.desk, [leaf]: value };
  }
}
