// Moments in the reader's own time, and how long somebody waits, counted on.
export function tellTimes(part) {
  const language = document.documentElement.lang === "zh" ? "zh-CN" : "en-GB";
  const today = new Date().toDateString();
  for (const each of part.querySelectorAll("time.st-when")) {
    const at = new Date(each.dateTime);
    const time = { hour: "2-digit", minute: "2-digit" };
    const day = { day: "numeric", month: "short", year: "numeric" };
    each.title = at.toLocaleString(language);
    each.textContent = at.toLocaleString(language, at.toDateString() === today ? time : { ...day, ...time });
  }
  tellWaits(part);
}

export function tellWaits(part) {
  const locale = document.documentElement.lang === "zh" ? "zh-CN" : "en-GB";
  for (const each of part.querySelectorAll("time.st-since")) {
    const seconds = Math.max(0, Math.round((Date.now() - new Date(each.dateTime)) / 1000));
    const [count, unit] = seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
      : seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
    const words = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(count);
    if (each.textContent !== words) each.textContent = words;
    const wait = each.closest(".st-wait");
    if (wait) wait.classList.toggle("st-wait-long", seconds > 300);
  }
}

setInterval(() => tellWaits(document), 1000);
