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
