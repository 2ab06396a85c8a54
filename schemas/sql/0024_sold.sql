-- The Sentry asks through which campaigns a brand's sales of some hours came, now and in the four weeks before. Without it each of them was found by a walk
-- through all the brand's keys of the month.
create index conversions_sold on conversions (brand_id, ingested_at) where purchase and not test;
