// What a page gains where scripts run; without them every page still works. No text is ever made into markup here.
(() => {
  "use strict";
  const IGNORED = new Set(["csrfmiddlewaretoken", "next", "language", "from", "typed"]);
  const form = () => document.querySelector("form[data-form]");
  const ready = (set) => { if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", set); else set(); };

  function typed() {
    const page = form();
    return page ? [...new FormData(page)].filter(([name, value]) => !IGNORED.has(name) && typeof value === "string") : [];
  }

  // What is being typed goes along with a change of language, or with leaving quickly: the node keeps it, sealed.
  function carry(into) {
    into.querySelectorAll("[data-carried]").forEach((each) => each.remove());
    if (!form() || !form().hasAttribute("data-dirty")) return;
    for (const [name, value] of [...typed(), ["typed", "1"]]) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      field.setAttribute("data-carried", "");
      into.append(field);
    }
  }

  function dirty() {
    const page = form();
    if (!page) return;
    if (document.querySelector("[data-errors]")) page.setAttribute("data-dirty", "");
    page.addEventListener("input", () => page.setAttribute("data-dirty", ""));
    page.addEventListener("submit", () => { page.setAttribute("data-sent", ""); });
    window.addEventListener("pageshow", () => ["data-sent", "data-heard"].forEach((each) => page.removeAttribute(each)));
    window.addEventListener("beforeunload", (event) => {
      if (page.hasAttribute("data-dirty") && !page.hasAttribute("data-sent") && !page.hasAttribute("data-left")) event.preventDefault();
    });
  }

  // Without a connection the browser would put its own page in the place of what was written: ask the node first.
  function sendOnlyIfHeard(event) {
    const page = event.target;
    const lost = document.getElementById("no-connection");
    if (!page.matches("form[data-form][method=post]") || page.hasAttribute("data-heard") || !lost) return;
    event.preventDefault();
    if (page.hasAttribute("data-asking")) return;
    page.setAttribute("data-asking", "");
    const wait = new AbortController();
    const late = window.setTimeout(() => wait.abort(), 10000);
    fetch("/alive", { cache: "no-store", signal: wait.signal }).then((answer) => {
      if (!answer.ok) throw new Error("not alive");
      lost.hidden = true;
      page.setAttribute("data-heard", "");
      page.requestSubmit(event.submitter || undefined);
    }).catch(() => {
      page.removeAttribute("data-sent");
      lost.hidden = false;
      lost.focus();
    }).finally(() => {
      window.clearTimeout(late);
      page.removeAttribute("data-asking");
    });
  }

  // The page is gone from the screen and from the history before the node has answered.
  function leave(exit) {
    const said = new FormData(exit);
    document.body.hidden = true;
    document.title = "…";
    const gone = () => window.location.replace(exit.dataset.leave);
    const late = window.setTimeout(gone, 1500);
    const send = (body) => fetch(exit.action, { method: "POST", body, keepalive: true, redirect: "manual" });
    // More words than a browser sends while it leaves (64 kB): then without them, for the session must end.
    send(said).catch(() => {
      for (const name of [...said.keys()]) if (name !== "csrfmiddlewaretoken") said.delete(name);
      return send(said);
    }).catch(() => {}).finally(() => { window.clearTimeout(late); gone(); });
  }

  document.addEventListener("submit", (event) => {
    const sent = event.target;
    if (!sent.matches("[data-carry], [data-leave]")) return;
    carry(sent);
    if (form()) form().setAttribute("data-left", "");
    if (!sent.matches("[data-leave]")) return;
    event.preventDefault();
    leave(sent);
  });

  document.addEventListener("submit", sendOnlyIfHeard);

  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens]");
    const dialog = opens && document.getElementById(opens.hash.slice(1));
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.open = false;
      dialog.showModal();
      return;
    }
    const shuts = event.target.closest("[data-shut]");
    if (shuts) shuts.closest("dialog").close();
  });

  // htmx notes the address of each page in the browser's storage: nothing of a page stays there.
  const forget = () => { try { window.sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* no storage, nothing kept */ } };
  ["htmx:pushedIntoHistory", "htmx:replacedInHistory"].forEach((each) => document.addEventListener(each, forget));

  ready(() => {
    forget();
    dirty();
    const errors = document.querySelector("[data-errors]");
    if (errors) errors.focus();
  });
})();
