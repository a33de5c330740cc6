/* Progressive enhancement only: copy buttons, opening all evidence before printing, long queries sent in the body. Pages are complete without it. */

function announce(button) {
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 1600);
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    announce(button);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }
}

function offerCopies(part) {
  for (const button of part.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

offerCopies(document);
document.addEventListener("shown", (event) => offerCopies(event.target));

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.proof:not([open])")) {
    details.dataset.closed = "";
    details.open = true;
  }
});

addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details.proof[data-closed]")) {
    details.open = false;
    delete details.dataset.closed;
  }
});

const query = document.querySelector("textarea#query");
query?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    query.form.requestSubmit();
  }
});

/* A long query does not fit in an address; the endpoint takes it in the body as well. */
query?.form.addEventListener("submit", () => {
  query.form.method = encodeURIComponent(query.value).length > 6000 ? "post" : "get";
});
