using System.Globalization;
using TrackHub.Platform.Money;

namespace TrackHub.Cli.Explaining;

/// <summary>Tells a story in plain words, a line each.</summary>
internal static class StoryTeller
{
    /// <summary>What came in, what was found, what was decided, what was sent and what Meta said.</summary>
    public static IEnumerable<string> Tell(Story story)
    {
        yield return Title(story);
        foreach (var line in Received(story)) yield return line;
        foreach (var line in Matched(story)) yield return line;
        foreach (var line in Sent(story)) yield return line;
        foreach (var line in EndWords.Tell(story)) yield return line;
        foreach (var letter in story.DeadLetters)
            yield return $"Dead letter {letter.DeadLetterId} ({At(letter.At)}, {letter.Stage}): {letter.Reason}{Detail(letter.Detail)}.";
    }

    private static string Title(Story story) => story.Sale is { } sale
        ? $"Sale {sale.SaleId} of {sale.Gateway}, brand {story.Brand.Name} ({story.Brand.Id}){(story.Names.Count == 0 ? "" : $"; the gateway also calls it {string.Join(", ", story.Names)}")}"
        : $"Event {story.Events[0].EventId}, brand {story.Brand.Name} ({story.Brand.Id})";

    private static IEnumerable<string> Received(Story story)
    {
        if (story.Events.Count == 0)
            yield return "Received: the ledger has not got the event yet; what follows is what the matcher has decided already.";
        foreach (var e in story.Events)
        {
            var what = e.SaleKind is null ? e.Kind : $"{e.SaleKind} (the gateway says {e.GatewayEvent ?? "nothing"})";
            var money = e.AmountMinor is { } minor ? $", {Money(minor, e.Currency)}" : "";
            yield return $"Received {At(e.ReceivedAt)}: {what}{money}{(e.Test ? ", a test" : "")}{As(story, e.SaleId)}; receipt {Receipt(e)}, event id {e.EventId}.";
            yield return $"  Keys it brought: {Keys(e)}.";
        }
    }

    private static IEnumerable<string> Matched(Story story)
    {
        if (story.Sale is null) yield break;
        if (story.Conversions.Count == 0)
        {
            yield return story.Order is { Revision: > 0 } order
                ? $"Matched: state {order.State}, revision {order.Revision}, stage {order.Stage}; the ledger has not got the evidence yet."
                : $"Matched: {EndWords.Unmatched(story)}";
            yield break;
        }

        foreach (var c in story.Conversions)
        {
            var passes = c.Passes == 1 ? "at once" : $"on pass {c.Passes}";
            var rules = story.Rules.FirstOrDefault(r => r.Version == c.RulesVersion);
            yield return c.Click is { } click && c.Stage != "none"
                ? $"Matched {passes} (revision {c.Revision}, {c.Kind}{As(story, c.SaleId)}): {Stage(c)} to the {click.Kind.Replace('_', ' ')} of {At(click.EventTime)} from {Origin(click)}."
                : $"Matched {passes} (revision {c.Revision}, {c.Kind}{As(story, c.SaleId)}): {MatchWords.WhyNot(c, rules)}.";
            foreach (var line in MatchWords.Evidence(c)) yield return "  " + line;
            if (c.Stage == "none")
            {
                foreach (var line in MatchWords.LeftOut(c, story.Events.FirstOrDefault(e => e.IngestId == c.IngestId), rules).Concat(NearClicks.Tell(story, c))) yield return "  " + line;
            }

            if (c.RulesVersion is { } version) yield return $"  Rules: version {version} of the brand's, weights {c.ScoreModel}.";
            yield return $"  Match quality {Number(c.Quality)} of 10 from {(c.KeysPresent.Count == 0 ? "no key" : string.Join(", ", c.KeysPresent))}."
                + (c.Flags.Count == 0 ? "" : $" Flags: {string.Join(", ", c.Flags)}.");
            yield return $"  Decision: {Decision(c)}; consent {Consent(c.ConsentAds, story.Brand)}.";
        }
    }

