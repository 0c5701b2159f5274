// Whether a person of the shop has joined or written: asked often while one is awaited or there,
// ever more seldom while the guide has the conversation alone, not at all while nobody looks.

class News {
  constructor(ask, show) {
    Object.assign(this, { ask, show, newest: 0, standing: { state: "guide" }, rest: 0, quiet: 0 });
    document.addEventListener("visibilitychange", () => document.hidden || this.stir(true));
  }

  begin(standing, newest) {
    this.standing = standing;
    this.newest = newest;
    this.stir(false);
  }

  // The customer has done something; `now` where a person is called or has the conversation.
  stir(now) {
    Object.assign(this, { rest: 6000, quiet: 0, until: Date.now() + 40 * 60_000 });
    if (now) this.look();
    else this.plan();
  }

  plan() {
    clearTimeout(this.timer);
    const often = { agent: 2000, waiting: 3000 }[this.standing.state];
    if (often) {
      const pause = (document.hidden ? 5 : 1) * (this.quiet > 90 ? 2.5 : 1) * often;
      this.timer = setTimeout(() => this.look(), pause);
    } else if (!document.hidden && Date.now() < this.until) {
      this.rest = Math.min(90_000, this.rest * 1.5);
      this.timer = setTimeout(() => this.look(), this.rest);
    }
  }

  async look() {
    clearTimeout(this.timer);
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const found = await this.ask(this.newest);
      if (found) {
        const fresh = found.messages.filter((each) => each.number > this.newest);
        this.quiet = fresh.length ? 0 : this.quiet + 1;
        this.newest = Math.max(this.newest, ...fresh.map((each) => each.number));
        this.standing = found.standing;
        this.show(found.standing, fresh);
      }
    } catch { /* the network is away: the next round tries again */ }
    this.isAsking = false;
    this.plan();
  }
}

// A colleague's message, or the notice that one came or went, as a turn of its own.
function staffMessage(message, actions) {
  const isSaid = message.kind === "said";
  const text = el("p", { class: isSaid ? "text" : "notice", dir: "auto", lang: message.language }, message.text);
  const element = el("article", { class: isSaid ? "turn staff" : "turn" }, isSaid ? [
    el("h3", { class: "by" }, message.name, hidden(` ${t("desk.wrote")}`)),
    ...(message.text ? [text] : []),
    ...cardRow(message.products, message.language, message.after_turn, actions)] : text);
  element.dataset.message = message.number;
  return element;
}
