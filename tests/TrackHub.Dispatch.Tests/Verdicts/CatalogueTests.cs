using TrackHub.Dispatch.Verdicts;
using static TrackHub.Dispatch.Verdicts.Verdict;

namespace TrackHub.Dispatch.Tests.Verdicts;

/// <summary>Every answer of Meta's that is documented or was seen, each with the verdict it must have: written by hand from Meta's lists, not from our table.</summary>
/// <remarks>Sources: Graph API "Handle errors" and "Rate limits"; Marketing API "Error reference" and "Rate limiting"; Conversions API "Troubleshooting".</remarks>
public sealed class CatalogueTests
{
    /// <summary>Answer; HTTP status, code, subcode, is_transient; verdict for one event, for a batch of ten; reason.</summary>
    private static readonly (string Answer, int Status, int? Code, int? Subcode, bool IsTransient, Verdict Alone, Verdict InBatch, string Reason)[] Table =
    [
        ("429 without a code", 429, null, null, false, Hold, Hold, "throttled"),
        ("1: unknown, API temporary", 500, 1, null, false, Retry, Retry, "meta_error"),
        ("1: with status 400", 400, 1, null, false, Retry, Retry, "meta_error"),
        ("2: service temporarily down", 503, 2, null, false, Retry, Retry, "meta_error"),
        ("2/1504041: Insights, permanent", 400, 2, 1504041, false, Dead, Split, "invalid"),
        ("2/1504042: Insights, permanent", 400, 2, 1504042, false, Dead, Split, "invalid"),
        ("4: app call limit", 400, 4, null, false, Hold, Hold, "throttled"),
        ("4/1504022: app call limit", 400, 4, 1504022, false, Hold, Hold, "throttled"),
        ("4/1504039: app call limit", 400, 4, 1504039, false, Hold, Hold, "throttled"),
        ("17: user call limit", 400, 17, null, false, Hold, Hold, "throttled"),
        ("17/2446079: user call limit", 400, 17, 2446079, false, Hold, Hold, "throttled"),
        ("32: page-level limit", 400, 32, null, false, Hold, Hold, "throttled"),
        ("341: application limit reached", 400, 341, null, false, Hold, Hold, "throttled"),
        ("613: abuse prevention", 400, 613, null, false, Hold, Hold, "throttled"),
        ("613/1996: erratic volume", 400, 613, 1996, false, Hold, Hold, "throttled"),
        ("613/1487742: custom limit", 400, 613, 1487742, false, Hold, Hold, "throttled"),
        ("613/5044001: custom limit", 400, 613, 5044001, false, Hold, Hold, "throttled"),
        ("80000: Ads Insights limit", 400, 80000, null, false, Hold, Hold, "throttled"),
        ("80001: Pages", 400, 80001, null, false, Hold, Hold, "throttled"),
        ("80002: Instagram", 400, 80002, null, false, Hold, Hold, "throttled"),
        ("80003: Custom Audience limit", 400, 80003, null, false, Hold, Hold, "throttled"),
        ("80004: Ads Management limit", 400, 80004, null, false, Hold, Hold, "throttled"),
        ("80005: LeadGen", 400, 80005, null, false, Hold, Hold, "throttled"),
        ("80006: Messenger", 400, 80006, null, false, Hold, Hold, "throttled"),
        ("80008: WhatsApp", 400, 80008, null, false, Hold, Hold, "throttled"),
        ("80009: catalogue management", 400, 80009, null, false, Hold, Hold, "throttled"),
        ("80014: catalogue batch", 400, 80014, null, false, Hold, Hold, "throttled"),
        ("4 under 401: throttled before credentials", 401, 4, null, false, Hold, Hold, "throttled"),
        ("4 under 403", 403, 4, 1504039, false, Hold, Hold, "throttled"),
        ("190 under 429: throttled before credentials", 429, 190, null, false, Hold, Hold, "throttled"),
        ("21009: upload temporarily not ready", 400, 21009, null, false, Retry, Retry, "meta_error"),
        ("368: temporarily blocked for policy", 400, 368, null, false, Hold, Hold, "policy_block"),
        ("5000: internal", 500, 5000, null, false, Retry, Retry, "meta_error"),
        ("-1: unknown", 400, -1, null, false, Retry, Retry, "meta_error"),
        ("-3/77: unknown", 500, -3, 77, false, Retry, Retry, "meta_error"),
        ("190: token invalid", 400, 190, null, false, Park, Park, "token"),
        ("190/458: app removed", 400, 190, 458, false, Park, Park, "token"),
        ("190/459: user issue", 400, 190, 459, false, Park, Park, "token"),
        ("190/460: password changed", 400, 190, 460, false, Park, Park, "token"),
        ("190/463: expired", 400, 190, 463, false, Park, Park, "token"),
        ("190/464: user issue", 400, 190, 464, false, Park, Park, "token"),
        ("190/467: invalid", 400, 190, 467, false, Park, Park, "token"),
        ("190/492: page session", 400, 190, 492, false, Park, Park, "token"),
        ("102: session invalid", 400, 102, null, false, Park, Park, "token"),
        ("104: incorrect signature", 400, 104, null, false, Park, Park, "token"),
        ("190 under 401: token that cannot be parsed", 401, 190, null, false, Park, Park, "token"),
        ("190 under 200: an error is an error", 200, 190, 460, false, Park, Park, "token"),
        ("3: capability missing", 400, 3, null, false, Park, Park, "permission"),
        ("10: permission missing", 403, 10, null, false, Park, Park, "permission"),
        ("200: permission missing", 403, 200, null, false, Park, Park, "permission"),
        ("294: ads_management missing", 403, 294, null, false, Park, Park, "permission"),
        ("299: the last of them", 400, 299, null, false, Park, Park, "permission"),
        ("100/33: object missing, or no access to it", 400, 100, 33, false, Park, Park, "dataset"),
        ("803: unknown object id", 404, 803, null, false, Park, Park, "dataset"),
        ("2500: no such path", 400, 2500, null, false, Park, Park, "api_version"),
        ("2635: deprecated version", 400, 2635, null, false, Park, Park, "api_version"),
        ("100: invalid parameter", 400, 100, null, false, Dead, Split, "invalid"),
        ("100/2804003: event timestamp too old", 400, 100, 2804003, false, Dead, Split, "invalid"),
        ("100/2804009: purchase without value", 400, 100, 2804009, false, Dead, Split, "invalid"),
        ("100/2804050: no or too broad customer information", 400, 100, 2804050, false, Dead, Split, "invalid"),
        ("100/2804043: app event without OS version", 400, 100, 2804043, false, Dead, Split, "invalid"),
        ("100/2804066: messaging event name not allowed", 400, 100, 2804066, false, Dead, Split, "invalid"),
        ("100/2804072: page_id does not fit the ctwa_clid", 400, 100, 2804072, false, Dead, Split, "invalid"),
        ("100/2804019: contradictory", 400, 100, 2804019, false, Dead, Split, "invalid"),
        ("100/2804001: not established", 400, 100, 2804001, false, Dead, Split, "invalid"),
        ("100/2804007: not established", 400, 100, 2804007, false, Dead, Split, "invalid"),
        ("100/2804014: not established", 400, 100, 2804014, false, Dead, Split, "invalid"),
        ("100/2804016: not established", 400, 100, 2804016, false, Dead, Split, "invalid"),
        ("100/2804017: not established", 400, 100, 2804017, false, Dead, Split, "invalid"),
        ("100/2804048: not established", 400, 100, 2804048, false, Dead, Split, "invalid"),
        ("100/9999999: one nobody has seen", 400, 100, 9999999, false, Dead, Split, "invalid"),
        ("105: too many parameters", 400, 105, null, false, Dead, Split, "invalid"),
        ("12345: another code under 400", 400, 12345, null, false, Dead, Split, "invalid"),
        ("12345: another code under 404", 404, 12345, null, false, Dead, Split, "invalid"),
        ("777: another code under 500", 500, 777, null, false, Retry, Retry, "unknown_error"),
        ("100/2804019 called transient", 400, 100, 2804019, true, Retry, Retry, "meta_error"),
        ("190 called transient", 400, 190, null, true, Retry, Retry, "meta_error"),
        ("99999 called transient", 400, 99999, null, true, Retry, Retry, "meta_error"),
        ("4 called transient: throttled all the same", 400, 4, null, true, Hold, Hold, "throttled"),
        ("408 without a code: a gateway", 408, null, null, false, Retry, Retry, "http_error"),
        ("500 without a code: a gateway", 500, null, null, false, Retry, Retry, "http_error"),
        ("502 without a code: a gateway", 502, null, null, false, Retry, Retry, "http_error"),
        ("503 without a code: a gateway", 503, null, null, false, Retry, Retry, "http_error"),
        ("504 without a code: a gateway", 504, null, null, false, Retry, Retry, "http_error"),
        ("401 without a code", 401, null, null, false, Park, Park, "token"),
        ("403 without a code", 403, null, null, false, Park, Park, "token"),
        ("413 without a code: too long for a gateway", 413, null, null, false, Dead, Split, "invalid"),
        ("301 without a code: anything else", 301, null, null, false, Retry, Retry, "unknown_error"),
        ("302 without a code: anything else", 302, null, null, false, Retry, Retry, "unknown_error"),
        ("400 without a code: anything else", 400, null, null, false, Retry, Retry, "unknown_error"),
        ("404 without a code: anything else", 404, null, null, false, Retry, Retry, "unknown_error"),
    ];

    public static TheoryData<string> Rows() => [.. Table.Select(static row => row.Answer)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_answer_of_the_catalogue_has_its_verdict(string answer)
    {
        var row = Table.Single(row => row.Answer == answer);
        var read = new MetaAnswer
        {
            Transport = Transport.Answered,
            HttpStatus = row.Status,
            HasError = row.Code is not null,
            Code = row.Code,
            Subcode = row.Subcode,
            IsTransient = row.IsTransient,
        };

        VerdictTable.Rule(read, 1).ShouldBe(new(row.Alone, row.Reason));
        VerdictTable.Rule(read, 10).ShouldBe(new(row.InBatch, row.Reason));
    }
}
