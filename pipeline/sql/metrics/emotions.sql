-- description: Each emotion at each touchpoint, and how far its share lies from its share at all touchpoints together.
-- grain: touchpoint and emotion
-- unit: share 0…1 of the customers' utterances in which it is present; z: standard errors above the share everywhere
SELECT touchpoint, emotion, utterance_count, share, share_everywhere, z
FROM touchpoint_emotions
ORDER BY touchpoint, z DESC, share DESC, emotion;
