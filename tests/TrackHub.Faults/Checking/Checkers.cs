using TrackHub.Faults.Driving;

namespace TrackHub.Faults.Checking;

/// <summary>
/// What holds after any fault, over sets of ids: C1 nothing acked is lost and nothing else is there, C2 Meta has each event once, C3 few repetitions, C4 the
/// audit knows every call, C5 nothing of another brand, and the right match. C6, no personal data in clear, is <see cref="TrackHub.Testing.CanaryScan"/>'s.
/// </summary>
/// <remarks>Pure: the same evidence gives the same findings; none means that all is as promised.</remarks>
public static class Checkers
{
    /// <summary>Calls a dispatcher may have under way when it dies (<c>Dispatch:Concurrency</c>).</summary>
    private const int CallsInFlight = 16;

    /// <summary>All of them.</summary>
    /// <param name="seen">What was seen.</param>
    /// <param name="crashes">Times a call's outcome may have been lost: deaths and long stops of dispatcher, PostgreSQL, broker or simulator.</param>
    public static IReadOnlyList<Finding> All(Evidence seen, int crashes) =>
        [.. Conserved(seen), .. ArrivedOnce(seen), .. FewRepetitions(seen, crashes), .. Audited(seen), .. Apart(seen), .. Matched(seen)];

    /// <summary>C1: acked events are terminal or in flight, each once, as planned, and nothing else is there.</summary>
    public static IEnumerable<Finding> Conserved(Evidence seen)
    {
        var stored = seen.Stored.ToLookup(static e => e.EventId);
        foreach (var sent in seen.Sent)
        {
            var copies = stored[sent.EventId].ToList();
            if ((sent.Receipt is { } receipt && copies.TrueForAll(copy => copy.Receipt != receipt)) || (sent.Spooled && copies.Count == 0))
                yield return new("C1", sent.Explain, $"acked {sent.Kind} {sent.EventId} is not in the ledger");
            if (!sent.Spooled && copies.Count > sent.Unsure + (sent.Acked ? 1 : 0))   // what a crash interrupts is drained again
                yield return new("C1", sent.Explain, $"{copies.Count} records of {sent.EventId}, more than were sent");
            var open = copies.FindAll(copy => !seen.Ends[copy.IngestId].Any());
            foreach (var copy in open.Where(copy => !seen.InFlight.Contains(copy.IngestId)))
                yield return new("C1", copy.Receipt.ToString(), $"{copy.Kind} {copy.EventId} has no end and is not in flight");
            if (copies.Count > 0 && open.Count == 0 && Ends(seen, copies) is var ends && !EndsRight(sent, ends))
                yield return new("C1", sent.Explain, $"{sent.Kind} {sent.EventId} ended as {string.Join("; ", ends)}, not once as {sent.State} at {sent.Destination}");
        }

        foreach (var stranger in seen.Stored.Where(e => !seen.EverSent.Contains(e.EventId)))
            yield return new("C1", stranger.Receipt.ToString(), $"{stranger.Kind} {stranger.EventId} was never sent");
    }

    /// <summary>C2: the simulator's set after deduplication is the expected set.</summary>
    public static IEnumerable<Finding> ArrivedOnce(Evidence seen)
    {
        var arrived = seen.Arrivals.Select(static arrival => arrival.Key).ToHashSet();
        foreach (var missing in seen.Sent.Where(e => e.Acked && KeyOf(e) is { } key && !arrived.Contains(key)))
            yield return new("C2", missing.Explain, $"{missing.MetaName} {missing.EventId} did not arrive");

        var wanted = seen.Sent.Select(KeyOf).OfType<MetaKey>().ToHashSet();
        foreach (var key in arrived.Where(key => !wanted.Contains(key) && !seen.EverSent.Contains(key.EventId)))
            yield return new("C2", key.EventId, $"{key.EventName} arrived at {key.DatasetId} and was never sent");
        foreach (var sent in seen.Sent)
        {
            foreach (var key in arrived.Where(key => key.EventId == sent.EventId && key != KeyOf(sent)))
                yield return new("C2", sent.Explain, $"{sent.Kind} arrived as {key.EventName} at {key.DatasetId}");
        }
    }

