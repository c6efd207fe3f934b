/** Five bars that move with the own microphone, so that people see that they are heard before anybody listens. */
import { show } from "./element.js";

const INTERVAL_MS = 80;

export class LevelMeter {
  #element;
  #bars;
  #stream = null;
  #context = null;
  #timer = 0;

  constructor(element) {
    this.#element = element;
    this.#bars = [...element.children];
  }

  /** Listens to `stream`'s sound; the same stream again changes nothing. */
  start(stream) {
    if (this.#stream === stream || !globalThis.AudioContext || !stream.getAudioTracks().length) return;
    this.stop();
    this.#stream = stream;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => this.#draw(analyser, samples), INTERVAL_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#context?.close().catch(() => {}); // closed already: nothing to do
    this.#context = this.#stream = null;
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
