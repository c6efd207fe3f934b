/** A language's name in the page's language: `zh-TW` → "Chinese (Taiwan)"; what nobody knows stays as it is. */
export function languageName(tag, page = document.documentElement.lang) {
  if (!tag) return "";
  try {
    return new Intl.DisplayNames([page || "en"], { type: "language", fallback: "code" }).of(tag.replace("_", "-")) ?? tag;
  } catch {
    return tag; // not a language tag at all
  }
}
