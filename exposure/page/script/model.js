"use strict";

const data = JSON.parse(byId("data").textContent);
const titleOf = Object.fromEntries(data.accesses.map((a) => [a.name, a.title]));

// What is not known of a host is a row as well: one without a path.
const rows = data.rows.slice();
data.hosts.forEach((host, i) => {
  if (host.unknown) rows.push({ host: i, path: "", access: "unknown", unknown: host.unknown, ofHost: true });
});

const rank = Object.fromEntries(data.accesses.map((a, i) => [a.name, i]));
const seen = new Map();
rows.forEach((row, i) => {
  row.hostName = data.hosts[row.host].name;
  row.order = i;
  // The key of a row is what names its requests, so that a link to it outlives a
  // new report.
  const key = [row.methods, row.hostName + row.path, row.schemes].filter(Boolean).join(" ");
  const n = (seen.get(key) || 0) + 1;
  seen.set(key, n);
  row.key = n > 1 ? key + " #" + n : key;
  row.kinds = (row.callers || []).map((c) => c.kind);
  row.text = [
    row.methods, row.hostName + row.path, row.access, row.backend, row.via, row.rule, row.route, row.source, ...(row.callers || []).map((c) => c.text),
    ...(row.inCluster || []).map((c) => c.text), ...(row.further || []), ...(row.findings || []), ...(row.unknown || []),
  ].filter(Boolean).join("\n").toLowerCase();
});
const rowOf = new Map(rows.map((row) => [row.key, row]));

// matching returns the rows that a state lets through, grouped: {title, access,
// rows}, in the order in which they are shown.
function matching(state) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = rows.filter((row) =>
    (state.access.length === 0 || state.access.includes(row.access)) &&
    (!state.caller || row.kinds.includes(state.caller)) &&
    (!state.finding || (row.findings || []).includes(state.finding) || (state.finding === "any" && (row.findings || []).length > 0)) &&
    words.every((w) => row.text.includes(w)));
  const groups = new Map();
  for (const row of shown) {
    const key = state.by === "host" ? row.host : rank[row.access];
    if (!groups.has(key)) {
      groups.set(key, state.by === "host" ? { title: row.hostName, notes: data.hosts[row.host].notes, rows: [] } : { title: titleOf[row.access], access: row.access, rows: [] });
    }
    groups.get(key).rows.push(row);
  }
  return [...groups.entries()].sort((a, b) => a[0] - b[0]).map((g) => g[1]);
}
