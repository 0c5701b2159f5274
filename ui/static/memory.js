// What the browser remembers: the conversation's id and the language. Private windows may refuse.
const prefix = "shopguide.";

export function remembered(name) {
  try { return localStorage.getItem(prefix + name); } catch { return null; }
}

export function remember(name, value) {
  try {
    if (value) localStorage.setItem(prefix + name, value);
    else localStorage.removeItem(prefix + name);
  } catch { /* the page works without a memory */ }
}
