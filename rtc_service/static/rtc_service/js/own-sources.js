/** Tells the others in the call which of our sources are on: as soon as there are others, and only what is new. */

export class OwnSources {
  #signalling;
  #log;
  #media;
  #role;
  #said = "";

  /**
   * @param {object} parts
   * @param {import("./signalling-client.js").SignallingClient} parts.signalling
   * @param {import("./call-log.js").CallLog} parts.log
   * @param {import("./media-devices.js").LocalMedia} parts.media
   * @param {string} parts.role
   */
  constructor({ signalling, log, media, role }) {
    this.#signalling = signalling;
    this.#log = log;
    this.#media = media;
    this.#role = role;
  }

  /**
   * @param {boolean} [again]  after a welcome: the server may not have got it
   * @returns {Promise<void>} rejects with RtcError when the server refuses
   */
  async say(again = false) {
    const { call, isOpen, snapshot } = this.#log;
    // While the call waits nobody looks, and the database has better to do.
    if (!isOpen || !snapshot?.staff || !this.#log.participant(this.#role)) return;
    const { camera, microphone, screen } = this.#media.state;
    const said = `${call} ${camera} ${microphone} ${screen}`;
    if (said === this.#said && !again) return;
    this.#said = said;
    await this.#signalling.deliver("media", { camera, microphone, screen }, { call, key: "media" });
  }
}
