-- Every version of the rules by which a brand's sales are matched: what rules_version in a conversion stands for.
create table match_rules (
    brand_id    text not null,
    version     int not null,
    rules       jsonb not null,                         -- every rule with its value, defaults included
    since       timestamptz not null default now(),
    primary key (brand_id, version)
);

insert into match_rules (brand_id, version, rules)
select b.id, 1, jsonb_build_object(
    'window_days', coalesce(b.settings -> 'window_days', '7'),
    'stage_order', coalesce(b.settings -> 'stage_order', '["click_id","session_id","email","phone"]'),
    'semi_deterministic', coalesce(b.settings -> 'semi_deterministic', 'true'),
    'probabilistic_threshold', coalesce(b.settings -> 'probabilistic_threshold', '0.75'))
from brands b;

call secure_brand_table('match_rules', 'select', 'select');

-- Why a click won, or why none did, and the build's weights that decided.
alter table matches add column reason text not null default '';
alter table matches add column score_model int not null default 1;
