/**
 * The ring of an offer, made by WebAudio: no file to load, no host to ask.
 *
 * A browser keeps sound locked until the user has clicked once; `unlock()` must run inside that click.
 * `audible` says whether a ring would be heard; `rtc:ring` is dispatched when that changes.
 */
// Two soft strokes, a fifth apart, then rest: noticed in a busy room without alarming.
const NOTES = [[783.99, 0], [1174.66, 0.16], [783.99, 0.5], [1174.66, 0.66]];
const REPEAT_SECONDS = 2.4;
// Timers of a hidden tab may wake once a minute only, so the whole ringing is laid out on the audio clock at once.
const LONGEST_SECONDS = 120;

export class Ring extends EventTarget {
  #context = null;
  #out = null;
  #ringing = false;

  get audible() {
    return this.#context?.state === "running";
  }

  get ringing() {
    return this.#ringing;
  }

  /** Open the sound. Resolves to whether it is open; never rejects. */
  async unlock() {
    if (!globalThis.AudioContext) return false;
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#context.addEventListener("statechange", () => this.#changed());
    }
    // Without a click resume() stays pending for ever, so it is raced with a short wait.
    const late = new Promise((done) => { setTimeout(done, 300); });
    await Promise.race([this.#context.resume().catch(() => {}), late]);
    this.#changed();
    return this.audible;
  }

  /** One ring, for the test at log-in. */
  once() {
    if (this.audible) this.#strike(this.#context.destination, 0);
  }

  start() {
    this.#ringing = true;
    this.#play();
  }

  stop() {
    this.#ringing = false;
    this.#out?.disconnect();
    this.#out = null;
  }

  #changed() {
    // Opened in the middle of an offer: ring from now on.
    this.#play();
    this.dispatchEvent(new Event("rtc:ring"));
  }

  #play() {
    if (!this.#ringing || !this.audible || this.#out) return;
    this.#out = this.#context.createGain();
    this.#out.connect(this.#context.destination);
    for (let at = 0; at < LONGEST_SECONDS; at += REPEAT_SECONDS) this.#strike(this.#out, at);
  }

  #strike(out, after) {
    const now = this.#context.currentTime + 0.02 + after;
    for (const [frequency, offset] of NOTES) this.#note(out, frequency, now + offset);
  }

  #note(out, frequency, at) {
    const gain = this.#context.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.22, at + 0.01);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.55);
    gain.connect(out);
    const tone = this.#context.createOscillator();
    tone.type = "triangle";
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(at);
    tone.stop(at + 0.6);
  }
}
