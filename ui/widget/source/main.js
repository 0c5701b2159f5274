// The conversation: begun when the first message is sent, one turn at a time.

class Conversation {
  constructor() {
    this.isBusy = false;
    this.isLoaded = false;
    this.panel = new Panel({
      opened: () => this.load(),
      say: (message, picture) => this.say(message, picture),
      remove: (chip) => this.ask("removals", { condition: chip.path },
        fill(t("wanted.removed"), chip), true),
      cart: (id, quantity, title) => this.ask("cart",
        quantity === null ? { product_id: id } : { product_id: id, quantity },
        cartNote(quantity, title), true),
      judge: (turn, helpful) => this.judge(turn, helpful),
      clicked: (turn, id, position) => this.clicked(turn, id, position),
      restart: () => this.restart(),
      consent: (given) => memory.allow(given),
    });
    this.news = new News((after) => this.askNews(after), (standing, fresh) => {
      for (const each of fresh) this.panel.addMessage(staffMessage(each, this.panel.actions));
      this.panel.stand(standing);
    });
    this.panel.welcome([]);
    this.panel.chips([]);
  }

  async askNews(after) {
    const { conversation, token } = memory.held;
    const isAwaited = this.news.standing.state !== "guide";
    if (!conversation || !(this.panel.isOpen || isAwaited)) return null;
    const path = `/v1/conversations/${conversation}/news?after=${after}`;
    const found = await (await request(path, { method: "GET", token })).json();
    return memory.held.conversation === conversation ? found : null;
  }

  // What there is to show when the window is opened for the first time.
  async load() {
    if (this.isLoaded) {
      this.news.stir(true);
      return;
    }
    this.isLoaded = true;
    memory.load();
    const shown = request("/v1/widget", { method: "GET" }).then((answer) => answer.json())
      .then((shop) => {
        this.panel.welcome(shop.examples);
        this.panel.camera.hidden = !shop.pictures;
      }).catch(() => {});
    const { conversation, token, pending } = memory.held;
    if (!conversation) return shown;
    this.panel.empty.hidden = true;
    this.busy(true);
    try {
      const path = `/v1/conversations/${conversation}?language=${language}`;
      const answer = await insist(() => request(path, { method: "GET", token }),
        () => this.panel.say(t("widget.reconnecting")));
      this.past(await answer.json());
    } catch {
      // Its time is over, or nothing was said in it yet.
      if (!pending) this.restart();
    }
    this.busy(false);
    if (pending) await this.ask(pending.kind, pending.body, pending.said, pending.isNote, pending.key);
    return shown;
  }

  past(history) {
    const titles = {};
    const messages = [...history.messages];
    const until = (turn) => {
      while (messages.length && messages[0].after_turn < turn) {
        this.panel.addMessage(staffMessage(messages.shift(), this.panel.actions));
      }
    };
    for (const each of history.turns) {
      until(each.turn);
      const turn = new Turn(each.message ?? actNote(each.act, titles), each.message === null,
        this.panel.actions);
      turn.number(each.turn);
      if (each.reply) turn.reply(each.reply, each.helpful);
      else turn.fail(null);
      for (const product of each.reply?.products ?? []) titles[product.product_id] = product.title;
      for (const line of each.reply?.cart?.lines ?? []) titles[line.product_id] = line.title;
      this.panel.add(turn);
    }
    until(Infinity);
    this.panel.chips(history.wanted);
    this.panel.stand(history.standing);
    this.news.begin(history.standing, history.messages.at(-1)?.number ?? 0);
  }

  say(message, picture = null) {
    const body = { message, image: picture?.data, segment: OPTIONS.segment };
    return this.ask("messages", body, message, false, newKey(), picture);
  }

  async ask(kind, body, said, isNote, key = newKey(), picture = null) {
    if (this.isBusy) return;
    this.busy(true);
    this.panel.say("");
    const turn = new Turn(said, isNote, this.panel.actions, picture);
    this.panel.add(turn);
    // A picture is never kept in the browser: a page left in the middle asks for it anew.
    memory.keep({ pending: picture ? undefined : { kind, body, said, isNote, key } });
    const trouble = () => {
      turn.trouble(t("widget.reconnecting"));
      this.panel.say(t("widget.reconnecting"));
    };
    try {
      if (!memory.held.conversation) {
        const begun = await insist(() => request("/v1/conversations"), trouble);
        const { conversation_id: conversation, token } = await begun.json();
        memory.keep({ conversation, token });
      }
      const { conversation, token } = memory.held;
      const from = kind === "messages" ? "?channel=widget" : "";
      await insist(() => follow(`/v1/conversations/${conversation}/${kind}${from}`,
        { body: { ...body, language }, token, key },
        (name, data) => this.happened(turn, name, data)), trouble);
      memory.keep({ pending: undefined });
    } catch (error) {
      memory.keep({ pending: undefined });
      turn.fail(() => {
        turn.element.remove();
        // What the server failed in is asked anew; the first attempt was not answered.
        this.ask(kind, body, said, isNote, newKey(), picture);
      });
      this.panel.say(t("failed"));
      if (error.status === 401 || error.status === 403) memory.forget();
    }
    this.busy(false);
  }

  happened(turn, name, data) {
    if (name === "products") {
      turn.products(data);
      this.panel.dropDouble(turn);
      this.panel.chips(data.wanted);
      const count = data.products.length;
      if (count) this.panel.say(fill(t(count === 1 ? "shown.one" : "shown.many"), { count }));
    } else if (name === "text") {
      turn.write(data.text);
    } else if (name === "wanted") {
      this.panel.chips(data.wanted);
    } else if (name === "reply") {
      turn.reply(data);
      this.panel.dropDouble(turn);
      this.panel.say(data.text);
      this.news.stir(data.handoff || data.agent !== null);
    }
  }

  async judge(turn, helpful) {
    const { conversation, token } = memory.held;
    await insist(() => request(`/v1/conversations/${conversation}/feedback`,
      { body: { turn, helpful }, token }), () => {});
  }

  clicked(turn, product_id, position) {
    const { conversation } = memory.held;
    const id = newKey();
    const body = { kind: "click", turn, product_id, position, id };
    insist(() => request(`/v1/conversations/${conversation}/events`, { body }), () => {})
      .catch(() => {});
  }

  restart() {
    if (this.isBusy && memory.held.pending) return;
    memory.forget();
    this.panel.clear();
    this.panel.stand({ state: "guide" });
    this.news.begin({ state: "guide" }, 0);
    this.panel.input.focus();
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    this.panel.busy(isBusy);
  }
}

function cartNote(quantity, title) {
  const how = quantity === null ? "add" : quantity ? "set" : "remove";
  return fill(t(`cart.note.${how}`), { title, count: quantity });
}

function actNote(act, titles) {
  if (act.removed) return t("wanted.removed_unnamed");
  const title = titles[act.cart.product_id];
  return title ? cartNote(act.cart.quantity, title) : t("cart.note.unnamed");
}

function start() {
  const conversation = new Conversation();
  window.Shopguide = {
    open: () => conversation.panel.open(),
    close: () => conversation.panel.close(),
    consent: (given) => {
      memory.allow(Boolean(given));
      conversation.panel.remember.checked = memory.allowed;
    },
    say: (message) => {
      conversation.panel.open();
      conversation.say(String(message));
    },
  };
  document.dispatchEvent(new CustomEvent("shopguide:ready"));
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
