// Keeps the staff's list of conversations up to date, and tells moments in the reader's own time.
const EVERY_MS = 4000;

function tellTimes(part) {
  const language = document.documentElement.lang === "zh" ? "zh-CN" : "en-GB";
  const today = new Date().toDateString();
  for (const each of part.querySelectorAll("time.st-when")) {
    const at = new Date(each.dateTime);
    const time = { hour: "2-digit", minute: "2-digit" };
    const day = { day: "numeric", month: "short", year: "numeric" };
    each.title = at.toLocaleString(language);
    each.textContent = at.toLocaleString(language, at.toDateString() === today ? time : { ...day, ...time });
  }
}

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
