// Events go to the server even while the page is being left.
export function report(conversation, event) {
  if (!conversation) return Promise.resolve(false);
  const address = new URL(`v1/conversations/${encodeURIComponent(conversation)}/events`, document.baseURI);
  const body = JSON.stringify({ id: newId(), ...event });
  return fetch(address, {
    method: "POST", body, keepalive: true, headers: { "Content-Type": "application/json" },
  }).then((answer) => answer.ok, () => navigator.sendBeacon(
    address, new Blob([body], { type: "application/json" })));
}

// crypto.randomUUID is missing on pages served without TLS from another host than this one.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
