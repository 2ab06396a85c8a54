import { cookie, domainIndex, setCookie } from "./storage";
import { visitor } from "./visitor";

declare global {
  interface Window {
    fbq?: (...call: unknown[]) => void;
  }
}

/** `fb.{index}.{Unix ms}.{value}`: https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc */
const form = /^fb\.\d+\.\d{13}\.(.+)$/;
/** What Meta's Parameter Builder puts behind a value. */
const suffix = /\.(AQ[\w-]{6}|A[Qgw]|B[AQg])$/;
/** What a cookie's value can hold as it is. */
const cookieSafe = /^[!#-+\--:<-[\]-~]+$/;

const valid = (value?: string) => value && form.test(value) ? value : undefined;
const build = (value: string) => `fb.${domainIndex}.${Date.now()}.${value}`;

/**
 * Meta's cookies of this visitor, made where they are missing. The click cookie is made anew only for another click id, so that it keeps
 * the time the click was first seen; the browser cookie only where a cookie can be kept: a fresh one on every page would match nothing.
 */
export function metaCookies(): { fbc?: string; fbp?: string } {
  const { fbclid } = visitor.l;
  let fbc = valid(cookie("_fbc")) ?? valid(visitor.f);
  if (fbclid && fbc?.match(form)?.[1]?.replace(suffix, "") != fbclid) fbc = build(fbclid);
  if (fbc && fbc != cookie("_fbc") && cookieSafe.test(fbc)) setCookie("_fbc", fbc);
  visitor.f = fbc == cookie("_fbc") ? undefined : fbc;

  if (!valid(cookie("_fbp"))) setCookie("_fbp", build(`${crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1}`));
  return { fbc, fbp: valid(cookie("_fbp")) };
}

/** Takes Meta's ids away from a visitor who refused. */
export function forgetMeta(): void {
  delete visitor.f;
  delete visitor.l.fbclid;
  delete visitor.l.gclid;
  setCookie("_fbc", "", 0);
  setCookie("_fbp", "", 0);
}

/** Tells the page's pixel of an event, under the id that the server sends it with. A pixel that is not there yet is looked for when the page has loaded. */
export function tellPixel(event: string, custom: object, eventID: string): void {
  const tell = () => window.fbq?.("track", event, custom, { eventID });
  if (window.fbq || document.readyState == "complete") tell();
  else addEventListener("load", tell);
}
