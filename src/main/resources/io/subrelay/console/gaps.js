// Where events of customers must have been missed.

import {get, getAll} from './api.js';
import {asks} from './first.js';
import {failure, html, nothing, when} from './parts.js';
import {personal} from './personal.js';

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

  const row = gap => html`<tr>
    <th scope="row"><a href=${`#/customer/${encodeURIComponent(gap.app_user_id)}`}>${personal(gap.app_user_id)}
      <span class="unseen">open its history</span></a></th>
    <td>${MISSED[gap.missed] ?? gap.missed}</td><td>${when(gap.since_ms)}</td><td>${gap.product_id ?? 'unknown'}</td>
    <td>${gap.environment.toLowerCase()}</td></tr>`;

  const page = () => html`<h1>Gaps</h1>
    <p>Events that must have been missed, as far as those that came tell.
      <code>java -jar subrelay.jar import --gaps</code> asks RevenueCat for these customers.</p>
    ${error ? failure(error) : nothing}
    ${list.length === 0 ? html`<p role="status">${next === null ? 'None.' : 'Looking at each customer…'}</p>` : html`
      <div class="scroll" tabindex="0" role="region" aria-label="Gaps"><table>
        <thead><tr>${['Customer', 'Missed', 'Since', 'Product', 'Environment'].map(column =>
          html`<th scope="col">${column}</th>`)}</tr></thead>
        <tbody>${list.map(row)}</tbody></table></div>`}
    ${next === null || next === 0 ? nothing : html`<div class="buttons">
      <button type="button" @click=${more}>Look further</button></div>`}`;

  await more();
}
