using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>A click, page view or checkout that a window names as a possible origin of a sale.</summary>
internal sealed record Candidate
{
    /// <summary>The event's ingest_id.</summary>
    public required Guid IngestId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset EventTime { get; init; }

    /// <summary>When the ingress received it.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>click, page_view or initiate_checkout.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>Carries an ad's click id: fbclid, fbc or gclid.</summary>
    public required bool AdTouch { get; init; }

    /// <summary>Short hash of the session, by which events of one visitor stand together; 0 without session.</summary>
    public required uint SessionTag { get; init; }

    /// <summary>What stage 3 compares; null in the windows of exact keys, which need none.</summary>
    public Features? Features { get; init; }

    /// <summary>When the identification that leads here was received, for a candidate found through its session; else null.</summary>
    public DateTimeOffset? LinkedAt { get; init; }

    /// <summary>
    /// The last touch: the newest click; without one the newest page that carries an ad's click id; without one the newest event. A click
    /// goes first because the pages after it repeat its ids from cookies. Newest is by event time, ties by receipt, then id, so that the
    /// order of arrival never decides.
    /// </summary>
    public static Candidate? LastTouch(IEnumerable<Candidate> candidates)
    {
        Candidate? last = null;
        foreach (var candidate in candidates)
        {
            if (last is null || Compare(candidate, last) > 0)
                last = candidate;
        }

        return last;
    }

    /// <summary>The first touch, by the same standing: the oldest click; without one the oldest page of an ad; without one the oldest event.</summary>
    public static Candidate? FirstTouch(IEnumerable<Candidate> candidates)
    {
        Candidate? first = null;
        foreach (var candidate in candidates)
        {
            var standing = first is null ? 1 : Standing(candidate).CompareTo(Standing(first));
            if (standing > 0 || (standing == 0 && Compare(candidate, first!) < 0))
                first = candidate;
        }

        return first;
    }

    private static int Compare(Candidate left, Candidate right)
    {
        var order = Standing(left).CompareTo(Standing(right));
        if (order == 0)
            order = left.EventTime.CompareTo(right.EventTime);
        if (order == 0)
            order = left.ReceivedAt.CompareTo(right.ReceivedAt);
        return order == 0 ? left.IngestId.CompareTo(right.IngestId) : order;
    }

    private static int Standing(Candidate candidate) => candidate.Kind == EventKind.Click ? 2 : candidate.AdTouch ? 1 : 0;
}
