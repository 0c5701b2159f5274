// Choosing a picture to send along with a message; it is shown as it will be sent.
import { pictureIn, shrink } from "./pictures.js";

export function pickerOf(form, { t, changed }) {
  const button = form.querySelector("[data-do=picture]"), files = form.querySelector("[type=file]");
  const input = form.querySelector("textarea"), shown = form.querySelector(".sg-chosen");
  let picture = null;

  function show(next, trouble = "") {
    picture = next;
    shown.hidden = !next && !trouble;
    shown.querySelector("p").textContent = trouble;
    shown.querySelector("button").hidden = !next;
    shown.querySelector("canvas")?.remove();
    if (next) shown.prepend(thumbnail(next, t));
    changed();
  }

  async function take(chosen) {
    const file = pictureIn(chosen);
    files.value = "";
    if (!file) return;
    try {
      show(await shrink(file));
    } catch {
      show(null, t("picture.bad"));
    }
    input.focus();
  }

  files.addEventListener("change", () => take(files.files));
  input.addEventListener("paste", (event) => {
    if (button.hidden || !pictureIn(event.clipboardData?.files)) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  return {
    choose: () => files.click(),
    clear: () => { show(null); input.focus(); },
    get picture() { return picture; },
  };
}

export function thumbnail(picture, t) {
  const canvas = document.createElement("canvas");
  canvas.className = "sg-thumbnail";
  canvas.width = picture.canvas.width;
  canvas.height = picture.canvas.height;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("picture.yours"));
  canvas.getContext("2d").drawImage(picture.canvas, 0, 0);
  return canvas;
}
