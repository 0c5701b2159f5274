// Elements are made by hand, never from markup: nothing that a catalogue or a model says can
// become code, and a page's strict Content-Security-Policy and Trusted Types hold.

const ICONS = {
  chat: "M4 5.5h16v11h-9l-5 4v-4H4zM8.5 9.7h7M8.5 12.7h4.5",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  send: "M12 19V5M6 11l6-6 6 6",
  cart: "M5 8h14l-1.2 10.5a1.7 1.7 0 0 1-1.7 1.5H7.900a1.700 1.700 0 0 1-1.700-1.500zM8.600 10.500V7a3.400 3.400 0 0 1 6.800 0v3.500",
  picture: "M4 6.500A1.500 1.500 0 0 1 5.500 5h13A1.500 1.500 0 0 1 20 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500zM4.500 17l4.700-5 3.600 3.700 2.600-2.500 4.300 4.300M15.300 9.200h.01",
  check: "M5 12.5l4.400 4.400L19 7.300",
  fresh: "M5 5v5h5M5.600 10A7.500 7.500 0 1 1 4.600 14",
  up: "M7.5 10.500V20H4.500v-9.500zM7.500 11l4-7.200c1.400 0 2.400 1.100 2.200 2.500L13 9.800h5.300a1.800 1.800 0 0 1 1.800 2.200l-1.400 6.500a1.900 1.900 0 0 1-1.800 1.500H7.500",
  thumbDown: "M16.500 13.500V4h3v9.500zM16.500 13l-4 7.200c-1.400 0-2.400-1.100-2.200-2.500l.7-3.500H5.700a1.800 1.800 0 0 1-1.800-2.200l1.400-6.500A1.900 1.900 0 0 1 7.100 4h9.400",
};

function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function icon(name, size = 20) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const drawn = { viewBox: "0 0 24 24", width: size, height: size, fill: "none",
    stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round",
    "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(drawn)) svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function hidden(text) {
  return el("span", { class: "hidden" }, text);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// Only addresses of the web, or of this guide, become links and pictures.
function address(given) {
  if (!given) return null;
  try {
    const found = new URL(given, BASE);
    return ["http:", "https:"].includes(found.protocol) ? found.href : null;
  } catch {
    return null;
  }
}

function money(amount, currency, language) {
  if (amount === null || amount === undefined) return null;
  const locale = language === "zh" ? "zh-CN" : "en-US";
  const style = currency ? { style: "currency", currency } : { minimumFractionDigits: 2 };
  try {
    return new Intl.NumberFormat(locale, style).format(amount);
  } catch {
    return `${amount} ${currency ?? ""}`.trim();
  }
}
