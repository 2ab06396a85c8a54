using static TrackHub.Dispatch.Verdicts.Verdict;

namespace TrackHub.Dispatch.Verdicts;

/// <summary>The one place that turns an answer into a verdict.</summary>
/// <remarks>
/// By number, never by text or HTTP status alone: throttling and lost permissions both say <c>OAuthException</c>, often with status 400, and texts
/// are localised. Sources: Graph API "Handle errors", Marketing API "Error reference"; the order is transport, success, throttled, transient,
/// credentials, payload, unknown: throttled before credentials for the reason above.
/// </remarks>
internal static class VerdictTable
{
    /// <summary>What follows from an answer to a call.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="events">Events the call held, from 1.</param>
    public static Ruling Rule(MetaAnswer answer, int events) => answer switch
    {
        { Transport: Transport.NotSent } => new(Retry, "unreachable"),
        { Transport: Transport.TimedOut } => new(Retry, "timeout", OutcomeKnown: false),
        { Transport: Transport.Broken } => new(Retry, "no_answer", OutcomeKnown: false),
        { HttpStatus: >= 200 and < 300, HasError: false } => Taken(answer.EventsReceived, events),
        { Code: { } code } => ByCode(code, answer, events),
        _ => ByStatus(answer.HttpStatus ?? 0, answer.IsTransient, events),
    };

    private static Ruling Taken(int? received, int events) => received switch
    {
        null => new(Retry, "no_count", OutcomeKnown: false),
        0 => new(Retry, "none_received", OutcomeKnown: false),
        _ when received == events => new(Delivered, ""),

        // Which of them were taken nobody says: sending all again would count some twice.
        _ => new(Park, CountDiffers, OutcomeKnown: false),
    };

    private static Ruling ByCode(int code, MetaAnswer answer, int events) => code switch
    {
        4 or 17 or 32 or 341 or 613 or 80000 or 80001 or 80002 or 80003 or 80004 or 80005 or 80006 or 80008 or 80009 or 80014 => new(Hold, "throttled"),
        _ when answer.HttpStatus == 429 => new(Hold, "throttled"),
        368 => new(Hold, PolicyBlock),
        2 when answer.Subcode is 1504041 or 1504042 => Payload(events),
        1 or 2 or 21009 or 5000 or < 0 => new(Retry, "meta_error"),
        _ when answer.IsTransient => new(Retry, "meta_error"),
        190 or 102 or 104 => new(Park, "token"),
        3 or 10 or (>= 200 and <= 299) => new(Park, "permission"),
        100 when answer.Subcode == 33 => new(Park, "dataset"),
        803 => new(Park, "dataset"),

        // A Graph version this address does not serve is our setting's fault, not the events'.
        2500 or 2635 => new(Park, "api_version"),
        100 or 105 => Payload(events),
        _ when answer.HttpStatus is >= 400 and < 500 => Payload(events),
        _ => new(Retry, "unknown_error"),
    };

    private static Ruling ByStatus(int status, bool isTransient, int events) => status switch
    {
        429 => new(Hold, "throttled"),
        401 or 403 when !isTransient => new(Park, "token"),
        413 => Payload(events),
        408 or >= 500 => new(Retry, "http_error"),
        _ => new(Retry, "unknown_error"),
    };

    private static Ruling Payload(int events) => events > 1 ? new(Split, "invalid") : new(Dead, "invalid");

    /// <summary>Reason of a park that is one call's own: Meta counted some of its events, and nobody knows which.</summary>
    public const string CountDiffers = "count_differs";

    /// <summary>Reason of a hold that calls for a long pause: Meta blocked the account for a while.</summary>
    public const string PolicyBlock = "policy_block";
}
