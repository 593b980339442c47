// Coloured text that isn't edited: what most cells show.

import { classHighlighter, highlightCode } from "@lezer/highlight";
import { languageOf } from "./languages.js";

// Cells that are near the window get their colours; others wait until they come near.
const waiting = new WeakMap();
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      const draw = isIntersecting && waiting.get(target);
      if (!draw) continue;
      near.unobserve(target);
      waiting.delete(target);
      draw();
    }
  },
  { rootMargin: "600px" },
);

/**
 * Shows `text` in `element`: a line an element, with classes for its tokens once it is near the window. The line
 * `error` (from 1, or 0) is marked.
 */
export function highlight(element, text, language, error) {
  if (!element.firstChild) element.textContent = text;
  waiting.set(element, () => draw(element, text, language, error));
  near.unobserve(element);
  near.observe(element);
}

function draw(element, text, language, error) {
  const lines = document.createDocumentFragment();
  let line;
  const next = () => {
    line = document.createElement("span");
    line.className = "line";
    lines.append(line);
  };
  next();
  const put = (piece, classes) => {
    if (!classes) {
      line.append(piece);
      return;
    }
    const token = document.createElement("span");
    token.className = classes;
    token.textContent = piece;
    line.append(token);
  };
  const found = languageOf(language);
  if (found) {
    highlightCode(text, found.parser.parse(text), classHighlighter, put, next);
  } else {
    text.split("\n").forEach((piece, i) => {
      if (i > 0) next();
      if (piece) put(piece, "");
    });
  }
  lines.children[error - 1]?.classList.add("line-error");
  element.replaceChildren(lines);
}
