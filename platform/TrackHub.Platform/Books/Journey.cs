using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Platform.Books;

/// <summary>A topic an event travels by.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Group">Who must read it; null for <c>parked</c>, which a job resumes.</param>
/// <param name="Kind">What an event in it is doing, one of <see cref="Journey.Kinds"/>.</param>
public sealed record JourneyStep(TopicDefinition Topic, string? Group, string Kind);

/// <summary>The way of an event from its acceptance to its end, as the books see it.</summary>
public static class Journey
{
    /// <summary>Its record waits to be read.</summary>
    public const string Waiting = "waiting";

    /// <summary>A sale waits for its click.</summary>
    public const string Pending = "pending";

    /// <summary>A dispatcher has claimed it for a call.</summary>
    public const string Claimed = "claimed";

    /// <summary>It waits for its next attempt.</summary>
    public const string Retry = "retry";

    /// <summary>It waits for its lane.</summary>
    public const string Held = "held";

    /// <summary>It waits for token, permission or pixel to be mended.</summary>
    public const string Parked = "parked";

    /// <summary>Every kind, in the order of the way.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Waiting, Pending, Claimed, Retry, Held, Parked];

    /// <summary>Every topic an event travels by.</summary>
    public static readonly IReadOnlyList<JourneyStep> Steps =
    [
        new(Topics.TrackEvents, ConsumerGroups.MatcherClicks, Waiting),
        new(Topics.IngestEvents, ConsumerGroups.Matcher, Waiting),
        new(Topics.PendingMatch5S, ConsumerGroups.Matcher, Pending),
        new(Topics.PendingMatch60S, ConsumerGroups.Matcher, Pending),
        new(Topics.CapiDispatch, ConsumerGroups.Dispatcher, Waiting),
        new(Topics.CapiDispatchBulk, ConsumerGroups.Dispatcher, Waiting),
        .. Topics.CapiRetries.Select(static topic => new JourneyStep(topic, ConsumerGroups.Dispatcher, Retry)),
        new(Topics.CapiHold15S, ConsumerGroups.Dispatcher, Held),
        new(Topics.CapiHold5M, ConsumerGroups.Dispatcher, Held),
        new(Topics.Parked, null, Parked),
    ];

    /// <summary>Topics from which the ledger keeps the books: those of the way, that of its ends and that of alarms.</summary>
    public static readonly IReadOnlyList<TopicDefinition> Kept = [.. Steps.Select(static step => step.Topic), Topics.EventOutcomes, Topics.Alerts];

    /// <summary>A partition of a topic, as entries name it.</summary>
    public static string Place(string topic, int partition) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{topic}/{partition}");
}
