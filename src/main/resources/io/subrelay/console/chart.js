// Deliveries by state over time: bars, and the same numbers as a table, as a picture can be read by eye only.

import {svg} from './lit-html.js';
import {count, html, number, table, zone} from './parts.js';

const STATES = ['delivered', 'skipped', 'previewed', 'failed', 'dead'];
const WORDS = {failed: 'failed attempts', dead: 'dead letters'};
const HOUR = new Intl.DateTimeFormat(undefined, {weekday: 'short', hour: '2-digit', minute: '2-digit'});
const HOUR_MILLIS = 3600000;
const LINES = 4;
const LABELS = 4;

const sum = (values, of) => values.reduce((all, value) => all + of(value), 0);
const word = state => WORDS[state] ?? state;
const inWords = (states, numberOf) => states.map(state => `${number(numberOf(state))} ${word(state)}`).join(', ');

/** The lines of the scale, from 0 on: a few round numbers, the last at least as large as the largest bar. */
function scale(largest) {
  const power = 10 ** Math.floor(Math.log10(largest / LINES));
  const step = Math.max(1, [1, 2, 5, 10].map(each => each * power).find(each => each >= largest / LINES));
  return Array.from({length: Math.ceil(largest / step) + 1}, (_, index) => index * step);
}

/** The chart of the last so many hours, of which those without deliveries are missing in the timeline. */
export function chartOf(name, timeline, hours, range) {
  const states = STATES.filter(state => timeline.some(hour => hour[state] > 0));
  if (states.length === 0) return html`<p class="muted">No deliveries in the last ${range}.</p>`;
  const begin = Math.floor(Date.now() / HOUR_MILLIS - hours + 1) * HOUR_MILLIS;
  const bars = timeline.map(hour => ({...hour, at: (Date.parse(hour.hour) - begin) / HOUR_MILLIS})).filter(bar => bar.at >= 0);
  const lines = scale(Math.max(1, ...bars.map(bar => sum(states, state => bar[state]))));
  const top = lines.at(-1);
  // one shape for all bars of a state, each on those of the states before it
  const shape = (state, index) => bars.map(bar =>
    `M${bar.at + 0.1} ${top - sum(states.slice(0, index), below => bar[below])}h.8v${-bar[state]}h-.8z`).join('');
  const summary = inWords(states, state => sum(timeline, hour => hour[state]));
  return html`<div class="chart">
      <div class="scale" aria-hidden="true">${lines.toReversed().map(line => html`<span>${number(line)}</span>`)}</div>
      <svg role="img" aria-label=${`Deliveries to ${name} in the last ${range}: ${summary}`}
          viewBox="0 0 ${hours} ${top}" preserveAspectRatio="none">
        <path class="lines" d=${lines.map(line => `M0 ${line}H${hours}`).join('')}></path>
        ${states.map((state, index) => svg`<path class=${state} d=${shape(state, index)}></path>`)}
        ${bars.map(bar => svg`<rect x=${bar.at} width="1" height=${top}>
          <title>${HOUR.format(Date.parse(bar.hour))}: ${inWords(states, state => bar[state])}</title></rect>`)}
      </svg>
      <div class="times" aria-hidden="true">${Array.from({length: LABELS}, (_, index) =>
        html`<span>${HOUR.format(begin + index * hours / LABELS * HOUR_MILLIS)}</span>`)}</div>
      <ul class="inline" aria-hidden="true">${states.map(state => html`<li><b class=${state}>■</b> ${word(state)}</li>`)}</ul>
    </div>
    <details><summary>Numbers of ${count(timeline.length, 'hour', 'hours')}</summary>
      ${table(`Deliveries to ${name} by hour`, [`Hour (${zone()})`, ...STATES.map(word)], timeline.toReversed().map(hour =>
        [HOUR.format(new Date(hour.hour)), ...STATES.map(state => number(hour[state]))]))}</details>`;
}
