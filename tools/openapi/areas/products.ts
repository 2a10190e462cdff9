import * as contracts from '../../../functions/products/contracts.ts';
import { productView } from '../../../lib/products/product.ts';
import { newProduct, productChange } from '../../../lib/products/product-input.ts';
import { type Area, component } from '../area.ts';
import { productId, time } from '../example-values.ts';

const { addProductContract, addStockContract, listProductsContract } = contracts;

const price = 'In minor units of the currency: 4990 is 49.90 USD.';
const name = 'It needs a visible character and no control characters. Leading and trailing whitespace is removed.';
const limit = 'Maximum units that one customer can buy over all orders while the limit is set. No limit if absent.';
const shards =
  'Number of database items that hold the stock; 4 by default. More shards allow more concurrent orders. It can be ' +
  'increased but not decreased.';
const units = 'Units in stock.';

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
      description: 'A new product.',
      fields: { name, stock: units, price, stock_shards: shards, limit_per_customer: limit },
      example: { name: 'Sneakers', stock: 15, price: 4_990, stock_shards: 4, limit_per_customer: 2 },
    }),
    component('NamedProduct', addProductContract.request.body, {
      description: 'A new product, with the field names of the 12.12 shop.',
      fields: { product_name: name, stock: units, price: `${price} 0 by default.` },
      example: { product_name: 'Sneakers', stock: 15, price: 4_990 },
    }),
    component('Supply', addStockContract.request.body, {
      description: 'Units to add to the stock of a product.',
      fields: { product_id: 'Product ID.', stock: 'Units to add.' },
      example: { product_id: productId, stock: 5 },
    }),
    component('ProductChange', productChange, {
      description: 'The fields to change, at least one.',
      fields: {
        name,
        price,
        active: '`false` takes the product off sale and hides it from the list.',
        limit_per_customer: `${limit} \`null\` removes it.`,
        stock_shards: 'The new number of shards. It cannot be lower than the current number.',
        stock: 'Not accepted, because stock cannot be set. Add units with `POST /product/add-stock`.',
      },
      example: { price: 3_990, limit_per_customer: 2 },
      also: { minProperties: 1 },
    }),
  ],
  responses: [
    component('Product', productView, {
      description: 'A product. `stock` + `sold` always equals the units ever added.',
      fields: {
        id: 'Product ID.',
        name: 'Name of the product.',
        price,
        currency:
          'ISO 4217 currency code of the price. A product of another currency than the shop’s cannot be ordered.',
        active: 'Whether the product is on sale.',
        stock: 'Units that can still be sold. Never negative.',
        sold: 'Units in confirmed orders.',
        stock_shards: 'Number of database items that hold the stock.',
        limit_per_customer: 'Maximum units per customer; `null` without a limit.',
        version: 'Increases with every change of the product. Sales do not change it.',
        created_at: 'Creation time, ISO 8601 in UTC.',
        updated_at: 'Time of the last change of the product. Sales do not change it.',
      },
      example,
    }),
    component('ProductPage', listProductsContract.response.body, {
      description: 'A page of products.',
      fields: {
        items: 'Oldest first. A page can hold fewer items than `limit`.',
        next_cursor: 'Pass it as `cursor` to get the next page; `null` on the last page.',
      },
      example: { items: [example], next_cursor: null },
    }),
  ],
  operations: {
    listProducts: {
      description:
        'Lists products on sale. The list can be up to five seconds old; read a product by ID for exact stock.',
    },
    getProduct: { description: 'Returns active and inactive products. A deleted product is not found.' },
    createProduct: {
      description:
        'The product can be ordered as soon as this call returns. Send an `Idempotency-Key` to retry safely. Without a ' +
        'key, a retry creates a second product.',
    },
    addProduct: { description: 'Equivalent to `POST /product`, for clients of the 12.12 shop.' },
    addStock: {
      description:
        'Adds units instead of setting the stock, so that concurrent sales are not overwritten. Send an ' +
        '`Idempotency-Key` to retry safely: one key adds the units once. Without a key, a retry adds them again. ' +
        'Orders can still fail with `out_of_stock` for up to one second after this call returns.',
    },
    updateProduct: {
      description:
        'Returns when the change applies to all later orders. Send `If-Match` to fail with 412 when another change ' +
        'was made since you read the product. Sales do not affect `If-Match`.',
    },
    deleteProduct: {
      description:
        'A deleted product cannot be restored. Orders keep their lines, and the total sold can still be read.',
    },
  },
};
