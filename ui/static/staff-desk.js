// A conversation that is open at the desk: what is new in it appears, and an agent answers.
import { tellTimes } from "./staff-when.js";

const EVERY_MS = 2000;
const HIDDEN_MS = 15_000;
const TYPING_MS = 3500;
let panel = document.querySelector("#case");
const turns = panel.parentElement;
let timer = 0;

// --- what is new -----------------------------------------------------------------------------
async function ask() {
  clearTimeout(timer);
  try {
    const answer = await fetch(`${panel.dataset.path}/pulse`, { headers: { Accept: "application/json" }, redirect: "error" });
    if (answer.ok && (await answer.json()).pulse !== panel.dataset.pulse) await refresh();
  } catch { /* away or signed out: the next round tries again */ }
  timer = setTimeout(ask, document.hidden ? HIDDEN_MS : EVERY_MS);
}

async function refresh() {
  const answer = await fetch(`${panel.dataset.path}?again=true`, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#case");
  const atEnd = scrollY + innerHeight > document.documentElement.scrollHeight - 240;
  let before = null;
  for (const article of page.querySelectorAll(".st-turns > article")) {
    const here = document.getElementById(article.id);
    if (here && !("open" in here.dataset)) { before = here; continue; }
    tellTimes(article);
    if (here) here.replaceWith(article);
    else if (before) before.after(article);
    else turns.prepend(article);
    before = article;
  }
  // What is being written stays; everything else of the panel follows.
  const who = (part) => part.dataset.pulse.split(".").at(-1);
  if (who(fresh) === who(panel)) panel.dataset.pulse = fresh.dataset.pulse;
  else {
    panel.replaceWith(fresh);
    panel = fresh;
    tellTimes(panel);
    prepare();
  }
  if (atEnd) scrollTo({ top: document.documentElement.scrollHeight });
}

// --- answering -------------------------------------------------------------------------------
function prepare() {
  const form = panel.querySelector("[data-composer]");
  if (!form) return;
  const text = form.elements.text, picked = form.querySelector(".st-picked"), fault = form.querySelector("[data-fault]");
  const canned = form.querySelector("[data-canned]"), products = form.querySelector("[data-products]");
  const headers = { "X-CSRF-Token": form.elements.csrf.value, Accept: "application/json" };
  let told = 0, sending = false;

  const grow = () => {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 2, 260)}px`;
  };
  const say = (words) => {
    fault.textContent = words;
    fault.hidden = !words;
  };

  text.addEventListener("input", () => {
    grow();
    if (text.value.startsWith("/")) { canned.open = true; find(text.value.slice(1)); }
    if (Date.now() < told + TYPING_MS || !text.value.trim()) return;
    told = Date.now();
    fetch(`${panel.dataset.path}/typing`, { method: "POST", headers }).catch(() => {});
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    const first = text.value.startsWith("/") && canned.querySelector("li:not([hidden]) button");
    if (first) first.click();
    else form.requestSubmit();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    say("");
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", headers, body });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const sent = (await answer.json()).text;
      if (sent !== body.get("text").trim()) say(form.dataset.masked);
      text.value = "";
      picked.replaceChildren();
      picked.hidden = true;
      form.elements.key.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
      grow();
      await ask();
      panel.scrollIntoView({ block: "end" });
    } catch (error) {
      say(error instanceof TypeError ? form.dataset.failed : error.message);
    }
    sending = false;
    text.focus();
  });

  // Canned answers.
  const filter = canned.querySelector("input");
  function find(words) {
    for (const item of canned.querySelectorAll("li")) {
      item.hidden = !item.textContent.toLowerCase().includes(words.trim().toLowerCase());
    }
  }
  filter?.addEventListener("input", () => find(filter.value));
  filter?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    canned.querySelector("li:not([hidden]) button")?.click();
  });
  canned.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const words = button.dataset.insert;
    text.value = text.value.startsWith("/") || !text.value ? words : `${text.value.trimEnd()} ${words}`;
    canned.open = false;
    if (filter) filter.value = "";
    find("");
    grow();
    text.focus();
  });

  // Products.
  const seek = products.querySelector("input"), found = products.querySelector("[data-found]");
  let pause = 0, asked = 0;
  const search = async () => {
    const round = (asked += 1);
    try {
      const answer = await fetch(`${panel.dataset.path}/products?q=${encodeURIComponent(seek.value)}`, { headers: { Accept: "text/html" } });
      if (answer.ok && round === asked) found.innerHTML = await answer.text();
    } catch { /* typed again, it is tried again */ }
  };
  seek.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, 250);
  });
  seek.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(pause);
    search();
  });
  found.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (!button) return;
    pick(button.dataset.pick, button.dataset.title);
    products.open = false;
    text.focus();
  });
  function pick(id, title) {
    if ([...picked.querySelectorAll("input")].some((each) => each.value === id)) return;
    const item = document.createElement("li"), field = document.createElement("input"), drop = document.createElement("button");
    item.append(title, field, drop);
    Object.assign(field, { type: "hidden", name: "product", value: id });
    Object.assign(drop, { type: "button", className: "st-x", textContent: "×" });
    drop.setAttribute("aria-label", `× ${title}`);
    drop.addEventListener("click", () => {
      item.remove();
      picked.hidden = !picked.children.length;
    });
    picked.append(item);
    picked.hidden = false;
  }

  for (const pop of [canned, products]) {
    pop.addEventListener("toggle", () => {
      if (!pop.open) return;
      (pop === canned ? products : canned).open = false;
      if (document.activeElement !== text) pop.querySelector("input")?.focus();
    });
    pop.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      pop.open = false;
      text.focus();
    });
  }
  if (matchMedia("(hover: hover)").matches) text.focus({ preventScroll: true });
}

prepare();
if (location.hash === "#case" || panel.classList.contains("st-case-mine")) panel.scrollIntoView({ block: "end" });
timer = setTimeout(ask, EVERY_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
