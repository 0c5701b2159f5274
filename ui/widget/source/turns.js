// One turn as it is drawn: what was said, the cards, the text, and what can be done next.

class Turn {
  constructor(said, isNote, actions, picture = null) {
    this.actions = actions;
    this.cards = el("div");
    this.text = el("p", { class: "text", dir: "auto" });
    this.text.hidden = true;
    this.waiting = el("p", { class: "waiting" },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      el("span", {}, t("thinking")));
    this.tail = el("div", { class: "tail" });
    this.element = el("article", { class: "turn", "aria-busy": "true" },
      el("div", { class: isNote ? "said note" : "said" },
        hidden(t("you")), picture ? thumbnail(picture.canvas) : null,
        said ? el("p", { dir: "auto" }, said) : null),
      el("div", { class: "answer" },
        el("h3", { class: "hidden" }, t("guide")),
        this.cards, this.text, this.waiting, this.tail));
  }

  // A stream that is begun again starts from nothing.
  products(data) {
    this.number(data.turn);
    this.text.textContent = "";
    this.text.lang = data.language;
    this.cards.replaceChildren(...cardRow(data.products, data.language, data.turn, this.actions));
  }

  write(piece) {
    this.waiting.hidden = true;
    this.text.hidden = false;
    this.text.textContent += piece;
  }

  trouble(message) {
    this.waiting.hidden = false;
    this.waiting.lastChild.textContent = message;
  }

  reply(reply, helpful = null) {
    this.number(reply.turn);
    this.waiting.hidden = true;
    const isSilent = reply.agent !== null && !reply.text; // the answer is a colleague's
    this.element.classList.toggle("silent", isSilent);
    this.text.hidden = isSilent;
    this.text.lang = reply.language;
    this.text.textContent = reply.text;
    if (!this.cards.hasChildNodes()) {
      this.cards.replaceChildren(
        ...cardRow(reply.products, reply.language, reply.turn, this.actions));
    }
    this.tail.replaceChildren(
      ...comparison(reply), ...cart(reply, this.actions), ...next(reply, this.actions),
      ...(isSilent ? [] : [thumbs(reply, helpful, this.actions)]));
    this.element.setAttribute("aria-busy", "false");
  }

  fail(again) {
    this.waiting.hidden = true;
    this.tail.replaceChildren(el("p", { class: "trouble" }, t("failed"), " ",
      again ? el("button", { type: "button", class: "plain", onclick: again }, t("retry")) : null));
    this.element.setAttribute("aria-busy", "false");
  }

  number(turn) {
    this.element.dataset.turn = turn;
  }
}

function thumbnail(drawn) {
  const canvas = el("canvas", { class: "thumbnail", role: "img", "aria-label": t("picture.yours"),
    width: drawn.width, height: drawn.height });
  canvas.getContext("2d").drawImage(drawn, 0, 0);
  return canvas;
}

function cardRow(products, language, turn, actions) {
  if (!products.length) return [];
  return [el("ul", { class: "cards", role: "list", tabindex: "0", "aria-label": t("card.row") },
    products.map((product, place) => card(product, place + 1, language, turn, actions)))];
}

