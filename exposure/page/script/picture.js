"use strict";

// The picture has a column for hosts, routes, engines, rules and services. A row
// is a way through it. What has one name is drawn once.

const columns = ["host", "route", "engine", "rule", "service"];
const mostInPicture = 200;
const box = { width: 214, height: 36, gap: 10, column: 290, letters: 28 };

function pictureOf(list) {
  const nodes = new Map();
  const edges = new Map();
  for (const row of list) {
    let last = null;
    for (const step of chain(row)) {
      const key = step.kind + "\n" + (step.kind === "route" ? row.key : step.name);
      const node = nodes.get(key) || { ...step, key, rows: new Set(), from: [] };
      nodes.set(key, node);
      node.rows.add(row);
      if (last) {
        node.from.push(last);
        const edge = last.key + "\n\n" + key;
        edges.set(edge, { from: last, to: node, rows: (edges.get(edge) || { rows: new Set() }).rows.add(row) });
      }
      last = node;
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

// place gives each node its place: routes one below the other, everything else
// in the middle of the routes that come by, without overlap. It returns the size of
// the picture.
function place(nodes) {
  const used = columns.filter((kind) => nodes.some((n) => n.kind === kind));
  const step = box.height + box.gap;
  let bottom = 0;
  nodes.filter((n) => n.kind === "route").forEach((n, i) => { n.y = i * step; });
  const middle = (list) => list.reduce((sum, y) => sum + y, 0) / Math.max(1, list.length);
  const routesAt = new Map(nodes.filter((n) => n.kind === "route").map((n) => [[...n.rows][0], n.y]));
  for (const kind of used) {
    const column = nodes.filter((n) => n.kind === kind);
    for (const n of column) {
      n.x = used.indexOf(kind) * box.column;
      if (kind !== "route") n.y = middle([...n.rows].map((r) => routesAt.get(r)).filter((y) => y !== undefined));
    }
    column.sort((a, b) => a.y - b.y);
    let free = 0;
    for (const n of column) {
      n.y = Math.max(n.y, free);
      free = n.y + step;
      bottom = Math.max(bottom, free);
    }
  }
  return { width: (used.length - 1) * box.column + box.width, height: bottom };
}

function shortened(text) {
  return text.length <= box.letters ? text : text.slice(0, box.letters - 1) + "…";
}

function drawNode(n) {
  const kind = stepNames[n.kind] + (n.access ? " · " + titleOf[n.access].toLowerCase() : "");
  const short = shortened(n.name);
  const node = svg("g", { class: "node " + n.kind + " " + (n.access || ""), role: "button", tabindex: "0" },
    ...(short === n.name ? [] : [svg("title", {}, n.name)]),
    svg("rect", { x: n.x, y: n.y, width: box.width, height: box.height, rx: 5 }),
    svg("text", { class: "kind", x: n.x + 9, y: n.y + 13 }, kind),
    svg("text", { x: n.x + 9, y: n.y + 28 }, short));
  const act = () => (n.kind === "route" ? choose([...n.rows][0].key) : change({ q: n.name }));
  node.addEventListener("click", act);
  node.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); act(); } });
  return node;
}

function drawEdge(e) {
  const [x1, y1, x2, y2] = [e.from.x + box.width, e.from.y + box.height / 2, e.to.x, e.to.y + box.height / 2];
  const bend = Math.min(60, (x2 - x1) / 2);
  return svg("path", { class: "edge", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
}

// follow lights what lies on the ways through a node.
function follow(drawing, parts, n) {
  drawing.classList.toggle("followed", Boolean(n));
  for (const p of parts) p.node.classList.toggle("on", Boolean(n) && [...p.rows].some((r) => n.rows.has(r)));
}

function showPicture(groups) {
  const all = groups.flatMap((g) => g.rows).sort((a, b) => a.order - b.order);
  const list = all.slice(0, mostInPicture);
  if (list.length === 0) {
    byId("picture").replaceChildren();
    byId("about-picture").textContent = nothing();
    return;
  }
  const { nodes, edges } = pictureOf(list);
  const { width, height } = place(nodes);
  const parts = edges.map((e) => ({ node: drawEdge(e), rows: e.rows })).concat(nodes.map((n) => ({ node: drawNode(n), rows: n.rows, of: n })));
  const drawing = svg("svg", { viewBox: `-2 -2 ${width + 4} ${height + 4}`, width: width + 4, height: height + 4, role: "group", "aria-label": "Hosts, routes, engines, rules and services" },
    ...parts.map((p) => p.node));
  for (const p of parts.filter((q) => q.of)) {
    for (const on of ["mouseenter", "focus"]) p.node.addEventListener(on, () => follow(drawing, parts, p.of));
    for (const off of ["mouseleave", "blur"]) p.node.addEventListener(off, () => follow(drawing, parts, null));
  }
  byId("picture").replaceChildren(drawing);
  byId("about-picture").textContent = all.length > list.length
    ? `The first ${list.length} of ${plural(all.length, "route")} that match are drawn: narrow the search to see others.`
    : `${plural(all.length, "route")}. Point at a box, or reach it with Tab, to follow its ways; press it to look closer.`;
}
