/** The words that scripts choose: read from the server-rendered `<template data-part="texts">`, so translation stays in Django. */
export class Texts {
  #words = new Map();
  #plural;

  constructor(template, language) {
    for (const node of template.content.querySelectorAll("[data-key]")) this.#words.set(node.dataset.key, node.textContent);
    this.#plural = pluralRules(language);
    this.language = this.#plural.resolvedOptions().locale;
  }

  has(key) {
    return this.#words.has(key);
  }

  /** The text of `key` with `{name}` filled from `values`; an unknown key gives "". */
  get(key, values = {}) {
    return (this.#words.get(key) || "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  /** Two sentences as one text: not every language puts a space between them. */
  join(first, second) {
    return first && second ? this.get("two_sentences", { first, second }) : first || second;
  }

  /** The first of `keys` that exists. */
  first(keys, values) {
    return this.get(keys.find((key) => this.has(key)) || "", values);
  }

  /** `key_one`, `key_few`, … `key_other` by the language's plural rule, with `{n}`. */
  count(key, n) {
    return this.first([`${key}_${this.#plural.select(n)}`, `${key}_other`], { n });
  }
}

function pluralRules(language) {
  try {
    return new Intl.PluralRules(language || undefined);
  } catch {
    return new Intl.PluralRules("en"); // a language tag that the browser does not know
  }
}
