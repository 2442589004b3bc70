// Personal data is masked until somebody asks for it, anew on each visit. What is not known to be harmless is masked.

import {html} from './lit-html.js';

const MASK = '•••';

// Names of fields whose texts say nothing of a person.
const HARMLESS = new RegExp('^(' + [
  'type', 'kind', 'event', 'event_type', 'event_name', 'eventName', 'last_event_type', 'api_version', 'environment', 'store',
  'product_id', 'productId', 'new_product_id', 'product_identifier', 'presented_offering_id', 'period_type', 'currency',
  'cancel_reason', 'cancellation_reason', 'expiration_reason', 'entitlement', 'entitlements', 'entitlement_ids',
  'entitlement_id', 'active_entitlements', 'rc_active_entitlements', 'active_subscription', 'subscription_status',
  'rc_subscription_status', 'timestamp', 'platform', 'partner_id', 'library', 'name', 'version', 'method', 'Content-Type',
  'decision', 'reason', 'status', 'app_id', 'country_code', 'offer_code', 'tax_percentage', 'renewal_number',
  '.*_at', '.*_ms',
].join('|') + ')$');
// Whatever is in here is a person's, numbers too.
const PERSONS = /^(subscriber_attributes|attributes)$/;

let shown = false;

export const personalIsShown = () => shown;

export function showPersonal(show) {
  shown = show;
}

/** A text that is personal. */
export const personal = text => (shown || text === null || text === undefined ? text
  : html`<span aria-hidden="true">${MASK}</span><span class="unseen">masked</span>`);

/** The beginning of an id, by which customers are told apart while ids are masked. */
export const personalId = id => (shown || !id ? id
  : html`${id.replace(/^\$RCAnonymousID:/, '').slice(0, 2)}${personal(id)}`);

/** The JSON with what is personal masked; adds what was masked to "hidden", and keeps the texts in "known". */
export function masked(json, hidden = new Set(), known = [], key = '', inPerson = false) {
  if (Array.isArray(json)) return json.map(each => masked(each, hidden, known, key, inPerson));
  if (json !== null && typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(
      ([name, value]) => [name, masked(value, hidden, known, name, inPerson || PERSONS.test(name))]));
  }
  const harmless = json === null || json === '' || known.includes(json)
    || (!inPerson && (typeof json !== 'string' || HARMLESS.test(key)));
  if (harmless) return json;
  hidden.add(String(json));
  return shown ? json : MASK;
}

/** A text of a vendor, in which hidden values and e-mail addresses are masked. */
export function maskedText(text, hidden = new Set()) {
  if (shown || !text) return text;
  let result = text;
  for (const value of hidden) if (value.length > 2) result = result.replaceAll(value, MASK);
  return result.replace(/[^\s"'<>]+@[^\s"'<>]+/g, MASK);
}

/** An address in whose path hidden values are masked, and every value of its query. */
export function maskedUrl(address, hidden) {
  if (shown) return address;
  const [path, query] = address.split('?', 2);
  const segments = path.split('/').map(segment => (hidden.has(decoded(segment)) ? MASK : segment));
  return segments.join('/') + (query ? '?' + query.replace(/=[^&]*/g, '=' + MASK) : '');
}

export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
