/**
 * Light, dark, or as the system says. The choice is a cookie, so that the server renders the page in it at once
 * (a script would flash the other theme first). <button data-rtc-theme-switch>
 */
const YEAR = 365 * 24 * 3600;

export function startTheme() {
  for (const button of document.querySelectorAll("[data-rtc-theme-switch]")) {
    button.addEventListener("click", turn);
  }
}

function turn() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = root.dataset.rtcTheme || system;
  const next = now === "dark" ? "light" : "dark";
  root.dataset.rtcTheme = next;
  document.cookie = `rtc_theme=${next}; path=/; max-age=${YEAR}; samesite=lax`;
}
