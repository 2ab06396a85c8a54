-- Ninety days of hours are some thousand rows, and of a tenant with a thousand brands each of them was compared with each brand. Pages ask for the figures of one
-- brand by its key, so the tenant's brands need not be an index condition here: they are put into a hash once, and each row looks itself up.
alter policy tenant on performance_metrics
    using (brand_id in (select unnest(tenant_brands()))) with check (brand_id in (select unnest(tenant_brands())));