function card(product, position, language, turn, actions) {
  const price = money(product.price, product.currency, language);
  const before = money(product.list_price, product.currency, language);
  const picture = address(product.image_url);
  const href = address(product.url) ?? `${BASE}/product/${encodeURIComponent(product.product_id)}`;
  const isGone = product.availability === "out_of_stock";
  const stars = product.rating !== null && product.rating_count !== 0 ? product.rating : null;
  return el("li", { class: "card" },
    el("div", { class: "picture" }, picture ? el("img", {
      src: picture, alt: "", loading: "lazy", decoding: "async", width: 200, height: 150,
      referrerpolicy: "no-referrer",
      onerror: (event) => event.target.remove(),
    }) : null),
    el("h4", { lang: language }, el("a", {
      href, target: "_blank", rel: "noopener", title: product.title,
      onclick: () => actions.clicked(turn, product.product_id, position),
    }, product.title, hidden(` ${t("newtab")}`))),
    el("p", { class: "price" }, price
      ? [hidden(t("card.now")), el("strong", {}, price),
        before && before !== price ? [hidden(t("card.was")), el("s", {}, before)] : null].flat()
      : t("card.noprice")),
    stars === null ? null : el("p", { class: "rating" },
      el("span", { "aria-hidden": "true" }, `★ ${stars.toFixed(1)}`),
      hidden(fill(t("card.rating"), { rating: stars.toFixed(1) })),
      product.rating_count ? el("span", { "aria-hidden": "true" }, ` (${product.rating_count})`)
        : null),
    el("ul", { class: "reasons", role: "list", "aria-label": t("card.why") },
      product.reasons.slice(0, 3).map((reason) => el("li", { lang: language },
        icon("check", 13), reason))),
    isGone
      ? el("p", { class: "gone" }, t("card.out_of_stock"))
      : el("button", { type: "button", class: "add",
        "aria-label": fill(t("cart.add.title"), { title: product.title }),
        onclick: () => actions.cart(product.product_id, null, product.title),
      }, icon("cart", 16), t("cart.add")));
}

function comparison(reply) {
  const table = reply.comparison;
  if (!table || !table.rows.length) return [];
  return [el("div", { class: "compared", tabindex: "0", role: "region", "aria-label": t("compared") },
    el("table", {},
      el("thead", {}, el("tr", {}, el("td"),
        table.titles.map((title) => el("th", { scope: "col" }, title)))),
      el("tbody", {}, table.rows.map((row) => el("tr", {},
        el("th", { scope: "row" }, row.name), row.values.map((value) => el("td", {}, value)))))))];
}

function cart(reply, actions) {
  const held = reply.cart;
  if (!held || !held.lines.length) return [];
  const language = reply.language;
  const edit = (line, quantity, sign, words) => el("button", { type: "button", class: "edit",
    "aria-label": fill(t(words), { title: line.title }),
    onclick: () => actions.cart(line.product_id, quantity, line.title) }, sign);
  const total = Object.entries(held.totals)
    .map(([currency, amount]) => money(amount, currency, language)).join(" + ");
  const buy = address(held.url);
  return [el("section", { class: "cart", "aria-label": t("cart") },
    el("ul", { role: "list" }, held.lines.map((line) => el("li", {},
      el("p", {}, el("strong", {}, line.title),
        Object.values(line.options).length
          ? el("small", {}, Object.values(line.options).join(language === "zh" ? "，" : ", "))
          : null),
      el("span", { class: "count" }, edit(line, line.quantity - 1, "−", "cart.fewer"),
        el("span", {}, String(line.quantity)), edit(line, line.quantity + 1, "+", "cart.more")),
      el("span", {}, money(line.amount, line.currency, language) ?? t("cart.noprice"))))),
    el("p", { class: "total" }, el("span", {}, t("cart.total")), el("strong", {}, total || "–")),
    buy ? el("a", { class: "buy", href: buy, target: "_blank", rel: "noopener" },
      t("cart.buy"), hidden(` ${t("newtab")}`)) : null)];
}

function next(reply, actions) {
  if (!reply.suggestions.length) return [];
  return [el("ul", { class: "suggestions", role: "list", "aria-label": t("suggestions") },
    reply.suggestions.map((said) => el("li", {}, el("button", { type: "button", class: "pill",
      lang: reply.language, onclick: () => actions.say(said) }, said))))];
}

function thumbs(reply, helpful, actions) {
  const thanks = el("span", { class: "thanks", role: "status" });
  const thumb = (verdict, drawn, words) => el("button", { type: "button", class: "thumb",
    "aria-label": t(words), title: t(words), "aria-pressed": String(helpful === verdict),
    onclick: async (event) => {
      const pressed = event.currentTarget;
      await actions.judge(reply.turn, verdict);
      for (const other of pressed.parentElement.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === pressed));
      }
      thanks.textContent = t("helpful.thanks");
    } }, icon(drawn, 17));
  return el("div", { class: "helpful", role: "group", "aria-label": t("helpful") },
    thumb(true, "up", "helpful.up"), thumb(false, "thumbDown", "helpful.down"), thanks);
}
