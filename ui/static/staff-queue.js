// Keeps the queue up to date while it is open.
import { tellTimes } from "./staff-when.js";

const EVERY_MS = 3000;
const list = document.querySelector("#queue-rows");

function plain(html) {
  return html.replace(/<time.*?<\/time>/g, "");
}

async function follow() {
  let shown = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? EVERY_MS * 5 : EVERY_MS));
    try {
      const answer = await fetch("/staff/queue/rows", { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) continue;
      const rows = await answer.text();
      if (plain(rows) === shown) continue;
      shown = plain(rows);
      const focused = list.contains(document.activeElement) ? document.activeElement.closest("li")?.querySelector("a")?.getAttribute("href") : null;
      list.innerHTML = rows;
      tellTimes(list);
      if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    } catch { /* away or signed out: the next round tries again */ }
  }
}

tellTimes(document);
follow();
