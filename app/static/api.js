/* The API reference sends requests with a pasted token, and opens the entry that a link leads to. */
"use strict";
(() => {
  const token = document.getElementById("api-token");
  for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;

  function address(form) {
    let path = form.dataset.path;
    for (const part of form.querySelectorAll("[data-part]")) path = path.replace(`{${part.dataset.part}}`, encodeURIComponent(part.value.trim()));
    const query = form.querySelector("[data-query]")?.value.trim().replace(/^\?/, "");
    return query ? `${path}?${query}` : path;
  }
  function readable(text) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
  }
  function show(form, title, text) {
    const place = form.querySelector("[data-answer]");
    const line = document.createElement("p");
    const body = document.createElement("pre");
    line.textContent = title;
    body.className = "api-text";
    body.textContent = readable(text);
    place.replaceChildren(line, ...(text ? [body] : []));
  }
  async function send(form) {
    const body = form.querySelector("[data-body]")?.value;
    const headers = { Authorization: `Bearer ${token.value.trim()}` };
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(address(form), { method: form.dataset.method, headers, body: body || undefined, credentials: "omit" });
    show(form, `Status ${answer.status}`, await answer.text());
  }
  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".api-try");
    if (!form) return;
    event.preventDefault();
    if (!token.value.trim()) { token.focus(); show(form, "Paste a token at the top of the page first.", ""); return; }
    send(form).catch(() => show(form, "The request could not be sent. Check the token and your connection.", ""));
  });

  function open() {
    const entry = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (entry?.matches("details")) { entry.open = true; entry.scrollIntoView(); }
  }
  window.addEventListener("hashchange", open);
  open();
})();
