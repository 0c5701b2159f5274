// What the page's own line of script asks for.

const SCRIPT = document.currentScript;
const BASE = new URL(SCRIPT.src).origin;
const OPTIONS = {
  shop: SCRIPT.dataset.shop || "",
  language: SCRIPT.dataset.language || "auto",
  theme: ["light", "dark"].includes(SCRIPT.dataset.theme) ? SCRIPT.dataset.theme : "auto",
  position: SCRIPT.dataset.position === "left" ? "left" : "right",
  consent: SCRIPT.dataset.consent || "",
  segment: SCRIPT.dataset.segment || undefined,
};

if (OPTIONS.segment && !CONFIG.segments.includes(OPTIONS.segment)) {
  console.warn(`shopguide: data-segment="${OPTIONS.segment}" is not in SHOPGUIDE_CUSTOMER_SEGMENTS`);
  OPTIONS.segment = undefined;
}

// The page's language, then the browser's; English where neither is ours.
const language = [OPTIONS.language, document.documentElement.lang, ...navigator.languages]
  .map((tag) => tag.toLowerCase().split("-")[0])
  .find((tag) => tag in CONFIG.words) ?? "en";

function t(key) {
  return CONFIG.words[language][key];
}
