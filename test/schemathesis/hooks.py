"""Replaces generated values by ones that exist: ids, cursors, and the token of an account with access to them."""

import hashlib
import os
import re

import schemathesis

ADMIN = "Bearer " + os.environ["ADMIN_TOKEN"]
CUSTOMER = "Bearer " + os.environ["CUSTOMER_TOKEN"]
CUSTOMER_ID = os.environ["CUSTOMER_ID"]
# On sale during the whole run, with more stock than the run can buy.
PRODUCT_ID = os.environ["PRODUCT_ID"]
NO_ID = "00000000-0000-0000-0000-000000000000"

CHANGES_PRODUCT = {"updateProduct", "deleteProduct"}
ADMIN_ONLY = {"createProduct", "addProduct", "addStock", *CHANGES_PRODUCT}
LISTS = {"listProducts", "listProductsAll", "listOrders"}

# Values from responses during the run.
owners = {CUSTOMER_ID: CUSTOMER, PRODUCT_ID: ADMIN}  # id -> Authorization header of an account with access
last_created = {}  # "order" or "product" -> id
shards = {}  # product id -> stock_shards
cursors = {}  # operation -> last next_cursor
bodies = {}  # Idempotency-Key -> first body sent with it
products = {}  # Idempotency-Key -> id of the product in the response
deleted = set()  # ids of deleted products


def matches(value, pattern):
    """Returns whether a value matches its schema. Values that are invalid on purpose are not replaced."""
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_known(value):
    return isinstance(value, str) and value in owners


def use_real_id(fields, name, real):
    if matches(fields.get(name), r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}") and fields[name] not in owners:
        fields[name] = real


def use_real_ids(operation, fields):
    use_real_id(fields, "customer_id", CUSTOMER_ID)
    use_real_id(fields, "order_id", last_created.get("order", NO_ID))
    use_real_id(fields, "product_id", last_created.get("product", NO_ID) if operation in CHANGES_PRODUCT else PRODUCT_ID)
    if operation in CHANGES_PRODUCT and fields.get("product_id") == PRODUCT_ID:
        fields["product_id"] = NO_ID
    # A deleted product in this cart would make every checkout fail.
    if operation == "addToCart" and fields.get("customer_id") == CUSTOMER_ID and is_known(fields.get("product_id")):
        fields["product_id"] = PRODUCT_ID
    items = fields.get("items")
    if isinstance(items, list) and all(isinstance(item, dict) for item in items):
        for item in items:
            use_real_id(item, "id", PRODUCT_ID)
        keep_sum_allowed(items)


def keep_sum_allowed(items):
    """Quantities of the same product are summed, and the sum must not exceed 1,000,000."""
    quantities = [item.get("quantity") for item in items]
    if all(type(quantity) in (int, float) and 1 <= quantity <= 1_000_000 for quantity in quantities):
        if sum(quantities) > 1_000_000:
            for item in items:
                item["quantity"] = min(item["quantity"], 20_000)


def keep_shards(case):
    """stock_shards of a product can only increase."""
    if isinstance(case.body, dict) and case.body.get("stock_shards") in range(1, 33):
        current = shards.get(case.path_parameters["product_id"], 1)
        case.body["stock_shards"] = max(current, case.body["stock_shards"])


def use_real_cursor(operation, query):
    """The service rejects cursors that it did not create."""
    if matches(query.get("cursor"), r"[A-Za-z0-9_-]{1,500}"):
        query.pop("cursor")
        if operation in cursors:
            query["cursor"] = cursors[operation]


def use_key_once(case):
    """A key that is reused with another body is an error, and with the same body it returns a product that may be deleted."""
    key, body = case.headers.get("Idempotency-Key"), repr(case.body)
    if not matches(key, r"[!-+\--~]{1,255}"):
        return
    if bodies.setdefault(key, body) != body:
        key = hashed(key, body)
    while products.get(key) in deleted:
        key = hashed(key, products[key])
    case.headers["Idempotency-Key"] = key


def hashed(key, text):
    return hashlib.sha256(f"{key} {text}".encode()).hexdigest()


def drop_impossible_etag(case):
    """In its coverage phase, Schemathesis cannot generate a valid quoted value and sends 0 instead."""
    is_tested = getattr(case.meta.phase.data, "parameter", None) == "If-Match"
    if str(case.headers.get("If-Match")) == "0" and not is_tested:
        del case.headers["If-Match"]


def use_token(operation, case, parts):
    # Credentials that are missing or invalid on purpose are not replaced.
    if case.headers.get("Authorization") != CUSTOMER:
        return
    ids = [fields.get(name) for fields in parts for name in ("customer_id", "order_id")]
    known = [owners[value] for value in ids if is_known(value)]
    case.headers["Authorization"] = ADMIN if operation in ADMIN_ONLY else (known or [CUSTOMER])[0]


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw["operationId"]
    parts = [part for part in (case.path_parameters, case.query, case.body) if isinstance(part, dict)]
    for fields in parts:
        use_real_ids(operation, fields)
    if operation == "updateProduct":
        keep_shards(case)
        drop_impossible_etag(case)
    if operation in LISTS:
        use_real_cursor(operation, case.query)
    use_key_once(case)
    use_token(operation, case, parts)


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    if operation == "deleteProduct" and response.status_code == 204:
        deleted.add(case.path_parameters["product_id"])
    if response.status_code not in (200, 201, 202) or "json" not in response.headers["content-type"][0]:
        return
    body = response.json()
    if body.get("next_cursor") is not None:
        cursors[operation] = body["next_cursor"]
    if "stock_shards" in body:
        shards[body["id"]] = body["stock_shards"]
        products[case.headers.get("Idempotency-Key")] = body["id"]
        owners[body["id"]] = ADMIN
        if body["id"] != PRODUCT_ID:
            last_created["product"] = body["id"]
    elif operation == "addCustomer":
        owners[body["id"]] = "Bearer " + body["access_token"]
    elif operation in ("checkout", "submitOrder"):
        owners[body["id"]] = owners[body["customer_id"]]
        last_created["order"] = body["id"]
