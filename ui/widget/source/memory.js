// What the browser remembers, and only with the customer's consent: the conversation, its token,
// and a message whose reply has not come yet. Until then all of it lives in this page alone.

const PLACE = `shopguide ${BASE}`;

function isNoted() {
  try {
    return localStorage.getItem(PLACE) !== null;
  } catch {
    return false;
  }
}

const memory = {
  // A note that is there was allowed on an earlier page.
  allowed: OPTIONS.consent === "granted" || (OPTIONS.consent !== "denied" && isNoted()),
  held: {},

  load() {
    if (!this.allowed) return;
    try {
      this.held = { ...JSON.parse(localStorage.getItem(PLACE) ?? "{}"), ...this.held };
    } catch {
      this.held = { ...this.held }; // a browser that keeps nothing, or a damaged note
    }
  },

  keep(values) {
    this.held = { ...this.held, ...values };
    if (!this.allowed) return;
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.held));
    } catch {
      // The browser keeps nothing: the conversation lasts as long as the page.
    }
  },

  allow(given) {
    this.allowed = given;
    if (given) {
      this.load();
      this.keep({});
    } else {
      this.drop();
    }
  },

  drop() {
    try {
      localStorage.removeItem(PLACE);
    } catch {
      // Nothing was kept then.
    }
  },

  forget() {
    this.held = {};
    this.drop();
  },
};
