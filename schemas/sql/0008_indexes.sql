-- Indexes for the questions that are asked, measured on a million clicks (QueryPlanTests). Each says what it is for.

-- A sale is looked up by its own id alone (explain) and by its whole key: one index, the id first.
drop index events_sale;
create index events_sale on events (sale_id, gateway, brand_id) where sale_id is not null;
create index orders_sale on orders (sale_id);

-- Nobody asks for orders by their last change. Without it an update that fits its page writes no index at all.
drop index orders_updated;

-- A page that knows its visitor only by the seller's own id.
create index clicks_external on clicks (brand_id, external_hash) where external_hash is not null;

-- "Which sessions gave this e-mail": answered from the index alone. last_seen stays out, it changes with every visit.
drop index identities_value;
create index identities_value on identities (brand_id, index_kind, index_value) include (session_id);

-- A dead letter by what died: its event, and the record it came from or lies in.
create index dead_letters_event on dead_letters (event_id) where event_id is not null;
create index dead_letters_ingest on dead_letters (ingest_id) where ingest_id is not null;
create index dead_letters_source on dead_letters (source_topic, source_partition, source_offset) where source_topic is not null;
create index dead_letters_place on dead_letters (topic, partition, "offset");
