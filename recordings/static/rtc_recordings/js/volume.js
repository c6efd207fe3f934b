/** Sound of one party: a switch and a slider, which hold for whatever video the screen has at the time. */

export class Volume {
  #muted = false;

  constructor(screen) {
    this.screen = screen;
    this.button = screen.root.querySelector('[data-part="mute"]');
    this.slider = screen.root.querySelector('[data-part="volume"]');
    this.button?.addEventListener("click", () => this.mute(!this.#muted));
    this.slider?.addEventListener("input", () => this.mute(Number(this.slider.value) === 0));
  }

  get muted() {
    return this.#muted || !this.button;
  }

  mute(muted) {
    if (!this.button) return;
    this.#muted = muted;
    const value = Number(this.slider.value) / 100;
    if (!muted && value === 0) this.slider.value = "100";
    this.screen.video.muted = muted;
    this.screen.video.volume = muted ? 0 : Number(this.slider.value) / 100;
    this.button.setAttribute("aria-pressed", String(muted));
    this.button.querySelector("use").setAttribute("href", muted ? "#rtc-i-silent" : "#rtc-i-sound");
  }
}
