using TrackHub.Schemas;

namespace TrackHub.Cli.Explaining;

/// <summary>Says how each event ended, of which earlier one it is a duplicate, or where it still is.</summary>
internal static class EndWords
{
    // Events that go nowhere but where they are recorded; a page view goes to those pixels that want it besides.
    private static readonly string[] Recorded = ["click", "page_view", "identify", "consent"];

    // States that speak of a sale known before: told under another name, they wait for what links the two.
    private static readonly string[] OfKnownSale = ["refund_requested", "dispute", "partially_refunded", "refunded", "chargeback"];

    /// <summary>The ends, a line each.</summary>
    public static IEnumerable<string> Tell(Story story)
    {
        foreach (var outcome in story.Outcomes)
        {
            var where = outcome.Destination == "none" ? "without a destination" : $"for pixel {outcome.Destination}";
            yield return $"End{Whose(story, outcome.IngestId)} {where}: {outcome.State.Replace('_', ' ')}{StoryTeller.Because(outcome.Reason)} ({StoryTeller.At(outcome.At)}).{Repeated(story, outcome)}";
        }

        foreach (var e in story.Events)
        {
            var open = story.Open.Where(o => o.IngestId == e.IngestId).ToList();
            foreach (var pixel in open.Where(static o => o.Destination.Length > 0))
                yield return $"End of {What(e)} for pixel {pixel.Destination}: none yet; {Place(pixel, e)}.";
            if (open.Exists(static o => o.Destination.Length > 0) || story.Outcomes.Any(outcome => outcome.IngestId == e.IngestId)) continue;

            yield return Recorded.Contains(e.Kind)
                ? $"End{Whose(story, e.IngestId)}: {e.Kind.Replace('_', ' ')} is recorded; it goes nowhere by itself, sales are matched to it.{SameId(story, e)}"
                : $"End of {What(e)}: none yet; {OnItsWay(story, e)}.";
        }
    }

    /// <summary>Why a sale without any revision has none.</summary>
    public static string Unmatched(Story story)
    {
        if (story.Outcomes is [.., var ended] && story.Events.All(e => story.Outcomes.Any(o => o.IngestId == e.IngestId)))
        {
            return ended.State switch
            {
                "unmapped" => "no click was looked for: the gateway's mapping does not know this event, so it changes no sale.",
                "recorded" => "no click was looked for: the gateway's event says nothing of a sale that is not known already.",
                "dead" => "no click was looked for: the record could not be worked with and is a dead letter.",
                _ => "the ledger has not got the revision yet.",
            };
        }

        var open = story.Events.LastOrDefault(e => story.Outcomes.All(o => o.IngestId != e.IngestId));
        return open is null ? "not yet; the ledger has not got it." : $"not yet; {OnItsWay(story, open)}.";
    }

    private static string OnItsWay(Story story, EventFact e) =>
        story.Open.FirstOrDefault(o => o.IngestId == e.IngestId) is { } open ? Place(open, e) : "it is on its way, or the ledger has not got it";

    /// <summary>Where an event is that has not ended, by the furthest topic it came to.</summary>
    private static string Place(OpenFact open, EventFact e)
    {
        var (at, offset) = open.Carriers.OrderByDescending(static c => Way(c.Key)).ThenByDescending(static c => c.Value).First();
        var (topic, record) = (at[..at.LastIndexOf('/')], $"{at}/{offset}");
        var wanted = e.SaleKind is { } kind && OfKnownSale.Contains(kind) ? "what tells which sale it is of" : "its click";
        if (topic == Topics.PendingMatch5S.Name) return $"it waits for {wanted}: not found at once, looked for again 5 s later ({record})";
        if (topic == Topics.PendingMatch60S.Name) return $"it waits for {wanted}: not found after 5 s, looked for a last time a minute later ({record})";
        if (topic == Topics.IngestEvents.Name || topic == Topics.TrackEvents.Name) return $"the matcher has not got to it ({record})";
        if (topic == Topics.Parked.Name) return $"it is parked until token, permission or pixel are mended ({record})";
        if (Topics.CapiRetries.Any(retry => retry.Name == topic)) return $"it waits for its next attempt ({record})";
        return topic == Topics.CapiHold15S.Name || topic == Topics.CapiHold5M.Name ? $"it waits for its lane ({record})" : $"it is on its way to Meta ({record})";
    }

    private static int Way(string place)
    {
        var topic = place[..place.LastIndexOf('/')];
        return topic == Topics.PendingMatch60S.Name ? 2 : topic == Topics.PendingMatch5S.Name ? 1 : 0;
    }

    /// <summary>Of a duplicate, what it repeats.</summary>
    private static string Repeated(Story story, OutcomeFact outcome)
    {
        if (outcome.State != "duplicate") return "";
        if (outcome.Destination != "none") return FirstForPixel(story, outcome);

        // What the order knew before: the same, or of "renewed" that it is paid. "Approved" after "renewed" is a revision of its own (SaleStates.Repeats).
        var first = story.Conversions.FirstOrDefault(c => (outcome.SaleId is null || c.SaleId == outcome.SaleId) && c.IngestId != outcome.IngestId
            && (c.Kind == outcome.Reason || (outcome.Reason == "renewed" && c.Kind == "approved")));
        if (first is null) return $" The sale was told {outcome.Reason.Replace('_', ' ')} before; the ledger has not got by what.";

        var told = story.Events.FirstOrDefault(e => e.IngestId == first.IngestId);
        var receipt = told is null ? "" : $", receipt {StoryTeller.Receipt(told)}{StoryTeller.As(story, told.SaleId)}";
        return $" It repeats the {first.Kind.Replace('_', ' ')} received {StoryTeller.At(first.ReceivedAt)} (revision {first.Revision}, ingest id {first.IngestId}{receipt}).";
    }

    /// <summary>The registry knows which event came first.</summary>
    private static string FirstForPixel(Story story, OutcomeFact outcome)
    {
        var claim = story.Dispatches.FirstOrDefault(d => (d.PixelId, d.EventName, d.EventId) == (outcome.Destination, outcome.EventName, outcome.EventId) && d.IngestId != outcome.IngestId);
        if (claim is null) return $" Another record had brought event id {outcome.EventId} to that pixel; the registry no longer knows which.";

        var first = story.Events.FirstOrDefault(e => e.IngestId == claim.IngestId);
        var which = first is null ? "" : $"the {What(first)}, receipt {StoryTeller.Receipt(first)}, ";
        return $" Event id {outcome.EventId} had come to that pixel before, by {which}ingest id {claim.IngestId}; what became of it stands above.";
    }

    /// <summary>Of a browser event that stands in the windows twice, which came first.</summary>
    private static string SameId(Story story, EventFact e) =>
        story.Events.FirstOrDefault(other => other.EventId == e.EventId && other.Kind == e.Kind) is { } first && first.IngestId != e.IngestId
            ? $" It repeats the event id of the {What(first)} (ingest id {first.IngestId}, receipt {StoryTeller.Receipt(first)})."
            : "";

    // One event needs no name.
    private static string Whose(Story story, Guid ingestId) =>
        story.Events.Count > 1 && story.Events.FirstOrDefault(e => e.IngestId == ingestId) is { } e ? $" of {What(e)}" : "";

    private static string What(EventFact e) => $"{(e.SaleKind ?? e.Kind).Replace('_', ' ')} received {StoryTeller.At(e.ReceivedAt)}";
}
