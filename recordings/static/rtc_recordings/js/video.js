/** Promises around a video element. */

const SECONDS = 20;

/** Resolves when the video stands at `at` and could play; rejects when it fails or takes too long. */
export function loaded(video, at) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(reject, new Error("the video did not load")), SECONDS * 1000);
    const done = (settle, value) => {
      clearTimeout(timer);
      for (const [name, listener] of listeners) video.removeEventListener(name, listener);
      settle(value);
    };
    const check = () => video.readyState >= 3 && !video.seeking && Math.abs(video.currentTime - at) < 0.5 && done(resolve);
    const listeners = [
      ["loadedmetadata", () => (video.currentTime = at)],
      ["seeked", check],
      ["canplay", check],
      ["error", () => done(reject, new Error("the video failed"))],
    ];
    for (const [name, listener] of listeners) video.addEventListener(name, listener);
  });
}

/** The next frame, or a moment later in a tab that nobody sees. */
export function paint() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
