-- Intervals of 95 %, as macros that any query may use.
--
-- A share k of n: Wilson's score interval (Wilson 1927, JASA 22; Brown, Cai & DasGupta 2001, Statistical Science 16(2)). It
-- stays within 0 and 1, and tells something where all or none of a few have it.
-- The difference of two shares: of their Wilson intervals (Newcombe 1998, Statistics in Medicine 17, method 10).
-- A mean, cut off where no value can be: Student's t. Its quantile is a table to 3 degrees of freedom, from there on
-- the expansion of Abramowitz & Stegun 26.7.5, which is within 0.04 % of it.
-- A correlation: Fisher's z (Fisher 1921, Metron 1), for more than three pairs.

CREATE OR REPLACE MACRO wilson_low(k, n) AS
    CASE WHEN n > 0 AND k IS NOT NULL THEN least(k / n, greatest(
        0, (k + 1.920729 - 1.959964 * sqrt(greatest(k * (n - k), 0) / n + 0.960365)) / (n + 3.841459)
    )) END;

CREATE OR REPLACE MACRO wilson_high(k, n) AS
    CASE WHEN n > 0 AND k IS NOT NULL THEN greatest(k / n, least(
        1, (k + 1.920729 + 1.959964 * sqrt(greatest(k * (n - k), 0) / n + 0.960365)) / (n + 3.841459)
    )) END;

CREATE OR REPLACE MACRO t_quantile(freedom) AS
    CASE freedom WHEN 1 THEN 12.706205 WHEN 2 THEN 4.302653 WHEN 3 THEN 3.182446 ELSE
        1.959964 + 2.372272 / freedom + 2.822499 / freedom ** 2 + 2.555852 / freedom ** 3 + 1.589536 / freedom ** 4
    END;

CREATE OR REPLACE MACRO mean_margin(figure) AS
    t_quantile(nullif(count(figure) - 1, 0)) * stddev_samp(figure) / sqrt(count(figure));

CREATE OR REPLACE MACRO mean_low(figure, least := '-inf') AS
    CASE WHEN count(figure) > 1 THEN greatest(least::DOUBLE, avg(figure) - mean_margin(figure)) END;

CREATE OR REPLACE MACRO mean_high(figure, most := 'inf') AS
    CASE WHEN count(figure) > 1 THEN least(most::DOUBLE, avg(figure) + mean_margin(figure)) END;

CREATE OR REPLACE MACRO share_difference_low(k, n, other_k, other_n) AS
    k / n - other_k / other_n
    - sqrt((k / n - wilson_low(k, n)) ** 2 + (wilson_high(other_k, other_n) - other_k / other_n) ** 2);

CREATE OR REPLACE MACRO share_difference_high(k, n, other_k, other_n) AS
    k / n - other_k / other_n
    + sqrt((wilson_high(k, n) - k / n) ** 2 + (other_k / other_n - wilson_low(other_k, other_n)) ** 2);

CREATE OR REPLACE MACRO correlation_low(r, n) AS
    CASE WHEN n > 3 AND abs(r) < 1 THEN tanh(atanh(r) - 1.959964 / sqrt(n - 3)) END;

CREATE OR REPLACE MACRO correlation_high(r, n) AS
    CASE WHEN n > 3 AND abs(r) < 1 THEN tanh(atanh(r) + 1.959964 / sqrt(n - 3)) END;
