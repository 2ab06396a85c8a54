using System.Text.Json.Serialization;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>One request of the plan, and what must become of it.</summary>
internal sealed record PlannedItem
{
    /// <summary>Number in the plan, from 1.</summary>
    public int Number { get; init; }

    /// <summary>Script it belongs to: requests of one script are sent one after another, each after the answer to the one before.</summary>
    public int Script { get; init; }

    /// <summary>Name of the scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>What it is, in one word: a track route, <c>kiwify approved</c>, <c>bad signature</c>.</summary>
    public required string Label { get; init; }

    /// <summary>How long to wait before it, after the answer to the one before.</summary>
    public TimeSpan After { get; init; }

    /// <summary>The request.</summary>
    public required PlannedRequest Request { get; init; }

    /// <summary>The answer that must come.</summary>
    public required ExpectedAnswer Answer { get; init; }

    /// <summary>The accepted events in it, in the order of their receipts; none when it must be refused.</summary>
    public IReadOnlyList<ExpectedEvent> Events { get; init; } = [];
}

/// <summary>A POST to the ingress.</summary>
/// <param name="Path">Path and query.</param>
/// <param name="Body">Body; sent as UTF-8.</param>
/// <param name="ContentType">Content type.</param>
/// <param name="Headers">Further headers.</param>
internal sealed record PlannedRequest(string Path, string Body, string ContentType, IReadOnlyDictionary<string, string> Headers);

/// <summary>An answer.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">The problem's <c>code</c>; null for a success.</param>
internal sealed record ExpectedAnswer(int Status, string? Code = null)
{
    /// <summary>A track event was stored.</summary>
    public static readonly ExpectedAnswer Tracked = new(202);

    /// <summary>A webhook was stored.</summary>
    public static readonly ExpectedAnswer Taken = new(200);
}

/// <summary>An accepted event and its end.</summary>
internal sealed record ExpectedEvent
{
    /// <summary>Its event_id; null where the ingress makes one, for what cannot be mapped.</summary>
    public string? EventId { get; init; }

    /// <summary>Kind of the browser event, else of the sale; <c>unmapped</c> for what never became an event.</summary>
    public required string Kind { get; init; }

    /// <summary>Where it must end: pixel id or <c>none</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>How it must end.</summary>
    public required string State { get; init; }

    /// <summary>Why, in one word; empty for delivered.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Stage by which the sale must be matched; null where there is no conversion or the plan cannot know.</summary>
    public string? Stage { get; init; }

    /// <summary>What must arrive at Meta for it; null for nothing.</summary>
    public ExpectedArrival? Arrival { get; init; }

    /// <summary>
    /// Events of one group are alike: equal id and kind, such as a webhook and its repetitions. Which of them is the one that counts is
    /// decided by arrival, so their ends are compared as a set.
    /// </summary>
    [JsonIgnore]
    public string? Group => EventId is null ? null : GroupOf(EventId, Kind);

    /// <summary>The group of an event.</summary>
    public static string GroupOf(string eventId, string kind) => $"{eventId}|{kind}";
}

/// <summary>An event as Meta must get it, once.</summary>
/// <param name="EventName">Meta's name.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Value">Value in major units.</param>
/// <param name="Currency">Currency.</param>
internal sealed record ExpectedArrival(string EventName, string EventId, decimal? Value, string? Currency);
