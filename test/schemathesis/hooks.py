"""Gives requests what no schema can say: ids and cursors that exist, and the token of who may use them."""

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

# What the service has told during the run.
owners = {CUSTOMER_ID: CUSTOMER, PRODUCT_ID: ADMIN}  # id -> Authorization header of an account that may use it
last_made = {}  # "order" or "product" -> its id
shards = {}  # id of a product -> its stock_shards
cursors = {}  # operation -> the last cursor of its list
bodies = {}  # Idempotency-Key -> the first body that was sent with it


def fits(value, pattern):
    """Whether a value is valid by the document. Those that are wrong on purpose stay as they are."""
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_known(value):
    return isinstance(value, str) and value in owners


def use_real_id(fields, name, real):
    if fits(fields.get(name), r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}") and fields[name] not in owners:
        fields[name] = real


def use_real_ids(operation, fields):
    use_real_id(fields, "customer_id", CUSTOMER_ID)
    use_real_id(fields, "order_id", last_made.get("order", NO_ID))
    use_real_id(fields, "product_id", last_made.get("product", NO_ID) if operation in CHANGES_PRODUCT else PRODUCT_ID)
    if operation in CHANGES_PRODUCT and fields.get("product_id") == PRODUCT_ID:
        fields["product_id"] = NO_ID
    # A product that was deleted since would keep this cart from being ordered.
    if operation == "addToCart" and fields.get("customer_id") == CUSTOMER_ID and is_known(fields.get("product_id")):
        fields["product_id"] = PRODUCT_ID
    items = fields.get("items")
    if isinstance(items, list) and all(isinstance(item, dict) for item in items):
        for item in items:
            use_real_id(item, "id", PRODUCT_ID)
        keep_sum_allowed(items)


def keep_sum_allowed(items):
    """Items of one product are summed, and the sum has the limit of one item."""
    quantities = [item.get("quantity") for item in items]
    if all(type(quantity) in (int, float) and 1 <= quantity <= 1_000_000 for quantity in quantities):
        if sum(quantities) > 1_000_000:
            for item in items:
                item["quantity"] = min(item["quantity"], 20_000)


def keep_shards(case):
    """The shards of a product can only grow."""
    if isinstance(case.body, dict) and case.body.get("stock_shards") in range(1, 33):
        now = shards.get(case.path_parameters["product_id"], 1)
        case.body["stock_shards"] = max(now, case.body["stock_shards"])


def use_real_cursor(operation, query):
    """A cursor that no list has given is refused, whatever it looks like."""
    if fits(query.get("cursor"), r"[A-Za-z0-9_-]{1,500}"):
        query.pop("cursor")
        if operation in cursors:
            query["cursor"] = cursors[operation]


def use_key_for_one_body(case):
    """A key that comes again with another body is refused."""
    key, body = case.headers.get("Idempotency-Key"), repr(case.body)
    if fits(key, r"[!-+\--~]{1,255}") and bodies.setdefault(key, body) != body:
        case.headers["Idempotency-Key"] = hashlib.sha256(f"{key} {body}".encode()).hexdigest()


def drop_impossible_etag(case):
    """Schemathesis cannot make a valid value with quotes in its coverage phase, and sends 0 in its place."""
    is_tested = getattr(case.meta.phase.data, "parameter", None) == "If-Match"
    if str(case.headers.get("If-Match")) == "0" and not is_tested:
        del case.headers["If-Match"]


def use_token(operation, case, parts):
    # Where credentials are missing or wrong on purpose, they stay so.
    if case.headers.get("Authorization") != CUSTOMER:
        return
    named = [fields.get(name) for fields in parts for name in ("customer_id", "order_id")]
    known = [owners[value] for value in named if is_known(value)]
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
    use_key_for_one_body(case)
    use_token(operation, case, parts)


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code not in (200, 201, 202) or "json" not in response.headers["content-type"][0]:
        return
    operation, told = case.operation.definition.raw["operationId"], response.json()
    if told.get("next_cursor") is not None:
        cursors[operation] = told["next_cursor"]
    if "stock_shards" in told:
        shards[told["id"]] = told["stock_shards"]
        owners[told["id"]] = ADMIN
        if told["id"] != PRODUCT_ID:
            last_made["product"] = told["id"]
    elif operation == "addCustomer":
        owners[told["id"]] = "Bearer " + told["access_token"]
    elif operation in ("checkout", "submitOrder"):
        owners[told["id"]] = owners[told["customer_id"]]
        last_made["order"] = told["id"]
