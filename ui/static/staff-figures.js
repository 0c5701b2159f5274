// The charts are pictures that the server drew: here they tell the value under the pointer, and
// the wishes, which take longest to read, are put in when the rest of the page is there.
const tip = document.createElement("div");
tip.className = "st-tip";
tip.hidden = true;
tip.ariaHidden = "true"; // the tables tell the same
document.querySelector("main").append(tip);

function nearest(chart, x, y) {
  let found = null, least = Infinity;
  for (const mark of chart.querySelectorAll("[role=graphics-symbol][aria-label]")) {
    const box = mark.getBoundingClientRect();
    const dx = Math.max(box.left - x, 0, x - box.right);
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    const far = dx * dx * 9 + dy * dy;
    if (far < least) [found, least] = [mark, far];
  }
  return found;
}

for (const chart of document.querySelectorAll(".st-chart")) {
  chart.addEventListener("pointermove", (event) => {
    const mark = nearest(chart, event.clientX, event.clientY);
    if (!mark) return;
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const left = Math.min(Math.max(8, event.clientX - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
    tip.style.transform = `translate(${left}px, ${Math.max(8, event.clientY - tip.offsetHeight - 14)}px)`;
  });
  chart.addEventListener("pointerleave", () => { tip.hidden = true; });
}

async function fragment(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

const charts = document.querySelector(".st-charts[data-address]");
if (charts) {
  fragment(charts.dataset.address).then((html) => {
    const drawn = document.createElement("template");
    drawn.innerHTML = html;
    for (const each of drawn.content.querySelectorAll("[data-chart]")) {
      document.querySelector(`#picture-${each.dataset.chart}`).replaceChildren(...each.childNodes);
    }
  }).catch(() => { /* the tables have the same numbers */ }).finally(() => {
    for (const each of charts.querySelectorAll(".st-chart-wait")) each.classList.remove("st-chart-wait");
  });
}

const wishes = document.querySelector("#wishes");
if (wishes) {
  wishes.querySelector("a").hidden = true;
  wishes.querySelector(".st-wait").hidden = false;
  try {
    wishes.innerHTML = await fragment(wishes.dataset.address);
  } catch {
    wishes.textContent = wishes.dataset.failed;
  }
}