    /// <summary>C3: an event goes once, with crashes at most once more for each; calls that repeat something are at most what was under way.</summary>
    public static IEnumerable<Finding> FewRepetitions(Evidence seen, int crashes)
    {
        foreach (var often in seen.Arrivals.GroupBy(static arrival => arrival.Key).Where(often => often.Count() > 1 + crashes))
            yield return new("C3", often.Key.EventId, $"{often.Key.EventName} arrived {often.Count()} times, {crashes} crash(es)");

        if (crashes == 0)
            yield break;   // every repetition is told

        var known = new HashSet<MetaKey>();
        var repeating = seen.Arrivals.Where(arrival => !known.Add(arrival.Key)).Select(static arrival => arrival.Call).ToHashSet();
        if (repeating.Count > crashes * CallsInFlight)
            yield return new("C3", repeating.First(), $"{repeating.Count} calls repeated events, {crashes} crash(es) explain at most {crashes * CallsInFlight}");
    }

    /// <summary>C4: the audit knows every call of every event.</summary>
    public static IEnumerable<Finding> Audited(Evidence seen) =>
        from calls in seen.Arrivals.CountBy(static arrival => arrival.Key)
        let attempts = seen.Attempts.GetValueOrDefault(calls.Key)
        where attempts < calls.Value
        select new Finding("C4", calls.Key.EventId, $"{calls.Key.EventName} arrived {calls.Value} times, the audit has {attempts} attempt(s)");

    /// <summary>C5: no call carries another brand's pixel or token, or data of another person.</summary>
    public static IEnumerable<Finding> Apart(Evidence seen)
    {
        var sent = seen.Sent.ToDictionary(static e => e.EventId);
        foreach (var arrival in seen.Arrivals)
        {
            if (!sent.TryGetValue(arrival.Key.EventId, out var own))
                continue;
            if (own.Brand.DatasetId != arrival.Key.DatasetId)
                yield return new("C5", arrival.Key.EventId, $"event of {own.Brand.Name} arrived at dataset {arrival.Key.DatasetId}");
            if (own.Brand.Token != arrival.Token)
                yield return new("C5", arrival.Key.EventId, $"event of {own.Brand.Name} arrived with another's token");
            foreach (var (key, value) in arrival.UserData.Where(pair => !IsOwn(own.Visitor, pair.Value)))
                yield return new("C5", arrival.Key.EventId, $"{key} is not of the event's own person: {value}");
        }
    }

    /// <summary>Each sale found its own click, by its click id, in whole windows.</summary>
    public static IEnumerable<Finding> Matched(Evidence seen)
    {
        foreach (var sent in seen.Sent.Where(static e => e is { Click: not null, Acked: true }))
        {
            var match = seen.Matches.GetValueOrDefault(sent.EventId);
            if (match is null)
                yield return new("match", sent.Explain, "has no conversion");
            else if (match.Stage != "deterministic" || match.Click != sent.Click || match.Flags.Length > 0)
                yield return new("match", sent.Explain, $"{match.Stage}, click {match.Click ?? "none"} {match.Flags}; expected {sent.Click}");
        }
    }

    private static MetaKey? KeyOf(SentEvent sent) => sent.MetaName is null ? null : new(sent.Brand.DatasetId, sent.MetaName, sent.EventId);

    private static List<StoredEnd> Ends(Evidence seen, IEnumerable<StoredEvent> copies) => [.. copies.SelectMany(copy => seen.Ends[copy.IngestId])];

    // A click's copies are recorded as it is; of what goes to Meta one ends as planned, the others as duplicates of it.
    private static bool EndsRight(SentEvent sent, List<StoredEnd> ends) => sent.MetaName is null
        ? ends.TrueForAll(end => end.State == sent.State && end.Destination == sent.Destination)
        : ends.Count(end => end.State == sent.State && end.Destination == sent.Destination) == 1
            && ends.TrueForAll(end => end.State is "duplicate" || (end.State == sent.State && end.Destination == sent.Destination));

    // Cookies hold a time of their own around the person's click id.
    private static bool IsOwn(Visitor visitor, string value) =>
        visitor.MetaData.Contains(value) || value.EndsWith('.' + visitor.Fbclid, StringComparison.Ordinal);
}
