# Functions that the mappings of the destinations share: every jq expression of a route can call these, besides jq's own
# and iso8601, epoch_seconds, amount, without_nulls, as_texts, json_bytes, cut, sha256, variable, header, property,
# setting and renamed_by. The input of each is the enriched event, unless stated otherwise.

# A field of the event, else of the customer.
def own($field): .event[$field] // .customer[$field];

# An attribute of the customer; null if it does not exist or is empty.
def attribute($name): .customer.subscriber_attributes[$name] | if . == "" then null else . end;

def is_sandbox: .event | (.environment // .purchase_environment) == "SANDBOX";

# When the event happened, in ISO 8601. An event without a valid date is refused.
def when: .happened_at_ms | iso8601 // error("the event has no valid date");

# A time in milliseconds, unchanged; null if it is not a time.
def millis: if iso8601 == null then null else . end;

# Whether the customer's subscription gives access, judging by its status.
def has_access:
  .customer.subscription_status | . != null and . != "expired" and . != "expired_promotional" and . != "paused";

# Whether the event is a purchase that is neither a subscription nor a grant.
def is_one_time:
  .event | .type == "NON_RENEWING_PURCHASE" and .store != "PROMOTIONAL" and .period_type != "PROMOTIONAL";

# Whether the event's kind comes with a charge.
def is_purchase: .kind | IN("initial_purchase", "trial_converted", "renewal", "non_subscription_purchase");

# Whether the event carries what the customer has bought, and the customer's subscription. A one-time purchase does not
# replace a subscription that gives access.
def tells_purchase: .event.product_id != null and ((is_one_time and has_access) | not);
def tells_subscription: .event.product_id != null and (is_one_time | not);

# Whether the event only carries the customer's state, and nothing that happened.
def is_update: .kind == "customer_update";

# Whether the event carries the state for a former id of the customer, which may be merged into the present one. Nothing
# is merged into an anonymous id.
def is_former_id:
  is_update and .event.app_user_id != .customer.app_user_id
  and (.customer.app_user_id | . != null and (startswith("$RCAnonymousID:") | not));

# What a destination that holds state writes: the event, or, if the event is not the customer's newest or is about an
# earlier product or period, the standing subscription, in the form of an event.
def newest:
  if .standing == null then .
  else
    .standing.last_event as $last
    | .customer.last_seen_app_user_id as $user
    | .happened_at_ms as $now
    | .kind = ($last.kind // .kind)
    | .event = (.standing.subscription // {}
        | { app_user_id: $user, event_timestamp_ms: $last.at_ms,
            type: (if .newest_event_kind == "expiration" or .status == "expired" or .status == "expired_promotional"
                       or (.status == "paused" and .expires_at_ms != null and .expires_at_ms <= $now)
                   then "EXPIRATION" else "RENEWAL" end),
            store, environment, product_id, new_product_id, period_type, purchased_at_ms, auto_resume_at_ms,
            expiration_at_ms: .expires_at_ms, entitlement_ids: .entitlements,
            grace_period_expiration_at_ms: .grace_period_expires_at_ms })
    | if .event.product_id == null then .event |= {app_user_id, event_timestamp_ms} else . end
  end;

# Whether the customer has no status and may have had one: its subscriptions were transferred away, or an earlier event
# could not be distinguished from a subscription's.
def status_ended: .customer.subscription_status == null and (.customer.status_ended or .late);

# Groups of fields, under the names that most vendors use: who bought what; since and until when, in ISO 8601; those of
# some kinds only; and those of some events only.
def purchase_fields:
  { app_user_id: (.event.app_user_id // .customer.app_user_id),
    original_app_user_id: (.event.original_app_user_id // .customer.original_app_user_id),
    aliases: (.event.aliases // .customer.aliases),
    subscriber_attributes: .customer.subscriber_attributes,
    store: .event.store,
    product_id: .event.product_id,
    period_type: .event.period_type,
    environment: .event.environment,
    presented_offering_id: .event.presented_offering_id,
    transaction_id: .event.transaction_id,
    original_transaction_id: .event.original_transaction_id,
    app_id: .event.app_id };

def access_fields:
  .event
  | { entitlement_id, entitlement_ids,
      purchased_at: (.purchased_at_ms | iso8601),
      expiration_at: (.expiration_at_ms | iso8601) };

def experiments: .experiments | if . == [] then null else . end;

def kind_fields:
  .event
  | { cancel_reason, expiration_reason, new_product_id,
      grace_period_expiration_at: (.grace_period_expiration_at_ms | iso8601),
      auto_resume_at: (.auto_resume_at_ms | iso8601) }
  | without_nulls;

def optional_fields:
  kind_fields + (.event | {country_code, offer_code, renewal_number, experiments: experiments} | without_nulls);

# The share of the price that the store keeps; null if it is not known. The old takehome_percentage is the rest.
def commission:
  (.event.commission_percentage | amount) as $commission
  | if $commission != null then $commission
    else .event.takehome_percentage | amount | if . == null then null else 1 - . end end;

# A number without the error of binary fractions: 6.993, not 6.992999999999999.
def rounded: (. * 100000000 | round) / 100000000;

# The revenue of a purchase in USD, negative for a refund: gross, after-commission or after-commission-and-taxes. Null
# if the price is not known; the gross price, as received, if the commission is not.
def revenue(mode):
  (.event.price | amount) as $price
  | (mode | ascii_downcase) as $mode
  | if $mode == "gross" or $price == null then $price
    else
      commission as $commission
      | if $commission == null then $price
        elif $mode == "after-commission" then $price * (1 - $commission) | rounded
        else $price * (1 - $commission - (.event.tax_percentage | amount // 0)) | rounded end
    end;

# The platform of a store's customers, by analytics tools' names; null if the store does not imply one.
def platform:
  .event.store
  | if . == "APP_STORE" then "iOS"
    elif . == "MAC_APP_STORE" then "macOS"
    elif . == "PLAY_STORE" then "Android"
    elif . == "AMAZON" then "Amazon"
    elif . == "ROKU" then "Roku"
    elif . == "STRIPE" or . == "RC_BILLING" or . == "PADDLE" then "Web"
    else null end;

# The input fitted into this many bytes, by leaving out the members at these paths one after the other; refused if that
# is not enough.
def fitted($bytes; paths):
  if json_bytes <= $bytes then .
  else
    reduce paths as $path (.; if json_bytes > $bytes then delpaths([$path]) else . end)
    | if json_bytes > $bytes then error("it exceeds the \($bytes) bytes that the vendor accepts") else . end
  end;

# When the event happened, in milliseconds, but no later than its report: the App Store may report renewals a day ahead.
# An event without a valid date is refused.
def happened_by_now:
  [.happened_at_ms, (.event.event_timestamp_ms | tonumber)] | min
  | if iso8601 then . else error("the event has no valid date") end;

# How many hours ago the event happened, at the time of this attempt.
def hours_ago: (variable("now_ms") - happened_by_now) / 3600000;

# The system of the event's app: ios, android, or null if it is not a mobile app.
def mobile_os:
  .event.store
  | if . == "APP_STORE" or . == "MAC_APP_STORE" then "ios" elif . == "PLAY_STORE" or . == "AMAZON" then "android"
    else null end;

# An attribute that is a device id; null if it is all zeros, as for customers who have opted out of tracking.
def device_id($name): attribute($name) | if . != null and (tostring | test("^[0-]*$")) then null else . end;

# The fields of a form (application/x-www-form-urlencoded), without null or empty ones.
def form: without_nulls | [to_entries[] | select(.value != "") | "\(.key | @uri)=\(.value | @uri)"] | join("&");
