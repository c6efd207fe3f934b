/** Where the browser modules lie, and the golden messages. */
import { readFileSync, readdirSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
const FIXTURES = new URL("tests/fixtures/protocol/", ROOT);

export const load = (name) => import(new URL(`rtc_service/static/rtc_service/js/${name}.js`, ROOT));

/** @returns {{name: string, direction: "client"|"server", message?: any, frame?: string, code?: string}[]} */
export function golden(folder = "") {
  const url = new URL(folder, FIXTURES);
  return readdirSync(url)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, url), "utf8")) }));
}

/** A promise of the next event of this type. */
export function next(target, type) {
  return new Promise((resolve) => target.addEventListener(type, (event) => resolve(event.detail), { once: true }));
}

/** Let everything that is already due run. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));
