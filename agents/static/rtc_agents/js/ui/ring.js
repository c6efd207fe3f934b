/**
 * The ring of an offer, made by WebAudio: no file to load, no host to ask.
 *
 * A browser keeps sound locked until the user has clicked once; `unlock()` must run inside that click.
 * `audible` says whether a ring would be heard; `rtc:ring` is dispatched when that changes.
 */
const REPEAT_MS = 2400;
// Two soft strokes, a fifth apart, then rest: noticed in a busy room without alarming.
const NOTES = [[783.99, 0], [1174.66, 0.16], [783.99, 0.5], [1174.66, 0.66]];

export class Ring extends EventTarget {
  #context = null;
  #timer = null;

  get audible() {
    return this.#context?.state === "running";
  }

  get ringing() {
    return this.#timer !== null;
  }

  /** Open the sound. Resolves to whether it is open; never rejects. */
  async unlock() {
    if (!globalThis.AudioContext) return false;
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#context.addEventListener("statechange", () => this.dispatchEvent(new Event("rtc:ring")));
    }
    // Without a click resume() stays pending for ever, so it is raced with a short wait.
    const late = new Promise((done) => { setTimeout(done, 300); });
    await Promise.race([this.#context.resume().catch(() => {}), late]);
    this.dispatchEvent(new Event("rtc:ring"));
    return this.audible;
  }

  /** One ring, for the test at log-in. */
  once() {
    this.#strike();
  }

  start() {
    if (this.ringing) return;
    this.#strike();
    this.#timer = setInterval(() => this.#strike(), REPEAT_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #strike() {
    if (!this.audible) return;
    const now = this.#context.currentTime + 0.02;
    for (const [frequency, after] of NOTES) this.#note(frequency, now + after);
  }

  #note(frequency, at) {
    const gain = this.#context.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.22, at + 0.01);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.55);
    gain.connect(this.#context.destination);
    const tone = this.#context.createOscillator();
    tone.type = "triangle";
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(at);
    tone.stop(at + 0.6);
  }
}
