// Keeps the staff's list of conversations up to date, and tells moments in the reader's own time.
import { tellTimes } from "./staff-when.js";

const EVERY_MS = 4000;

async function follow(list) {
  let shown = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (document.hidden) continue;
    try {
      const answer = await fetch("/staff/inbox/rows" + location.search, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) continue;
      const rows = await answer.text();
      if (rows === shown) continue;
      shown = rows;
      const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      list.innerHTML = rows;
      tellTimes(list);
      if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    } catch { /* away or signed out: the next round tries again */ }
  }
}

tellTimes(document);
const list = document.querySelector("#inbox-rows[data-live]");
if (list) follow(list);
