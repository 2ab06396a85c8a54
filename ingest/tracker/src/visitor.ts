import { clickIds, newClickId, randomId } from "./ids";
import { cookie, read, setCookie, write } from "./storage";

/** What brought the visitor here. */
export interface Landing {
  fbclid?: string;
  gclid?: string;
  utm?: Record<string, string>;
}

/** What is remembered between pages, under one-letter names: it is a cookie. */
interface Visitor {
  /** Session id. */
  s: string;
  /** Last seen, Unix ms. */
  t: number;
  /** Click id. */
  c: string;
  /** Latest landing. */
  l: Landing;
  /** Meta's click cookie, where cookies are blocked. */
  f?: string;
  /** Consent to advertising; nothing before a decision. */
  a?: boolean;
}

const name = "_th";
/** A session ends after half an hour of silence. */
const idle = 1_800_000;
/** Limits of the ingress: 512 characters, 2,048 for a click cookie. */
const longest = 512;
const longestFbclid = 1_900;
/** Browsers refuse cookies of 4,096 bytes. */
const longestCookie = 3_800;

// A single-page application may take the parameters away before anybody is asked for consent.
const query = new URLSearchParams(location.search);

/** The visitor of this page. */
export const visitor: Visitor = restore() ?? { s: "", t: 0, c: newClickId(), l: {} };

/** Keeps the visitor; both places, because either may be blocked, and only cookies reach the seller's other subdomains. */
export function keep(): void {
  const text = encodeURIComponent(JSON.stringify(visitor));
  write(name, text);
  if (text.length < longestCookie) setCookie(name, text);
}

/** Notes activity, for the next {@link keep}. True if it begins a session. */
export function touch(): boolean {
  const now = Date.now();
  const isNew = !visitor.s || now - visitor.t > idle;
  if (isNew) visitor.s = randomId();
  visitor.t = now;
  return isNew;
}

/**
 * Takes the page's parameters. True if they are another ad click than the last.
 * @param withAdIds Whether the ad networks' ids may be taken.
 * @param arrives A new click id then begins, unless a page of the seller's on another domain sent one along.
 */
export function land(withAdIds: boolean, arrives?: boolean): boolean {
  const landing: Landing = {};
  query.forEach((value, key) => {
    // One bad parameter must not cost the event.
    if (!value || value.length > (key == "fbclid" ? longestFbclid : longest) || /[\0-\x1f]/.test(value)) return;
    if (/^utm_(source|medium|campaign|content|term)$/.test(key)) (landing.utm ??= {})[key] = value;
    else if (withAdIds && /^(fb|g)clid$/.test(key)) landing[key as "fbclid"] ??= value;
  });
  const text = JSON.stringify(landing);
  const known = JSON.stringify(visitor.l);
  // Campaign parameters on a link inside the site are no ad click.
  const inside = known != "{}" && document.referrer.split("/")[2] == location.host;
  const isClick = text != "{}" && text != known && !(arrives && inside);
  if (isClick) visitor.l = landing;
  if (arrives) visitor.c = `${query}`.match(clickIds)?.[0].toLowerCase() ?? (isClick ? newClickId() : visitor.c);
  return isClick;
}

/** Takes up what other tabs have kept: one may have been told a decision, or opened by another ad, and what is old here must not overwrite it. */
export function refresh(): void {
  const kept = restore();
  if (kept) Object.assign(visitor, { f: undefined }, kept);
}

// A link may be followed without a call before it.
addEventListener("storage", refresh);

function restore(): Visitor | undefined {
  for (const text of [cookie(name), read(name)]) {
    try {
      const kept = JSON.parse(decodeURIComponent(text!)) as Visitor;
      if (kept.s && clickIds.test(kept.c) && kept.l) return kept;
    } catch {
      // Absent, or written by somebody else.
    }
  }
  return;
}
