/** Five bars that move with the own microphone, so that people see that they are heard before anybody listens. */
import { show } from "./element.js";

const INTERVAL_MS = 80;
const CALM_MS = 800; // the first moments belong to the connection: a call that is answered at once needs no meter

export class LevelMeter {
  #element;
  #bars;
  #track = null;
  #context = null;
  #timer = 0;

  constructor(element) {
    this.#element = element;
    this.#bars = [...element.children];
  }

  /** Listens to `stream`'s sound; the same track again changes nothing. */
  start(stream) {
    const [track] = stream.getAudioTracks();
    if (this.#track === track || !globalThis.AudioContext || !track) return;
    this.stop();
    this.#track = track;
    this.#timer = setTimeout(() => this.#listen(track), CALM_MS);
  }

  #listen(track) {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => this.#draw(analyser, samples), INTERVAL_MS);
  }

  stop() {
    clearInterval(this.#timer); // or the time-out before it: timers have one list of numbers
    this.#context?.close().catch(() => {}); // closed already: nothing to do
    this.#context = this.#track = null;
    show(this.#element, false);
  }

  #draw(analyser, samples) {
    if (this.#context.state !== "running") return; // without a gesture the browser keeps it suspended: no meter then
    show(this.#element, true);
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const lit = Math.round(Math.min(1, Math.sqrt(power) * 6) * this.#bars.length);
    this.#bars.forEach((bar, index) => bar.toggleAttribute("data-lit", index < lit));
  }
}
