// The chat page. Gradio brings `trigger` (an event to the server) and `watch` (its answers).
import { remember, remembered } from "./memory.js";
import { followNews } from "./news.js";
import { pickerOf, thumbnail } from "./picker.js";
import { newId, report } from "./report.js";
import { isRevealing, reveal } from "./reveal.js";
import { motion, prepareRows } from "./rows.js";

const LANGUAGES = ["en", "zh"];
const SLOW_MS = 4000;
const LOST_MS = 30000;

export function start(element, trigger, watch, props) {
  // Gradio wraps everything in a <main> of its own; outside of it the page has its landmarks.
  const page = element.querySelector(".sg");
  document.querySelector("body > .sg")?.remove();
  document.body.prepend(page);
  const find = (selector) => page.querySelector(selector);
  const scroll = find(".sg-main"), log = find(".sg-log"), empty = find(".sg-empty");
  const form = find(".sg-form"), input = find("textarea"), wanted = find(".sg-wanted"), status = find(".sg-hidden[role=status]");
  let language = firstLanguage(), conversation = remembered("conversation") || "";
  let examples = [], current = null, resuming = true;
  let standing = { state: "guide" }, unseen = 0;
  const title = document.title;
  const t = (key) => props.words[language][key] ?? key;
  const news = followNews({
    address: (after) => conversation && new URL(
      `chat/news/${encodeURIComponent(conversation)}?after=${after}&language=${language}`, document.baseURI),
    show: (now, fresh) => { fresh.forEach(showMessage); showStanding(now); },
  });
  const picker = pickerOf(form, { t, changed: () => ready() });
  find("[data-do=picture]").hidden = !props.pictures;

  // --- the frame ---------------------------------------------------------------------------
  function dress(part = page) {
    for (const each of part.querySelectorAll("[data-t]")) each.textContent = t(each.dataset.t);
    for (const each of part.querySelectorAll("[data-t-label]")) each.setAttribute("aria-label", t(each.dataset.tLabel));
    dressTools();
    showStanding(standing);
  }

  function dressTools() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    find("[data-shop]").textContent = props.shop;
    find(".sg-welcome").textContent = t("empty.welcome").replace("{shop}", props.shop_name);
    find(".sg-mark").textContent = [...props.shop][0];
    find(".sg-tools").setAttribute("aria-label", props.shop);
    const theme = find("[data-do=theme]");
    const next = document.documentElement.dataset.shown === "dark" ? "theme.light" : "theme.dark";
    theme.setAttribute("aria-label", t(next));
    theme.title = t(next);
    find("[data-do=new]").title = t("new");
    find("[data-do=new]").setAttribute("aria-label", t("new"));
    showCart(Number(find("[data-do=cart]").dataset.count || 0));
  }

  function showEmpty() {
    const none = !resuming && !log.children.length;
    empty.hidden = !none;
    find(".sg-note").hidden = !none; // once there are answers, the room is theirs
    find("[data-do=new]").hidden = none || resuming;
    if (!none) return;
    find(".sg-examples").replaceChildren(...examples.map(exampleButton));
    empty.querySelector("h3").hidden = !examples.length;
  }

  function exampleButton(wish) {
    const item = document.createElement("li"), button = document.createElement("button"), words = document.createElement("span");
    button.type = "button";
    words.textContent = wish.text[language];
    if (wish.image) {
      const image = new Image(56, 56);
      image.src = wish.image;
      image.alt = "";
      image.referrerPolicy = "no-referrer";
      image.addEventListener("error", () => image.remove());
      button.append(image);
    }
    button.append(words);
    button.addEventListener("click", () => say(wish.text[language]));
    item.append(button);
    return item;
  }

  // --- people of the shop ------------------------------------------------------------------
  function showStanding(now) {
    standing = now;
    const line = find(".sg-standing"), isAgent = now.state === "agent";
    const key = now.typing ? "desk.typing" : isAgent ? "desk.agent" : now.staffed ? "desk.waiting" : "desk.waiting.empty";
    line.hidden = now.state === "guide";
    line.classList.toggle("sg-standing-typing", now.typing);
    const words = now.state === "guide" ? "" : t(key).replace("{name}", now.agent ?? "");
    const text = line.querySelector(".sg-standing-text");
    if (text.textContent !== words) text.textContent = words;
    const refine = log.children.length ? "input.refine" : "input.placeholder";
    input.placeholder = isAgent ? t("desk.placeholder").replace("{name}", now.agent) : t(refine);
    page.classList.toggle("sg-with-agent", isAgent);
  }

  function showMessage(message) {
    if (log.querySelector(`[data-message="${message.number}"]`)) return;
    const holder = document.createElement("template");
    holder.innerHTML = message.html;
    const element = holder.content.firstElementChild;
    const later = [...log.querySelectorAll(".sg-turn[data-turn]:not([data-message])")]
      .find((each) => Number(each.dataset.turn) > message.after_turn);
    for (const old of log.querySelectorAll(".sg-turn-live")) if (old.getAttribute("aria-busy") === "false") old.classList.remove("sg-turn-live");
    const view = scroll.getBoundingClientRect();
    const nearEnd = !log.lastElementChild || log.lastElementChild.getBoundingClientRect().top < view.bottom + 200;
    if (later) later.before(element);
    else log.append(element);
    prepareRows(element);
    if (nearEnd) scroll.scrollTo({ top: scroll.scrollHeight, behavior: motion() });
    if (!document.hidden) return;
    unseen += 1;
    document.title = `(${unseen}) ${t("desk.new")} – ${title}`;
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });

  function showWanted(chips) {
    wanted.innerHTML = chips;
    wanted.hidden = !chips;
  }

  // --- a turn ------------------------------------------------------------------------------
  function openTurn(text, { note = false, picture = null, again }) {
    const turn = find("#sg-turn").content.firstElementChild.cloneNode(true);
    turn.classList.add("sg-turn-live");
    turn.querySelector(".sg-said p").textContent = text;
    turn.querySelector(".sg-said p").hidden = !text;
    if (picture) turn.querySelector(".sg-said").prepend(thumbnail(picture, t));
    turn.querySelector(".sg-said").classList.toggle("sg-said-note", note);
    for (const old of log.querySelectorAll(".sg-turn-live")) old.classList.remove("sg-turn-live");
    log.append(turn);
    current = { key: newId(), turn, again, shown: "", timer: 0, slow: 0 };
    turn.dataset.key = current.key;
    dress(turn);
    showEmpty();
    busy(true);
    waitForServer();
    status.textContent = t("thinking");
    log.style.setProperty("--room", `${scroll.clientHeight}px`);
    scroll.scrollTo({ top: scroll.scrollTop + turn.getBoundingClientRect().top - scroll.getBoundingClientRect().top, behavior: motion() });
    return current.key;
  }

  function waitForServer() {
    const turn = current;
    clearTimeout(turn.timer); clearTimeout(turn.slow);
    turn.slow = setTimeout(() => {
      setThinking(turn.turn, "thinking.long");
      // Slow, or away? A server that is gone is told at once.
      fetch(new URL("healthz", document.baseURI), { cache: "no-store" })
        .catch(() => { if (current === turn) close(turn, "failed"); });
    }, SLOW_MS);
    turn.timer = setTimeout(() => close(turn, "failed"), LOST_MS);
  }

  function setThinking(turn, key) {
    const words = turn.querySelector(".sg-thinking [data-t]");
    if (words) { words.dataset.t = key; words.textContent = t(key); }
  }

  function busy(yes) {
    page.classList.toggle("sg-busy", yes);
    const hadFocus = document.activeElement?.classList.contains("sg-send");
    find("[type=submit]").hidden = yes;
    find("[data-do=stop]").hidden = !yes;
    if (hadFocus) input.focus();
    for (const chip of wanted.querySelectorAll("button")) chip.setAttribute("aria-disabled", yes);
    ready();
  }

  function ready() { find("[type=submit]").setAttribute("aria-disabled", !input.value.trim() && !picker.picture); }

  function say(text, picture = null) {
    text = text.trim();
    if ((!text && !picture) || current || resuming) return;
    const key = openTurn(text, { picture, again: () => say(text, picture) });
    remember("unsent", text); // until the server has it, whatever happens to this page
    trigger("say", { key, message: text, image: picture?.data ?? null, conversation, language });
  }

  function changeCart(product, quantity, label) {
    if (current || !conversation) return;
    const how = quantity === null ? "add" : quantity ? "set" : "remove";
    const words = t(`cart.note.${how}`).replace("{title}", label).replace("{count}", quantity);
    const key = openTurn(words, { note: true, again: () => changeCart(product, quantity, label) });
    trigger("cart", { key, product, quantity, conversation, language });
  }

  function showCart(count) {
    const button = find("[data-do=cart]");
    button.hidden = !count;
    button.dataset.count = count;
    button.querySelector(".sg-tool-count").textContent = count;
    const label = t(count === 1 ? "cart.open.one" : "cart.open.many").replace("{count}", count);
    button.title = label;
    button.setAttribute("aria-label", label);
  }

  function removeChip(path, label) {
    if (current || !conversation) return;
    const words = t("wanted.removed").replace("{label}", label);
    const key = openTurn(words, { note: true, again: () => removeChip(path, label) });
    trigger("remove", { key, condition: path, conversation, language });
  }

  function stop() {
    if (!current) return;
    trigger("stop", { key: current.key });
    close(current, "stopped");
  }

  function applyTurn(view) {
    if (!current || view.key !== current.key) return;
    const { turn } = current;
    remember("unsent", "");
    waitForServer();
    if (view.conversation && view.conversation !== conversation) {
      conversation = view.conversation;
      remember("conversation", conversation);
    }
    if (view.turn) turn.dataset.turn = view.turn;
    turn.dataset.person = view.person;
    if (view.cards && !current.shown) {
      current.shown = view.cards;
      const slot = turn.querySelector(".sg-cards-slot");
      slot.innerHTML = view.cards;
      prepareRows(slot);
      status.textContent = view.shown;
    }
    const text = turn.querySelector(".sg-text");
    text.lang = view.language;
    if (view.text) {
      turn.querySelector(".sg-thinking")?.remove();
      text.classList.add("sg-writing");
      reveal(text, view.text);
    }
    if (view.chips !== wanted.dataset.markup) {
      wanted.dataset.markup = view.chips;
      showWanted(view.chips);
      busy(true);
    }
    if (view.phase === "done") {
      clearTimeout(current.timer); clearTimeout(current.slow);
      const finish = () => {
        turn.querySelector(".sg-tail").innerHTML = view.tail;
        if (view.in_cart !== null) showCart(view.in_cart);
        turn.classList.toggle("sg-turn-silent", view.person && !view.text);
        close(turn.dataset.key === current?.key ? current : null, "done");
        follow(turn);
      };
      if (isRevealing(text)) text.addEventListener("written", finish, { once: true });
      else finish();
    } else if (["failed", "busy", "stopped"].includes(view.phase)) close(current, view.phase);
  }

  function close(turn, how) {
    if (!turn) return;
    clearTimeout(turn.timer); clearTimeout(turn.slow);
    const element = turn.turn;
    const text = element.querySelector(".sg-text");
    element.querySelector(".sg-thinking")?.remove();
    text.classList.remove("sg-writing");
    if (how !== "done") {
      reveal(text, text.textContent, { whole: true });
      trouble(element, how, turn.again);
    }
    element.setAttribute("aria-busy", "false");
    status.textContent = how === "done" ? text.textContent : t(how);
    if (current === turn) current = null;
    news.stir(element.dataset.person === "true");
    busy(false);
    dress(element);
  }

  function trouble(element, how, again) {
    const note = document.createElement("p"), words = document.createElement("span");
    note.className = "sg-trouble";
    words.dataset.t = how;
    note.append(words);
    if (how !== "stopped") {
      const retry = document.createElement("button");
      retry.type = "button";
      retry.className = "sg-suggestion";
      retry.dataset.t = "retry";
      retry.addEventListener("click", () => { element.remove(); again(); });
      note.append(retry);
    }
    element.querySelector(".sg-answer").append(note);
  }

  // --- a conversation shown again ----------------------------------------------------------
  function applyConversation(view) {
    if (current) return;
    resuming = false;
    examples = view.examples || examples;
    conversation = view.conversation;
    remember("conversation", conversation);
    log.setAttribute("aria-live", "off"); // what was read before is not read out again
    log.innerHTML = view.turns;
    prepareRows(log);
    showWanted(view.chips);
    showCart(view.in_cart);
    wanted.dataset.markup = view.chips;
    showEmpty();
    standing = view.standing;
    dress();
    news.begin(view.standing, view.newest);
    scroll.scrollTop = scroll.scrollHeight;
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    const kept = input.value || remembered("unsent") || remembered("draft");
    remember("unsent", "");
    write(kept || "");
    page.dataset.ready = "";
    if (matchMedia("(hover: hover)").matches) input.focus();
  }

  function resume() {
    resuming = true;
    trigger("resume", { conversation, language });
  }

  function newConversation() {
    if (current) stop();
    conversation = "";
    remember("conversation", "");
    log.replaceChildren();
    standing = { state: "guide" };
    news.begin(standing, 0);
    showWanted("");
    showCart(0);
    wanted.dataset.markup = "";
    write("");
    showEmpty();
    dress();
    status.textContent = t("new");
    input.focus();
  }

  // --- scrolling and typing ----------------------------------------------------------------
  // The end of a finished answer comes into view as long as its beginning stays there too.
  function follow(turn) {
    const view = scroll.getBoundingClientRect();
    const below = turn.querySelector(".sg-tail").getBoundingClientRect().bottom + 22 - view.bottom;
    const room = turn.querySelector(".sg-answer").getBoundingClientRect().top - 8 - view.top;
    if (below > 0 && room > 0) scroll.scrollBy({ top: Math.min(below, room), behavior: motion() });
  }

  function noticeNewest() {
    const last = log.lastElementChild?.querySelector(".sg-answer");
    find(".sg-newest").hidden = !last || last.getBoundingClientRect().bottom < scroll.getBoundingClientRect().bottom + 60;
  }

  function write(text) {
    input.value = text;
    remember("draft", text); // Gradio loads the page again when the server was away
    grow();
  }

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 168)}px`;
    ready();
  }

  // --- what the visitor does ---------------------------------------------------------------
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { picture } = picker;
    if (current || resuming || (!input.value.trim() && !picture)) return;
    const text = input.value;
    write("");
    if (picture) picker.clear();
    say(text, picture);
  });
  input.addEventListener("input", () => write(input.value));
  input.addEventListener("keydown", (event) => {
    // An Enter that picks a word of a Chinese input method is not the end of the message.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
  input.maxLength = props.longest;

  const actions = {
    new: newConversation,
    picture: picker.choose,
    unpicture: picker.clear,
    stop,
    cart: () => say(t("cart.show")),
    newest: () => scroll.scrollTo({ top: scroll.scrollHeight, behavior: motion() }),
    theme: () => { window.shopguideTheme.toggle(); dressTools(); },
    language: () => {
      language = LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length];
      remember("language", language);
      dress();
      showEmpty();
      if (!current) resume();
    },
  };

  page.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.do) actions[button.dataset.do]();
    else if (button.matches(".sg-suggestions button")) say(button.textContent);
    else if (button.dataset.cart) changeCart(button.dataset.cart, button.dataset.quantity ? Number(button.dataset.quantity) : null, button.dataset.label);
    else if (button.dataset.path) removeChip(button.dataset.path, button.dataset.label);
    else if (button.dataset.verdict) verdict(button);
  });

  function verdict(button) {
    const group = button.closest(".sg-helpful");
    for (const each of group.querySelectorAll("button")) each.setAttribute("aria-pressed", each === button);
    const turn = Number(button.closest(".sg-turn").dataset.turn);
    report(conversation, { kind: "feedback", turn, value: button.dataset.verdict })
      .then((kept) => { group.querySelector(".sg-thanks").textContent = kept ? t("helpful.thanks") : ""; });
  }

  function clicked(event) {
    if (event.type === "auxclick" && event.button !== 1) return; // the middle button opens a tab
    const link = event.target.closest("a[data-product]");
    if (!link) return;
    report(conversation, {
      kind: "click", turn: Number(link.closest(".sg-turn").dataset.turn),
      product_id: link.dataset.product, position: Number(link.dataset.position),
    });
  }
  log.addEventListener("click", clicked, true);
  log.addEventListener("auxclick", clicked, true);
  scroll.addEventListener("scroll", noticeNewest, { passive: true });
  new ResizeObserver(() => {
    noticeNewest();
    log.style.setProperty("--room", `${scroll.clientHeight}px`);
    // Room that a scroll bar takes from the middle is taken from the edges of the rest as well.
    page.style.setProperty("--gutter", `${(scroll.offsetWidth - scroll.clientWidth) / 2}px`);
  }).observe(scroll);
  new ResizeObserver(noticeNewest).observe(log);

  watch("value", () => {
    const view = props.value;
    if (view?.kind === "turn") applyTurn(view);
    else if (view?.kind === "conversation") applyConversation(view);
  });

  function firstLanguage() {
    const kept = remembered("language");
    if (LANGUAGES.includes(kept)) return kept;
    const wished = navigator.languages.map((each) => each.toLowerCase().split("-")[0]);
    return wished.find((each) => LANGUAGES.includes(each)) || "en";
  }

  dress();
  showEmpty();
  grow();
  resume();
}
