/**
 * Bring a piece of the page up to date with a fresh fragment, keeping the nodes that are there.
 *
 * The field in focus stays the same node with the same text, so the caret stays and an input method's composition
 * (Chinese) is not cut; fields with changes that are not saved yet (`data-rtc-changed`) keep them; what the browser's
 * side added (`data-rtc-keep`) stays. Everything else becomes what the server says.
 */

const FIELD = /^(INPUT|TEXTAREA|SELECT)$/;
// These belong to the page, not to the server's fragment.
const OWN = new Set(["data-rtc-changed", "data-rtc-dirty", "data-rtc-keep", "open", "aria-busy"]);

/** Make the children of `old` like those of `fresh` (an element or a fragment). */
export function morph(old, fresh) {
  let cursor = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const found = match(cursor, wanted);
    if (!found) {
      old.insertBefore(wanted.cloneNode(true), cursor);
      continue;
    }
    cursor = drop(cursor, found);
    update(found, wanted);
    cursor = found.nextSibling;
  }
  drop(cursor, null);
}

function match(cursor, wanted) {
  for (let node = cursor; node; node = node.nextSibling) if (same(node, wanted)) return node;
  return null;
}

function same(one, other) {
  if (one.nodeType !== other.nodeType) return false;
  if (one.nodeType !== Node.ELEMENT_NODE) return true;
  if (isOurs(one) || isOurs(other)) return isOurs(one) && isOurs(other);
  if (one.tagName !== other.tagName || one.id !== other.id || one.dataset.rtcKeep !== undefined) return false;
  if (one.tagName === "FORM") return one.getAttribute("action") === other.getAttribute("action");
  return !FIELD.test(one.tagName) || one.name === other.name;
}

/** Remove the nodes before `stop`, sparing our own; returns where to go on. */
function drop(from, stop) {
  let node = from;
  while (node && node !== stop) {
    const next = node.nextSibling;
    if (node.dataset?.rtcKeep === undefined) node.remove();
    node = next;
  }
  return stop;
}

/** The save state of a form: the server may place it, what it says is the browser's. */
function isOurs(element) {
  return element.dataset.rtcSaveState !== undefined;
}

function update(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (isOurs(old)) return;
  updateAttributes(old, fresh);
  if (FIELD.test(old.tagName)) updateField(old, fresh);
  else morph(old, fresh);
}

function updateAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OWN.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!OWN.has(name) && name !== "value" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function updateField(old, fresh) {
  if (old === document.activeElement || old.dataset.rtcChanged !== undefined) return;
  if (old.type === "file") return;
  if (old.type === "checkbox" || old.type === "radio") {
    old.checked = fresh.checked;
    return;
  }
  if (old.tagName === "SELECT") morph(old, fresh);
  if (old.value !== fresh.value) old.value = fresh.value;
  // What the server says is also what `form.reset()` goes back to.
  if (old.tagName === "TEXTAREA" || old.tagName === "INPUT") old.defaultValue = fresh.defaultValue;
}
