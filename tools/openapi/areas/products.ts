import * as contracts from '../../../functions/products/contracts.ts';
import { productView } from '../../../lib/products/product.ts';
import { newProduct, productChange } from '../../../lib/products/product-input.ts';
import { type Area, component } from '../area.ts';
import { productId, time } from '../example-values.ts';

const { addProductContract, addStockContract, listProductsContract } = contracts;

const price = 'In minor units of the currency: 4990 is 49.90 USD.';
const name = 'With a visible character and no control characters; blanks around it are dropped.';
const limit =
  'Units that one customer may buy over all orders while it is set; without it there is no limit.';
const shards =
  'Database items that the stock lies in, 4 if left out. More of them let more orders through at once; it can ' +
  'be raised and never lowered.';
const units = 'Units put on sale.';

const example = {
  id: productId,
  name: 'Sneakers',
  price: 4_990,
  currency: 'USD',
  active: true,
  stock: 15,
  sold: 0,
  stock_shards: 4,
  limit_per_customer: null,
  version: 1,
  created_at: time,
  updated_at: time,
};

export const products: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('NewProduct', newProduct, {
      description: 'A product to sell.',
      fields: { name, stock: units, price, stock_shards: shards, limit_per_customer: limit },
      example: { name: 'Sneakers', stock: 15, price: 4_990, stock_shards: 4, limit_per_customer: 2 },
    }),
    component('NamedProduct', addProductContract.request.body, {
      description: 'A product to sell, by the field names of the 12.12 store.',
      fields: { product_name: name, stock: units, price: `${price} 0 if left out.` },
      example: { product_name: 'Sneakers', stock: 15, price: 4_990 },
    }),
    component('Supply', addStockContract.request.body, {
      description: 'Units that have arrived.',
      fields: { product_id: 'Which product.', stock: 'Units to add to those there are.' },
      example: { product_id: productId, stock: 5 },
    }),
    component('ProductChange', productChange, {
      description: 'What to change, and nothing else; at least one field.',
      fields: {
        name,
        price,
        active: '`false` takes the product off sale and off the list until it is `true` again.',
        limit_per_customer: `${limit} \`null\` removes it.`,
        stock_shards: 'At least as many as there are.',
        stock: 'Refused: stock cannot be set. Add to it with `POST /product/add-stock`.',
      },
      example: { price: 3_990, limit_per_customer: 2 },
      also: { minProperties: 1 },
    }),
  ],
  replies: [
    component('Product', productView, {
      description: 'A product. stock + sold is what was ever supplied, at every moment.',
      fields: {
        id: 'Names the product in every other request.',
        name: 'As given.',
        price,
        currency: 'ISO 4217; one for the whole store.',
        active: 'Whether it is on sale.',
        stock: 'Units that can still be sold; never below 0.',
        sold: 'Units in confirmed orders.',
        stock_shards: 'Database items that the stock lies in.',
        limit_per_customer: 'Units that one customer may buy; `null`: any number.',
        version: 'Grows with every change of the product, not with sales.',
        created_at: 'ISO 8601, UTC.',
        updated_at: 'Of the last change of the product; sales do not count.',
      },
      example,
    }),
    component('ProductPage', listProductsContract.response.body, {
      description: 'A page of products.',
      fields: {
        items: 'Oldest first. A page may hold fewer than were asked for.',
        next_cursor: 'Pass it as `cursor` to get the next page; `null` at the end.',
      },
      example: { items: [example], next_cursor: null },
    }),
  ],
  operations: {
    listProducts: {
      description: 'Deleted and inactive products are left out. Stock may lag a moment behind.',
    },
    getProduct: { description: 'A product that is not active is shown too; a deleted one is not.' },
    createProduct: {
      description:
        'It can be ordered from the reply on. Send an `Idempotency-Key` to repeat the request safely; without one a ' +
        'repeat makes a second product.',
    },
    addProduct: { description: 'The same as `POST /product`, for clients of the 12.12 store.' },
    addStock: {
      description:
        'Stock is only ever added to, so that no sale in between gets lost. Send an `Idempotency-Key` to repeat the ' +
        'request safely: one key adds once, whatever became of the first reply. Without a key a repeat adds again. ' +
        'For up to a second after the reply an order may still be refused as `out_of_stock`.',
    },
    updateProduct: {
      description:
        'The reply comes when the change holds for every order to come. Send `If-Match` to be refused when ' +
        'somebody else has changed the product since you read it; sales do not get in the way.',
    },
    deleteProduct: {
      description: 'For good. Orders keep their lines, and the total sold can still be read.',
    },
  },
};
