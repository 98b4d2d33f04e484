/* Texts that are typed outlive a reload: this tab keeps them until they are saved or discarded. For forms with data-draft. */
"use strict";
(() => {
  const KEY = "muster.draft.";
  const $ = (selector, root = document) => root.querySelector(selector);
  const key = (form) => KEY + form.getAttribute("action");
  const fields = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, input[type=text], select"));
  const saved = (field) => field.defaultValue ?? [...field.options].find((one) => one.defaultSelected)?.value ?? field.options[0]?.value ?? "";
  const differs = (form) => Boolean($(".error-summary, .alert[role=alert]", form)) || fields(form).some((one) => one.value !== saved(one));
  const read = (name) => { try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; } };
  const forget = (name) => { try { sessionStorage.removeItem(name); } catch { /* nothing is kept */ } };

  let isSigningOut = false; // whoever signs in next must not see what was typed
  function keep(form) {
    if (isSigningOut) return;
    if (!form?.isConnected || form.dataset.unsaved === "no") return; // saved or discarded just now
    if (differs(form)) store(form, false); else forget(key(form));
  }
  function store(form, sent) {
    const values = Object.fromEntries(fields(form).map((one) => [one.name, one.value]));
    try { sessionStorage.setItem(key(form), JSON.stringify({ values, revision: form.elements.revision.value, sent })); } catch { /* full, or a private window */ }
  }
  const keepAll = () => document.querySelectorAll("form[data-draft]").forEach(keep);

  // With the revision it was typed for: who has changed the workflow since then is not overwritten without a question.
  function bringBack(form) {
    form.dataset.drafted = "yes";
    const draft = read(key(form));
    if (!draft || differs(form)) { keep(form); return; }
    const changed = fields(form).filter((one) => one.name in draft.values && one.value !== draft.values[one.name]);
    if (!changed.length) { forget(key(form)); return; }
    for (const one of changed) one.value = draft.values[one.name];
    form.dataset.revision = form.elements.revision.value;
    form.elements.revision.value = draft.revision;
    $("[data-draft-notice]", form).hidden = false;
    changed[0].dispatchEvent(new Event("input", { bubbles: true }));
    changed[0].focus();
  }
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-draft-discard]")?.form;
    if (!form) return;
    for (const one of fields(form)) one.value = saved(one);
    form.elements.revision.value = form.dataset.revision;
    $("[data-draft-notice]", form).hidden = true;
    forget(key(form));
    fields(form)[0].focus();
    fields(form)[0].dispatchEvent(new Event("input", { bubbles: true }));
  });

  let waiting = 0;
  const drafted = (event) => event.target.form?.matches("[data-draft]") && event.target.form;
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = drafted(event);
      if (form) { clearTimeout(waiting); waiting = setTimeout(() => keep(form), 200); }
    });
  }
  addEventListener("pagehide", keepAll);
  addEventListener("pageshow", () => { isSigningOut = false; });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-draft]")) store(event.target, true); // it may not arrive
    if (event.target.getAttribute("action") !== "/sign-out") return;
    isSigningOut = true;
  });
  for (const name of ["htmx:error", "htmx:response:error"]) addEventListener(name, () => setTimeout(keepAll));
  // A dialog that closes has been saved, or its text has been discarded.
  document.addEventListener("close", (event) => { const form = $("form[data-draft]", event.target); if (form) forget(key(form)); }, true);

  // The page that saving leads to: what was sent has arrived.
  const settle = () => {
    if (!new URLSearchParams(location.search).has("step")) return;
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(KEY + location.pathname) && read(name)?.sent) forget(name);
  };
  const start = () => { for (const form of document.querySelectorAll("form[data-draft]:not([data-drafted])")) bringBack(form); };
  document.addEventListener("htmx:after:swap", () => setTimeout(start));
  addEventListener("load", () => setTimeout(() => { // htmx has begun by then
    settle();
    start();
    // A reload closes the dialog: the step whose text was being typed opens again.
    if (performance.getEntriesByType("navigation")[0]?.type !== "reload") return;
    const card = [...document.querySelectorAll("a.flow-card")].find((one) => read(KEY + one.getAttribute("href")));
    card?.click();
  }));
})();
