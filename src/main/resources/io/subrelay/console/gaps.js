// Where events of customers must have been missed.

import {get, getAll, path} from './api.js';
import {asks} from './first.js';
import {failure, html, nothing, table, when} from './parts.js';
import {personalId} from './personal.js';

export const title = 'Gaps';

const AT_ONCE = 100;
const MISSED = {
  renewal: 'a renewal: the number of the next one jumps',
  expiration: 'what came when access ran out',
  end: 'what came between the end and the next renewal',
};

export async function show(screen) {
  let list = [];
  let next = 0;
  let error = null;

  // Customers are looked at one after the other, which takes a while where they are many and gaps are few.
  async function more() {
    const enough = list.length + AT_ONCE;
    error = null;
    try {
      do {
        const answer = next === 0 ? (await getAll(asks.gaps(), screen.signal))[0]
          : await get(`/api/gaps?after=${next}`, screen.signal);
        list = list.concat(answer.gaps);
        next = answer.next;
        screen.draw(page);
      } while (next !== null && list.length < enough);
    } catch (e) {
      error = e;
      screen.draw(page);
    }
  }

  const row = gap => [html`<a href=${path`#/customer/${gap.app_user_id}`}>${personalId(gap.app_user_id)}
      <span class="unseen">open its history</span></a>`,
    MISSED[gap.missed] ?? gap.missed, when(gap.since_ms), gap.product_id ?? 'unknown', gap.environment.toLowerCase()];

  const page = () => html`<h1>Gaps</h1>
    <p>Events that must have been missed, as far as those that came tell.
      <code>java -jar subrelay.jar import --gaps</code> asks RevenueCat for these customers.</p>
    ${error ? failure(error) : nothing}
    ${list.length === 0 ? html`<p role="status">${next === null ? 'None.' : 'Looking at each customer…'}</p>`
      : table('Gaps', ['Customer', 'Missed', 'Since', 'Product', 'Environment'], list.map(row))}
    ${next === null || next === 0 ? nothing : html`<div class="buttons">
      <button type="button" @click=${more}>Look further</button></div>`}`;

  await more();
}
