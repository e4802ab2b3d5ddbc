-- Whether nobody serves at a moment (UTC): Mondays to Fridays from opens to closes, the latter excluded; last_day := 7 if
-- weekends are served too. Public holidays are not known.

CREATE OR REPLACE MACRO is_out_of_hours(
    moment, opens := '08:00', closes := '18:00', last_day := 5, zone := 'Europe/Helsinki'
) AS
    isodow(timezone(zone, timezone('UTC', moment))) > last_day
    OR timezone(zone, timezone('UTC', moment))::TIME < opens::TIME
    OR timezone(zone, timezone('UTC', moment))::TIME >= closes::TIME;
