import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { alarms } from '../../deploy/alarms.ts';

const text = await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8');

/** The tables of the document that have these columns, cell by cell. */
function tables(...columns: readonly string[]): string[][][] {
  const head = `| ${columns.join(' | ')} |\n`;
  return text
    .split(head)
    .slice(1)
    .map((rest) => {
      const [rows = ''] = rest.split('\n\n');
      return rows
        .split('\n')
        .slice(1)
        .map((row) =>
          row
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        );
    });
}

const numberOf = (written: string): number => {
  if (!/^\d{1,3}(,\d{3})*(\.\d+)?$/.test(written)) throw new Error(`no number: "${written}"`);
  return Number(written.replaceAll(',', ''));
};
/** Sums of products, as the document writes them: `3,000 × 8 + 6,000`. */
const amountOf = (sum: string): number =>
  sum
    .split(' + ')
    .map((product) =>
      product
        .split(' × ')
        .map(numberOf)
        .reduce((a, b) => a * b),
    )
    .reduce((a, b) => a + b);

const [priceRows = []] = tables('price', 'USD', 'for', 'source');
const prices = new Map(
  priceRows.map(([name = '', usd = '', units = '']) => [name, numberOf(usd) / numberOf(units)]),
);
const bills = tables('what', 'how many', 'price', 'USD');

describe('docs/cost.md', () => {
  it('has three bills, and a price of known source for all that is in them', () => {
    expect(bills).toHaveLength(3);
    for (const [name, , , source] of priceRows) expect(source, name).toMatch(/^[ABC]$/);
    const used = new Set(bills.flat().map(([, , price]) => price));
    expect([...used].filter((price) => price !== '').sort()).toEqual([...prices.keys()].sort());
  });

  it('counts the metrics that alarms watch', () => {
    const watched = Object.values(alarms('prod')).flatMap(({ Properties }) => [
      ...JSON.stringify(Properties).matchAll(/"MetricName"/g),
    ]);
    const [, counted] = bills[0]?.find(([what]) => what?.startsWith('alarms')) ?? [];
    expect(counted).toBe(String(watched.length));
  });

  it.each(bills.flatMap((bill) => bill.slice(0, -1)))('comes to the right amount: %s', (...line) => {
    const [, count = '', price = '', usd] = line;
    expect(usd).toBe((amountOf(count) * (prices.get(price) ?? Number.NaN)).toFixed(2));
  });

  it.each(bills.map((bill, number) => ({ number: number + 1, bill })))('adds up bill $number', ({ bill }) => {
    const sum = bill.slice(0, -1).reduce((total, [, , , usd = '']) => total + numberOf(usd), 0);
    expect(bill.at(-1)).toEqual(['**together**', '', '', `**${sum.toFixed(2)}**`]);
  });
});
