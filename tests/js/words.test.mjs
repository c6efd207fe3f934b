/** Words that the browser puts together: sentences side by side, counted things, names of languages. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { languageName } from "../../agents/static/rtc_agents/js/ui/language.js";
import { Texts } from "../../rtc_service/static/rtc_service/js/ui/texts.js";

function texts(language, words) {
  const nodes = Object.entries(words).map(([key, textContent]) => ({ dataset: { key }, textContent }));
  return new Texts({ content: { querySelectorAll: () => nodes } }, language);
}

test("two sentences are joined as the language does it", () => {
  const english = texts("en", { two_sentences: "{first} {second}" });
  const chinese = texts("zh-hans", { two_sentences: "{first}{second}" });
  assert.equal(english.join("Thank you.", "Duration 0:07"), "Thank you. Duration 0:07");
  assert.equal(chinese.join("感谢您的来电。", "通话时长 0:07"), "感谢您的来电。通话时长 0:07");
  assert.equal(english.join("", "Alone."), "Alone.");
});

test("one person is counted in words of its own where the language has them", () => {
  const words = { ahead_one: "1 person", ahead_other: "{n} people" };
  assert.equal(texts("en", words).count("ahead", 1), "1 person");
  assert.equal(texts("zh-hant", words).count("ahead", 1), "1 people", "Chinese has one form for all numbers");
});

test("a language that the shop does not list is named in the page's language, and an unknown one stays", () => {
  assert.equal(languageName("fr", "zh-hans"), "法语");
  assert.equal(languageName("zh_TW", "en"), "Chinese (Taiwan)");
  assert.equal(languageName("not a language", "en"), "not a language");
  assert.equal(languageName("", "en"), "");
});
