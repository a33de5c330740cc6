/* Progressive enhancement of the SPARQL page: runs the query without leaving the page, shows how long it takes, stops it. Without it the form is sent as any form. */

const form = document.querySelector("form[data-ask]");
const field = document.querySelector("textarea#query");
const LONGEST_ADDRESS = 6000;
const PATIENCE = 250;

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Tells the editor, when there is one, where the server found a mistake; nothing takes an earlier mark away. */
function markRefusal(section) {
  const { line, column, token } = section?.dataset ?? {};
  const detail = line && { line: Number(line), column: Number(column), token, reason: section.querySelector("[data-detail]").textContent };
  field.dispatchEvent(new CustomEvent("refusal", { detail }));
}

class Run {
  constructor(parts) {
    this.parts = parts;
    this.id = newId();
    this.controller = new AbortController();
    this.began = performance.now();
    this.isStopped = false;
    this.stopped = new Promise((_, reject) => { this.giveUp = reject; });
  }

  seconds() {
    const format = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return format.format((performance.now() - this.began) / 1000);
  }

  begin() {
    const { run, stop, outcome, said, time } = this.parts;
    said.textContent = form.dataset.running;
    outcome.setAttribute("aria-busy", "true");
    this.clock = setInterval(() => { time.textContent = form.dataset.elapsed.replace("{seconds}", this.seconds()); }, 100);
    this.offer = setTimeout(() => {
      const isFocused = document.activeElement === run;
      stop.hidden = false;
      run.hidden = true;
      if (isFocused) stop.focus();
    }, PATIENCE);
  }

  end(words) {
    const { run, stop, outcome, said, time } = this.parts;
    clearInterval(this.clock);
    clearTimeout(this.offer);
    const isFocused = document.activeElement === stop;
    run.hidden = false;
    stop.hidden = true;
    if (isFocused) run.focus();
    outcome.removeAttribute("aria-busy");
    time.textContent = "";
    said.textContent = words;
  }

  /* The page goes on at once; the connection is kept until the server has heard, which then ends the query by its id. */
  stop() {
    this.isStopped = true;
    this.giveUp(new DOMException("stopped by the reader", "AbortError"));
    fetch(`/sparql/stop/${this.id}`, { method: "POST", keepalive: true }).catch(() => {}).finally(() => this.controller.abort());
  }

  async fetchPage() {
    const address = `${form.action}?${new URLSearchParams({ query: field.value })}`;
    const isLong = address.length > LONGEST_ADDRESS;
    const answer = await fetch(isLong ? form.action : address, {
      method: isLong ? "POST" : "GET",
      body: isLong ? new URLSearchParams({ query: field.value }) : undefined,
      headers: { Accept: "text/html", "Query-Id": this.id },
      signal: this.controller.signal,
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!isLong && !this.isStopped && address !== location.href) history.pushState(null, "", address);
    shown = location.pathname + location.search;
    return page;
  }
}

let current = null;
let shown = location.pathname + location.search;

async function ask(parts) {
  current?.stop();
  const run = new Run(parts);
  current = run;
  run.begin();
  try {
    const page = await Promise.race([run.fetchPage(), run.stopped]);
    if (current !== run) return;
    const found = page.querySelector("#outcome");
    if (found) show(parts, page, found);
    else complain(parts.outcome, page.querySelector("main .lead")?.textContent ?? page.title);
    run.end(found?.dataset.summary ?? "");
    reveal(parts.outcome);
  } catch {
    if (current !== run) return;
    parts.outcome.replaceChildren();
    markRefusal(null);
    if (!run.isStopped) complain(parts.outcome, form.dataset.unreachable);
    run.end(run.isStopped ? form.dataset.stopped.replace("{seconds}", run.seconds()) : "");
  }
  current = null;
}

function show({ outcome }, page, found) {
  outcome.replaceChildren(...found.childNodes);
  outcome.dispatchEvent(new CustomEvent("shown", { bubbles: true }));
  markRefusal(outcome.querySelector("#refusal"));
  /* Links that repeat the query: the other languages. */
  const fresh = [...page.querySelectorAll(".languages a")];
  document.querySelectorAll(".languages a").forEach((link, index) => { link.href = fresh[index].getAttribute("href"); });
}

function complain(outcome, words) {
  const section = document.createElement("section");
  const [title, text] = [document.createElement("h2"), document.createElement("p")];
  section.className = "refusal";
  section.setAttribute("role", "alert");
  title.textContent = form.dataset.refused;
  text.textContent = words;
  section.append(title, text);
  outcome.replaceChildren(section);
}

/* An answer below the edge of the window comes into sight; one that is in sight stays where it is. */
function reveal(outcome) {
  const top = outcome.querySelector("h2")?.getBoundingClientRect().top ?? 0;
  if (top > innerHeight - 120) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollBy({ top: top - innerHeight * 0.55, behavior: isCalm ? "instant" : "smooth" });
  }
}

if (form) {
  const parts = Object.fromEntries(["run", "stop", "said", "time"].map((name) => [name, form.querySelector(`[data-${name}]`)]));
  parts.outcome = document.querySelector("#outcome");
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    ask(parts);
  });
  parts.stop.addEventListener("click", () => current?.stop());
  /* Back to another query: that page again. A jump within the page is no reason to load it. */
  addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) location.reload();
  });
}

const refused = document.querySelector("#refusal");
if (refused && field) markRefusal(refused);
