// Text arrives a sentence at a time and is shown at reading speed, never far behind.
const running = new WeakMap();

export function reveal(element, text, { whole = false } = {}) {
  element.hidden = !text;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
  if (whole || still) {
    running.delete(element);
    element.textContent = text;
    return;
  }
  const state = running.get(element);
  if (state) { state.text = text; return; }
  const fresh = { text, shown: element.textContent.length };
  running.set(element, fresh);
  const write = () => {
    if (running.get(element) !== fresh) return;
    const left = fresh.text.length - fresh.shown;
    if (left <= 0) { running.delete(element); element.dispatchEvent(new Event("written")); return; }
    fresh.shown += Math.max(2, Math.ceil(left / 22));
    element.textContent = fresh.text.slice(0, fresh.shown);
    requestAnimationFrame(write);
  };
  requestAnimationFrame(write);
}

export function isRevealing(element) { return running.has(element); }
