using System.Globalization;

namespace TrackHub.Cli.Explaining;

/// <summary>Says in words why a click won, why none did, and what each piece of evidence means.</summary>
internal static class MatchWords
{
    // The names of the matcher's Trail and MatchReason, which stand in every record.
    private const string Probability = "probability";
    private const string OtherVisitor = "other_visitor";

    private static readonly string[] ExactKeys =
    [
        "click_id", "session_id", "email", "phone", "external_id", "fbc", "email_via_session", "phone_via_session", "external_id_via_session",
    ];

    /// <summary>Why a revision has no click.</summary>
    public static string WhyNot(ConversionFact c, RulesFact? rules) => "no click was found" + c.Reason switch
    {
        "no_keys" => ": the sale brought none of the keys that the brand's rules ask for",
        "no_candidate" => $": it brought keys, but no click inside the window{Days(rules)} has one of them{Circumstances(c)}",
        "below_threshold" => $": the likeliest visitor reaches {Likeliest(c)}, less than the {Asked(rules)} the brand asks for",
        "ambiguous" => $": several visitors fit alike, so the likeliest reaches {Likeliest(c)}; alone he would have been enough",
        "click_gone" => ": one was, but nothing is kept of it any more",
        "not_searched" => c.Test ? ": none is looked for, it is a test" : $": none is looked for when {c.Kind.Replace('_', ' ')} is the first that is told of a sale",
        _ => "",
    };

    /// <summary>Keys that are not in the evidence because the brand's rules do not ask for them, a line each.</summary>
    /// <param name="c">A revision without a click.</param>
    /// <param name="sale">Its event; null where the ledger has not got it.</param>
    /// <param name="rules">The rules that decided it; null where they are not known.</param>
    public static IEnumerable<string> LeftOut(ConversionFact c, EventFact? sale, RulesFact? rules)
    {
        if (rules is null || c.Reason == "not_searched") yield break;
        var brought = new Dictionary<string, bool>
        {
            ["click_id"] = sale?.ClickId is not null,
            ["session_id"] = sale?.SessionId is not null,
            ["email"] = sale is { HasEmail: true },
            ["phone"] = sale is { HasPhone: true },
        };
        foreach (var (key, _) in brought.Where(key => key.Value && !rules.StageOrder.Contains(key.Key)))
            yield return $"{key}: brought, but the brand's rules leave it out";
        if (!rules.StageOrder.Contains("external_id")) yield return "external_id: not asked, the brand's rules leave it out";
        if (!rules.SemiDeterministic) yield return "fbc: not asked, the brand's rules leave it out";
        if (rules.ProbabilisticThreshold >= 1) yield return "address and browser: not asked, the brand's rules let nothing be guessed";
    }

    /// <summary>What was tried, a line each.</summary>
    public static IEnumerable<string> Evidence(ConversionFact c) => (c.Evidence ?? []).Select(e => $"{e.Signal}: {Meaning(e, c)}{Candidate(e)}");

    private static string Meaning(EvidenceFact e, ConversionFact c) => (e.Signal, e.Result) switch
    {
        (_, "absent") => "not brought",
        (Probability, "hit") => $"{Percent(e.Weight)}, enough{Among(e)}",
        (Probability, _) => $"{Percent(e.Weight)}, not enough{Among(e)}",
        (OtherVisitor, _) => Percent(e.Weight),
        ("first_touch", _) => "the same visitor's first event",
        ("record_gone", _) => "nothing is kept of the click any more",
        (_, "hit") when ExactKeys.Contains(e.Signal) || c.ScoreModel is null or 1 => $"the same as {Owners(e)}",
        (_, "miss") when e.Candidate is null => "brought, but no click has it",
        (_, "hit") => $"speaks for it, {Signed(e.Weight)}",
        (_, "miss") => $"speaks against it, {Signed(e.Weight)}",
        _ => e.Result,
    };

    private static string Owners(EvidenceFact e) => e.Candidates > 1
        ? string.Create(CultureInfo.InvariantCulture, $"that of {e.Candidates} events, the last touch of which counts")
        : "a click's";

    private static string Candidate(EvidenceFact e) => e.Candidate is null ? "" : $", candidate {e.Candidate}";

    private static string Among(EvidenceFact e) => e.Candidates > 1 ? string.Create(CultureInfo.InvariantCulture, $" (of {e.Candidates} visitors near)") : "";

    private static string Days(RulesFact? rules) => rules is null ? "" : string.Create(CultureInfo.InvariantCulture, $" of {rules.WindowDays} d");

    private static string Asked(RulesFact? rules) => rules is null ? "share" : Percent(rules.ProbabilisticThreshold);

    /// <summary>What says that there may have been more than was seen.</summary>
    private static string Circumstances(ConversionFact c) => (c.Flags.Contains("windows_incomplete"), c.Flags.Contains("clicks_behind")) switch
    {
        (true, _) => ", as far as was known: the windows were being rebuilt, and the sale had waited for them long enough",
        (_, true) => ", as far as was known: clicks were still unread, and the sale had waited for them long enough",
        _ => "",
    };

    private static string Likeliest(ConversionFact c) => c.Evidence?.LastOrDefault(static e => e.Signal == Probability) is { } e ? Percent(e.Weight) : "less";

    /// <summary>A probability as people read it.</summary>
    public static string Percent(double probability) => string.Create(CultureInfo.InvariantCulture, $"{100 * probability:0.#} %");

    private static string Signed(double weight) => weight.ToString("+0.0#;−0.0#;0", CultureInfo.InvariantCulture);
}
