// Talking to the guide: every message has a key of its own and is sent again, under that key,
// until its reply has come; the server answers it once.

const SILENCE_MS = 40_000; // the server says something every 15 seconds
const LONGEST_WAIT_MS = 20_000;

class Refused extends Error {
  constructor(status) {
    super(`the guide answered ${status}`);
    this.status = status;
  }
}

function newKey() {
  // crypto.randomUUID needs https, which a shop's test page may not have.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function request(path, { method = "POST", body, token, key, accept, signal } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (OPTIONS.shop) headers["Authorization"] = `Bearer ${OPTIONS.shop}`;
  if (token) headers["X-Conversation-Token"] = token;
  if (key) headers["Idempotency-Key"] = key;
  if (accept) headers["Accept"] = accept;
  const answer = await fetch(BASE + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "omit",
    signal,
  });
  if (answer.ok) return answer;
  if ([408, 409, 429, 502, 503, 504].includes(answer.status)) {
    const wait = Number(answer.headers.get("Retry-After"));
    throw Object.assign(new Error("try again"), { wait: wait > 0 ? wait * 1000 : 0 });
  }
  throw new Refused(answer.status);
}

// Run `attempt` until it succeeds or is refused; a network that comes back is used at once.
async function insist(attempt, onTrouble) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Refused) throw error;
      onTrouble();
      await pause(Math.max(error.wait ?? 0, Math.min(LONGEST_WAIT_MS, 500 * 2 ** tries)));
    }
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
  });
}

// The events of one stream, to its `reply`; a stream that ends or falls silent before is an error.
async function follow(path, options, onEvent) {
  const abort = new AbortController();
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    const answer = await request(path, {
      ...options, accept: "text/event-stream", signal: abort.signal,
    });
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let replied = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = read(block);
        if (!event) continue;
        if (event.name === "error") {
          if (event.data.status >= 500) throw new Refused(event.data.status);
          throw new Error(event.data.detail);
        }
        try {
          onEvent(event.name, event.data);
        } catch {
          throw new Refused(0); // it would fail in the same way again
        }
        replied = replied || event.name === "reply";
      }
    }
    if (!replied) throw new Error("the stream ended early");
  } finally {
    clearTimeout(watchdog);
    abort.abort();
  }
}

function read(block) {
  let name = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? { name, data: JSON.parse(data) } : null;
}
