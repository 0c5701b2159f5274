// Asks whether a person of the shop has joined or written: often while one is awaited or there,
// seldom and ever more seldom while the guide has the conversation alone, never on a hidden page
// that waits for nobody.
const OFTEN = { agent: 2000, waiting: 3000 };
const HIDDEN = { agent: 10_000, waiting: 20_000 };
const REST_MS = 6000;
const LONGEST_REST_MS = 90_000;
const GIVE_UP_MS = 40 * 60_000;
const PATIENT_AFTER = 90; // answers without anything new
const PATIENT = 2.5;

export function followNews({ address, show }) {
  let standing = { state: "guide" }, newest = 0, timer = 0, rest = REST_MS, quiet = 0, active = Date.now(), asking = false, wanted = 0;

  function wait() {
    if (standing.state !== "guide") {
      const often = document.hidden ? HIDDEN[standing.state] : OFTEN[standing.state];
      return quiet > PATIENT_AFTER ? often * PATIENT : often;
    }
    if (document.hidden || Date.now() - active > GIVE_UP_MS) return 0;
    rest = Math.min(LONGEST_REST_MS, rest * 1.5);
    return rest;
  }

  function plan() {
    clearTimeout(timer);
    const pause = address(newest) ? wait() : 0;
    if (pause) timer = setTimeout(ask, pause);
  }

  async function ask() {
    const from = address(newest), round = wanted;
    if (!from || asking) return;
    asking = true;
    try {
      const answer = await fetch(from, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.ok && round === wanted) {
        const found = await answer.json();
        const fresh = found.messages.filter((each) => each.number > newest);
        newest = Math.max(newest, ...fresh.map((each) => each.number));
        quiet = fresh.length || found.standing.state !== standing.state ? 0 : quiet + 1;
        standing = found.standing;
        show(standing, fresh);
      }
    } catch { /* the network is away: the next round tries again */ }
    asking = false;
    plan();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    active = Date.now();
    ask();
  });

  return {
    // A conversation is shown that has come so far.
    begin(known, number) {
      wanted += 1;
      standing = known || { state: "guide" };
      newest = number || 0;
      rest = REST_MS;
      quiet = 0;
      plan();
    },
    // The customer has done something; `now` where a person is called or has the conversation.
    stir(now) {
      active = Date.now();
      rest = REST_MS;
      quiet = 0;
      if (now) ask(); else plan();
    },
  };
}
