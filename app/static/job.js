/* The job page listens to the job's events and asks for its panel when there is news. Until the stream is open, and whenever it fails, the panel's own poll does the work. */
"use strict";
(() => {
  const SILENT_MS = 8000; // the server says something every 5 seconds
  const FRESH_MS = 5000; // an open stream replaces polls of a panel that is younger
  const REOPEN_MS = 20000;
  const panel = () => document.querySelector("#job-panel[data-events]");
  let source = null;
  let pace = 1000;
  let heardAt = 0;
  let askedAt = 0;
  let drawnAt = Date.now();
  let news = null;
  let underWay = 0; // requests for the panel; until they have ended, no further one begins
  let isLate = false; // news came meanwhile
  let reopening = null;

  const isHealthy = () => source?.readyState === EventSource.OPEN && Date.now() - heardAt < SILENT_MS;
  const hear = (act) => (event) => { heardAt = Date.now(); act?.(event); };

  function ask() {
    news = null;
    isLate = underWay > 0;
    if (isLate) return;
    askedAt = Date.now();
    panel()?.dispatchEvent(new Event("job-news"));
  }
  function askSoon() {
    news ??= setTimeout(ask, Math.max(0, askedAt + pace * (0.8 + 0.4 * Math.random()) - Date.now()));
  }
  function close() {
    source?.close();
    source = null;
    clearTimeout(reopening);
  }
  function open() {
    close();
    if (document.hidden || !panel()) return;
    source = new EventSource(panel().dataset.events);
    source.onopen = hear();
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS * (0.5 + Math.random()));
    };
    source.addEventListener("pace", hear((event) => { pace = Number(event.data) || pace; }));
    source.addEventListener("progress", hear(askSoon));
    source.addEventListener("end", () => {
      close();
      clearTimeout(news);
      news = setTimeout(ask, Math.random() * Math.min(1000, pace - 250));
    });
  }

  document.addEventListener("htmx:config:request", (event) => {
    const isPoll = event.target.id === "job-panel" && event.detail.ctx.sourceEvent?.type === "every";
    if (isPoll && isHealthy() && Date.now() - drawnAt < Math.max(FRESH_MS, pace)) event.preventDefault();
  });
  const isForPanel = (event) => event.detail.ctx.target?.id === "job-panel";
  document.addEventListener("htmx:before:request", (event) => { if (isForPanel(event)) underWay += 1; });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!isForPanel(event)) return;
    underWay -= 1;
    if (isLate) askSoon();
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (event.target.id === "job-panel") drawnAt = Date.now();
  });
  document.addEventListener("htmx:after:swap", () => { if (!panel()) close(); }); // the job is over
  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
})();
