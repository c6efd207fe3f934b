/** Light or dark: the attribute `theme` wins, else what the visitor's system asks for. */

/** Keeps `root.dataset.scheme` true until `signal` aborts; returns a function that looks again at once. */
export function followScheme(host, root, signal) {
  const dark = globalThis.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = host.getAttribute("theme");
    root.dataset.scheme = wanted === "light" || wanted === "dark" ? wanted : dark.matches ? "dark" : "light";
    root.dataset.side = host.getAttribute("side") === "left" ? "left" : "right";
  };
  dark.addEventListener("change", apply, { signal });
  apply();
  return apply;
}