    private static IEnumerable<string> Sent(Story story)
    {
        foreach (var dispatch in story.Dispatches)
        {
            yield return $"To pixel {dispatch.PixelId} as {dispatch.EventName}: {dispatch.State.Replace('_', ' ')}{Because(dispatch.Reason)} after {Count(dispatch.Attempt, "attempt")} ({At(dispatch.UpdatedAt)})."
                + (dispatch.UnknownSince is { } since ? $" Whether Meta has it is not known since {At(since)}." : "");
            foreach (var attempt in story.Attempts.Where(a => (a.PixelId, a.EventName, a.EventId) == (dispatch.PixelId, dispatch.EventName, dispatch.EventId)))
                yield return "  " + Attempt(attempt);
        }
    }

    private static string Attempt(AttemptFact a)
    {
        var answer = (a.HttpStatus, a.Code) switch
        {
            (null, _) => a.FinishedAt is null ? "no answer is recorded" : "no answer",
            ({ } status, null) => $"Meta answered {status}",
            ({ } status, { } code) => $"Meta answered {status}, code {code}{(a.Subcode is { } subcode ? $"/{subcode}" : "")}",
        };
        var took = a.LatencyMs is { } latency ? $" in {latency} ms" : "";
        return $"Attempt {a.Attempt} ({At(a.StartedAt)}): {answer}{took}; {a.Outcome}{Because(a.Reason)}; call {a.BatchId} of {Count(a.BatchSize, "event")}{(a.TraceId is null ? "" : $", trace {a.TraceId}")}.";
    }

    private static string Stage(ConversionFact c) => c.Stage switch
    {
        "deterministic" => "surely",
        "semi_deterministic" => "by Meta's own click id",
        "probabilistic" => $"probably ({(c.ScoreModel is null or 1 ? "score " + Number(c.Score) : "probability " + MatchWords.Percent(c.Score))})",
        _ => c.Stage,
    };

    private static string Origin(ClickFact click)
    {
        var campaign = click.UtmCampaign is null ? "" : $", campaign {click.UtmCampaign}";
        return $"{click.Source}{campaign}{(click.Page is null ? "" : $" on {click.Page}")}{(click.ClickId is null ? "" : $", click id {click.ClickId}")}";
    }

    private static string Decision(ConversionFact c) => c switch
    {
        { Test: true } => "a test, recorded and not sent",
        { Purchase: true } => $"first approved, so a Purchase; state {c.State}",
        _ => $"recorded, nothing to send; state {c.State}",
    };

    private static string Consent(bool? ads, BrandFact brand) => ads switch
    {
        true => "given by the visitor",
        false => "refused by the visitor",
        null => brand.ConsentBasis is { } basis ? $"not known, the brand's basis ({basis}) counts" : "not known, and the brand has no basis: nothing is sent",
    };

    private static string Keys(EventFact e)
    {
        string?[] keys = [e.ClickId is { } click ? $"click id {click}" : null, e.SessionId is { } session ? $"session {session}" : null, e.HasEmail ? "e-mail" : null, e.HasPhone ? "phone" : null];
        return keys.OfType<string>().ToList() is { Count: > 0 } brought ? string.Join(", ", brought) : "none";
    }

    private static string Money(long minor, string? currency) => currency is null
        ? $"{minor} minor units"
        : $"{MinorUnits.ToMajor(minor, currency).ToString("F" + MinorUnits.Exponent(currency), CultureInfo.InvariantCulture)} {currency}";

    /// <summary>A reason behind a state.</summary>
    public static string Because(string? reason) => string.IsNullOrEmpty(reason) ? "" : $", {reason.Replace('_', ' ')}";

    /// <summary>Where an event's record lies.</summary>
    public static string Receipt(EventFact e) => string.Create(CultureInfo.InvariantCulture, $"{e.Topic}/{e.Partition}/{e.Offset}");

    /// <summary>Under which of its names a sale was told of, where that is not the one of its order.</summary>
    public static string As(Story story, string? saleId) => saleId is null || story.Sale is null || saleId == story.Sale.SaleId ? "" : $", told as {saleId}";

    private static string Detail(string detail) => detail.Length == 0 ? "" : $", {detail}";

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A time as people read it, UTC.</summary>
    public static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
