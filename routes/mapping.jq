# What the mappings of the destinations share: every jq expression of a route can call these, and the functions
# iso8601, epoch_seconds, amount, without_nulls, as_texts, json_bytes, cut, sha256, variable, header, property, setting
# and renamed_by besides jq's own. The input of each is the enriched event, where nothing else is said.

# A field of the event, or the customer's where the event does not say.
def own($field): .event[$field] // .customer[$field];

# An attribute of the customer; null if it has none of that name, or an empty one.
def attribute($name): .customer.subscriber_attributes[$name] | if . == "" then null else . end;

def is_sandbox: .event | (.environment // .purchase_environment) == "SANDBOX";

# When it happened, in ISO 8601. What has no date is refused.
def when: .happened_at_ms | iso8601 // error("it happened at no date");

# A time in milliseconds as it is; null for what is no time.
def millis: if iso8601 == null then null else . end;

# Whether the customer's subscription gives access, by its status.
def has_access:
  .customer.subscription_status | . != null and . != "expired" and . != "expired_promotional" and . != "paused";

# Whether it is a purchase that is neither a subscription nor a grant.
def is_one_time:
  .event | .type == "NON_RENEWING_PURCHASE" and .store != "PROMOTIONAL" and .period_type != "PROMOTIONAL";

# Whether it is of a kind that a charge comes with.
def is_purchase: .kind | IN("initial_purchase", "trial_converted", "renewal", "non_subscription_purchase");

# Whether it tells what the customer has bought, and what subscription it has. A one-time purchase leaves what is there
# of a subscription that gives access.
def tells_purchase: .event.product_id != null and ((is_one_time and has_access) | not);
def tells_subscription: .event.product_id != null and (is_one_time | not);

# Whether it only tells how the customer stands, and nothing that happened.
def is_update: .kind == "customer_update";

# Whether it tells that of a former id of the customer, which may be merged into the present one: an anonymous one takes
# no other in.
def is_former_id:
  is_update and .event.app_user_id != .customer.app_user_id
  and (.customer.app_user_id | . != null and (startswith("$RCAnonymousID:") | not));

# What a destination that holds state is to write: the event, or, where it is not the newest of the customer or is about
# an earlier product or period, the subscription as it stands, in the form of an event.
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

# Whether the customer has no status and may have had one: its subscriptions were transferred away, or what came earlier
# of it could not be told from a subscription's.
def status_ended: .customer.subscription_status == null and (.customer.status_ended or .late);

# Groups of fields, under the names that most vendors get them: who bought what; since and until when, in ISO 8601; what
# only some kinds have; and what only some events have.
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

# The share of the price that the store keeps; null if it is not known. The old takehome_percentage is what is left.
def commission:
  (.event.commission_percentage | amount) as $commission
  | if $commission != null then $commission
    else .event.takehome_percentage | amount | if . == null then null else 1 - . end end;

# Without the error of binary fractions: 6.993, not 6.992999999999999.
def rounded: (. * 100000000 | round) / 100000000;

# What a purchase brought in, in USD, negative for a refund: gross, after-commission or after-commission-and-taxes. Null
# if the price is not known; the gross price, as it was received, if the commission is not.
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

# Where a store's customers are, as analytics tools call it; null for those that say nothing of it.
def platform:
  .event.store
  | if . == "APP_STORE" then "iOS"
    elif . == "MAC_APP_STORE" then "macOS"
    elif . == "PLAY_STORE" then "Android"
    elif . == "AMAZON" then "Amazon"
    elif . == "ROKU" then "Roku"
    elif . == "STRIPE" or . == "RC_BILLING" or . == "PADDLE" then "Web"
    else null end;

# Made to fit into so many bytes by leaving out these members, by their paths, one after the other; refused if that does
# not help.
def fitted($bytes; paths):
  if json_bytes <= $bytes then .
  else
    reduce paths as $path (.; if json_bytes > $bytes then delpaths([$path]) else . end)
    | if json_bytes > $bytes then error("it is larger than the \($bytes) bytes that the vendor takes") else . end
  end;

# When it happened, but no later than it was told: the App Store's renewals may be told a day ahead. In milliseconds;
# what has no date is refused.
def happened_by_now:
  [.happened_at_ms, (.event.event_timestamp_ms | tonumber)] | min
  | if iso8601 then . else error("it happened at no date") end;

# How many hours ago it happened, at the time of this attempt.
def hours_ago: (variable("now_ms") - happened_by_now) / 3600000;

# The system of the app that an event is about: ios, android, or null if it is no mobile app's.
def mobile_os:
  .event.store
  | if . == "APP_STORE" or . == "MAC_APP_STORE" then "ios" elif . == "PLAY_STORE" or . == "AMAZON" then "android"
    else null end;

# An attribute that is an id of a device; null for one of zeros, which those have who do not want to be tracked.
def device_id($name): attribute($name) | if . != null and (tostring | test("^[0-]*$")) then null else . end;

# The fields of a form (application/x-www-form-urlencoded), without those that are null or empty.
def form: without_nulls | [to_entries[] | select(.value != "") | "\(.key | @uri)=\(.value | @uri)"] | join("&");
