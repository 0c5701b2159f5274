// Rows of cards: arrows where there is more to see, and a mark for pictures that do not load.
export function prepareRows(root) {
  for (const row of root.querySelectorAll(".sg-row:not([data-ready])")) {
    row.dataset.ready = "";
    const list = row.querySelector(".sg-cards");
    const [back, on] = row.querySelectorAll(".sg-arrow");
    const update = () => {
      back.hidden = list.scrollLeft < 8;
      on.hidden = list.scrollLeft + list.clientWidth > list.scrollWidth - 8;
    };
    const step = (direction) => list.scrollBy({
      left: direction * Math.max(220, list.clientWidth * 0.8), behavior: motion(),
    });
    back.addEventListener("click", () => step(-1));
    on.addEventListener("click", () => step(1));
    list.addEventListener("scroll", update, { passive: true });
    list.addEventListener("keydown", (event) => moveBetween(list, event));
    new ResizeObserver(update).observe(list);
    for (const image of row.querySelectorAll("img")) {
      const missing = () => { image.closest(".sg-picture").classList.add("sg-nopicture"); image.remove(); };
      if (image.complete && image.naturalWidth === 0 && image.currentSrc) missing();
      else image.addEventListener("error", missing);
    }
    for (const picture of row.querySelectorAll(".sg-picture:not(:has(img))")) picture.classList.add("sg-nopicture");
  }
}

// Arrow keys go from card to card; Tab does too.
function moveBetween(list, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const links = [...list.querySelectorAll("a")];
  const next = links[links.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
