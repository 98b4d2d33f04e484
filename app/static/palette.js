/* The command palette (an ARIA combobox over the results of the search) and the keyboard shortcuts. */
"use strict";
(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const form = palette.querySelector("form");
  const field = palette.querySelector("input");
  const options = () => [...palette.querySelectorAll("[role=option]")];
  const chosen = () => palette.querySelector("[aria-selected=true]");
  let opensFirst = false; // Enter was pressed before the results of the typed text were there

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) { field.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function open() {
    if (document.querySelector("dialog:modal")) return;
    palette.showModal();
    field.value = "";
    form.dispatchEvent(new Event("palette-open"));
  }
  function follow(option, newTab) {
    if (newTab) window.open(option.href, "_blank", "noopener"); else option.click();
    palette.close();
  }
  const isCurrent = () => palette.querySelector("[data-text]")?.dataset.text === field.value.trim();

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail?.ctx?.target?.id !== "palette-results") return;
    choose(options()[0]);
    if (opensFirst && isCurrent()) { opensFirst = false; if (chosen()) follow(chosen()); }
  });
  field.addEventListener("input", () => { opensFirst = false; });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const place = all.indexOf(chosen());
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(Math.max(place, step > 0 ? -1 : 0) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!isCurrent()) opensFirst = true;
      else if (place >= 0) follow(all[place], event.ctrlKey || event.metaKey);
    }
  });
  palette.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  palette.addEventListener("close", () => { opensFirst = false; });
  addEventListener("pagehide", () => palette.close()); // so that Back does not find it open

  // Shortcuts of a single key can be turned off; nothing is one while a text is being typed.
  const PLACES = { h: "/", t: "/templates", w: "/workflows", c: "/contacts", e: "/enrollments", a: "/activity", s: "/settings" };
  const STORED = "muster-shortcuts";
  const isOff = () => { try { return localStorage.getItem(STORED) === "off"; } catch { return false; } };
  const types = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  let goesUntil = 0;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && key === "k") {
      if (document.querySelector(`[data-formats="${CSS.escape(event.target.id || "-")}"]`)) return; // it makes a link there
      event.preventDefault();
      if (palette.open) palette.close(); else open();
      return;
    }
    if (event.ctrlKey || event.metaKey || isOff() || types(event.target) || document.querySelector("dialog:modal")) return;
    const goes = event.timeStamp < goesUntil;
    goesUntil = key === "g" && !goes ? event.timeStamp + 1500 : 0;
    if (goes && PLACES[key]) { event.preventDefault(); location.assign(PLACES[key]); return; }
    if (goes || goesUntil) return;
    if (key === "/") { event.preventDefault(); open(); }
    if (key === "?") { event.preventDefault(); document.getElementById("shortcuts").showModal(); }
    if (key === "n") document.querySelector("[data-new]")?.click();
  });

  const choice = document.querySelector("[data-shortcuts-switch]");
  if (choice) {
    choice.closest("[hidden]").hidden = false;
    choice.checked = !isOff();
    choice.addEventListener("change", () => {
      try { localStorage.setItem(STORED, choice.checked ? "on" : "off"); } catch { /* private window: they stay on */ }
    });
  }
})();
