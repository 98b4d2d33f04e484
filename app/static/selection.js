/* Ticks in the contact list last across pages, searches and orders, until they are used or cleared. Without this file, a form sends the ticks of its page. */
"use strict";
(() => {
  const MOST = 10000;
  const form = () => document.getElementById("selection-form");
  const boxes = () => [...form().querySelectorAll("input[name=contact]")];
  const key = () => `muster.selection.${form().dataset.selection}`;

  function load() {
    try { return new Set(JSON.parse(sessionStorage.getItem(key()) || "[]")); } catch { return new Set(); }
  }
  function save(ids) {
    try { sessionStorage.setItem(key(), JSON.stringify([...ids].slice(0, MOST))); } catch { /* the ticks of this page still count */ }
  }

  function show(ids) {
    const count = ids.size;
    form().querySelector("[data-selection-button]").classList.toggle("btn-primary", count > 0);
    form().querySelector("[data-selection-clear]").hidden = !count;
    form().querySelector("[data-selection-ids]").value = [...ids].join(",");
    form().querySelector("[data-selection-status]").textContent = count ? `${count.toLocaleString("en-US")} selected` : "";
    const page = form().querySelector("[data-selection-page]");
    const ticked = boxes().filter((box) => box.checked).length;
    page.hidden = false;
    page.checked = ticked === boxes().length;
    page.indeterminate = ticked > 0 && ticked < boxes().length;
  }

  // What is on the page follows the stored ticks.
  function restore() {
    if (!form()) return;
    const ids = load();
    for (const box of boxes()) box.checked = ids.has(box.value);
    show(ids);
  }

  document.addEventListener("change", (event) => {
    if (!form()?.contains(event.target)) return;
    const isPage = event.target.matches("[data-selection-page]");
    if (!isPage && event.target.name !== "contact") return;
    const ids = load();
    if (isPage) for (const box of boxes()) box.checked = event.target.checked;
    for (const box of boxes()) { if (box.checked) ids.add(box.value); else ids.delete(box.value); }
    save(ids);
    show(ids);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-selection-clear]")) return;
    save(new Set());
    restore();
    form().querySelector("[data-selection-button]").focus();
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || event.defaultPrevented) return;
    const stored = load();
    if (stored.size) addEventListener("pagehide", () => sessionStorage.removeItem(`muster.selection.${event.target.dataset.selection}`), { once: true });
  });
  document.addEventListener("htmx:after:swap", restore);
  addEventListener("pageshow", restore);
  restore();
})();
