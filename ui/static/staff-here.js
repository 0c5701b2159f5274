// Tells the server that a colleague is there, and the colleague how many customers wait.
const EVERY_MS = 10_000;
const HIDDEN_MS = 45_000;
const title = document.title;

async function ask() {
  try {
    const answer = await fetch("/staff/queue/count", { headers: { Accept: "application/json" }, redirect: "error" });
    if (answer.ok) show((await answer.json()).waiting);
  } catch { /* away or signed out: the next round tries again */ }
  setTimeout(ask, document.hidden ? HIDDEN_MS : EVERY_MS);
}

function show(waiting) {
  for (const badge of document.querySelectorAll("[data-waiting]")) {
    badge.hidden = !waiting;
    badge.textContent = waiting || "";
  }
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

ask();
