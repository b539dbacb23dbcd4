// What stands around all pages: their language, Streamlit's own words in it, the keys that are Streamlit's own, and a
// voice for those who listen.

// Streamlit runs the page again at "r" and empties its caches at "c", wherever these are typed outside of a field.
// It listens at the document: who stands at the window is asked first.
const ITS_KEYS = new Set(["r", "c"]);
const NAMED = ["aria-label", "title", "placeholder"];
// What documents, models and readers wrote is none of Streamlit's words.
const OTHERS = ".wenju, [data-testid='stText'], [data-testid='stMarkdownContainer']:not(button *, [data-testid='stException'] *)";

export default function (component) {
  const { data, parentElement } = component;
  document.documentElement.lang = data.lang;
  window.wenjuWords = data.theirs;
  if (!window.wenjuFramed) {
    window.wenjuFramed = true;
    addEventListener("keydown", keepFromStreamlit, true);
    const watch = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMED };
    new MutationObserver((changes) => changes.forEach(({ target, addedNodes }) => [target, ...addedNodes].forEach(translate)))
      .observe(document.body, watch);
  }
  translate(document.body);
  const root = freshRoot(parentElement, "frame");
  const said = el("p", { role: "status", "aria-live": "polite" });
  root.append(said);
  requestAnimationFrame(() => { said.textContent = data.said; });  // what is there from the beginning is not read out
}

function keepFromStreamlit(event) {
  const typed = event.composedPath()[0].matches?.("input, textarea, select, [contenteditable]");
  if (ITS_KEYS.has(event.key.toLowerCase()) && !typed && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopImmediatePropagation();
}

function translate(node) {
  const words = window.wenjuWords;
  if (node.nodeType === Node.TEXT_NODE) {
    const told = words[node.data.trim()];
    if (told && !node.parentElement?.closest(OTHERS)) node.data = told;
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE || node.closest(OTHERS)) return;
  for (const name of NAMED) {
    const told = words[node.getAttribute(name)];
    if (told) node.setAttribute(name, told);
  }
  for (const child of node.childNodes) translate(child);
}
