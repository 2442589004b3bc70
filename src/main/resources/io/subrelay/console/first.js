// Which view is open and what it asks first. It is asked as soon as this file and api.js are there: the answers come while
// the other files are loaded.

import {begin, DESTINATIONS, forget, path} from './api.js';

const SHOWN = ['kind', 'destination', 'state', 'environment', 'since', 'until'];

/** The filters of the address that the API knows by the same names, as its query. */
export const query = (filters, names) => names.filter(name => filters.get(name))
  .map(name => `&${name}=${encodeURIComponent(filters.get(name))}`).join('');

/** What each view asks first, by the id and the filters of its address, beside how the destinations stand. */
export const asks = {
  destinations: () => [],
  search: typed => (typed ? [path`/api/search?q=${typed}`] : []),
  customer: id => (id ? [path`/api/customers/${id}`, path`/api/customers/${id}/history`] : []),
  event: id => (id ? [path`/api/events/${id}`, path`/api/events/${id}/preview`] : []),
  events: (id, filters) => [`/api/events?limit=50${query(filters, SHOWN)}`],
  'dead-letters': (id, filters) =>
    [`/api/dead-letters${query(filters, ['destination', 'since', 'until']).replace('&', '?')}`],
  preview: () => ['/api/events?limit=20'],
  imports: () => ['/api/imports'],
  books: () => [],
  gaps: () => ['/api/gaps'],
};

/** The view that is open, by the address: its name, the id that it is of, and its filters. */
export function opened() {
  const [way, filters] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, id] = way.split('/');
  return {name: Object.hasOwn(asks, name) ? name : 'destinations', id: id && decodeURIComponent(id),
    filters: new URLSearchParams(filters)};
}

try {
  const {name, id, filters} = opened();
  // a page that nobody sees yet asks once it is seen
  if (!document.hidden) [...asks[name](id, filters), DESTINATIONS].forEach(begin);
} catch {
  // an address that cannot be decoded: the view says it
}
addEventListener('hashchange', forget);
