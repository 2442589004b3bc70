# What the mappings of the destinations share: every jq expression of a route can call these, and the functions
# iso8601, epoch_seconds, without_nulls, without_blank_names, as_texts, json_bytes and sha256 besides jq's own.
# The input of each is the enriched event: {event, kind, happened_at_ms, customer}.

# A field of the event, or the customer's where the event does not say.
def own($field): .event[$field] // .customer[$field];

# An attribute of the customer; null if it has none of that name.
def attribute($name): .customer.subscriber_attributes[$name];

# Entitlement ids as one text; null if there are none.
def entitlement_list:
  if .event.entitlement_ids == null or .event.entitlement_ids == [] then null
  else .event.entitlement_ids | join(",") end;

# The share of the price that the store keeps; null if it is not known. The old takehome_percentage is what is left of it.
def commission:
  if .event.commission_percentage != null then .event.commission_percentage
  elif .event.takehome_percentage != null then 1 - .event.takehome_percentage
  else null end;

# Without the error of binary fractions: 6.993, not 6.992999999999999.
def rounded: (. * 100000000 | round) / 100000000;

# What a purchase brought in, in USD, negative for a refund: "gross", "after-commission" or "after-commission-and-taxes".
# Null if the price is not known; the gross price, as it was received, if the commission is not.
def revenue($mode):
  .event.price as $price
  | if $mode == "gross" or $price == null then $price
    else
      commission as $commission
      | if $commission == null then $price
        elif $mode == "after-commission" then $price * (1 - $commission) | rounded
        else $price * (1 - $commission - (.event.tax_percentage // 0)) | rounded end
    end;

# The price as the customer paid it, where that was not in USD.
def local_price:
  if .event.currency == null or .event.currency == "USD" or .event.price_in_purchased_currency == null then {}
  else {price_in_purchased_currency: .event.price_in_purchased_currency, purchased_currency: .event.currency} end;

# A Segment message id: the same on every attempt, different for each call and each connection, 100 characters at most.
def message_id($connection; $call):
  if (.event.id | length) + ($connection | length) <= 80 then $connection + ":" + .event.id + ":" + $call
  else ($connection + ":" + .event.id | sha256) + ":" + $call end;

# Where a store's customers are, as Amplitude calls it; null for those that say nothing of it.
def platform:
  .event.store
  | if . == "APP_STORE" then "iOS"
    elif . == "MAC_APP_STORE" then "macOS"
    elif . == "PLAY_STORE" then "Android"
    elif . == "AMAZON" then "Amazon"
    elif . == "ROKU" then "Roku"
    elif . == "STRIPE" or . == "RC_BILLING" or . == "PADDLE" then "Web"
    else null end;

# Whether the event starts or ends a subscription, as text; null if neither.
def active_subscription:
  if .kind == "expiration" then "false"
  elif .event.type == "INITIAL_PURCHASE" or .event.type == "RENEWAL" then "true"
  else null end;

# An id of the event for where that must be a UUID: its own if it is one, else one (version 8) made of it and of the
# connection, the same on every attempt.
def uuid($connection):
  .event.id
  | if test("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$") then .
    else ($connection + ":" + . | sha256)
      | .[0:8] + "-" + .[8:12] + "-8" + .[13:16] + "-a" + .[17:20] + "-" + .[20:32] end;

# The id of an event for Mixpanel: 36 letters, digits and dashes at the most.
def insert_id: .event.id | if test("^[A-Za-z0-9-]{1,36}$") then . else sha256[0:36] end;

# A number in Crockford's base 32, with so many digits.
def crockford($digits):
  reduce range($digits) as $_ ({left: ., text: ""};
    {left: (.left / 32 | floor), text: ("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[.left % 32:.left % 32 + 1] + .text)})
  | .text;

def from_hex: reduce (explode | .[]) as $digit (0; . * 16 + (if $digit > 96 then $digit - 87 else $digit - 48 end));

# An id of the event for where that must be a ULID: of when it was made, and of it and the connection; the same on every
# attempt.
def ulid($connection):
  ($connection + ":" + .event.id | sha256) as $hash
  | (.event.event_timestamp_ms | crockford(10))
    + ([range(0; 20; 5) as $at | $hash[$at:$at + 5] | from_hex | crockford(4)] | join(""));

# A price in USD as people read it: $5.99
def dollars: (. * 100 | round) as $cents | "$" + ($cents / 100 | floor | tostring) + "." + ($cents % 100 + 100 | tostring | .[1:]);

# A text as Slack is to show it: neither a link nor a mention.
def slack_text: tostring | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
