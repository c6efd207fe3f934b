/** Keyboard focus inside a dialog. */

const FOCUSABLE = 'button, a[href], input, select, textarea, summary, [tabindex]:not([tabindex="-1"])';

/** What Tab reaches inside `root`, in order. */
export function focusable(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter((node) => !node.disabled && node.getClientRects().length > 0);
}

/** On a keydown: Tab from the last goes to the first, and back. */
export function trapFocus(event, root) {
  if (event.key !== "Tab" || event.defaultPrevented) return;
  const nodes = focusable(root);
  if (!nodes.length) return;
  const active = root.getRootNode().activeElement;
  const last = nodes[nodes.length - 1];
  const leaving = event.shiftKey ? active === nodes[0] || active === root : active === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : nodes[0]).focus();
}
