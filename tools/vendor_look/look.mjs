// KRDS as CSS only: tokens and the parts in krds.scss, without what no element of ours uses.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import CleanCSS from "clean-css";
import { PurgeCSS } from "purgecss";
import { compile, Logger } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const modules = join(here, "node_modules");
const shell = join(root, "ieumgil/shell");
const out = join(shell, "static");
const krds = join(modules, "krds-uiux/resources");

// Classes that a template puts together from an attribute, and tags that Django's widgets write.
const STANDING = [
  ...["primary", "secondary", "tertiary", "text", "link", "xsmall", "small", "medium", "large", "xlarge"],
  ...["is-error", "active", "done", "disabled", "prev", "next", "krds-input", "krds-form-select"],
  ...["input", "textarea", "select", "fieldset", "legend", "label", "checkbox", "radio"],
];
const BADGES = /^bg-light-(primary|gray|danger|warning|success|information)$/;
const UNWANTED = /data-krds-mode|::?-ms-|::?-moz-focus|^\.btn-wrap/;

function compiled() {
  const sass = compile(join(here, "krds.scss"), { loadPaths: [join(krds, "scss")], logger: Logger.silent, style: "expanded" });
  const css = sass.css.replace(/^\uFEFF/, "").replace(/@charset[^;]*;/, "").replace(/@import[^;]*;/g, "");
  return readFileSync(join(krds, "css/token/krds_tokens.css"), "utf8") + css;
}

async function trimmed(css) {
  const house = readFileSync(join(out, "css/house.css"), "utf8");
  const [{ css: kept }] = await new PurgeCSS().purge({
    content: [join(shell, "templates/**/*.html"), join(shell, "static/js/house.js")],
    css: [{ raw: css + house.replace(/^/, "/*! house */\n") }],
    safelist: { standard: STANDING, greedy: [BADGES, /^krds-form-check$/] },
    blocklist: [UNWANTED],
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
}

const css = icons(await trimmed(compiled()));
const small = new CleanCSS({ level: 2, rebase: false }).minify(css);
if (small.errors.length) throw new Error(small.errors.join("\n"));
writeFileSync(join(out, "css/krds.css"), small.styles + "\n");
scripts();
