// The theme the visitor chose, before the first paint; without a choice the system's counts.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem("shopguide.theme"); } catch { return null; }
  };
  const show = () => {
    const theme = chosen();
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    root.dataset.shown = theme || (dark.matches ? "dark" : "light");
  };
  window.shopguideTheme = {
    toggle() {
      const next = root.dataset.shown === "dark" ? "light" : "dark";
      const system = dark.matches ? "dark" : "light";
      try {
        if (next === system) localStorage.removeItem("shopguide.theme");
        else localStorage.setItem("shopguide.theme", next);
        show();
      } catch { root.dataset.theme = root.dataset.shown = next; }
    },
  };
  dark.addEventListener("change", show);
  addEventListener("storage", show);
  show();
})();
