"use strict";

// The texts of the report are untrusted. They enter the page as text nodes and
// as values of the attributes below, none of which runs or loads anything.

const attributes = new Set(["class", "id", "role", "type", "title", "tabindex", "hidden", "for", "value", "viewBox", "width", "height", "x", "y", "rx", "d",
  "scope", "text-anchor", "focusable"]);

function set(node, attrs) {
  for (const [name, value] of Object.entries(attrs)) {
    if (!attributes.has(name) && !name.startsWith("aria-") && !name.startsWith("data-")) throw new Error("no attribute " + name);
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

// el returns an element with attributes and children; a child that is a string
// is text, and one that is missing, false or "" is none.
function el(name, attrs, ...children) {
  const node = set(document.createElement(name), attrs || {});
  node.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
  return node;
}

// svg does the same for a picture.
function svg(name, attrs, ...children) {
  const node = set(document.createElementNS("http://www.w3.org/2000/svg", name), attrs || {});
  node.append(...children);
  return node;
}

const byId = (id) => document.getElementById(id);

// plural counts: "1 route", "5,000 routes".
function plural(n, one, many) {
  return n.toLocaleString("en") + " " + (n === 1 ? one : many || one + "s");
}
