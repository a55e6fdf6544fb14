// KRDS as CSS only: tokens and the parts in krds.scss, without what no element of ours uses.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import CleanCSS from "clean-css";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";
import { compile, Logger } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const modules = join(here, "node_modules");
const shell = join(root, "ieumgil/shell");
const out = join(shell, "static");
const krds = join(modules, "krds-uiux/resources");

// What Django's widgets write, and no template of ours.
const WIDGETS = ["text", "radio", "checkbox", "number", "date", "file", "password", "email", "search", "tel"]
  .map((kind) => `<input type="${kind}" class="krds-input">`).join("") + "<textarea></textarea><select></select>";
// Classes that a template puts together from an attribute, and tags that Django's widgets write.
const STANDING = [
  ...["primary", "secondary", "tertiary", "text", "link", "xsmall", "small", "medium", "large", "xlarge"],
  ...["is-error", "active", "done", "disabled", "prev", "next", "krds-input", "krds-form-select"],
  ...["input", "textarea", "select", "fieldset", "legend", "label", "checkbox", "radio"],
];
const BADGES = /^bg-light-(primary|gray|danger|warning|success|information)$/;
// KRDS's own dark page: ours follows the contrast that the reader's machine asks for.
const UNWANTED = /data-krds-mode|:-ms-|::-ms-|::-moz-focus|::-moz-placeholder/;

function compiled() {
  const sass = compile(join(here, "krds.scss"), { loadPaths: [join(krds, "scss")], logger: Logger.silent, style: "expanded" });
  const css = sass.css.replace(/^\uFEFF/, "").replace(/@charset[^;]*;/, "").replace(/@import[^;]*;/g, "");
  // KRDS hides every legend, caption and rule from sight; ours are read.
  const seen = css.replace(/\.blind,\s*hr,\s*\.sr-only,\s*legend,\s*caption\s*\{/, ".sr-only {");
  if (seen === css) throw new Error("KRDS no longer hides legends where it did: look again");
  return readFileSync(join(krds, "css/token/krds_tokens.css"), "utf8") + seen;
}

function wanted(css) {
  const sheet = postcss.parse(css);
  sheet.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !UNWANTED.test(selector));
    if (kept.length) rule.selectors = kept;
    else rule.remove();
  });
  return sheet.toString();
}

async function trimmed(css) {
  const house = readFileSync(join(out, "css/house.css"), "utf8");
  const [{ css: kept }] = await new PurgeCSS().purge({
    content: [join(shell, "templates/cotton/*.html"), join(shell, "templates/shell/ba*e.html"), join(shell, "static/js/house.js"), { raw: WIDGETS, extension: "html" }],
    css: [{ raw: css + house.replace(/^/, "/*! house */\n") }],
    safelist: { standard: STANDING, greedy: [BADGES, /^krds-form-check$/] },
    variables: true,
    keyframes: true,
  });
  return kept.slice(0, kept.indexOf("/*! house */"));
}

function icons(css) {
  const folder = join(out, "icons");
  const wanted = new Set([...css.matchAll(/component\/icon\/([\w-]+\.svg)/g)].map((found) => found[1]));
  for (const name of readdirSync(folder).filter((each) => each.startsWith("ico_"))) rmSync(join(folder, name));
  for (const name of wanted) copyFileSync(join(krds, "img/component/icon", name), join(folder, name));
  return css.replaceAll("../img/component/icon/", "../icons/");
}

function scripts() {
  mkdirSync(join(out, "js/vendor"), { recursive: true });
  copyFileSync(join(modules, "htmx.org/dist/htmx.min.js"), join(out, "js/vendor/htmx.min.js"));
  copyFileSync(join(modules, "htmx.org/LICENSE"), join(out, "js/vendor/htmx-LICENSE.txt"));
}

const css = icons(await trimmed(wanted(compiled())));
const small = new CleanCSS({ level: 2, rebase: false }).minify(css);
if (small.errors.length) throw new Error(small.errors.join("\n"));
writeFileSync(join(out, "css/krds.css"), small.styles + "\n");
scripts();
