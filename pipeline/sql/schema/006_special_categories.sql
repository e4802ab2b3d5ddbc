-- Hints at what GDPR article 9 calls special categories of personal data, so that such conversations can be kept apart.
-- Rows stored before tell nothing of it: NULL. A backfill reads them again.

ALTER TABLE conversations ADD COLUMN special_categories VARCHAR[];
ALTER TABLE survey_responses ADD COLUMN special_categories VARCHAR[];
COMMENT ON COLUMN conversations.special_categories IS 'Hints in its words: health, union, religion, other (conviction, ethnicity, sexuality, crimes); empty for none.';
COMMENT ON COLUMN survey_responses.special_categories IS 'Hints in the open answer, as in conversations.';
