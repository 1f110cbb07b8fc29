// Elements made of text nodes: nothing of the input is ever read as HTML.

// el makes an element: attributes and properties, then children, which are elements or
// texts. A function is listened to: onclick, oninput.
export function el(name, attributes = {}, ...children) {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") out.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) out.setAttribute(key, value === true ? "" : value);
  }
  out.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return out;
}

export const byId = (id) => document.getElementById(id);

// tabs makes the buttons of a list behave as tabs: the arrow keys, Home and End choose.
// chosen(button) is told about it.
export function tabs(list, chosen) {
  list.addEventListener("click", (e) => {
    const tab = e.target.closest("[role=tab]");
    if (tab) chosen(tab);
  });
  list.addEventListener("keydown", (e) => {
    const all = [...list.querySelectorAll("[role=tab]")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to === undefined || at < 0) return;
    e.preventDefault();
    const next = (to + all.length) % all.length;
    chosen(all[next]);
    list.querySelectorAll("[role=tab]")[next].focus();
  });
}

// choose marks one tab of a list.
export function choose(list, tab) {
  for (const t of list.querySelectorAll("[role=tab]")) {
    t.setAttribute("aria-selected", String(t === tab));
    t.tabIndex = t === tab ? 0 : -1;
  }
}
