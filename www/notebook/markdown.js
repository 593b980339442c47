// Markdown as elements. Nothing is ever parsed as HTML: tags in the text are left out, but for the line break.

import { markdownParser } from "./languages.js";

const blocks = {
  Paragraph: "p",
  Blockquote: "blockquote",
  BulletList: "ul",
  OrderedList: "ol",
  ListItem: "li",
  HorizontalRule: "hr",
  Table: "table",
  TableRow: "tr",
  Emphasis: "em",
  StrongEmphasis: "strong",
  Strikethrough: "del",
  InlineCode: "code",
  Superscript: "sup",
  Subscript: "sub",
};

// Marks of the syntax, and what is read with its parent.
const silent = new Set(
  "HeaderMark QuoteMark ListMark EmphasisMark CodeMark StrikethroughMark LinkMark URL LinkTitle LinkLabel CodeInfo TableDelimiter LinkReference SuperscriptMark SubscriptMark Comment CommentBlock ProcessingInstruction".split(
    " ",
  ),
);

const entities = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  copy: "©",
  mdash: "—",
  ndash: "–",
};

/** Fills `element` with what the markdown `text` says. */
export function markdown(element, text) {
  element.replaceChildren(...children(markdownParser.parse(text).topNode, text));
}

// The nodes of a syntax node's content: its children, and the text between them.
function children(node, text) {
  const out = [];
  let at = node.from;
  const say = (to) => {
    if (to > at) out.push(text.slice(at, to));
  };
  for (let child = node.firstChild; child; child = child.nextSibling) {
    say(child.from);
    out.push(...nodes(child, text));
    at = child.to;
  }
  say(node.to);
  return out;
}

function nodes(node, text) {
  const { name } = node;
  if (silent.has(name)) return [];
  const heading = /^(?:ATX|Setext)Heading(\d)$/.exec(name);
  if (heading) {
    // The page has headings of its own above these.
    const element = make(`h${Math.min(Number(heading[1]) + 2, 6)}`, trimmed(children(node, text)));
    element.className = `md-${heading[1]}`;
    return [element];
  }
  switch (name) {
    case "Escape":
      return [text.slice(node.from + 1, node.to)];
    case "Entity":
      return [entity(text.slice(node.from, node.to))];
    case "HardBreak":
      return [document.createElement("br")];
    case "HTMLTag":
      return /^<br\s*\/?>$/i.test(text.slice(node.from, node.to)) ? [document.createElement("br")] : [];
    case "HTMLBlock":
      return htmlBlock(text.slice(node.from, node.to));
    case "FencedCode":
    case "CodeBlock":
      return [code(node, text)];
    case "Link":
    case "Autolink":
      return [link(node, text)];
    case "Image":
      return [image(node, text)];
    case "TableHeader":
      return [make("thead", [make("tr", cells(node, text, "th"))])];
    case "TableRow":
      return [make("tr", cells(node, text, "td"))];
    case "TaskMarker":
      return [/x/i.test(text.slice(node.from, node.to)) ? "☑ " : "☐ "];
    case "Table":
    case "BulletList":
    case "OrderedList":
      return [
        make(
          blocks[name],
          children(node, text).filter((child) => typeof child !== "string"),
        ),
      ];
    case "Document":
    case "Task":
      return children(node, text);
  }
  // A bare address in the text.
  if (name === "URL") return [link(node, text)];
  return blocks[name] ? [make(blocks[name], trimmed(children(node, text)))] : children(node, text);
}

function make(tag, content) {
  const element = document.createElement(tag);
  element.append(...content);
  return element;
}

// Without the space that parted the content from a mark.
function trimmed(content) {
  if (typeof content[0] === "string") content[0] = content[0].trimStart();
  const last = content.length - 1;
  if (typeof content[last] === "string") content[last] = content[last].trimEnd();
  return content;
}

function cells(row, text, tag) {
  const out = [];
  for (let child = row.firstChild; child; child = child.nextSibling) {
    if (child.name === "TableCell") {
      const cell = make(tag, trimmed(children(child, text)));
      if (tag === "th") cell.scope = "col";
      out.push(cell);
    }
  }
  return out;
}

function code(node, text) {
  const lines = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name === "CodeText") lines.push(text.slice(child.from, child.to));
  }
  const pre = make("pre", [make("code", [lines.join("")])]);
  pre.tabIndex = 0;
  return pre;
}

function part(node, name, text) {
  const found = node.getChild(name);
  return found ? text.slice(found.from, found.to) : "";
}

function link(node, text) {
  const address = node.name === "URL" ? text.slice(node.from, node.to) : part(node, "URL", text);
  const label = node.name === "Link" ? children(node, text) : [address];
  // Whatever else it might be (javascript:, a file) stays text.
  if (!/^(?:https?:\/\/|mailto:)/i.test(address)) return make("span", label);
  const element = make("a", label);
  element.href = address;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

function image(node, text) {
  const address = part(node, "URL", text);
  const label = children(node, text).map((child) => child.textContent ?? child);
  if (!/^data:image\/(?:png|jpeg|gif|webp);/i.test(address)) return make("span", ["[", ...label, "]"]);
  const element = document.createElement("img");
  element.src = address;
  element.alt = label.join("");
  return element;
}

function htmlBlock(html) {
  const lines = html
    .replace(/<!--[^]*?(?:-->|$)/g, "")
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#?\w+);/g, entity)
    .trim();
  if (!lines) return [];
  const element = make("p", [lines]);
  element.className = "md-plain";
  return [element];
}

function entity(text) {
  const name = text.slice(1, -1);
  const number = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(name);
  if (!number) return entities[name] ?? text;
  const code = number[1] ? parseInt(number[1], 16) : Number(number[2]);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : text;
}
