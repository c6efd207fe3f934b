/**
 * A customer in Firefox, driven line by line: `node firefox.mjs <firefox> <page>` reads {"do": …} lines and answers each with one.
 * Playwright drives only its own build of Firefox; this is the one that people have.
 */
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [, , executablePath, url] = process.argv;
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  extraPrefsFirefox: {
    "media.navigator.streams.fake": true,
    "media.navigator.permission.disabled": true,
    "media.peerconnection.ice.loopback": true,
    "media.autoplay.default": 0,
  },
});
const page = await browser.newPage();
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));

/** The widget's part, from inside its shadow root. */
const inWidget = (selector) => page.waitForFunction((s) => document.querySelector("rtc-call")?.shadowRoot?.querySelector(s), { timeout: 30_000 }, selector);

const steps = {
  async open() {
    await page.goto(url);
    await inWidget("button.launcher");
    return {};
  },
  async call() {
    await (await inWidget("button.launcher")).click();
    return {};
  },
  /** The other's picture: its size, and how many of nine moments showed another picture than the one before. */
  async sees() {
    const handle = await page.waitForFunction(() => {
      const videos = [...document.querySelector("rtc-call").shadowRoot.querySelectorAll("video")];
      return videos.find((video) => video.srcObject && !video.muted && video.videoWidth > 0);
    }, { timeout: 30_000 });
    return handle.evaluate(async (video) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const look = () => {
        context.drawImage(video, 0, 0, 64, 36);
        return context.getImageData(0, 0, 64, 36).data.join();
      };
      let changes = 0;
      for (let before = look(), n = 0; n < 9; n += 1) {
        await new Promise((done) => setTimeout(done, 120));
        const now = look();
        changes += Number(now !== before);
        before = now;
      }
      return { width: video.videoWidth, height: video.videoHeight, changes };
    });
  },
  async say({ text }) {
    const field = await inWidget('[data-part="message"]');
    await field.evaluate((input, words) => {
      input.value = words;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.form.requestSubmit();
    }, text);
    return {};
  },
  async reads({ text }) {
    await page.waitForFunction((words) => document.querySelector("rtc-call").shadowRoot.querySelector('[data-part="log"]')?.textContent.includes(words), { timeout: 15_000 }, text);
    return {};
  },
  async reload() {
    await page.reload();
    return {};
  },
  async complaints() {
    return { complaints, agent: await browser.userAgent() };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: step, ...options } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ ok: true, ...(await steps[step](options)) }));
  } catch (error) {
    console.log(JSON.stringify({ ok: false, error: String(error), complaints }));
  }
}
await browser.close();
