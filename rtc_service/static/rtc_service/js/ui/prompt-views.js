/**
 * Which questions the call window can show: kind → view. A kind without a view is not shown, so that a page that is one
 * version behind goes on as before.
 *
 * A view is made once per window with `new View(root, signal)` and has `element` (its part of the window), `words` (for
 * the live region), `update(payload)`, `failed(yes)`, and says "answer" with detail = {accept, answer}.
 */
import { Consent } from "./consent.js";

const VIEWS = new Map([["recordings.consent", Consent]]);

/** Later kinds plug in here; a second view for the same kind is an error. */
export function registerPrompt(kind, View) {
  if (VIEWS.has(kind)) throw new Error(`rtc: there is a view for ${kind} already`);
  VIEWS.set(kind, View);
}

export function promptViews() {
  return [...VIEWS];
}
