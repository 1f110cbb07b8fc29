// The state of the page in the fragment of its URL: compressed JSON, which no browser
// sends to anybody.

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

export async function write(state) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify(state)));
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// read returns the state of a fragment; null for one that is none. What is in it is
// whatever somebody put into a link: only texts of known keys are taken.
export async function read(fragment) {
  try {
    const text = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = await through(new DecompressionStream("deflate-raw"), Uint8Array.from(text, (c) => c.charCodeAt(0)));
    const state = JSON.parse(new TextDecoder().decode(bytes));
    const files = texts(state.files);
    return Object.keys(files).length === 0 ? null : { files, file: String(state.file ?? ""), tab: String(state.tab ?? ""), request: texts(state.request) };
  } catch {
    return null;
  }
}

function texts(value) {
  const out = Object.create(null);
  for (const [key, text] of Object.entries(value ?? {})) if (typeof text === "string") out[key] = text;
  return out;
}
