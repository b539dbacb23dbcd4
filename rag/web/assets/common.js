// Shared by the components of the page. Everything that comes from documents, models or readers is set as text:
// no innerHTML, no attribute that a browser would fetch or run.

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A reader begins at the beginning of an answer, and looks at the citation that was opened: hold it there until what is
// drawn around it has come to rest, or the reader acts.
function holdInView(node, block) {
  const stop = new AbortController();
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(event, () => stop.abort(), { signal: stop.signal });
  let times = 0;
  const hold = () => {
    if (stop.signal.aborted || !node.isConnected) return;
    node.scrollIntoView({ block });
    if (times++ < 15) setTimeout(hold, 100);
    else stop.abort();
  };
  requestAnimationFrame(hold);
}

// What a double click asks for twice is done once; a key counts no clicks.
function once(act) {
  return (event) => { if (event.detail < 2) act(event); };
}

// Python counts code points, JavaScript half characters.
function cut(text, start, end) {
  return Array.from(text).slice(start, end).join("");
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

async function copyText(text, button, words) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { "aria-hidden": "true", style: "position:fixed;opacity:0" });
    area.value = text;
    button.after(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const label = button.textContent;
  button.textContent = done ? words.copied : words.copy_failed;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => { button.textContent = label; }, 1600);
}

// Whether a component is called with older data than it has drawn: of two calls that load its code, any may come first.
function isLate({ data, parentElement }) {
  const late = data.drawn < (parentElement.drawn ?? 0);
  if (!late) parentElement.drawn = data.drawn;
  return late;
}

// The root that a component draws into, emptied; one for a mount.
function freshRoot(parentElement, className) {
  let root = [...parentElement.children].find((child) => child.classList.contains("wenju"));
  if (!root) {
    root = el("div", {});
    parentElement.append(root);
  }
  root.className = "wenju " + className;
  root.replaceChildren();
  return root;
}
