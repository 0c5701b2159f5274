// The button and the window of the chat, in a shadow root of their own.

const PHONE = window.matchMedia("(max-width: 480px)");

class Panel {
  constructor(actions) {
    this.actions = actions;
    this.host = el("div", { id: "shopguide-widget" });
    const root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS_TEXT);
    root.adoptedStyleSheets = [sheet];
    this.launcher = el("button", { type: "button", class: "launcher", "aria-expanded": "false",
      "aria-haspopup": "dialog", onclick: () => this.toggle() }, icon("chat", 26));
    this.title = el("h2", { id: "title" });
    this.fresh = this.#tool("fresh", () => actions.restart());
    this.closer = this.#tool("close", () => this.close());
    this.empty = el("div", { class: "empty" });
    this.turns = el("div", { class: "turns" });
    this.log = el("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0" },
      this.empty, this.turns);
    this.wanted = el("div", { class: "wanted" });
    this.standing = el("p", { class: "standing", role: "status" });
    this.standing.hidden = true;
    this.status = el("p", { class: "hidden", role: "status" });
    this.input = el("textarea", { rows: "1", maxlength: String(CONFIG.longest),
      enterkeyhint: "send", autocomplete: "off" });
    this.send = el("button", { type: "submit", class: "send" }, icon("send", 20));
    this.files = el("input", { type: "file", accept: "image/*", hidden: true, tabindex: "-1",
      onchange: () => this.#take(this.files.files) });
    this.camera = el("button", { type: "button", class: "tool camera",
      onclick: () => this.files.click() }, icon("picture", 21));
    this.camera.hidden = true;
    this.chosen = el("div", { class: "chosen" });
    this.chosen.hidden = true;
    this.remember = el("input", { type: "checkbox",
      onchange: () => actions.consent(this.remember.checked) });
    this.rememberWords = el("span");
    this.form = el("form", { onsubmit: (event) => this.#submit(event) },
      this.chosen,
      el("div", { class: "field" }, this.camera, this.files, this.input, this.send),
      el("label", { class: "remember" }, this.remember, this.rememberWords));
    this.window = el("section", { class: "window", role: "dialog", "aria-labelledby": "title" },
      el("div", { class: "top" }, this.title, this.fresh, this.closer),
      this.log, this.standing, this.wanted, this.status, this.form);
    this.window.hidden = true;
    this.root = el("div", { class: "root" }, this.window, this.launcher);
    root.append(this.root);
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    });
    this.input.addEventListener("input", () => this.#grow());
    this.input.addEventListener("paste", (event) => {
      if (!this.camera.hidden && pictureIn(event.clipboardData?.files)) {
        event.preventDefault();
        this.#take(event.clipboardData.files);
      }
    });
    this.window.addEventListener("keydown", (event) => this.#keys(event));
    this.speak();
    document.body.append(this.host);
  }

  // Everything that is said by the window itself, in its language.
  speak() {
    const { theme, position } = OPTIONS;
    this.root.className = `root ${theme === "auto" ? "" : theme} ${position}`;
    this.root.lang = language;
    this.title.textContent = CONFIG.shop;
    const named = [[this.launcher, "widget.open"], [this.fresh, "new"], [this.closer, "widget.close"],
      [this.log, "log.label"], [this.input, "input.label"], [this.send, "send"],
      [this.camera, "picture.add"]];
    for (const [element, key] of named) element.setAttribute("aria-label", t(key));
    for (const element of [this.fresh, this.closer, this.launcher, this.camera]) {
      element.title = element.getAttribute("aria-label");
    }
    this.input.placeholder = t("input.placeholder");
    this.rememberWords.textContent = t("widget.remember");
    this.remember.checked = memory.allowed;
  }

  get isOpen() {
    return !this.window.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (this.isOpen) return;
    this.window.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.root.classList.add("open");
    this.root.classList.remove("news");
    this.window.setAttribute("aria-modal", String(PHONE.matches));
    this.input.focus({ preventScroll: true });
    this.actions.opened();
  }

  close() {
    if (!this.isOpen) return;
    this.window.hidden = true;
    this.root.classList.remove("open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.focus({ preventScroll: true });
  }

  busy(isBusy) {
    this.send.disabled = isBusy;
  }

  add(turn) {
    this.empty.hidden = true;
    this.turns.append(turn.element);
    this.#toEnd(turn.element);
  }

  addMessage(element) {
    if (this.turns.querySelector(`[data-message="${element.dataset.message}"]`)) return;
    this.empty.hidden = true;
    this.turns.append(element);
    this.log.scrollTop = this.log.scrollHeight;
    this.root.classList.toggle("news", !this.isOpen);
  }

  // Who has the conversation: the guide, the guide while a person is waited for, a person.
  stand({ state, agent, staffed, typing }) {
    const key = typing ? "desk.typing" : state === "agent" ? "desk.agent"
      : staffed ? "desk.waiting" : "desk.waiting.empty";
    const said = state === "guide" ? "" : fill(t(key), { name: agent });
    if (this.standing.textContent !== said) this.standing.textContent = said;
    this.standing.hidden = !said;
    this.input.placeholder = state === "agent" ? fill(t("desk.placeholder"), { name: agent })
      : t("input.placeholder");
  }

  // A turn that came by the history and by its own stream is shown once.
  dropDouble(turn) {
    const same = this.turns.querySelectorAll(`[data-turn="${turn.element.dataset.turn}"]`);
    for (const other of same) if (other !== turn.element) other.remove();
  }

  clear() {
    this.turns.replaceChildren();
    this.chips([]);
    this.empty.hidden = false;
  }

  say(text) {
    this.status.textContent = text;
  }

  welcome(examples) {
    this.empty.replaceChildren(
      el("p", { class: "title" }, t("empty.title")), el("p", {}, t("empty.lead")),
      ...(examples.length ? [el("h3", {}, t("empty.try"))] : []),
      el("ul", { role: "list" }, examples.map((wish) => el("li", {},
        el("button", { type: "button", class: "example",
          onclick: () => this.actions.say(wish.text[language]) },
        wish.text[language])))));
  }

  chips(wanted) {
    this.wanted.hidden = !wanted.length;
    this.wanted.replaceChildren(el("h3", { class: "hidden" }, t("wanted")),
      el("ul", { role: "list" }, wanted.map((chip) => el("li", { class: "chip" },
        el("span", {}, chip.label),
        el("button", { type: "button", "aria-label": fill(t("wanted.remove"), chip),
          onclick: () => this.actions.remove(chip) }, icon("close", 12))))));
  }

  #tool(drawn, act) {
    return el("button", { type: "button", class: "tool", onclick: act }, icon(drawn, 20));
  }

  #submit(event) {
    event.preventDefault();
    const said = this.input.value.trim();
    if ((!said && !this.picture) || this.send.disabled) return;
    const picture = this.picture;
    this.input.value = "";
    this.#grow();
    this.#show(null);
    this.actions.say(said, picture);
  }

  // What is chosen is shown as it will be sent; a page's policy may forbid pictures by address.
  async #take(files) {
    const file = pictureIn(files);
    this.files.value = "";
    if (!file) return;
    try {
      this.#show(await shrink(file));
      this.say("");
    } catch {
      this.#show(null);
      this.chosen.hidden = false;
      this.chosen.replaceChildren(el("p", {}, t("picture.bad")));
      this.say(t("picture.bad"));
    }
    this.input.focus();
  }

  #show(picture) {
    this.picture = picture;
    this.chosen.hidden = !picture;
    this.chosen.replaceChildren(...(picture ? [thumbnail(picture.canvas),
      el("button", { type: "button", class: "tool", "aria-label": t("picture.remove"),
        onclick: () => { this.#show(null); this.input.focus(); } }, icon("close", 16))] : []));
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 120)}px`;
  }

  #toEnd(element) {
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "start", behavior: isCalm ? "auto" : "smooth" });
  }

  // Escape closes; on a phone, where the window is all there is to see, Tab stays inside.
  #keys(event) {
    if (event.key === "Escape") this.close();
    if (event.key !== "Tab" || !PHONE.matches) return;
    const all = [...this.window.querySelectorAll(
      "a[href], button:not(:disabled), textarea, input, [tabindex='0']")]
      .filter((element) => element.checkVisibility());
    const at = this.host.shadowRoot.activeElement;
    const end = event.shiftKey ? all[0] : all[all.length - 1];
    if (at === end) {
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0]).focus();
    }
  }
}
